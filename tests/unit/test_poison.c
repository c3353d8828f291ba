/* Prints of what kills workers: told apart, counted, forgotten. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "node/poison.h"

static const struct mln_hash_key key = {1, 2};
static const mln_nsec kept = MLN_POISON_KEPT_S * MLN_NSEC_PER_SEC;

static void test_prints_differ_where_the_bytes_do(void **state)
{
    static char a[65536], b[65536];
    uint64_t print = mln_poison_print(&key, mln_sv(a, sizeof(a)));

    (void)state;
    assert_int_equal(print, mln_poison_print(&key, mln_sv(b, sizeof(b))));
    for (size_t i = 0; i < 2048; i += 511) {
        b[i] = 'x';
        assert_int_not_equal(print, mln_poison_print(&key, mln_sv(b, sizeof(b))));
        b[i] = 0;
        b[sizeof(b) - 1 - i] = 'x';
        assert_int_not_equal(print, mln_poison_print(&key, mln_sv(b, sizeof(b))));
        b[sizeof(b) - 1 - i] = 0;
    }
    assert_int_not_equal(print, mln_poison_print(&key, mln_sv(a, sizeof(a) - 1)));
    assert_int_not_equal(mln_poison_print(&key, mln_sv(a, 1)), 0);
}

static void test_the_second_death_counts_and_time_heals(void **state)
{
    struct mln_poison p = {.used = 0};

    (void)state;
    assert_false(mln_poison_died(&p, 7, 100));
    assert_false(mln_poison_has(&p, 7, 101));
    assert_true(mln_poison_died(&p, 7, kept)); /* within the time */
    assert_true(mln_poison_has(&p, 7, 2 * kept));
    assert_false(mln_poison_has(&p, 7, 2 * kept + 1));
    assert_false(mln_poison_died(&p, 7, 2 * kept + 1)); /* begins anew */
    assert_false(mln_poison_has(&p, 8, 1));
}

static void test_the_oldest_makes_room(void **state)
{
    struct mln_poison p = {.used = 0};

    (void)state;
    for (uint64_t i = 1; i <= MLN_POISON_MAX + 3; i++)
        mln_poison_add(&p, i, i);
    assert_int_equal(p.used, MLN_POISON_MAX);
    for (uint64_t i = 1; i <= MLN_POISON_MAX + 3; i++)
        assert_int_equal(mln_poison_has(&p, i, 100), i > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_differ_where_the_bytes_do),
        cmocka_unit_test(test_the_second_death_counts_and_time_heals),
        cmocka_unit_test(test_the_oldest_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
