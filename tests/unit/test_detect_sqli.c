/* The parts of the SQL injection detector: tokens, the acceptor of fragments, signals in their
 * place, windows over long values and the price of hostile input. The lists of attacks and
 * look-alikes are in tests/corpus/sqli. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "engine/scan.h"
#include "engine/sql_fragment.h"
#include "engine/value.h"

/* ---- tokens ---- */

/* One letter per token, to compare whole readings at a glance. */
static void spell(struct mln_sv s, char *out, size_t cap)
{
    static const char letters[] = "wKNSVO(),;.C?";
    struct mln_sql q;

    mln_sql_tokenize(s, 0, &q);
    assert_true(q.n < cap);
    for (uint32_t i = 0; i < q.n; i++)
        out[i] = letters[q.t[i].type];
    out[q.n] = '\0';
}

static void test_tokens_of_all_dialects(void **state)
{
    static const char *const rows[][2] = {
        {"1 or 'a'='b'", "NKSOS"},
        {"1union select", "NKK"},
        {"1e1union", "NK"},
        {"2nd 12px 1a2b", "www"},
        {"0x3a or 0xzz", "NKw"},
        {"1.e(1)", "N(N)"},
        {"a.b..c", "w.w..w"},
        {"@@version @x @`y`", "VVV"},
        {"1--2", "NOON"},
        {"1-- 2", "NC"},
        {"1 --", "NC"},
        {"a----b", "wOOOOw"},
        {"1#x", "NC"},
        {"1#x\n2", "NN"},
        {"1--x\n2", "NN"},
        {"1/*x*/2", "NN"},
        {"1/*x", "NC"},
        {"1 /*!50000or*/ 2", "NKN"},
        {"un/**/ion", "K"},
        {"un/**/known", "ww"},
        {"1+union+select+2", "NKKN"},
        {"1+2", "NON"},
        {"$$a b$$", "S"},
        {"'{}'::jsonb @> '{}'", "SOwOS"},
        {"a ?| array['x']", "wOw(S)"},
        {"what?", "w?"},
        {"[id]", "w"},
        {"1\xa0or\xc2\xa0"
         "2",
         "NKN"},
        {"a=>b", "w?w"},
        {"`f`(1)", "w(N)"},
    };
    char got[64];

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        spell(mln_sv_str(rows[i][0]), got, sizeof(got));
        if (strcmp(got, rows[i][1]) != 0)
            fail_msg("%s: %s, not %s", rows[i][0], got, rows[i][1]);
    }
}

static void test_text_behind_a_quote(void **state)
{
    (void)state;
    assert_int_equal(mln_sql_after_quote(MLN_SV("a' b"), '\'', true), 2);
    assert_int_equal(mln_sql_after_quote(MLN_SV("O''N' b"), '\'', true), 5);
    assert_int_equal(mln_sql_after_quote(MLN_SV("a\\' b' c"), '\'', true), 6);
    assert_int_equal(mln_sql_after_quote(MLN_SV("a\\' b' c"), '\'', false), 3);
    assert_true(mln_sql_after_quote(MLN_SV("none"), '\'', true) == SIZE_MAX);
    assert_true(mln_sql_after_quote(MLN_SV("a\\"), '\'', true) == SIZE_MAX);
}

static void assert_is_found(void *n, struct mln_sv word)
{
    assert_true(mln_sql_word(word) != 0);
    ++*(unsigned *)n;
}

static void test_words_are_found_in_any_case(void **state)
{
    unsigned n = 0;

    (void)state;
    mln_sql_words_each(assert_is_found, &n);
    assert_true(n > 400);
    assert_true(mln_sql_word(MLN_SV("SeLeCt")) & MLN_SQLK_SELECT);
    assert_true(mln_sql_word(MLN_SV("xp_CMDSHELL")) & MLN_SQLK_EFFECT);
    assert_true(mln_sql_word(MLN_SV("yearweeks")) == 0);
    assert_true(mln_sql_word(MLN_SV("a")) == 0);
    assert_true(mln_sql_word(MLN_SV("selec")) == 0);
    assert_true(mln_sql_word(MLN_SV("selects")) == 0);
    assert_true(mln_sql_word(MLN_SV("_or")) == 0);
}

/* ---- fragments ---- */

static struct mln_sql_fragment read_tail(const char *text)
{
    struct mln_sql_fragment f;
    struct mln_sql q;

    mln_sql_tokenize(mln_sv_str(text), 0, &q);
    mln_sql_fragment_read(&q, mln_sv_str(text), 0, true, &f);
    return f;
}

