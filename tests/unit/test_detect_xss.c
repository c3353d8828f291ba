/* The parts of the cross-site scripting detector: the JavaScript lexer and what it is asked, tags
 * and loose words, signals in their context, and the price of hostile input. The lists of attacks
 * and look-alikes are in tests/corpus/xss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/buf.h"
#include "engine/html_scan.h"
#include "engine/js_scan.h"
#include "engine/scan.h"
#include "engine/value.h"

/* ---- the lexer ---- */

static void test_lexer_tells_strings_from_open_quotes(void **state)
{
    struct mln_js_lexer l = {.s = MLN_SV("a 'b\\'c' /* d */ \"e // f\n1")};
    struct mln_js_token t;

    (void)state;
    assert_true(mln_js_next(&l, &t));
    assert_int_equal(t.kind, MLN_JS_NAME);
    assert_true(mln_js_next(&l, &t));
    assert_int_equal(t.kind, MLN_JS_STRING);
    assert_true(mln_sv_eq(t.text, MLN_SV("b\\'c")));
    assert_true(mln_js_next(&l, &t));
    assert_int_equal(t.kind, MLN_JS_QUOTE);
    assert_true(mln_js_next(&l, &t));
    assert_true(mln_sv_eq(t.text, MLN_SV("e")));
    assert_true(mln_js_next(&l, &t));
    assert_int_equal(t.kind, MLN_JS_NUMBER);
    assert_true(t.newline);
    assert_false(mln_js_next(&l, &t));
}

static void test_script_is_told_from_prose(void **state)
{
    static const char *const scripts[] = {"alert(1)",   "var a=1;alert(a)",     "if(a)alert(1)",
                                          "-alert(1)-", "x instanceof y",       "new Image().src=1",
                                          "f`x`",       "'a' == f('b') == 'c'", "a\n.b(/* c */1)",
                                          "return f(1)"};
    static const char *const prose[] = {"please alert (me)",   "see alert(1) here", "a b",
                                        "mail me@example.org", "it's a test",       "1 2",
                                        "f(x) is good",        "C:\\a\\b",          "f(x) good"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(scripts); i++)
        if (!mln_js_is_script(mln_sv_str(scripts[i])))
            fail_msg("not script: %s", scripts[i]);
    for (size_t i = 0; i < MLN_ARRAY_LEN(prose); i++)
        if (mln_js_is_script(mln_sv_str(prose[i])))
            fail_msg("not prose: %s", prose[i]);
}

/* Escaped quotes after an open one: each would be searched for its end. */
static void test_lexer_seeks_an_open_quote_once(void **state)
{
    enum { BYTES = 1 << 20 };
    struct mln_buf b = {0};
    struct mln_js_token t;
    struct timespec from, to;

    (void)state;
    mln_buf_add_str(&b, "'");
    while (b.len < BYTES)
        mln_buf_add_str(&b, "\\'");
    struct mln_js_lexer l = {.s = mln_buf_sv(&b)};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    while (mln_js_next(&l, &t))
        ;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    mln_buf_done(&b);
    assert_true(to.tv_sec - from.tv_sec < 5); /* milliseconds; minutes when it is quadratic */
}

static void check_fold(const char *in, const char *expected)
{
    char out[128];
    size_t n = mln_js_fold(mln_sv_str(in), out, sizeof(out));

    if (!mln_sv_eq(mln_sv(out, n), mln_sv_str(expected)))
        fail_msg("%s became %.*s", in, (int)n, out);
}

static void test_pieces_are_put_together(void **state)
{
    (void)state;
    check_fold("window['al'+'ert'](1)", "window.alert(1)");
    check_fold("(document/*x*/)[\"cookie\"]", "document.cookie");
    check_fold("eval('al'+'ert(1)')", "eval('alert(1)')");
    check_fold("(alert)(1)", "alert(1)");
    check_fold("a[0]", "");
    check_fold("f('x')", "");
}

