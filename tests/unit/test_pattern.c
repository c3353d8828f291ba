/* Patterns of header rules: the language, the same answers as the C library's, bounded work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <regex.h>
#include <time.h>

#include "base/buf.h"
#include "engine/pattern.h"

static void test_whole_texts_match(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool match;
    } table[] = {
        {"^[0-9a-f]{32}$", "00112233445566778899aabbccddeeff", true},
        {"^[0-9a-f]{32}$", "00112233445566778899aabbccddeefg", false},
        {"^[0-9a-f]{32}$", "00112233445566778899aabbccddeeff0", false},
        {"v[0-9]+", "xv1", false},
        {"v[0-9]+", "v1x", false},
        {"", "", true},
        {"", "a", false},
        {"a|", "", true},
        {"a||b", "", true},
        {"a{0}b", "b", true},
        {"a{0}b", "ab", false},
        {"a{0,}b", "aaab", true},
        {"a*a*a*b", "b", true},
        {"a?a?a?", "aaaa", false},
        {"[]a]+", "]a]", true},
        {"[^]a]", "b", true},
        {"[a-]+", "a-a", true},
        {"[\\d.]+", "1.2", true},
        {"\\w+\\s\\w+", "ab cd", true},
        {"a\\|b", "a|b", true},
        {"a$b", "a$b", true},
        {"a^b", "a^b", true},
        {"^a$|^b$", "b", true},
        {".", "\xff", true},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        size_t offset;
        const char *why;
        assert_int_equal(mln_pattern_check(mln_sv_str(table[i].pattern), &offset, &why), 0);
        if (mln_pattern_match(mln_sv_str(table[i].pattern), mln_sv_str(table[i].text)) !=
            table[i].match)
            fail_msg("%s on %s", table[i].pattern, table[i].text);
    }
}

static void test_errors_say_where_and_why(void **state)
{
    static const struct {
        const char *pattern;
        size_t offset;
        const char *why;
    } table[] = {
        {"a(b)", 1, "groups"},    {"*a", 0, "nothing in front"},  {"ab[c", 2, "closing ]"},
        {"a{x}", 1, "a number"},  {"a{300}", 1, "up to 256"},     {"a{3,2}", 1, "below"},
        {"a{2", 1, "expected }"}, {"[z-a]", 0, "backwards"},      {"a\\", 1, "at the end"},
        {"a\\q", 1, "unknown"},   {"a{200}b{200}", 7, "256"},     {"a{200}|b{200}", 8, "256"},
        {"a|b|(c", 4, "groups"},  {"a**", 2, "nothing in front"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        size_t offset = SIZE_MAX;
        const char *why = "";
        assert_true(mln_pattern_check(mln_sv_str(table[i].pattern), &offset, &why) < 0);
        if (offset != table[i].offset || !strstr(why, table[i].why))
            fail_msg("%s: %zu %s", table[i].pattern, offset, why);
    }
}

/* An alternative in front of the fault would match: the pattern must not be used in part. */
static void test_a_bad_pattern_matches_nothing(void **state)
{
    (void)state;
    assert_false(mln_pattern_match(MLN_SV("a|("), MLN_SV("a")));
    assert_false(mln_pattern_match(MLN_SV("a|b{999}"), MLN_SV("a")));
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void random_pattern(uint64_t *seed, struct mln_buf *b)
{
    static const char *const items[] = {"a", "b", "c", ".", "[ab]", "[^a]", "[b-c]", "\\."};
    static const char *const repeats[] = {"", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}"};

    for (unsigned n = 1 + next_random(seed) % 5; n--;) {
        mln_buf_add_str(b, items[next_random(seed) % MLN_ARRAY_LEN(items)]);
        mln_buf_add_str(b, repeats[next_random(seed) % MLN_ARRAY_LEN(repeats)]);
        if (n && next_random(seed) % 6 == 0)
            mln_buf_add_char(b, '|');
    }
}

static bool library_matches(const regex_t *re, const char *text)
{
    return regexec(re, text, 0, NULL, 0) == 0;
}

static void test_answers_are_those_of_the_c_library(void **state)
{
    uint64_t seed = 7;

    (void)state;
    for (unsigned k = 0; k < 3000; k++) {
        struct mln_buf p = {0}, anchored = {0};
        regex_t re;
        random_pattern(&seed, &p);
        mln_buf_addf(&anchored, "^(%.*s)$", MLN_SV_ARG(mln_buf_sv(&p)));
        mln_buf_add_char(&anchored, '\0');
        assert_int_equal(regcomp(&re, anchored.p, REG_EXTENDED | REG_NOSUB), 0);
        for (unsigned t = 0; t < 12; t++) {
            char text[9] = {0};
            size_t n = next_random(&seed) % sizeof(text);
            for (size_t i = 0; i < n; i++)
                text[i] = "abc."[next_random(&seed) % 4];
            if (mln_pattern_match(mln_buf_sv(&p), mln_sv(text, n)) != library_matches(&re, text))
                fail_msg("%.*s on \"%s\"", MLN_SV_ARG(mln_buf_sv(&p)), text);
        }
        regfree(&re);
        mln_buf_done(&p);
        mln_buf_done(&anchored);
    }
}

static double cpu_seconds(struct mln_sv pattern, struct mln_sv text)
{
    clock_t start = clock();

    assert_false(mln_pattern_match(pattern, text));
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Patterns that make a backtracking matcher take years; eight times the text may take about eight
 * times as long, and the factor leaves room for a busy machine. */
static void test_work_is_linear_in_the_text(void **state)
{
    static const char *const patterns[] = {"a*a*a*a*a*a*a*a*b", "a?a?a?a?a?a?a?a?a{8,}b",
                                           ".*.*.*=.*=.*=x", "a{100,200}[ab]{0,50}c"};
    enum { N = 1 << 16 };
    char *text = malloc(N);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', N);
    for (size_t i = 0; i < MLN_ARRAY_LEN(patterns); i++) {
        double small = cpu_seconds(mln_sv_str(patterns[i]), mln_sv(text, N / 8));
        double large = cpu_seconds(mln_sv_str(patterns[i]), mln_sv(text, N));
        assert_true(large < 40 * (small + 0.002));
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_texts_match),
        cmocka_unit_test(test_errors_say_where_and_why),
        cmocka_unit_test(test_a_bad_pattern_matches_nothing),
        cmocka_unit_test(test_answers_are_those_of_the_c_library),
        cmocka_unit_test(test_work_is_linear_in_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
