/* Prefix sets: the same answers as trying every prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intel/prefix_set.h"

enum { SET_MAX = 300 };

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Few distinct bytes, so that prefixes nest and addresses hit. */
static void random_addr(uint64_t *seed, struct mln_addr *a)
{
    static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff};

    for (size_t i = 0; i < sizeof(a->b); i++)
        a->b[i] = bytes[next_random(seed) % (i < 3 ? MLN_ARRAY_LEN(bytes) : 2)];
}

static void random_prefix(uint64_t *seed, struct mln_prefix *p)
{
    random_addr(seed, &p->addr);
    p->bits = (uint8_t)(next_random(seed) % 4 ? next_random(seed) % 30 : next_random(seed) % 129);
    for (unsigned bit = p->bits; bit < 128; bit++)
        p->addr.b[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
}

static bool has_plain(const struct mln_prefix *p, size_t n, const struct mln_addr *a)
{
    for (size_t i = 0; i < n; i++)
        if (mln_prefix_has(&p[i], a))
            return true;
    return false;
}

static void test_answers_are_those_of_a_plain_search(void **state)
{
    uint64_t seed = 1;
    size_t hits = 0, asked = 0;

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct mln_prefix plain[SET_MAX], set[SET_MAX];
        size_t n = next_random(&seed) % (round < 100 ? 6 : SET_MAX);
        for (size_t i = 0; i < n; i++)
            random_prefix(&seed, &plain[i]);
        memcpy(set, plain, n * sizeof(*set));
        size_t kept = mln_prefix_set_build(set, n);
        assert_true(kept <= n);
        for (unsigned k = 0; k < 200; k++, asked++) {
            struct mln_addr a;
            random_addr(&seed, &a);
            if (n && k % 4 == 0) /* the first address of a prefix, where searches go wrong */
                a = plain[next_random(&seed) % n].addr;
            bool want = has_plain(plain, n, &a);
            assert_int_equal(mln_prefix_set_has(set, kept, &a), want);
            hits += want;
        }
    }
    assert_true(hits > asked / 10 && hits < asked * 9 / 10);
}

static void add(struct mln_prefix *p, const char *text)
{
    assert_int_equal(mln_prefix_parse(mln_sv_str(text), p), 0);
}

static bool has(const struct mln_prefix *p, size_t n, const char *text)
{
    struct mln_addr a;

    assert_int_equal(mln_addr_parse(mln_sv_str(text), &a), 0);
    return mln_prefix_set_has(p, n, &a);
}

static void test_both_families_live_in_one_set(void **state)
{
    struct mln_prefix p[6];

    (void)state;
    add(&p[0], "198.51.100.0/24");
    add(&p[1], "2001:db8::/32");
    add(&p[2], "198.51.100.128/25"); /* within the first */
    add(&p[3], "203.0.113.7");
    add(&p[4], "2001:db8::/32"); /* twice */
    add(&p[5], "0.0.0.0/32");
    size_t n = mln_prefix_set_build(p, 6);
    assert_int_equal(n, 4);
    assert_true(has(p, n, "198.51.100.0"));
    assert_true(has(p, n, "198.51.100.255"));
    assert_false(has(p, n, "198.51.101.0"));
    assert_true(has(p, n, "2001:db8:ffff::1"));
    assert_false(has(p, n, "2001:db9::"));
    assert_true(has(p, n, "203.0.113.7"));
    assert_false(has(p, n, "203.0.113.8"));
    assert_true(has(p, n, "0.0.0.0"));
    assert_false(has(p, n, "::"));
}

static void test_an_empty_set_has_nothing_and_everything_has_all(void **state)
{
    struct mln_prefix all;

    (void)state;
    assert_int_equal(mln_prefix_set_build(NULL, 0), 0);
    assert_false(has(NULL, 0, "192.0.2.1"));
    add(&all, "0.0.0.0/0");
    assert_true(has(&all, 1, "255.255.255.255"));
    assert_false(has(&all, 1, "::1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_those_of_a_plain_search),
        cmocka_unit_test(test_both_families_live_in_one_set),
        cmocka_unit_test(test_an_empty_set_has_nothing_and_everything_has_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
