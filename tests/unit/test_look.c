/* How long a namespace is left alone after a look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/look.h"

#define MS MLN_NSEC_PER_MSEC
#define S MLN_NSEC_PER_SEC

static void test_looks_take_a_quarter_of_a_processor(void **state)
{
    struct mln_look l = {.own = 1 * MS, .whole = 1 * MS, .installed = true, .spaces = 1};

    (void)state;
    assert_true(mln_look_pause(&l, 10 * MS) == 10 * MS);
    l.own = l.whole = 20 * MS;
    assert_true(mln_look_pause(&l, 10 * MS) == 80 * MS);
    l.spaces = 100; /* each of them may be as dear */
    assert_true(mln_look_pause(&l, 10 * MS) == 8 * S);
    l.own = l.whole = 1 * S;
    assert_true(mln_look_pause(&l, 10 * MS) == MLN_LOOK_SELDOM_S * S);
    l.young = true; /* the processor is everybody's at any age */
    assert_true(mln_look_pause(&l, 10 * MS) == MLN_LOOK_SELDOM_S * S);
}

/* Fifty and fifty containers start at once: a port that opens just behind a look that others made
 * long is not to be found a minute later. */
static void test_what_a_young_one_waits_for_delays_no_other(void **state)
{
    struct mln_look l = {
        .own = 1 * MS, .whole = 150 * MS, .young = true, .installed = true, .spaces = 100};

    (void)state;
    assert_true(mln_look_pause(&l, 10 * MS) == 600 * MS);
    l.young = false; /* later it may well be the kernel that works for that look, unseen */
    assert_true(mln_look_pause(&l, 10 * MS) == MLN_LOOK_SELDOM_S * S);
}

static void test_rules_that_fail_are_tried_seldom(void **state)
{
    struct mln_look l = {.own = 0, .whole = 0, .failed_cost = 2 * S, .spaces = 300, .failing = 1};

    (void)state;
    assert_true(mln_look_pause(&l, 10 * MS) == 8 * S); /* whatever else runs on the node */
    l.young = true;
    l.failing = 3;
    assert_true(mln_look_pause(&l, 10 * MS) == 24 * S);
    l.failed_cost = 2000 * S;
    assert_true(mln_look_pause(&l, 10 * MS) == MLN_LOOK_FAILED_S * S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks_take_a_quarter_of_a_processor),
        cmocka_unit_test(test_what_a_young_one_waits_for_delays_no_other),
        cmocka_unit_test(test_rules_that_fail_are_tried_seldom),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
