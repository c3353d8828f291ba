/* Engine, policies and audits with the n-th allocation failing: nothing crashes or leaks (a
 * sanitizer watches), no attack passes, no policy loses a rule, no record tells something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/rollup.h"
#include "merlon/merlon.h"
#include "policy/policy.h"
#include "../failing_memory.h"

/* ---- requests ---- */

#define SQL "1' UNION SELECT password FROM users--"
#define POST "POST /p HTTP/1.1\r\nHost: a\r\nContent-Type: "
#define CHUNKED "\r\nTransfer-Encoding: chunked\r\n\r\n"

struct request {
    const char *name, *raw;
    size_t len;
};

#define R(name, raw)                                                                               \
    {                                                                                              \
        name, raw, sizeof(raw) - 1                                                                 \
    }

static const struct request attacks[] = {
    R("query",
      "GET /?a=1&b=%31%27%20UNION%20SELECT%20password%20FROM%20users-- HTTP/1.1\r\nHost: a\r\n"
      "User-Agent: x\r\nCookie: a=1; b=2\r\n\r\n"),
    R("path", "GET /x/..;/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"),
    R("cookie", "GET / HTTP/1.1\r\nHost: a\r\nCookie: a=\"x\\054\"; b=" SQL "\r\n\r\n"),
    R("header", "GET / HTTP/1.1\r\nHost: a\r\nX-A: " SQL "\r\n\r\n"),
    R("form",
      POST "application/x-www-form-urlencoded" CHUNKED
           "3b\r\na=1&b=%31%27%20UNION%20SELECT%20password%20FROM%20users--&c\r\n0\r\n\r\n"),
    R("json",
      POST "application/json" CHUNKED
           "4d\r\n{\"a\":[1,{\"b\":\"\\u0031\"}],\"deep\":{\"q\":\"1' UNION SELECT password "
           "FROM users--\"}}\r\n0\r\n\r\n"),
    R("xml", POST "text/xml" CHUNKED
                  "39\r\n<a><b c=\"d\">1' UNION SELECT password FROM users--</b></a>\r\n0\r\n\r\n"),
    R("multipart", POST "multipart/form-data; boundary=\"b\"" CHUNKED
                        "5f\r\n--b\r\nContent-Disposition: form-data; name=\"q\"\r\n\r\n"
                        "1' UNION SELECT password FROM users--\r\n--b--\r\n\r\n0\r\n\r\n"),
    R("gzip", POST "application/x-www-form-urlencoded\r\nContent-Encoding: gzip" CHUNKED "41\r\n"
                   "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\xb4\x35\x54\x35\x32\x57\x35"
                   "\x32\x08\xf5\xf3\xf4\xf7\x03\xd2\xc1\xae\x3e\xae\xce\x21\x40\x46\x41\x62"
                   "\x71\x71\x79\x7e\x51\x0a\x90\xe9\x16\xe4\xef\x0b\xa4\x4a\x8b\x53\x8b\x8a"
                   "\x75\x75\x01\x71\xd7\x55\xe2\x33\x00\x00\x00"
                   "\r\n0\r\n\r\n"),
    R("br", POST "application/x-www-form-urlencoded\r\nContent-Encoding: br" CHUNKED "37\r\n"
                 "\x0f\x19\x80\x71\x3d\x31\x25\x32\x37\x25\x32\x30\x55\x4e\x49\x4f"
                 "\x4e\x25\x32\x30\x53\x45\x4c\x45\x43\x54\x25\x32\x30\x70\x61\x73"
                 "\x73\x77\x6f\x72\x64\x25\x32\x30\x46\x52\x4f\x4d\x25\x32\x30\x75"
                 "\x73\x65\x72\x73\x2d\x2d\x03"
                 "\r\n0\r\n\r\n"),
    R("zstd", POST "application/x-www-form-urlencoded\r\nContent-Encoding: zstd" CHUNKED "40\r\n"
                   "\x28\xb5\x2f\xfd\x04\x58\x99\x01\x00\x71\x3d\x31\x25\x32\x37\x25"
                   "\x32\x30\x55\x4e\x49\x4f\x4e\x25\x32\x30\x53\x45\x4c\x45\x43\x54"
                   "\x25\x32\x30\x70\x61\x73\x73\x77\x6f\x72\x64\x25\x32\x30\x46\x52"
                   "\x4f\x4d\x25\x32\x30\x75\x73\x65\x72\x73\x2d\x2d\x0c\x19\x21\x5d"
                   "\r\n0\r\n\r\n"),
    R("file", POST "multipart/form-data; boundary=b" CHUNKED
                   "6a\r\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.p"
                   "hp\"\r\nContent-Type: image/png\r\n\r\nhello\r\n--b--\r\n\r\n0\r\n\r\n"),
    R("file as text",
      POST "application/json" CHUNKED
           "36\r\n{\"a\":\"data:image/png;base64,f0VMRgIBAQAAAAAAAAAAAA==\"}\r\n0\r\n\r\n"),
    R("base64", "GET /?a=MScgVU5JT04gU0VMRUNUIHBhc3N3b3JkIEZST00gdXNlcnMtLQ== HTTP/1.1\r\nHost: "
                "a\r\n\r\n"),
    R("trailer", POST "text/plain\r\nTrailer: X-A" CHUNKED "1\r\na\r\n0\r\nX-A: " SQL "\r\n\r\n"),
};

