/* Script in a browser's report of a broken policy is no attack; anything else there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/txn.h"
#include "policy/policy.h"

#define CSP "application/csp-report"
#define REPORTS "application/reports+json"
#define SCRIPT "document.write('<script>"

static const char rule[] = "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"
                           "spec: {mode: enforce}\n";

static const struct {
    const char *type, *body;
    int step;
} cases[] = {
    {CSP, "{\"csp-report\":{\"script-sample\":\"" SCRIPT "\"}}", MLN_STEP_MORE},
    {CSP, "{\"csp-report\":{\"blocked-uri\":\"javascript:alert(1)\"}}", MLN_STEP_MORE},
    {CSP, "{\"csp-report\":{\"blocked-uri\":\"data:text/html,<b>\"}}", MLN_STEP_MORE},
    {REPORTS "; charset=utf-8", "[{\"body\":{\"sample\":\"alert(1)\"}}]", MLN_STEP_MORE},
    {CSP, "{\"csp-report\":{\"document-uri\":\"" SCRIPT "\"}}", MLN_STEP_STOP},
    {"application/json", "{\"csp-report\":{\"script-sample\":\"" SCRIPT "\"}}", MLN_STEP_STOP},
    {CSP, "{\"csp-report\":{\"script-sample\":\"' union select a from b--\"}}", MLN_STEP_STOP},
};

static int judge(struct mln_engine *e, const struct mln_snapshot *snap, const char *type,
                 const char *body)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_head head;
    struct mln_arena a;
    char raw[256];
    int n = snprintf(raw, sizeof(raw),
                     "POST /r HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     type, strlen(body));

    mln_arena_init(&a, 4 << 20);
    assert_int_equal(mln_h1_parse_request(raw, (size_t)n, &limits, &a, &head, &fault), 0);
    const struct mln_txn_params params = {
        .snap = snap, .rule = mln_snap_rule_first(snap), .arena = &a};
    struct mln_txn *t = mln_txn_new(e, &params);
    assert_non_null(t);
    int step = mln_txn_request_head(t, &head);
    if (step == MLN_STEP_MORE)
        step = mln_txn_request_body(t, mln_sv_str(body));
    if (step == MLN_STEP_MORE)
        step = mln_txn_request_end(t, NULL, 0);
    t = mln_txn_free(t);
    mln_arena_done(&a);
    return step;
}

static void test_samples_are_data(void **state)
{
    struct mln_engine *e = mln_engine_new(&(struct mln_engine_config){.hash_key = {1, 2}});
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf blob = {0};
    struct mln_snapshot snap;

    (void)state;
    assert_int_equal(mln_policy_load_text("t", MLN_SV(rule), &p, &diags), 0);
    assert_int_equal(mln_policy_compile(p, &blob), 0);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &snap), 0);
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        if (judge(e, &snap, cases[i].type, cases[i].body) != cases[i].step)
            fail_msg("%s", cases[i].body);
    p = mln_policy_free(p);
    mln_diags_done(&diags);
    e = mln_engine_free(e);
    mln_buf_done(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples_are_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
