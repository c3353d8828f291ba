/* Pairs of bytes: what is found many bytes at a time is what is found byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/sieve.h"

enum { TEXT_MAX = 400, ROUNDS = 20000 };

static const struct {
    char first;
    const char *seconds;
} pairs[] = {{'<', "?%!sSjJ"}, {'\n', "-"}, {'_', "_"}, {'7', "z"}};

static uint32_t rnd(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static struct mln_pairs make(size_t n)
{
    struct mln_pairs set = {0};

    for (size_t i = 0; i < n; i++)
        mln_pairs_add(&set, pairs[i].first, mln_sv(pairs[i].seconds, strlen(pairs[i].seconds)));
    return set;
}

static bool begins(size_t n, struct mln_sv s, size_t i)
{
    for (size_t k = 0; k < n; k++)
        if (s.p[i] == pairs[k].first &&
            (i + 1 == s.len || (s.p[i + 1] && strchr(pairs[k].seconds, s.p[i + 1]))))
            return true;
    return false;
}

static size_t first_of(size_t n, struct mln_sv s, size_t from)
{
    while (from < s.len && !begins(n, s, from))
        from++;
    return from;
}

/* Bytes of pairs among others, or only others. The text is a block of its own, so that a sanitizer
 * sees what is read behind it. */
static char *make_text(uint32_t *seed, size_t len)
{
    char *text = malloc(len ? len : 1);
    uint32_t often = 1 + rnd(seed, 40);

    assert_non_null(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(rnd(seed, often) ? rnd(seed, 256) : (uint32_t) "<?s\n-__7z"[rnd(seed, 9)]);
    return text;
}

static void test_none_is_passed_over(void **state)
{
    uint32_t seed = 1;

    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t n = 1 + rnd(&seed, MLN_ARRAY_LEN(pairs)), len = rnd(&seed, TEXT_MAX);
        const struct mln_pairs set = make(n);
        char *text = make_text(&seed, len);
        struct mln_sv s = mln_sv(text, len);
        for (size_t i = 0, at; i < len; i = at + 1) {
            at = mln_pairs_next(&set, s, i);
            assert_true(at >= i && at <= first_of(n, s, i));
            if (at == len)
                break;
        }
        free(text);
    }
}

/* One byte of each kind: nothing resembles it. */
static void test_a_single_pair_is_found_exactly(void **state)
{
    struct mln_pairs set = {0};
    char text[200];

    mln_pairs_add(&set, '\n', MLN_SV("-"));
    for (size_t at = 0; at < sizeof(text); at++) {
        memset(text, '\n', sizeof(text));
        for (size_t i = 0; i < sizeof(text); i += 2)
            text[i] = '-' ^ 0x10;
        text[sizeof(text) - 1] = 'a';
        memcpy(text + MLN_MIN(at, sizeof(text) - 2), "\n-", 2);
        assert_int_equal(mln_pairs_next(&set, mln_sv(text, sizeof(text)), 0),
                         MLN_MIN(at, sizeof(text) - 2));
    }
}

/* In any order, of any part, and when there are more than it keeps. */
static void test_a_sieve_tells_what_a_look_would(void **state)
{
    uint32_t seed = 3;
    struct mln_sieve v;

    for (unsigned round = 0; round < ROUNDS / 10; round++) {
        size_t n = 1 + rnd(&seed, MLN_ARRAY_LEN(pairs)), len = rnd(&seed, 10 * TEXT_MAX);
        char *text = make_text(&seed, len);
        mln_sieve_begin(&v);
        v.set = make(n);
        mln_sieve_fill(&v, mln_sv(text, len));
        for (unsigned ask = 0; ask < 20; ask++) {
            struct mln_sv s = mln_sv_sub(mln_sv(text, len), rnd(&seed, (uint32_t)len + 1),
                                         rnd(&seed, (uint32_t)len + 1));
            size_t i = rnd(&seed, (uint32_t)s.len + 1), at = mln_sieve_next(&v, s, i);
            assert_true(at >= i && at <= s.len);
            assert_true(at == first_of(n, s, i) || first_of(n, s, i) + 1 == s.len);
        }
        free(text);
    }
}

/* What a sieve was filled with before is forgotten. */
static void test_a_sieve_forgets(void **state)
{
    char first[] = "..<?....", other[] = "....<?..";
    struct mln_sieve v;

    mln_sieve_begin(&v);
    v.set = make(1);
    mln_sieve_fill(&v, mln_sv_str(first));
    assert_int_equal(mln_sieve_next(&v, mln_sv_str(first), 0), 2);
    memcpy(first, other, sizeof(first));
    mln_sieve_fill(&v, mln_sv_str(first));
    assert_int_equal(mln_sieve_next(&v, mln_sv_str(first), 0), 4);
    assert_int_equal(mln_sieve_next(&v, mln_sv_str(other), 0), 4); /* lies elsewhere */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_is_passed_over),
        cmocka_unit_test(test_a_single_pair_is_found_exactly),
        cmocka_unit_test(test_a_sieve_tells_what_a_look_would),
        cmocka_unit_test(test_a_sieve_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