static void test_whole_fragments_are_accepted(void **state)
{
    static const struct {
        const char *text;
        uint32_t seen;
    } rows[] = {
        {" or 1=1", MLN_SQLF_TAUT},
        {" or a=a", MLN_SQLF_TAUT},
        {" or 1", MLN_SQLF_CONST},
        {" or a>1", MLN_SQLF_COND},
        {" and sleep(5)", MLN_SQLF_CALL},
        {") or (1=1", MLN_SQLF_TAUT | MLN_SQLF_CLOSE},
        {"))) and ((2>1) --", MLN_SQLF_TAUT | MLN_SQLF_CLOSE | MLN_SQLF_COMMENT},
        {" and (select 1 from t where a=b)=1", MLN_SQLF_CALL | MLN_SQLF_QUERY},
        {" union all select 1,a b,c from t x join u on x.a=u.b where 1=1 limit 1,2",
         MLN_SQLF_UNION},
        {" order by 1,2 desc", MLN_SQLF_CLAUSE | MLN_SQLF_NUMBERED},
        {" and case when 1=1 then 2 else 3 end=2", MLN_SQLF_CALL | MLN_SQLF_ARG_TAUT},
        {" between 1 and 2 and 3 in (3,4)", MLN_SQLF_COMPARE | MLN_SQLF_TAUT},
        {" is not null or x is null", MLN_SQLF_COMPARE | MLN_SQLF_COND},
        {"||(select 1)||'", MLN_SQLF_CONCAT | MLN_SQLF_QUERY},
        {" and convert(a using utf8)=cast(1 as char(5))", MLN_SQLF_COND},
        {" in boolean mode) and 1=1#", MLN_SQLF_TAUT | MLN_SQLF_CLOSE | MLN_SQLF_COMMENT},
        {";drop table t", MLN_SQLF_STACKED},
        {" or 1=", MLN_SQLF_CUT | MLN_SQLF_TAUT},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct mln_sql_fragment f = read_tail(rows[i].text);
        if (!f.complete || (f.seen & rows[i].seen) != rows[i].seen)
            fail_msg("%s: complete %d, seen %x", rows[i].text, f.complete, f.seen);
    }
}

static void test_prose_is_not_a_fragment(void **state)
{
    static const char *const rows[] = {
        " or maybe later",   "d like 2 or 3",    " and then some more", "s place",
        " , and so on",      " = the same",      " union of workers",   ") and more text",
        " limit of the law", " order from here", " or 'x' marks"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        if (read_tail(rows[i]).complete)
            fail_msg("accepted: %s", rows[i]);
}

static void test_deep_brackets_end_the_fragment(void **state)
{
    char text[400] = " or ";

    (void)state;
    memset(text + 4, '(', 300);
    text[304] = '\0';
    assert_false(read_tail(text).complete);
    text[20] = '\0';
    assert_true(read_tail(text).complete);
}

/* ---- signals ---- */

static struct mln_findings inspect(struct mln_sv value)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget budget = {.steps_left = 1 << 26};

    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, value, MLN_LOC_QUERY, MLN_SV("q"), &budget, &views, &f);
    mln_arena_done(&a);
    return f;
}

static void test_signals_name_what_they_saw(void **state)
{
    static const struct {
        const char *text;
        enum mln_signal signal;
    } rows[] = {
        {"1' or '1'='1", MLN_SIG_SQLI_BREAKOUT_BOOL},
        {"1 or 1=1", MLN_SIG_SQLI_TAUTOLOGY},
        {"1 union select 1", MLN_SIG_SQLI_UNION},
        {"admin'--", MLN_SIG_SQLI_BREAKOUT_COMMENT},
        {"x'='x", MLN_SIG_SQLI_BREAKOUT_COMPARE},
        {"x'||pkg.f('a')||'", MLN_SIG_SQLI_BREAKOUT_CONCAT},
        {"x' order by 3-- ", MLN_SIG_SQLI_BREAKOUT_CLAUSE},
        {"1; drop table t", MLN_SIG_SQLI_STACKED},
        {"1 and sleep(5)", MLN_SIG_SQLI_WAIT},
        {"1;waitfor delay '0:0:5'", MLN_SIG_SQLI_WAIT},
        {"load_file('/a')", MLN_SIG_SQLI_EFFECT_CALL},
        {"x into outfile '/a'", MLN_SIG_SQLI_EFFECT_NAME},
        {"copy t from program 'id'", MLN_SIG_SQLI_EFFECT_NAME},
        {"declare @s varchar(9);set @s=0x616263646566;exec(@s)", MLN_SIG_SQLI_ASSEMBLED},
        {"concat(0x7e7e,version())", MLN_SIG_SQLI_HEX_CALL},
        {"1 and @@version like 5", MLN_SIG_SQLI_SYSTEM_VARIABLE},
        {"select a from information_schema.tables", MLN_SIG_SQLI_SCHEMA},
        {"1.e(ascii)", MLN_SIG_SQLI_STRING_CALL},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct mln_findings f = inspect(mln_sv_str(rows[i].text));
        if (!mln_findings_has(&f, rows[i].signal))
            fail_msg("%s: no %s", rows[i].text, mln_signal_info(rows[i].signal)->name);
    }
}

