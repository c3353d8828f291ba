/* The trained part of scoring: how texts are read and summed, how sums become points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "engine/ngram.h"

/* A model that knows one thing: "union select" is bad, everything else costs a little. */
static struct mln_ngram_model *one_thing(void)
{
    static struct mln_ngram_model m;
    mln_gram g = 0;
    const char *text = "union select";

    m = (struct mln_ngram_model){.magic = "mlnmodel",
                                 .size = sizeof(m),
                                 .drift = 2,
                                 .leak = 6,
                                 .soft = 4,
                                 .curve_raw = {50, 100, 150, 200, 250, 300},
                                 .curve_points = {10, 20, 25, 30, 35, 40}};
    memset(m.class, 0xff, sizeof(m.class));
    for (unsigned i = 0; text[i]; i++) {
        g = mln_gram_push(g, mln_ngram_symbols[(unsigned char)text[i]]);
        if (i < 4)
            continue;
        const uint32_t buckets[] = {mln_gram3(g), mln_gram4(g), mln_gram5(g)};
        for (unsigned k = 0; k < 3; k++) {
            m.weight[buckets[k]] = 20;
            m.class[buckets[k] / 2] = 0; /* MLN_PROT_SQLI for both */
        }
    }
    return &m;
}

static int32_t raw(const struct mln_ngram_model *m, const char *text)
{
    return mln_ngram_scan(m, mln_sv_str(text)).raw;
}

static void test_text_around_an_attack_does_not_lower_its_score(void **state)
{
    const struct mln_ngram_model *m = one_thing();
    static char padded[70000];
    int32_t alone = raw(m, "union select");

    (void)state;
    assert_true(alone > 300);
    memset(padded, 'z', sizeof(padded) - 1);
    memcpy(padded + 30000, "union select", 12);
    assert_int_equal(raw(m, padded), alone);
    assert_int_equal(raw(m, "a letter about nothing. union select. nothing more"), alone);
}

static void test_case_digits_and_space_are_alike(void **state)
{
    const struct mln_ngram_model *m = one_thing();

    (void)state;
    assert_int_equal(raw(m, "UNION \t\r\n SeLeCt"), raw(m, "union select"));
    assert_int_equal(raw(&mln_ngram_default, "id=7 or 12=12"),
                     raw(&mln_ngram_default, "id=1234 or 1=1"));
}

static void test_the_part_that_scored_is_told(void **state)
{
    struct mln_sv text = MLN_SV("a letter about nothing: union select. nothing more");
    struct mln_ngram_sum sum = mln_ngram_scan(one_thing(), text);

    (void)state;
    struct mln_sv part = mln_sv_sub(text, sum.off, sum.len);
    assert_true(mln_sv_find(part, MLN_SV("n select")) != SIZE_MAX);
    assert_true(sum.off >= 20 && sum.off + sum.len <= 36);
}

static void test_points_follow_the_curve(void **state)
{
    const struct mln_ngram_model *m = one_thing();

    (void)state;
    assert_int_equal(mln_ngram_points(m, -1000), 0);
    assert_int_equal(mln_ngram_points(m, 49), 0);
    assert_int_equal(mln_ngram_points(m, 50), 10);
    assert_int_equal(mln_ngram_points(m, 75), 15);
    assert_int_equal(mln_ngram_points(m, 200), 30);
    assert_int_equal(mln_ngram_points(m, 299), 39);
    assert_int_equal(mln_ngram_points(m, INT32_MAX), 40);
}

static void test_structural_points_only_ever_add(void **state)
{
    const struct mln_ngram_model *m = &mln_ngram_default;

    (void)state;
    for (unsigned place = 0; place < MLN_NGRAM_PLACES; place++)
        for (int points = 1; points <= 100; points++)
            assert_true(mln_ngram_raw(m, 100, points, place) >=
                        mln_ngram_raw(m, 100, points - 1, place));
}

/* The trainer sums symbols that it kept, the engine bytes as they come. */
static void test_symbols_and_bytes_sum_alike(void **state)
{
    static const char *const texts[] = {"1' or 1=1 -- x", "\xe3\x81\x82\xe3\x81\x84 12  34",
                                        "<a href=\"javascript:x\">", "", "a\x01\x7f"};
    const struct mln_ngram_model *m = &mln_ngram_default;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(texts); i++) {
        struct mln_ngram_run r = {.g = MLN_SYM_EDGE};
        for (const char *p = texts[i]; *p; p++) {
            unsigned symbol = mln_ngram_symbols[(unsigned char)*p];
            if (!mln_gram_skips(r.g, symbol))
                mln_ngram_push(m, &r, symbol, 0);
        }
        if (*texts[i])
            mln_ngram_push(m, &r, MLN_SYM_EDGE, 0);
        assert_int_equal(r.best, raw(m, texts[i]));
    }
}

static void test_files_of_other_builds_are_refused(void **state)
{
    struct mln_ngram_model *m = one_thing();
    const struct mln_ngram_model *got = NULL;

    (void)state;
    assert_true(mln_ngram_open(m, sizeof(*m), &got));
    assert_ptr_equal(got, m);
    assert_false(mln_ngram_open(m, sizeof(*m) - 1, &got));
    m->leak = 0;
    assert_false(mln_ngram_open(m, sizeof(*m), &got));
    m->leak = 6;
    m->curve_raw[3] = m->curve_raw[2];
    assert_false(mln_ngram_open(m, sizeof(*m), &got));
    m = one_thing();
    m->magic[0] = 'x';
    assert_false(mln_ngram_open(m, sizeof(*m), &got));
}

static struct mln_ngram_hit judge(const struct mln_ngram_model *m, struct mln_sv value,
                                  uint64_t steps)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget budget = {.steps_left = steps};

    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_views_build(&a, value, MLN_LOC_QUERY, &views);
    mln_ngram_judge(m, &views, MLN_LOC_QUERY, &budget, &f);
    mln_arena_done(&a);
    return f.model;
}

static void test_the_worst_view_counts_and_names_its_class(void **state)
{
    struct mln_ngram_hit hit = judge(one_thing(), MLN_SV("x=%75nion+%73elect"), 1000);

    (void)state;
    assert_true(hit.points >= 30);
    assert_int_equal(hit.protection, MLN_PROT_SQLI);
    assert_true(hit.view > 0);
    assert_int_equal(judge(one_thing(), MLN_SV("x=%75nion+%73elect"), 5).points, 0);
}

static void test_code_that_a_text_shows_is_no_attack(void **state)
{
#define TEXT "To join two tables that have the same columns you can write this in the console: "
#define MORE                                                                                       \
    " and then look at what comes out of it, row by row, before you go on with the next table."
    (void)state;
    assert_int_equal(judge(one_thing(), MLN_SV(TEXT "\n```\nunion select\n```" MORE), 10000).points,
                     0);
    assert_true(
        judge(one_thing(), MLN_SV(TEXT "\n```\nselect\n```" MORE " union select"), 10000).points >=
        30);
#undef TEXT
#undef MORE
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_around_an_attack_does_not_lower_its_score),
        cmocka_unit_test(test_case_digits_and_space_are_alike),
        cmocka_unit_test(test_the_part_that_scored_is_told),
        cmocka_unit_test(test_points_follow_the_curve),
        cmocka_unit_test(test_structural_points_only_ever_add),
        cmocka_unit_test(test_symbols_and_bytes_sum_alike),
        cmocka_unit_test(test_files_of_other_builds_are_refused),
        cmocka_unit_test(test_the_worst_view_counts_and_names_its_class),
        cmocka_unit_test(test_code_that_a_text_shows_is_no_attack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