static void test_fold_never_writes_past_its_cap(void **state)
{
    char out[9] = "xxxxxxxx";

    (void)state;
    assert_int_equal(mln_js_fold(MLN_SV("window['al'+'ert'](1)"), out, 4), 4);
    assert_string_equal(out, "windxxxx");
}

static void test_calls_are_weighed_by_name_and_use(void **state)
{
    static const struct {
        const char *text;
        enum mln_js_call call;
    } rows[] = {
        {"alert(1)", MLN_JS_CALL_STRONG},
        {"ALERT (1)", MLN_JS_CALL_STRONG},
        {"alert/*x*/(1)", MLN_JS_CALL_STRONG},
        {"alert?.(1)", MLN_JS_CALL_STRONG},
        {"alert`1`", MLN_JS_CALL_STRONG},
        {"alert.call(a)", MLN_JS_CALL_STRONG},
        {"\\nconfirm(1)", MLN_JS_CALL_STRONG},
        {"[1].map(alert)", MLN_JS_CALL_REFERENCE},
        {"onerror=eval;", MLN_JS_CALL_REFERENCE},
        {"setTimeout(f,1)", MLN_JS_CALL_SOFT},
        {"function(a){}", MLN_JS_CALL_SOFT},
        {"Function('x')", MLN_JS_CALL_STRONG},
        {"myalert(1)", MLN_JS_CALL_NONE},
        {"alerts(1)", MLN_JS_CALL_NONE},
        {"$alert(1)", MLN_JS_CALL_NONE},
        {"an alert was sent", MLN_JS_CALL_NONE},
        {"alert", MLN_JS_CALL_NONE},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        if (mln_js_find_call(mln_sv_str(rows[i].text)).call != rows[i].call)
            fail_msg("%s", rows[i].text);
}

/* ---- tags ---- */

static void test_tag_names_are_read_over_nuls_and_junk(void **state)
{
    struct mln_html_tag t;

    (void)state;
    assert_true(mln_html_tag_next(MLN_SV("a<scr\0ipt>"), 0, &t));
    assert_int_equal(t.off, 1);
    assert_true(mln_sv_eq(mln_html_tag_name(&t), MLN_SV("script")) && t.odd);
    assert_true(mln_html_tag_next(MLN_SV("<%script>"), 0, &t));
    assert_true(mln_sv_eq(mln_html_tag_name(&t), MLN_SV("script")) && t.odd);
    assert_true(mln_html_tag_next(MLN_SV("</p>"), 0, &t));
    assert_true(t.closing && !t.odd);
    assert_true(mln_html_tag_next(MLN_SV("<https://example.org/a>"), 0, &t));
    assert_false(t.odd);
    assert_false(mln_html_tag_next(MLN_SV("a < b <3 <= <"), 0, &t));
}

static void test_attributes_end_where_browsers_end_them(void **state)
{
    struct mln_sv s = MLN_SV("<a b='c d'e=f/g \"h\"=i j>k l=m");
    static const char *const names[] = {"b", "e", "h\"", "j"};
    static const char *const values[] = {"c d", "f/g", "i", NULL};
    struct mln_html_tag t;
    struct mln_html_attr a;

    (void)state;
    assert_true(mln_html_tag_next(s, 0, &t));
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++) {
        assert_true(mln_html_attr_next(s, &t, &a));
        assert_true(mln_sv_eq(a.name, mln_sv_str(names[i])));
        assert_true(values[i] ? mln_sv_eq(a.value, mln_sv_str(values[i])) : !a.value.p);
    }
    assert_false(mln_html_attr_next(s, &t, &a));
    assert_int_equal(s.p[t.at], 'k');
}

static void test_loose_words_skip_what_browsers_skip(void **state)
{
    struct mln_sv js = MLN_SV("javascript:");

    (void)state;
    assert_int_equal(mln_html_loose(MLN_SV("JavaScript:x"), js, false), 11);
    assert_int_equal(mln_html_loose(MLN_SV("java\n\tscript:x"), js, false), 13);
    assert_int_equal(mln_html_loose(MLN_SV("java\\0script:x"), js, false), 13);
    assert_int_equal(mln_html_loose(MLN_SV("java script:x"), js, false), 0);
    assert_int_equal(mln_html_loose(MLN_SV("java script:x"), js, true), 12);
    assert_int_equal(mln_html_loose(MLN_SV("exp/* */ression("), MLN_SV("expression("), false), 16);
    assert_int_equal(mln_html_loose(MLN_SV("exp/* ression("), MLN_SV("expression("), false), 0);
    assert_int_equal(mln_html_loose(MLN_SV("javascrip"), js, true), 0);
}

