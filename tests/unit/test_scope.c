/* Image references and scopes: every name that an image has, and the first rule that matches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/scope.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID "sha256:" HEX
#define DIGEST "sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static void test_references_are_normalised(void **state)
{
    static const struct {
        const char *text, *repository, *familiar, *tag, *digest;
    } table[] = {
        {"nginx", "docker.io/library/nginx", "nginx", "latest", NULL},
        {"Docker.io/nginx:1.25", "docker.io/library/nginx", "nginx", "1.25", NULL},
        {"index.docker.io/library/nginx", "docker.io/library/nginx", "nginx", "latest", NULL},
        {"shop/front-end", "docker.io/shop/front-end", "shop/front-end", "latest", NULL},
        {"library/a/b", "docker.io/library/a/b", "library/a/b", "latest", NULL},
        {"localhost/shop", "localhost/shop", "localhost/shop", "latest", NULL},
        {"registry:5000/shop", "registry:5000/shop", "registry:5000/shop", "latest", NULL},
        {"registry:5000/shop:2", "registry:5000/shop", "registry:5000/shop", "2", NULL},
        {"[::1]:5000/shop:2", "[::1]:5000/shop", "[::1]:5000/shop", "2", NULL},
        {"mirror.example/docker.io/library/nginx:1", "mirror.example/docker.io/library/nginx",
         "mirror.example/docker.io/library/nginx", "1", NULL},
        {"nginx@" DIGEST, "docker.io/library/nginx", "nginx", NULL, DIGEST},
        {"nginx:1@" DIGEST, "docker.io/library/nginx", "nginx", "1", DIGEST},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_image_ref r;
        struct mln_arena a;
        mln_arena_init(&a, 4096);
        assert_int_equal(mln_image_ref_parse(mln_sv_str(table[i].text), &a, &r), 0);
        assert_true(mln_sv_eq(r.repository, mln_sv_str(table[i].repository)));
        assert_true(mln_sv_eq(r.familiar, mln_sv_str(table[i].familiar)));
        assert_true(mln_sv_eq(r.tag, mln_sv_str(table[i].tag)));
        assert_int_equal(r.tag.p != NULL, table[i].tag != NULL);
        assert_true(mln_sv_eq(r.digest, mln_sv_str(table[i].digest)));
        mln_arena_done(&a);
    }
}

static void test_what_is_no_reference_is_refused(void **state)
{
    static const char *const table[] = {
        "",           "<none>:<none>", "<none>@<none>",    "a b",    "/nginx",
        "nginx/",     "nginx@",        "nginx@sha256:xyz", "nginx:", ":1",
        ("@" DIGEST), "0:0:pr",        "a/b:c/d:1"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_image_ref r;
        struct mln_arena a;
        mln_arena_init(&a, 4096);
        assert_true(mln_image_ref_parse(mln_sv_str(table[i]), &a, &r) < 0);
        mln_arena_done(&a);
    }
}

struct image_case {
    const char *written, *id;
    const char *refs[4];
    const char *pattern;
    bool matches;
};

static bool image_matches(const struct image_case *t)
{
    struct mln_container *c = mln_container_new();
    struct mln_image *image = t->refs[0] ? mln_image_new() : NULL;
    const struct mln_sv pattern = mln_sv_str(t->pattern);
    const struct mln_scope s = {.images = {&pattern, 1}};
    struct mln_sv hit;

    c->image = mln_sv_str(t->written);
    c->image_id = mln_sv_str(t->id);
    for (size_t i = 0; i < MLN_ARRAY_LEN(t->refs) && t->refs[i]; i++)
        mln_image_add_ref(image, mln_sv_str(t->refs[i]));
    bool r = mln_scope_match(&s, c, image, MLN_SV("n"), &hit) == MLN_SCOPE_MATCH;
    assert_int_equal(r, hit.p != NULL);
    (void)mln_container_free(c);
    (void)mln_image_free(image);
    return r;
}

static void test_images_match_by_every_reference(void **state)
{
    static const struct image_case table[] = {
        /* as written */
        {"nginx", ID, {"nginx:latest"}, "nginx", true},
        {"nginx", ID, {"nginx:latest"}, "NGINX:Latest", true},
        {"nginx:1.25", ID, {"nginx:1.25"}, "nginx", true},
        {"nginx:1.25", ID, {"nginx:1.25"}, "nginx:1.*", true},
        {"nginx:1.25", ID, {"nginx:1.25"}, "nginx:latest", false},
        {"nginx:1.25", ID, {"nginx:1.25"}, "docker.io/library/nginx:*", true},
        {"nginx:1.25", ID, {"nginx:1.25"}, "*/library/nginx:*", true},
        {"my-nginx", ID, {"my-nginx:latest"}, "nginx", false},
        {"my-nginx", ID, {"my-nginx:latest"}, "*nginx", true},
        {"shop/front-end:7", ID, {"shop/front-end:7"}, "*/shop/front-end:*", true},
        {"shop/front-end:7", ID, {"shop/front-end:7"}, "shop/*", true},
        {"shop/front-end:7", ID, {"shop/front-end:7"}, "front-end", false},
        {"registry:5000/shop:7", ID, {"registry:5000/shop:7"}, "registry:5000/*", true},
        {"registry:5000/shop:7", ID, {"registry:5000/shop:7"}, "*/shop:7", true},
        {"registry:5000/shop:7", ID, {"registry:5000/shop:7"}, "shop", false},
        /* a mirror keeps the path */
        {"mirror.example/library/nginx:1", ID, {NULL}, "*/library/nginx:*", true},
        {"mirror.example/library/nginx:1", ID, {NULL}, "nginx:*", false},
        /* pulled through a mirror, tagged with both names */
        {"mirror.example/library/nginx:1",
         ID,
         {"mirror.example/library/nginx:1", "nginx:1"},
         "nginx",
         true},
        /* digest-pinned: no tag is known, :* covers it, a tag does not */
        {"nginx@" DIGEST, ID, {"nginx@" DIGEST}, "nginx:*", true},
        {"nginx@" DIGEST, ID, {"nginx@" DIGEST}, "nginx", true},
        {"nginx@" DIGEST, ID, {"nginx@" DIGEST}, "nginx:1", false},
        {"nginx@" DIGEST, ID, {"nginx:1", "nginx@" DIGEST}, "nginx:1", true},
        {"nginx@" DIGEST, ID, {"nginx@" DIGEST}, "nginx@" DIGEST, true},
        {"nginx@" DIGEST, ID, {"nginx@" DIGEST}, DIGEST, true},
        {"nginx@" DIGEST, ID, {"nginx@" DIGEST}, "@" DIGEST, true},
        {"nginx:1", ID, {"nginx:1", "nginx@" DIGEST}, "*@" DIGEST, true},
        {"nginx:1", ID, {"nginx:1"}, "nginx@" DIGEST, false},
        /* started by id: the name comes from the image's tags */
        {HEX, ID, {"shop:1"}, "shop:1", true},
        {"0123456789ab", ID, {"shop:1"}, "shop", true},
        {"0123456789ab", ID, {"shop:1"}, "0123456789ab", false},
        {ID, ID, {"shop:1"}, "shop", true},
        {ID, ID, {NULL}, ID, true},
        {ID, ID, {NULL}, "*", true},
        {ID, ID, {NULL}, "*:*", true},
        {ID, ID, {NULL}, "*shop*", false},
        /* a name of hex digits that is not the id is a name */
        {"cafe", ID, {NULL}, "cafe", true},
        /* retagged since the start: old and new name */
        {"shop:1", ID, {"shop:old"}, "shop:1", true},
        {"shop:1", ID, {"shop:old"}, "shop:old", true},
        {"shop:1", ID, {"other/name:2"}, "other/name", true},
        /* nothing left but the id */
        {"<none>", ID, {"<none>:<none>"}, "shop", false},
        {"<none>", ID, {"<none>:<none>"}, "*", true},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        if (image_matches(&table[i]) != table[i].matches)
            fail_msg("case %zu: %s against %s", i, table[i].written, table[i].pattern);
}

