/* Policies: what is accepted, how errors are told, and what a blob survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/pattern.h"
#include "engine/snapshot.h"
#include "engine/txn.h"
#include "http/field.h"
#include "intel/prefix_set.h"
#include "policy/policy.h"

#define HEAD "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"

static int load(const char *text, struct mln_policy **p, struct mln_buf *out)
{
    struct mln_diags diags = {0};
    int r = mln_policy_load_text("p.yaml", mln_sv_str(text), p, &diags);

    mln_buf_clear(out);
    mln_diags_print(&diags, out);
    mln_diags_done(&diags);
    return r;
}

static void test_errors_say_where_what_and_what_was_meant(void **state)
{
    static const struct {
        const char *text, *expect;
    } table[] = {
        {HEAD "spec:\n  mod: enforce\n",
         "p.yaml:5:3: error: spec: unknown field \"mod\"; did you mean mode?"},
        {HEAD "spec: {mode: enforced}\n",
         "p.yaml:4:14: error: spec.mode: expected one of off, shadow, enforce; found \"enforced\" "
         "(did you mean enforce?)"},
        {HEAD "spec:\n  protections:\n    sqly: prevent\n",
         "p.yaml:6:5: error: spec.protections: unknown protection \"sqly\"; did you mean sqli?"},
        {HEAD "spec: {protections: {code: {subs: {xxee: off}}}}\n",
         "code has no sub-id \"xxee\"; did you mean xxe?"},
        {HEAD "spec: {limits: {body_inspect: 1Kib}}\n", "expected a size like 128KiB"},
        {HEAD "spec: {limits: {read_timeout: 10}}\n", "expected a duration like 150ms"},
        {HEAD "spec: {limits: {depth: 100000}}\n", "depth must be from 2 to 250"},
        {HEAD "spec: {mode: off, mode: off}\n", "this key stands twice"},
        {HEAD "spec: {access: {deny: [nowhere]}}\n",
         "\"nowhere\" is neither a NetworkList of this policy nor a CIDR"},
        {HEAD "spec: {access: {deny: [\"10.0.0.1/8\"]}}\n", "neither a NetworkList"},
        {HEAD "spec: {headers: [{name: X, match: \"a(b\"}]}\n", "groups are not part"},
        {HEAD "spec: {headers: [{name: X}]}\n", "asks for nothing"},
        {HEAD "spec: {custom: []}\n", "later version"},
        {HEAD "spec: {protections: {leakage: prevent}}\n", "later version"},
        {HEAD "spec: {exceptions: [{path: \"/x\"}]}\n", "names a protection"},
        {HEAD "spec: {block: {page: gone}}\n", "there is no Page named \"gone\""},
        {HEAD "spec: &a {mode: off}\n", "anchors"},
        {"kind: Rule\n", "apiVersion"},
        {"apiVersion: merlon.dev/v1\nkind: Rul\n", "did you mean Rule?"},
        {"a: [\n", "p.yaml:2:1: error"},
        {"", "there is no Rule"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_policy *p = NULL;
        struct mln_buf out = {0};
        assert_int_not_equal(load(table[i].text, &p, &out), 0);
        if (mln_sv_find(mln_buf_sv(&out), mln_sv_str(table[i].expect)) == SIZE_MAX)
            fail_msg("case %zu:\n%.*s\ndoes not say\n%s", i, MLN_SV_ARG(mln_buf_sv(&out)),
                     table[i].expect);
        assert_null(p);
        mln_buf_done(&out);
    }
}

static const char full[] =
    "apiVersion: merlon.dev/v1\nkind: NetworkList\nmetadata: {name: office}\nspec: {cidrs: "
    "[\"198.51.100.0/24\", \"2001:db8::/32\"]}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Page\nmetadata: {name: own}\nspec: {html: "
    "\"<h1>{{event_id}}</h1>\"}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: second, order: 20}\n---\n" HEAD
    "spec:\n  mode: shadow\n  sensitivity: high\n  endpoints: [{port: 8080, host: "
    "\"Shop.example\", path: \"/*\"}]\n"
    "  protections:\n    sqli: alert\n    code: {action: prevent, subs: {ssrf: alert}}\n"
    "    csrf: {action: prevent, origins: [\"https://shop.example\"], samesite: lax}\n    "
    "clickjacking: {action: prevent, value: deny}\n"
    "    leakage: off\n    malformed: {action: prevent, drop_underscore_names: false}\n"
    "  access: {allow: [office], deny: [\"203.0.113.0/24\"], skip: [sqli], trusted_proxies: "
    "[\"10.20.0.7/32\"]}\n"
    "  headers: [{name: X-Api-Key, require: true, match: \"^[0-9a-f]{4}$\", action: prevent}]\n"
    "  exceptions: [{protection: sqli, location: query, name: q, path: \"/search\", reason: text, "
    "expires: 2027-01-01}]\n"
    "  limits: {body_inspect: 1MiB, read_timeout: 3s}\n  block: {status: 418, page: own}\n  "
    "on_error: pass\n";

static void compile_full(struct mln_buf *blob)
{
    struct mln_policy *p = NULL;
    struct mln_buf out = {0};

    if (load(full, &p, &out) != 0)
        fail_msg("%.*s", MLN_SV_ARG(mln_buf_sv(&out)));
    assert_int_equal(mln_policy_rule_count(p), 2);
    assert_int_equal(mln_policy_compile(p, blob), 0);
    (void)mln_policy_free(p);
    mln_buf_done(&out);
}

static void test_policy_reaches_the_snapshot(void **state)
{
    struct mln_buf blob = {0};
    struct mln_snapshot s;
    struct mln_addr a;

    (void)state;
    compile_full(&blob);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &s), 0);
    const struct mln_snap_rule *r = mln_snap_rule_first(&s);
    assert_true(mln_sv_eq(mln_snap_str(&s, r->name), MLN_SV("second"))); /* order 20 before 100 */
    r = &s.rules[1];
    assert_int_equal(r->mode, MLN_MODE_SHADOW);
    assert_int_equal(r->sensitivity, MLN_SENS_HIGH);
    assert_int_equal(r->action[MLN_DET_SQLI_union], MLN_ACT_ALERT);
    assert_int_equal(r->action[MLN_DET_CODE_ssrf], MLN_ACT_ALERT);
    assert_int_equal(r->action[MLN_DET_CODE_php], MLN_ACT_PREVENT);
    assert_int_equal(r->limit[MLN_LIMIT_body_inspect], 1 << 20);
    assert_int_equal(r->limit[MLN_LIMIT_read_timeout], 3 * MLN_NSEC_PER_SEC);
    assert_int_equal(r->block_status, 418);
    assert_int_equal(r->on_error, MLN_ON_ERROR_PASS);
    assert_false(r->drop_underscore_names);
    assert_true(mln_sv_eq(mln_snap_str(&s, r->frame_value), MLN_SV("DENY")));
    assert_int_equal(mln_addr_parse(MLN_SV("198.51.100.77"), &a), 0);
    assert_true(mln_snap_lists_have(&s, r->allow, &a));
    assert_false(mln_snap_lists_have(&s, r->deny, &a));
    assert_int_equal(mln_addr_parse(MLN_SV("2001:db8:1::5"), &a), 0);
    assert_true(mln_snap_lists_have(&s, r->allow, &a));
    const struct mln_snap_exception *x = mln_snap_exception(&s, r->exceptions.first);
    assert_int_equal(x->protection, MLN_PROT_SQLI);
    assert_int_equal(x->location, MLN_LOC_QUERY);
    assert_true(x->expires > 0);
    mln_buf_done(&blob);
}