/* ---- signals ---- */

static struct mln_findings detect(struct mln_sv s)
{
    struct mln_view v = {.p = (const uint8_t *)s.p, .n = (uint32_t)s.len};
    struct mln_budget budget = {.steps_left = (uint64_t)s.len * 64 + 1024};
    struct mln_detect_ctx ctx = {.loc = MLN_LOC_QUERY, .name = MLN_SV("q"), .budget = &budget};
    struct mln_findings f;

    v.classes = mln_byte_classes(s);
    mln_findings_clear(&f);
    mln_detect_xss(&v, &ctx, &f);
    assert_false(budget.exhausted);
    return f;
}

static void check_signal(const char *value, enum mln_signal signal, bool expected)
{
    struct mln_findings f = detect(mln_sv_str(value));

    if (mln_findings_has(&f, signal) != expected)
        fail_msg("%s %s: %s", mln_signal_info(signal)->name, expected ? "missing" : "reported",
                 value);
}

static void test_signals_name_the_context(void **state)
{
    (void)state;
    /* data for search engines and mail programs */
    check_signal("<script type=\"application/ld+json\">{\"@type\":\"Order\"}</script>",
                 MLN_SIG_XSS_SCRIPT_TAG, false);
    check_signal("<script a=\"application/ld+json\">", MLN_SIG_XSS_SCRIPT_TAG, true);
    check_signal("<script type=\"application/ld+json\">{}</script><script>", MLN_SIG_XSS_SCRIPT_TAG,
                 true);
    check_signal("<img src=x onerror=alert(1)>", MLN_SIG_XSS_HANDLER, true);
    check_signal("<x onfuture=alert(1)>", MLN_SIG_XSS_HANDLER, true);
    check_signal("<x onfuture=blue>", MLN_SIG_XSS_HANDLER, false);
    check_signal("<a href='jav\tascript:x'>", MLN_SIG_XSS_SCHEME, true);
    check_signal("<a href='https://javascript.test/'>", MLN_SIG_XSS_SCHEME, false);
    check_signal("<a href='javascript:void(0)'>", MLN_SIG_XSS_SCHEME, false);
    check_signal("</script>", MLN_SIG_XSS_SCRIPT_CLOSE, true);
    check_signal("<title>a</title>", MLN_SIG_XSS_SCRIPT_CLOSE, false);
    check_signal("'-alert(1)-'", MLN_SIG_XSS_SCRIPT_BREAKOUT, true);
    check_signal("(see alert(1))", MLN_SIG_XSS_SCRIPT_BREAKOUT, false);
    check_signal("window['al'+'ert'](1)", MLN_SIG_XSS_DYNAMIC, true);
    check_signal("<object data=x>", MLN_SIG_XSS_ACTIVE_TAG, true);
    check_signal("<object>x</object>", MLN_SIG_XSS_ACTIVE_TAG, false);
    check_signal("&location=Paris", MLN_SIG_XSS_SINK, false);
    check_signal("location='//h.test'", MLN_SIG_XSS_SINK, true);
    check_signal("<p>a<p>b<p>c<p>d", MLN_SIG_XSS_FORMATTING, true);
    check_signal("<p>a<p>b<p>c<p>d<script>", MLN_SIG_XSS_FORMATTING, false);
}

