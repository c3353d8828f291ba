/* Many words at once: the same hits as looking for each by itself, however the text is split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/words.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* The longest word that ends at text[..end), the first of several that are the same; or -1. */
static int word_at_end(const struct mln_sv *words, size_t n, struct mln_sv text, size_t end)
{
    int best = -1;

    for (size_t k = 0; k < n; k++)
        if (words[k].len <= end &&
            mln_sv_ieq(mln_sv_sub(text, end - words[k].len, words[k].len), words[k]) &&
            (best < 0 || words[k].len > words[best].len))
            best = (int)k;
    return best;
}

static void test_hits_are_those_of_one_word_after_the_other(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        char bytes[12][6], text[200];
        struct mln_sv words[12];
        size_t n = 1 + next_random(&seed) % 12;
        for (size_t k = 0; k < n; k++) {
            words[k] = mln_sv(bytes[k], 1 + next_random(&seed) % 5);
            for (size_t i = 0; i < words[k].len; i++)
                bytes[k][i] = "abC-"[next_random(&seed) % 4];
        }
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = "aBc-x"[next_random(&seed) % 5];
        struct mln_words *w = mln_words_new(words, n);
        assert_non_null(w);
        struct mln_words_scan s = {0};
        size_t end = 0, piece = 1 + next_random(&seed) % 40;
        for (size_t from = 0; from < sizeof(text); from += piece) {
            struct mln_sv part = mln_sv_sub(mln_sv(text, sizeof(text)), from, piece);
            for (size_t i = 0; i < part.len;) {
                int hit = mln_words_next(w, &s, part, &i);
                size_t upto = from + i;
                for (end++; end < upto; end++)
                    assert_int_equal(word_at_end(words, n, mln_sv(text, sizeof(text)), end), -1);
                end = upto;
                assert_int_equal(hit, word_at_end(words, n, mln_sv(text, sizeof(text)), end));
            }
        }
        w = mln_words_free(w);
    }
}

static void test_what_may_be_a_beginning_is_known(void **state)
{
    const struct mln_sv words[] = {MLN_SV("secret"), MLN_SV("cry")};
    struct mln_words *w = mln_words_new(words, 2);
    struct mln_words_scan s = {0};
    size_t i = 0;

    (void)state;
    assert_int_equal(mln_words_next(w, &s, MLN_SV("a SEC"), &i), -1);
    assert_int_equal(i, 5);
    assert_int_equal(mln_words_pending(w, &s), 3);
    i = 0;
    assert_int_equal(mln_words_next(w, &s, MLN_SV("ry"), &i), 1);
    w = mln_words_free(w);
}

static void test_bounds(void **state)
{
    char text[300];
    const struct mln_sv empty = MLN_SV(""), longest = mln_sv(text, 255), longer = mln_sv(text, 256);

    (void)state;
    memset(text, 'a', sizeof(text));
    assert_null(mln_words_new(&empty, 1));
    assert_null(mln_words_new(&longer, 1));
    struct mln_words *w = mln_words_new(&longest, 1);
    assert_non_null(w);
    w = mln_words_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hits_are_those_of_one_word_after_the_other),
        cmocka_unit_test(test_what_may_be_a_beginning_is_known),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