static void test_all_fields_must_match_and_the_first_that_does_not_is_named(void **state)
{
    static const struct mln_sv images[] = {MLN_SV("other"), MLN_SV("shop")};
    static const struct mln_sv containers[] = {MLN_SV("web-*")}, namespaces[] = {MLN_SV("Prod*")};
    static const struct mln_sv nodes[] = {MLN_SV("node-1")};
    static const struct mln_sv labels[] = {MLN_SV("tier"), MLN_SV("w*"), MLN_SV("team"),
                                           MLN_SV("*")};
    const struct mln_scope s = {.images = {images, 2},
                                .containers = {containers, 1},
                                .namespaces = {namespaces, 1},
                                .nodes = {nodes, 1},
                                .labels = {labels, 4}};
    struct mln_container *c = mln_container_new();
    struct mln_sv hit, node = MLN_SV("node-1");

    (void)state;
    c->image = MLN_SV("shop");
    c->name = MLN_SV("web-1");
    mln_container_add_label(c, MLN_SV("io.kubernetes.pod.namespace"), MLN_SV("production"));
    mln_container_add_label(c, MLN_SV("tier"), MLN_SV("web"));
    mln_container_read_labels(c);
    assert_int_equal(mln_scope_match(&s, c, NULL, node, &hit), MLN_SCOPE_NO_LABEL);
    mln_container_add_label(c, MLN_SV("team"), MLN_SV(""));
    assert_int_equal(mln_scope_match(&s, c, NULL, node, &hit), MLN_SCOPE_MATCH);
    assert_true(mln_sv_eq(hit, MLN_SV("shop")));
    assert_int_equal(mln_scope_match(&s, c, NULL, MLN_SV("node-2"), &hit), MLN_SCOPE_NO_NODE);
    c->namespace_ = MLN_SV_NULL;
    assert_int_equal(mln_scope_match(&s, c, NULL, node, &hit), MLN_SCOPE_NO_NAMESPACE);
    c->name = MLN_SV("db");
    assert_int_equal(mln_scope_match(&s, c, NULL, node, &hit), MLN_SCOPE_NO_CONTAINER);
    c->image = MLN_SV("shops");
    assert_int_equal(mln_scope_match(&s, c, NULL, node, &hit), MLN_SCOPE_NO_IMAGE);
    assert_string_equal(mln_scope_field(MLN_SCOPE_NO_LABEL), "labels");
    assert_int_equal(mln_scope_match(&(struct mln_scope){.images = {NULL, 0}}, c, NULL, node, &hit),
                     MLN_SCOPE_MATCH);
    (void)mln_container_free(c);
}