/* The last action; PREVENT when the caller would not have passed it on either. */
static int judge(const struct merlon_policy *policy, const struct request *r)
{
    struct merlon_engine *e = merlon_engine_new(&(struct merlon_options){.key = {1, 2}});
    struct merlon_txn *t = e ? merlon_txn_new(e, policy, NULL, 0) : NULL;
    int action = MERLON_PREVENT, step = t ? MERLON_MORE : -ENOMEM;
    size_t used;

    for (size_t at = 0; at < r->len && step == MERLON_MORE; at += used)
        step = merlon_txn_feed(t, r->raw + at, r->len - at < 40 ? r->len - at : 40, &used);
    if (step >= 0)
        action = merlon_txn_end(t)->action;
    t = merlon_txn_free(t);
    e = merlon_engine_free(e);
    return action;
}

struct judged {
    struct merlon_policy *policy;
    const struct request *r;
};

static void attack_is_refused(void *arg, bool whole)
{
    const struct judged *j = arg;

    (void)whole;
    if (judge(j->policy, j->r) != MERLON_PREVENT)
        fail_msg("%s passed when allocation %zu failed%s", j->r->name, memory.failed,
                 memory.for_good ? " with all that follow" : "");
}

static struct merlon_policy *defaults(void)
{
    struct merlon_policy *p = NULL;
    char why[256];

    assert_int_equal(merlon_policy_load(NULL, 0, &p, why, sizeof(why)), 0);
    return p;
}

static void test_no_attack_passes_for_want_of_memory(void **state)
{
    struct judged j = {.policy = defaults()};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++) {
        j.r = &attacks[i];
        each_failure(attack_is_refused, &j);
    }
    j.policy = merlon_policy_free(j.policy);
}

static void test_no_exception_widens_for_want_of_memory(void **state)
{
    static const char text[] =
        "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"
        "spec:\n  endpoints: [{path: \"/X/*\"}]\n"
        "  exceptions: [{protection: sqli, path: \"/s/*\", host: a, name: q, reason: x}]\n";
    static const struct request narrow[] = {
        R("climbs", "GET /s/%2e%2e;a/x/y?q=1'+UNION+SELECT+a+FROM+b-- HTTP/1.1\r\nHost: a\r\n\r\n"),
        R("override", "GET /s/a?q=1'+UNION+SELECT+a+FROM+b-- HTTP/1.1\r\nHost: a\r\n"
                      "X-Original-URL: /x/a%2fb\r\n\r\n"),
        R("host", "GET /x/%2e%2e/s/a?q=1'+UNION+SELECT+a+FROM+b-- HTTP/1.1\r\nHost: a\r\n"
                  "Forwarded: host=b\r\n\r\n"),
    };
    struct judged j = {NULL, NULL};
    char why[256];

    (void)state;
    assert_int_equal(merlon_policy_load(text, sizeof(text) - 1, &j.policy, why, sizeof(why)), 0);
    for (size_t i = 0; i < MLN_ARRAY_LEN(narrow); i++) {
        j.r = &narrow[i];
        each_failure(attack_is_refused, &j);
    }
    j.policy = merlon_policy_free(j.policy);
}

static void request_without_attack(void *arg, bool whole)
{
    const struct judged *j = arg;
    int action = judge(j->policy, j->r);

    assert_true(action == MERLON_PASS || action == MERLON_PREVENT);
    if (whole)
        assert_int_equal(action, MERLON_PASS);
}

static void test_honest_requests_pass_or_are_refused(void **state)
{
    static const struct request honest[] = {
        R("plain", "GET /a/b?c=d+e&f=%20g HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\n\r\n"),
        R("gzip", POST "application/json\r\nContent-Encoding: gzip\r\nContent-Length: 39\r\n\r\n"
                       "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x52\x4a\x52"
                       "\x48\x56\xd2\x51\x4a\x51\xb2\x8a\x36\x8c\xad\x05\x00\xf2\x44\x43\x5e\x13"
                       "\x00\x00\x00"),
    };
    struct judged j = {.policy = defaults()};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(honest); i++) {
        j.r = &honest[i];
        each_failure(request_without_attack, &j);
    }
    j.policy = merlon_policy_free(j.policy);
}

/* ---- policies ---- */

