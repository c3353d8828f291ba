/* The decoding lanes one by one, and the set of views that a value gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "engine/value.h"

typedef struct mln_sv (*lane_fn)(struct mln_arena *a, struct mln_sv s, uint32_t *flags);

struct lane_case {
    const char *in, *out;
};

static void check_lane(lane_fn fn, const struct lane_case *c, size_t n)
{
    struct mln_arena a;

    mln_arena_init(&a, 1 << 20);
    for (size_t i = 0; i < n; i++) {
        uint32_t flags = 0;
        struct mln_sv r = fn(&a, mln_sv_str(c[i].in), &flags);
        if (!mln_sv_eq(r, mln_sv_str(c[i].out)))
            fail_msg("\"%s\" gave \"%.*s\", not \"%s\"", c[i].in, MLN_SV_ARG(r), c[i].out);
    }
    mln_arena_done(&a);
}

static void test_url_lane_undoes_one_round(void **state)
{
    static const struct lane_case cases[] = {
        {"plain", "plain"},
        {"%3Cb%3e", "<b>"},
        {"%253C", "%3C"},
        {"100%", "100%"},
        {"%zz%41", "%zzA"},
        {"%u002e%u2215", "./"},
        {"%uff0e", "."},
        {"\xc0\xae\xc0\xaf", "./"},
        {"\xc1\x1c", "\\"},
        {"\xe0\x80\xaf", "/"},
        {"\xf8\x80\x80\x80\xae", "."},
        {"\xef\xbc\x9cscript\xef\xbc\x9e", "<script>"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"\xe9t\xe9", "\xe9t\xe9"},
    };

    (void)state;
    check_lane(mln_lane_url, cases, MLN_ARRAY_LEN(cases));
}

static void test_html_lane_reads_references_as_browsers_do(void **state)
{
    static const struct lane_case cases[] = {
        {"&lt;b&gt;", "<b>"},
        {"&#60;&#x3C;&#X3c", "<<<"},
        {"&ltb", "<b"},
        {"jav&Tab;a&colon;", "jav\ta:"},
        {"jav&Taba", "jav&Taba"},
        {"AT&T", "AT&T"},
        {"&#0;&#;&#x;", "&#0;&#;&#x;"},
        {"a&b=c", "a&b=c"},
        {"&#00000000060", "<"},
    };

    (void)state;
    check_lane(mln_lane_html, cases, MLN_ARRAY_LEN(cases));
}

static void test_js_and_css_lanes(void **state)
{
    static const struct lane_case js[] = {
        {"\\x3cb\\u003e\\u{3c}", "<b><"},
        {"\\74b", "<b"},
        {"a\\/b", "a/b"},
        {"\\q", "\\q"},
        {"\\x3", "\\x3"},
    };
    static const struct lane_case css[] = {
        {"\\3c b", "<b"}, {"\\00003Cb", "<b"}, {"exp\\72 ession", "expression"}};

    (void)state;
    check_lane(mln_lane_js, js, MLN_ARRAY_LEN(js));
    check_lane(mln_lane_css, css, MLN_ARRAY_LEN(css));
}

static void test_sh_and_sql_lanes(void **state)
{
    static const struct lane_case sh[] = {
        {"c''at /e\\tc", "cat /etc"}, {"cat${IFS}/etc", "cat /etc"},
        {"who$@ami", "whoami"},       {"p^ing", "ping"},
        {"cat$IFS$9x", "cat x"},      {"cat${IFS:0:1}x", "cat x"},
    };
    static const struct lane_case sql[] = {
        {"1/**/or/**/1", "1 or 1"},
        {"/*!50000union*/ /*!select*/ 1", " union   select  1"},
        {"a/*b", "a/*b"},
        {"u/*x*/nion", "u nion"},
    };

    (void)state;
    check_lane(mln_lane_sh, sh, MLN_ARRAY_LEN(sh));
    check_lane(mln_lane_sql, sql, MLN_ARRAY_LEN(sql));
}

static void test_base64_lane_wants_text(void **state)
{
    static const struct lane_case cases[] = {
        {"PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "<script>alert(1)</script>"},
        {"PHNjcmlwdD4", "PHNjcmlwdD4"},
        {"AAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAA"},
        {"thisIsAnOrdinaryIdentifier", "thisIsAnOrdinaryIdentifier"},
    };

    (void)state;
    check_lane(mln_lane_base64, cases, MLN_ARRAY_LEN(cases));
}

static bool has_view(const struct mln_views *vs, const char *text)
{
    for (uint32_t i = 0; i < vs->n; i++)
        if (mln_sv_eq(mln_sv(vs->v[i].p, vs->v[i].n), mln_sv_str(text)))
            return true;
    return false;
}

static void test_views_reach_the_fixpoint_and_count_rounds(void **state)
{
    struct mln_arena a;
    struct mln_views vs;

    (void)state;
    mln_arena_init(&a, 1 << 20);
    mln_views_build(&a, MLN_SV("%25253Cscript%25253E"), MLN_LOC_QUERY, &vs);
    assert_true(has_view(&vs, "<script>"));
    assert_int_equal(vs.v[1].rounds, 3);
    mln_views_build(&a, MLN_SV("plain text, nothing to undo"), MLN_LOC_QUERY, &vs);
    assert_int_equal(vs.n, 1);
    mln_views_build(&a, MLN_SV("JTNDc2NyaXB0JTNFYWxlcnQoMSk8L3NjcmlwdD4="), MLN_LOC_QUERY, &vs);
    assert_true(has_view(&vs, "<script>alert(1)</script>"));
    mln_views_build(&a, MLN_SV("%25252525252525252541"), MLN_LOC_QUERY, &vs);
    assert_true(vs.budget_hit);
    mln_arena_done(&a);
}

static void test_views_survive_no_memory(void **state)
{
    struct mln_arena a;
    struct mln_views vs;

    (void)state;
    mln_arena_init(&a, 0);
    mln_views_build(&a, MLN_SV("%3Cscript%3E&lt;'\\x41"), MLN_LOC_QUERY, &vs);
    assert_int_equal(vs.n, 1);
    mln_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url_lane_undoes_one_round),
        cmocka_unit_test(test_html_lane_reads_references_as_browsers_do),
        cmocka_unit_test(test_js_and_css_lanes),
        cmocka_unit_test(test_sh_and_sql_lanes),
        cmocka_unit_test(test_base64_lane_wants_text),
        cmocka_unit_test(test_views_reach_the_fixpoint_and_count_rounds),
        cmocka_unit_test(test_views_survive_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
