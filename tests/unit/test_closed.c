/* Which containers start with a defender only: what one leaves behind, and what the hook knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "node/hook_facts.h"

#define ID "4fc1a6f0b1d2e3c4a5b6978812345678901234567890abcdefabcdefabcdef12"
#define FRONT                                                                                      \
    "merlon closed 1\nrule closed\nimage */shop/front:*\n" /* what a policy with one rule leaves   \
                                                            */

static struct mln_start_facts named(const char *image)
{
    return (struct mln_start_facts){.image = mln_sv_str(image),
                                    .image_id = MLN_SV("sha256:0123456789ab"),
                                    .name = MLN_SV("web"),
                                    .namespace_ = MLN_SV(""),
                                    .labels = MLN_SV("{\"tier\":\"web\",\"odd\":\"a\\u003cb\"}")};
}

static void expect(const char *text, const char *image, enum mln_closed wanted)
{
    const struct mln_start_facts f = named(image);

    assert_int_equal(mln_closed_match(mln_sv_str(text), &f), wanted);
}

static void test_by_image(void **state)
{
    (void)state;
    expect(FRONT, "shop/front:1", MLN_CLOSED_YES);
    expect(FRONT, "registry.example:5000/shop/front@sha256:00", MLN_CLOSED_YES);
    expect(FRONT, "shop/other:1", MLN_CLOSED_NO);
    expect(FRONT, "redis", MLN_CLOSED_NO);
    expect("merlon closed 1\nrule closed\nimage redis\nimage nginx:1.*\n", "nginx:1.25",
           MLN_CLOSED_YES);
    expect("merlon closed 1\nrule closed\nimage nginx:1.*\n", "nginx:2", MLN_CLOSED_NO);
    expect("merlon closed 1\nrule closed\n", "whatever", MLN_CLOSED_YES); /* for every image */
}

/* Tags that it may have are not known here, nor is anything of what no runtime wrote down. */
static void test_what_is_not_known_may_be(void **state)
{
    const struct mln_start_facts nothing = {.sandbox = false};

    (void)state;
    expect(FRONT, "sha256:0123456789ab", MLN_CLOSED_MAYBE);
    expect(FRONT, "0123456", MLN_CLOSED_MAYBE);
    expect("merlon closed 1\nrule closed\nimage sha256:ff*\n", "0123456", MLN_CLOSED_NO);
    expect("merlon closed 1\nrule closed\nimage sha256:01*\n", "nginx", MLN_CLOSED_YES);
    expect("merlon closed 1\nrule closed\nimage nginx:1.25\n", "nginx@sha256:00", MLN_CLOSED_MAYBE);
    expect("merlon closed 1\nrule closed\nimage redis:7\n", "nginx@sha256:00", MLN_CLOSED_NO);
    assert_int_equal(mln_closed_match(MLN_SV(FRONT), &nothing), MLN_CLOSED_MAYBE);
    assert_int_equal(
        mln_closed_match(MLN_SV("merlon closed 1\nrule closed\nimage *\nnamespace *\n"), &nothing),
        MLN_CLOSED_YES);
}

static void test_the_first_rule_that_fits_decides(void **state)
{
    (void)state;
    expect("merlon closed 1\nrule open\nimage */front:2\nrule closed\nimage */front:*\n",
           "shop/front:2", MLN_CLOSED_NO);
    expect("merlon closed 1\nrule open\nimage */front:2\nrule closed\nimage */front:*\n",
           "shop/front:1", MLN_CLOSED_YES);
    /* an open rule of which it is not known whether it fits does not let go */
    expect("merlon closed 1\nrule open\nimage */front:2\nrule closed\nimage *\n", "0123456",
           MLN_CLOSED_YES);
}

static void test_every_field_counts(void **state)
{
    (void)state;
    expect(FRONT "container web\ncontainer x\n", "shop/front", MLN_CLOSED_YES);
    expect(FRONT "container x\n", "shop/front", MLN_CLOSED_NO);
    expect(FRONT "namespace prod\n", "shop/front", MLN_CLOSED_NO);
    expect(FRONT "namespace *\n", "shop/front", MLN_CLOSED_YES);
    expect(FRONT "label tier\tweb\n", "shop/front", MLN_CLOSED_YES);
    expect(FRONT "label tier\tweb\nlabel tier\tdb\n", "shop/front", MLN_CLOSED_NO);
    expect(FRONT "label none\t*\n", "shop/front", MLN_CLOSED_NO);
    expect(FRONT "label odd\ta*\n", "shop/front", MLN_CLOSED_MAYBE); /* an escape is not read */
}

static void test_a_text_that_is_not_understood_may_mean_any(void **state)
{
    const char *const odd[] = {"",
                               "merlon closed 1",
                               "merlon closed 2\n",
                               FRONT "colour red\n",
                               "merlon closed 1\nimage x\n",
                               FRONT "\n"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(odd); i++)
        expect(odd[i], "redis", MLN_CLOSED_MAYBE);
}

