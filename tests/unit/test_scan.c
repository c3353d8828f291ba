/* Searches against the plain way of doing them, on random texts of few letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/scan.h"
#include "engine/value.h"

static uint32_t state = 12345;

static uint32_t next(void)
{
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

static size_t plain_find(struct mln_sv s, struct mln_sv needle, size_t from)
{
    for (size_t i = from; i + needle.len <= s.len; i++)
        if (mln_sv_ieq(mln_sv_sub(s, i, needle.len), needle))
            return i;
    return SIZE_MAX;
}

static void finds_what_a_plain_search_finds(void **st)
{
    static const char letters[] = "aAbB(<\x1b;K k\xe9";
    const struct mln_sv needles[] = {MLN_SV("a"),  MLN_SV("ab"),   MLN_SV("b(a"), MLN_SV("<k"),
                                     MLN_SV("k;"), MLN_SV("aabb"), MLN_SV("; ")};
    char *text = malloc(70); /* of the heap, so that a sanitizer sees a read past its end */
    unsigned found = 0;

    (void)st;
    for (unsigned round = 0; round < 20000; round++) {
        size_t len = next() % 70;
        for (size_t i = 0; i < len; i++)
            text[70 - len + i] = letters[next() % (sizeof(letters) - 1)];
        struct mln_sv s = mln_sv(text + 70 - len, len);
        for (size_t k = 0; k < MLN_ARRAY_LEN(needles); k++) {
            size_t from = len ? next() % len : 0;
            size_t at = mln_scan_find(s, needles[k], from);
            assert_int_equal(at, plain_find(s, needles[k], from));
            found += at != SIZE_MAX;
        }
    }
    assert_true(found > 10000);
    free(text);
}

/* Which words a view may have is known from one pass over its text: only what is not there may be
 * refused. */
static void a_view_finds_what_its_text_holds(void **st)
{
    static const char letters[] = "aAbBeEnNoO(<. \xe9";
    static char text[3000];
    struct mln_arena arena;
    unsigned refused = 0;

    (void)st;
    mln_arena_init(&arena, 4 << 20);
    for (unsigned round = 0; round < 400; round++) {
        struct mln_views views;
        struct mln_sv s = mln_sv(text, round % 2 ? next() % 40 : next() % sizeof(text));
        for (size_t i = 0; i < s.len; i++)
            text[i] = letters[next() % (sizeof(letters) - 1)];
        mln_views_build(&arena, s, MLN_LOC_QUERY, &views);
        for (unsigned k = 0; k < 50; k++) {
            char word[8] = "";
            size_t n = 2 + next() % 6;
            for (size_t i = 0; i < n; i++)
                word[i] = mln_lower(letters[next() % (sizeof(letters) - 1)]);
            struct mln_sv needle = mln_sv(word, n);
            assert_int_equal(mln_view_find(&views.v[0], needle), mln_scan_find(s, needle, 0));
            assert_int_equal(mln_view_find_str(&views.v[0], word), mln_scan_find(s, needle, 0));
            refused += !mln_view_may_have(&views.v[0], needle);
        }
        mln_arena_reset(&arena, 1 << 20);
    }
    assert_true(refused > 1000);
    mln_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_a_plain_search_finds),
        cmocka_unit_test(a_view_finds_what_its_text_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