static void test_blobs_are_deterministic(void **state)
{
    struct mln_buf a = {0}, b = {0};

    (void)state;
    compile_full(&a);
    compile_full(&b);
    assert_true(mln_sv_eq(mln_buf_sv(&a), mln_buf_sv(&b)));
    mln_buf_done(&a);
    mln_buf_done(&b);
}

/* A blob that was changed anywhere is refused or harmless; a sanitizer watches. */
static void test_damaged_blobs_do_no_harm(void **state)
{
    struct mln_buf blob = {0};

    (void)state;
    compile_full(&blob);
    for (size_t len = 0; len < blob.len; len += 7) {
        struct mln_snapshot s;
        void *copy = aligned_alloc(8, (len + 8) & ~(size_t)7);
        assert_non_null(copy);
        memcpy(copy, blob.p, len);
        assert_true(mln_snapshot_open(copy, len, &s) < 0);
        free(copy);
    }
    char *copy = aligned_alloc(8, (blob.len + 8) & ~(size_t)7);
    assert_non_null(copy);
    for (size_t i = 0; i < blob.len; i++) {
        struct mln_snapshot s;
        memcpy(copy, blob.p, blob.len);
        copy[i] = (char)(copy[i] ^ 0xff);
        if (mln_snapshot_open(copy, blob.len, &s) < 0)
            continue;
        for (uint32_t r = 0; r < s.n_rules; r++) {
            struct mln_addr a = {{0}};
            (void)mln_snap_lists_have(&s, s.rules[r].deny, &a);
            (void)mln_snap_globs_match(&s, s.rules[r].csrf_origins, MLN_SV("x"), true);
            (void)mln_snap_str(&s, s.rules[r].name);
        }
    }
    free(copy);
    mln_buf_done(&blob);
}