static const char policy_text[] =
    "apiVersion: merlon.dev/v1\nkind: NetworkList\nmetadata: {name: office}\n"
    "spec: {cidrs: [\"198.51.100.0/24\", \"2001:db8::/32\"]}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Page\nmetadata: {name: own}\n"
    "spec: {html: \"<p>{{event_id}}</p>\"}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"
    "spec:\n  scope: {images: [\"*/shop:*\"]}\n"
    "  endpoints: [{port: 80, host: \"*.example\", path: \"/*\"}]\n"
    "  protections: {csrf: {action: prevent, origins: [\"https://a.example\"]}, xss: alert}\n"
    "  access: {allow: [office], deny: [\"203.0.113.0/24\"]}\n"
    "  headers: [{name: X-Key, match: \"[0-9a-f]{4}\", require: true}]\n"
    "  exceptions: [{protection: sqli, location: query, name: q, path: \"/s*\", reason: x}]\n"
    "  block: {page: own}\n";

static int compile(const char *text, struct mln_buf *blob)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    int r = mln_policy_load_text("t", mln_sv_str(text), &p, &diags);

    if (r == 0)
        r = mln_policy_compile(p, blob);
    p = mln_policy_free(p);
    mln_diags_done(&diags);
    return r;
}

static void policy_is_whole_or_refused(void *arg, bool whole)
{
    const struct mln_buf *good = arg;
    struct mln_buf blob = {0};
    int r = compile(policy_text, &blob);

    if (whole)
        assert_int_equal(r, 0);
    if (r == 0 && !mln_sv_eq(mln_buf_sv(&blob), mln_buf_sv(good)))
        fail_msg("another policy when allocation %zu failed", memory.failed);
    mln_buf_done(&blob);
}

static void test_a_policy_is_whole_or_refused(void **state)
{
    struct mln_buf good = {0};

    (void)state;
    assert_int_equal(compile(policy_text, &good), 0);
    each_failure(policy_is_whole_or_refused, &good);
    mln_buf_done(&good);
}

static void bad_policy_is_refused(void *arg, bool whole)
{
    struct mln_buf blob = {0};

    (void)whole;
    assert_int_not_equal(compile(arg, &blob), 0);
    mln_buf_done(&blob);
}

static void test_a_bad_policy_is_refused_whatever_fails(void **state)
{
    static char text[] = "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"
                         "spec: {mode: enforc, nonsense: 1, access: {deny: [nowhere]}}\n";

    (void)state;
    each_failure(bad_policy_is_refused, text);
}

static void explanation(void *arg, bool whole)
{
    struct mln_buf out = {0};
    int r = mln_policy_explain(arg, &out);

    if (whole)
        assert_int_equal(r, 0);
    mln_buf_done(&out);
}

static void test_explanations(void **state)
{
    static char key[] = "body_inspect";

    (void)state;
    each_failure(explanation, key);
}

/* ---- audits ---- */

static void record_is_whole_or_failed(void *arg, bool whole)
{
    struct mln_audit_record r = {.revision = 1, .count = 1}, copy;
    struct mln_buf wire = {0}, json = {0};
    bool masked = false;

    (void)arg;
    r.protection = MLN_SV("sqli");
    r.request.path = MLN_SV("/a/\x1b[31m\n");
    r.field.location = MLN_LOC_MAX;
    mln_audit_encode(&r, &wire);
    if (!mln_buf_failed(&wire)) {
        assert_int_equal(mln_audit_decode(mln_buf_sv(&wire), &copy), 0);
        mln_audit_json(&copy, &json);
        mln_redact_value(&json, MLN_SV("password=x"), false, &masked);
    }
    if (whole)
        assert_false(mln_buf_failed(&wire) || mln_buf_failed(&json));
    mln_buf_done(&wire);
    mln_buf_done(&json);
}

static bool take_any(void *arg, const struct mln_audit_record *r)
{
    *(uint32_t *)arg = r->count;
    return true;
}

static void flood(void *arg, bool whole)
{
    struct mln_rollup *u = mln_rollup_new(&(struct mln_hash_key){1, 2});
    uint32_t count = 0;

    (void)arg;
    for (unsigned i = 0; u && i < 100; i++) {
        struct mln_audit_record r = {.revision = 1, .count = 1};
        if (mln_rollup_take(u, &r, 1000 + i) == MLN_ROLLUP_SKIP)
            (void)mln_rollup_keep(u, &r, 1000 + i);
    }
    if (u)
        mln_rollup_flush(u, UINT64_MAX, take_any, &count);
    assert_true(!count || count == 100);
    if (whole)
        assert_int_equal(count, 100);
    u = mln_rollup_free(u);
}

static void test_audits(void **state)
{
    (void)state;
    each_failure(record_is_whole_or_failed, NULL);
    each_failure(flood, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_attack_passes_for_want_of_memory),
        cmocka_unit_test(test_no_exception_widens_for_want_of_memory),
        cmocka_unit_test(test_honest_requests_pass_or_are_refused),
        cmocka_unit_test(test_a_policy_is_whole_or_refused),
        cmocka_unit_test(test_a_bad_policy_is_refused_whatever_fails),
        cmocka_unit_test(test_explanations),
        cmocka_unit_test(test_audits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
