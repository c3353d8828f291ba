/* The JSON of the OCI runtime specification, and the messages of the hook. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/hook.h"
#include "runtime/oci.h"

#define HOOK "{\"path\":\"/h\"}"

static void expect_config(const char *before, const char *after)
{
    struct mln_buf out = {0}, twice = {0};

    assert_int_equal(mln_oci_add_hook(mln_sv_str(before), MLN_SV(HOOK), &out), 0);
    mln_buf_add_char(&out, '\0');
    assert_string_equal(out.p, after);
    assert_int_equal(mln_oci_add_hook(mln_sv_str(after), MLN_SV(HOOK), &twice), 0);
    mln_buf_add_char(&twice, '\0');
    assert_string_equal(twice.p, after); /* it is there already */
    mln_buf_done(&out);
    mln_buf_done(&twice);
}

static void test_a_hook_is_added_and_nothing_else_changes(void **state)
{
    (void)state;
    expect_config("{}", "{\"hooks\":{\"createRuntime\":[" HOOK "]}}");
    expect_config("{\"ociVersion\":\"1.0.2\"}",
                  "{\"hooks\":{\"createRuntime\":[" HOOK "]},\"ociVersion\":\"1.0.2\"}");
    expect_config(" {\"a\":18446744073709551615,\"hooks\":{ }}\n",
                  " {\"a\":18446744073709551615,\"hooks\":{\"createRuntime\":[" HOOK "] }}\n");
    expect_config("{\"hooks\":null,\"b\":1e400}",
                  "{\"hooks\":{\"createRuntime\":[" HOOK "]},\"b\":1e400}");
    expect_config("{\"hooks\":{\"prestart\":[{\"path\":\"/p\"}]}}",
                  "{\"hooks\":{\"createRuntime\":[" HOOK "],\"prestart\":[{\"path\":\"/p\"}]}}");
    expect_config("{\"hooks\":{\"createRuntime\":null,\"x\":[]}}",
                  "{\"hooks\":{\"createRuntime\":[" HOOK "],\"x\":[]}}");
    expect_config("{\"hooks\":{\"createRuntime\":[ ]}}",
                  "{\"hooks\":{\"createRuntime\":[ " HOOK "]}}");
    expect_config("{\"hooks\":{\"createRuntime\":[{\"path\":\"/net\"}]}}",
                  "{\"hooks\":{\"createRuntime\":[{\"path\":\"/net\"}," HOOK "]}}");
}

/* A tenant's text that looks like what is looked for is a text. */
static void test_texts_of_tenants_are_stepped_over(void **state)
{
    (void)state;
    expect_config(
        "{\"annotations\":{\"hooks\":{\"createRuntime\":[]},\"a\":\"}]\\\"hooks\\\":{\"}}",
        "{\"hooks\":{\"createRuntime\":[" HOOK "]},\"annotations\":{\"hooks\":{"
        "\"createRuntime\":[]},\"a\":\"}]\\\"hooks\\\":{\"}}");
}

static void test_what_is_no_configuration_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{",
        "{\"hooks\":[]}",
        "{\"hooks\":{",
        "{\"a\" 1}",
        "{\"hooks\":1}",
        "{a:1}",
        "{\"a\":\"\\\"}",
        "{\"a\":{\"b\":[}",
        "{\"hooks\":{\"createRuntime\":{}}}",
        "{\"a\":,\"b\":1}",
        "{\"a\":1 \"b\":2}",
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(bad); i++) {
        struct mln_buf out = {0};
        if (mln_oci_add_hook(mln_sv_str(bad[i]), MLN_SV(HOOK), &out) != -EBADMSG)
            fail_msg("%s", bad[i]);
        mln_buf_done(&out);
    }
}

static void test_a_state_is_read(void **state)
{
    struct mln_oci_state s;

    (void)state;
    assert_int_equal(mln_oci_state_read(
                         MLN_SV("{\"ociVersion\":\"1.0.2\",\"id\":\"web\",\"status\":\"creating\","
                                "\"pid\":4711,\"bundle\":\"/run/x/moby/web\",\"annotations\":{"
                                "\"pid\":1,\"id\":\"other\",\"t\":\"\\\"pid\\\":2\"}}"),
                         &s),
                     0);
    assert_int_equal(s.pid, 4711);
    assert_true(mln_sv_eq(s.id, MLN_SV("web")) && mln_sv_eq(s.bundle, MLN_SV("/run/x/moby/web")));
    static const char *const bad[] = {
        "",
        "{}",
        "{\"id\":\"a\",\"pid\":0,\"bundle\":\"/b\"}",
        "{\"id\":\"a\",\"pid\":-1,\"bundle\":\"/b\"}",
        "{\"id\":\"a\",\"pid\":4294967296,\"bundle\":\"/b\"}",
        "{\"id\":\"a\",\"pid\":\"1\",\"bundle\":\"/b\"}",
        "{\"id\":\"a\\u0000\",\"pid\":1,\"bundle\":\"/b\"}",
        "{\"id\":\"\",\"pid\":1,\"bundle\":\"/b\"}",
        "{\"id\":1,\"pid\":1,\"bundle\":\"/b\"}",
        "{\"id\":\"a\",\"pid\":1}",
    };
    for (size_t i = 0; i < MLN_ARRAY_LEN(bad); i++)
        if (mln_oci_state_read(mln_sv_str(bad[i]), &s) != -EBADMSG)
            fail_msg("%s", bad[i]);
}

static struct mln_hook_ask good(void)
{
    return (struct mln_hook_ask){
        .version = MLN_HOOK_VERSION, .pid = 7, .limit_ms = 2000, .ns = "k8s.io", .id = "web"};
}

static void test_questions_out_of_range_are_refused(void **state)
{
    struct mln_hook_ask a = good();

    (void)state;
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), 0);
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a) - 1), -EPROTO);
    a.ns[0] = '\0'; /* of a runtime without namespaces */
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), 0);
    a = good(), a.version++;
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), a.pid = 0;
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), a.pid = UINT32_MAX;
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), a.limit_ms = MLN_HOOK_LIMIT_MS_MAX + 1;
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), a.ended = 2;
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), a.id[0] = '\0';
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), a.id[0] = '/';
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
    a = good(), memset(a.ns, 'a', sizeof(a.ns));
    assert_int_equal(mln_hook_ask_check(&a, sizeof(a)), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hook_is_added_and_nothing_else_changes),
        cmocka_unit_test(test_texts_of_tenants_are_stepped_over),
        cmocka_unit_test(test_what_is_no_configuration_is_refused),
        cmocka_unit_test(test_a_state_is_read),
        cmocka_unit_test(test_questions_out_of_range_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