static void test_labels_and_ports_have_limits(void **state)
{
    struct mln_container *c = mln_container_new();
    static char big[MLN_CONTAINER_LABEL_BYTES];

    (void)state;
    for (unsigned p = 40; p-- > 0;)
        mln_ports_add(c->ports, &c->n_ports, 8000 + p % 20);
    mln_ports_add(c->ports, &c->n_ports, 0);
    mln_ports_add(c->ports, &c->n_ports, 65536);
    assert_int_equal(c->n_ports, 20);
    assert_int_equal(c->ports[0], 8000);
    assert_int_equal(c->ports[19], 8019);
    for (unsigned p = 0; p < 40; p++)
        mln_ports_add(c->ports, &c->n_ports, 1 + p);
    assert_int_equal(c->n_ports, MLN_WORKLOAD_PORTS_MAX);
    mln_container_add_label(c, MLN_SV("big"), mln_sv(big, sizeof(big)));
    assert_true(c->labels_cut);
    assert_int_equal(c->n_labels, 0);
    for (unsigned i = 0; i < MLN_CONTAINER_LABELS_MAX + 1; i++)
        mln_container_add_label(c, MLN_SV("a"), MLN_SV("b"));
    assert_int_equal(c->n_labels, MLN_CONTAINER_LABELS_MAX);
    (void)mln_container_free(c);
}

static const char *shown(const char *written, const char *ref, struct mln_arena *a)
{
    struct mln_container *c = mln_container_new();
    struct mln_image *image = mln_image_new();

    c->image = mln_sv_str(written);
    c->image_id = MLN_SV(ID);
    if (ref)
        mln_image_add_ref(image, mln_sv_str(ref));
    struct mln_sv s = mln_arena_dup(a, mln_image_shown(c, image, a));
    (void)mln_container_free(c);
    (void)mln_image_free(image);
    return s.p;
}

static void test_an_image_is_shown_by_its_best_name(void **state)
{
    struct mln_arena a;

    (void)state;
    mln_arena_init(&a, 65536);
    assert_string_equal(shown("shop:1", "x:2", &a), "shop:1");
    assert_string_equal(shown("0123456789ab", "x:2", &a), "x:2");
    assert_string_equal(shown(ID, "x@" DIGEST, &a), "x@" DIGEST);
    assert_string_equal(shown(ID, NULL, &a), ID);
    mln_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_references_are_normalised),
        cmocka_unit_test(test_what_is_no_reference_is_refused),
        cmocka_unit_test(test_images_match_by_every_reference),
        cmocka_unit_test(test_all_fields_must_match_and_the_first_that_does_not_is_named),
        cmocka_unit_test(test_labels_and_ports_have_limits),
        cmocka_unit_test(test_an_image_is_shown_by_its_best_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