static void test_an_attack_is_seen_behind_any_harmless_prefix(void **state)
{
    static const char *const prefixes[] = {"",      "a ",     "<p>x</p>",   "1<2 ",  "</b>",
                                           "it's ", "\"a\" ", "<!-- x -->", "{a:1}", "<a b='c'>"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(prefixes); i++) {
        struct mln_buf b = {0};
        mln_buf_add_str(&b, prefixes[i]);
        mln_buf_add_str(&b, "<img src=x onerror=alert(1)>");
        struct mln_findings f = detect(mln_buf_sv(&b));
        assert_true(mln_findings_points(&f, MLN_PROT_XSS) >= 40);
        mln_buf_done(&b);
    }
}

/* Bounds are on work, not on counts: nothing hides behind many harmless ones of its kind. */
static void test_nothing_hides_behind_harmless_repetition(void **state)
{
    static const struct {
        const char *before, *unit, *attack;
    } rows[] = {
        {"", "<b>x</b>", "<img src=x onerror=alert(1)>"},
        {"", "<p>a", "<script>alert(1)</script>"},
        {"<img ", "a=b ", "onerror=alert(1)>"},
        {"<img ", "x ", "src=x onerror=alert(1)>"},
        {"", "</i>", "</script>"},
        {"", "the javascript: word ", "javascript:alert(1)"},
        {"", "see alert(1) ", "';alert(1)//"},
        {"\"", " onaa=1", " onfocus=alert(1)"},
        {"", "x ", "<div style='a:b;width:expression(1)'>"},
    };
    enum { COUNT = 200 };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct mln_buf b = {0};
        mln_buf_add_str(&b, rows[i].before);
        for (unsigned k = 0; k < COUNT; k++)
            mln_buf_add_str(&b, rows[i].unit);
        mln_buf_add_str(&b, rows[i].attack);
        struct mln_findings f = detect(mln_buf_sv(&b));
        mln_buf_done(&b);
        if (mln_findings_points(&f, MLN_PROT_XSS) < 30)
            fail_msg("%d points: %s", mln_findings_points(&f, MLN_PROT_XSS), rows[i].attack);
    }
}

/* ---- price ---- */

/* Units that make a careless detector quadratic. Ten times the bytes may take about ten times as
 * long; thirty times leaves room for a busy machine. */
static void test_time_is_linear_in_hostile_input(void **state)
{
    static const char *const units[] = {
        "<",        "<a ",       "<a b=\"", "<a b='c' ",    "<script", "'",           "\\'",
        "\"'`",     "/*",        "//",      "on",           "onx=",    "alert",       "alert(",
        "[''",      "(a)",       "'a'+",    "{{",           "&{",      "javascript:", "e/**/",
        "</title>", "location=", "<style>", "<b style='x:", "data:",   "window[",     "+ADw-"};
    enum { SMALL = 6000, FACTOR = 10, SLACK = 30 };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(units); i++) {
        double took[2];
        for (int k = 0; k < 2; k++) {
            struct mln_buf b = {0};
            struct timespec from, to;
            while (b.len < (size_t)(k ? SMALL * FACTOR : SMALL))
                mln_buf_add_str(&b, units[i]);
            (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
            (void)detect(mln_buf_sv(&b));
            (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
            took[k] =
                (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
            mln_buf_done(&b);
        }
        if (took[1] > took[0] * SLACK + 2000)
            fail_msg("%s: %.0f us, then %.0f us", units[i], took[0], took[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lexer_tells_strings_from_open_quotes),
        cmocka_unit_test(test_script_is_told_from_prose),
        cmocka_unit_test(test_lexer_seeks_an_open_quote_once),
        cmocka_unit_test(test_pieces_are_put_together),
        cmocka_unit_test(test_fold_never_writes_past_its_cap),
        cmocka_unit_test(test_calls_are_weighed_by_name_and_use),
        cmocka_unit_test(test_tag_names_are_read_over_nuls_and_junk),
        cmocka_unit_test(test_attributes_end_where_browsers_end_them),
        cmocka_unit_test(test_loose_words_skip_what_browsers_skip),
        cmocka_unit_test(test_signals_name_the_context),
        cmocka_unit_test(test_an_attack_is_seen_behind_any_harmless_prefix),
        cmocka_unit_test(test_nothing_hides_behind_harmless_repetition),
        cmocka_unit_test(test_time_is_linear_in_hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