static void test_every_field_is_explained(void **state)
{
    struct mln_buf all = {0}, one = {0};

    (void)state;
    assert_int_equal(mln_policy_explain(NULL, &all), 0);
    assert_true(mln_sv_find(mln_buf_sv(&all), MLN_SV("spec.limits.body_inspect")) != SIZE_MAX);
    assert_true(mln_sv_find(mln_buf_sv(&all), MLN_SV("spec.protections.code.subs.log4j")) !=
                SIZE_MAX);
    assert_int_equal(mln_policy_explain("spec.limits.body_inspect", &one), 0);
    assert_true(mln_sv_find(mln_buf_sv(&one), MLN_SV("128KiB")) != SIZE_MAX);
    mln_buf_clear(&one);
    assert_true(mln_policy_explain("spec.limits.body_inspec", &one) < 0);
    assert_true(mln_sv_find(mln_buf_sv(&one), MLN_SV("did you mean spec.limits.body_inspect?")) !=
                SIZE_MAX);
    mln_buf_done(&all);
    mln_buf_done(&one);
}

static void test_patterns_match_whole_texts(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } table[] = {
        {"^[0-9a-f]{4}$", "12af", true},
        {"[0-9a-f]{4}", "12a", false},
        {"[0-9a-f]{4}", "12af0", false},
        {"a*b", "aaab", true},
        {"a*b", "b", true},
        {"a+b", "b", false},
        {"a?b", "ab", true},
        {"a{2,3}", "aaaa", false},
        {"a{2,}", "aaaaa", true},
        {"x|yz", "yz", true},
        {"x|yz", "xz", false},
        {"[^/]+", "a/b", false},
        {"\\d+\\.\\d", "10.5", true},
        {".*", "", true},
        {"(a)", "a", false},
        {"", "", true},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        if (mln_pattern_match(mln_sv_str(table[i].pattern), mln_sv_str(table[i].text)) !=
            table[i].match)
            fail_msg("%s on %s", table[i].pattern, table[i].text);
}

static void test_prefix_sets_agree_with_a_plain_search(void **state)
{
    struct mln_prefix set[200], plain[200];
    uint64_t seed = 1;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(set); i++) {
        memset(&set[i], 0, sizeof(set[i]));
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        set[i].bits = (uint8_t)(1 + (seed >> 40) % 24);
        for (unsigned b = 0; b < set[i].bits; b++)
            if (seed >> (b % 40) & 1)
                set[i].addr.b[b / 8] |= (uint8_t)(0x80u >> (b % 8));
    }
    memcpy(plain, set, sizeof(set));
    size_t n = mln_prefix_set_build(set, MLN_ARRAY_LEN(set));
    for (unsigned k = 0; k < 20000; k++) {
        struct mln_addr a = {{0}};
        bool want = false;
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        memcpy(a.b, &seed, 8);
        for (size_t i = 0; i < MLN_ARRAY_LEN(plain); i++)
            want = want || mln_prefix_has(&plain[i], &a);
        assert_int_equal(mln_prefix_set_has(set, n, &a), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_say_where_what_and_what_was_meant),
        cmocka_unit_test(test_policy_reaches_the_snapshot),
        cmocka_unit_test(test_blobs_are_deterministic),
        cmocka_unit_test(test_damaged_blobs_do_no_harm),
        cmocka_unit_test(test_every_field_is_explained),
        cmocka_unit_test(test_patterns_match_whole_texts),
        cmocka_unit_test(test_prefix_sets_agree_with_a_plain_search),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