static void test_what_is_written_is_what_is_read(void **state)
{
    struct mln_sv images[] = {MLN_SV("*/shop/front:*"), MLN_SV("a\nrule open")};
    struct mln_sv labels[] = {MLN_SV("tier"), MLN_SV("w*")};
    const struct mln_scope s = {.images = {images, 1}, .labels = {labels, 2}};
    const struct mln_scope odd = {.images = {images + 1, 1}};
    struct mln_buf out = {0};

    (void)state;
    mln_closed_begin(&out);
    mln_closed_add(&out, &s, true);
    mln_buf_add_char(&out, '\0');
    expect(out.p, "shop/front:3", MLN_CLOSED_YES);
    expect(out.p, "shop/back:3", MLN_CLOSED_NO);
    mln_buf_clear(&out);
    mln_closed_begin(&out);
    mln_closed_add(&out, &odd, true);
    mln_buf_add_char(&out, '\0');
    expect(out.p, "redis", MLN_CLOSED_YES); /* no line of another kind, and no less strict */
    mln_buf_done(&out);
}

/* ---- what the runtime wrote ---- */

static char dir[64], bundle[96], docker[192];

static void put(const char *folder, const char *name, const char *text)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs(text, f);
    (void)fclose(f);
}

static int make_folders(void **state)
{
    char path[128];

    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/test-closed-XXXXXX");
    assert_non_null(mkdtemp(dir));
    (void)snprintf(bundle, sizeof(bundle), "%s/bundle", dir);
    (void)snprintf(path, sizeof(path), "%s/containers", dir);
    (void)snprintf(docker, sizeof(docker), "%s/" ID, path);
    return mkdir(bundle, 0700) || mkdir(path, 0700) || mkdir(docker, 0700);
}

static int remove_folders(void **state)
{
    char line[128];

    (void)state;
    (void)snprintf(line, sizeof(line), "rm -r %s", dir);
    return system(line);
}

static void expect_sv(struct mln_sv got, const char *wanted)
{
    assert_int_equal(got.len, strlen(wanted));
    assert_memory_equal(got.p, wanted, got.len);
}

static void test_a_container_of_a_pod(void **state)
{
    struct mln_hook_facts facts;

    (void)state;
    put(bundle, "config.json",
        "{\"process\":{\"env\":[\"annotations={\"]},\"annotations\":{"
        "\"io.kubernetes.cri.container-type\":\"container\","
        "\"io.kubernetes.cri.container-name\":\"web\","
        "\"io.kubernetes.cri.image-name\":\"docker.io/shop/front:1\","
        "\"io.kubernetes.cri.sandbox-namespace\":\"prod\"}}");
    mln_hook_facts_read(bundle, MLN_SV(ID), &facts);
    expect_sv(facts.f.image, "docker.io/shop/front:1");
    expect_sv(facts.f.name, "web");
    expect_sv(facts.f.namespace_, "prod");
    assert_null(facts.f.labels.p);
    assert_false(facts.f.sandbox);
    mln_hook_facts_done(&facts);
    put(bundle, "config.json",
        "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\"}}");
    mln_hook_facts_read(bundle, MLN_SV(ID), &facts);
    assert_int_equal(mln_closed_match(MLN_SV("merlon closed 1\nrule closed\n"), &facts.f),
                     MLN_CLOSED_NO);
    mln_hook_facts_done(&facts);
}

static void test_a_container_of_docker(void **state)
{
    struct mln_hook_facts facts;
    char text[1024];

    (void)state;
    put(docker, "config.v2.json",
        "{\"Config\":{\"Image\":\"shop/front:1\",\"Labels\":{\"tier\":\"web\"}},"
        "\"Image\":\"sha256:0123\",\"Name\":\"/front\"}");
    (void)snprintf(text, sizeof(text),
                   "{\"mounts\":[{\"destination\":\"/proc\",\"source\":\"proc\"},"
                   "{\"destination\":\"/etc/hosts\",\"source\":\"%s/hosts\"}]}",
                   docker);
    put(bundle, "config.json", text);
    mln_hook_facts_read(bundle, MLN_SV(ID), &facts);
    expect_sv(facts.f.image, "shop/front:1");
    expect_sv(facts.f.image_id, "sha256:0123");
    expect_sv(facts.f.name, "front");
    expect_sv(facts.f.labels, "{\"tier\":\"web\"}");
    assert_non_null(facts.f.namespace_.p);
    mln_hook_facts_done(&facts);
    /* the folder of another container, or one that a tenant has put elsewhere, says nothing */
    mln_hook_facts_read(bundle, MLN_SV("0000"), &facts);
    assert_null(facts.f.image.p);
    mln_hook_facts_done(&facts);
}

static void test_what_nobody_wrote_is_unknown(void **state)
{
    const char *const odd[] = {"",
                               "[]",
                               "{\"mounts\":{}}",
                               "{\"mounts\":[1,2",
                               "{\"annotations\":[]}",
                               "{\"mounts\":[{\"destination\":\"/etc/hosts\",\"source\":\"x\"}]}"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(odd); i++) {
        struct mln_hook_facts facts;
        put(bundle, "config.json", odd[i]);
        mln_hook_facts_read(bundle, MLN_SV(ID), &facts);
        assert_null(facts.f.image.p);
        assert_int_equal(mln_closed_match(MLN_SV(FRONT), &facts.f), MLN_CLOSED_MAYBE);
        mln_hook_facts_done(&facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_image),
        cmocka_unit_test(test_what_is_not_known_may_be),
        cmocka_unit_test(test_the_first_rule_that_fits_decides),
        cmocka_unit_test(test_every_field_counts),
        cmocka_unit_test(test_a_text_that_is_not_understood_may_mean_any),
        cmocka_unit_test(test_what_is_written_is_what_is_read),
        cmocka_unit_test(test_a_container_of_a_pod),
        cmocka_unit_test(test_a_container_of_docker),
        cmocka_unit_test(test_what_nobody_wrote_is_unknown),
    };

    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