static void test_unmistakable_attacks_stand_far_above(void **state)
{
    static const char *const rows[] = {"1' or '1'='1",     "1 union select null--",
                                       "';drop table t--", "1 and sleep(5)",
                                       "x') or ('a'='a",   "' or 1=1-- "};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct mln_findings f = inspect(mln_sv_str(rows[i]));
        if (mln_findings_points(&f, MLN_PROT_SQLI) < 40)
            fail_msg("%s: %d", rows[i], mln_findings_points(&f, MLN_PROT_SQLI));
    }
}

/* `count` times `unit`, then `tail`. */
static void padded(struct mln_buf *b, const char *unit, unsigned count, const char *tail)
{
    mln_buf_clear(b);
    for (unsigned i = 0; i < count; i++)
        mln_buf_add_str(b, unit);
    mln_buf_add_str(b, tail);
}

static void test_padding_hides_nothing(void **state)
{
    static const char *const units[] = {"a ", "1,", "lorem ipsum, dolor. ", "x;", "(a) "};
    static const char *const tails[] = {
        "1 union select 1,2 from t",   "' or 1=1-- ",   "'; drop table t-- ",
        "x' union select a,b from t#", " and sleep(5)", "') or ('a'='a"};
    static const unsigned counts[] = {1, 60, 143, 144, 145, 191, 192, 193, 400, 3000};
    struct mln_buf b = {0};

    (void)state;
    for (size_t u = 0; u < MLN_ARRAY_LEN(units); u++)
        for (size_t t = 0; t < MLN_ARRAY_LEN(tails); t++)
            for (size_t c = 0; c < MLN_ARRAY_LEN(counts); c++) {
                padded(&b, units[u], counts[c], tails[t]);
                struct mln_findings f = inspect(mln_buf_sv(&b));
                if (mln_findings_points(&f, MLN_PROT_SQLI) < 30)
                    fail_msg("%s %u times, then %s", units[u], counts[c], tails[t]);
            }
    mln_buf_done(&b);
}

static void test_steps_stay_within_64_a_byte(void **state)
{
    static const char *const units[] = {
        "'",          "\"'`",      "(",       "1 or ",  "a' or ",  "and(",
        "/*!",        "--a\n",     "a[",      "un/**/", "select ", "((select ",
        "$$",         "\\'",       "1.e ",    "@`",     "; if(",   "declare @a ",
        "case when ", "q or 1=1 ", "x'y\"z`", "union ", "a,",      "order by "};
    struct mln_buf b = {0};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(units); i++) {
        padded(&b, units[i], 40000, "");
        struct mln_sv s = mln_buf_sv(&b);
        struct mln_view v = {.p = (const uint8_t *)s.p, .n = (uint32_t)s.len};
        struct mln_budget budget = {.steps_left = (uint64_t)s.len * 64};
        struct mln_detect_ctx ctx = {.name = MLN_SV("q"), .budget = &budget};
        struct mln_findings f;
        v.classes = mln_byte_classes(s);
        mln_findings_clear(&f);
        mln_detect_sqli(&v, &ctx, &f);
        if (budget.exhausted)
            fail_msg("%s", units[i]);
    }
    mln_buf_done(&b);
}

static void test_a_spent_budget_stops_the_reading(void **state)
{
    struct mln_sv s = MLN_SV("1' or '1'='1");
    struct mln_view v = {.p = (const uint8_t *)s.p, .n = (uint32_t)s.len};
    struct mln_budget budget = {.steps_left = 3};
    struct mln_detect_ctx ctx = {.name = MLN_SV("q"), .budget = &budget};
    struct mln_findings f;

    (void)state;
    v.classes = mln_byte_classes(s);
    mln_findings_clear(&f);
    mln_detect_sqli(&v, &ctx, &f);
    assert_true(budget.exhausted);
    assert_int_equal(f.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens_of_all_dialects),
        cmocka_unit_test(test_text_behind_a_quote),
        cmocka_unit_test(test_words_are_found_in_any_case),
        cmocka_unit_test(test_whole_fragments_are_accepted),
        cmocka_unit_test(test_prose_is_not_a_fragment),
        cmocka_unit_test(test_deep_brackets_end_the_fragment),
        cmocka_unit_test(test_signals_name_what_they_saw),
        cmocka_unit_test(test_unmistakable_attacks_stand_far_above),
        cmocka_unit_test(test_padding_hides_nothing),
        cmocka_unit_test(test_steps_stay_within_64_a_byte),
        cmocka_unit_test(test_a_spent_budget_stops_the_reading),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
