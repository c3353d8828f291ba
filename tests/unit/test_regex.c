/* Regular expressions of custom rules: the language, the same answers as the C library's, bounded
 * work, programs that cannot be run refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <regex.h>

#include "engine/regex.h"

static bool search(const char *pattern, bool fold, struct mln_sv text)
{
    struct mln_buf program = {0};
    size_t offset;
    uint64_t steps = 0;
    const char *why;

    if (mln_regex_compile(mln_sv_str(pattern), fold, &program, &offset, &why) != 0)
        fail_msg("%s: at %zu: %s", pattern, offset, why);
    assert_true(mln_regex_ok((const void *)program.p, program.len / 8));
    bool found = mln_regex_search((const void *)program.p, text, &steps);
    assert_true(steps <= (text.len + 2) * (MLN_REGEX_POSITIONS_MAX + 1));
    mln_buf_done(&program);
    return found;
}

static void test_the_language(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool found;
    } table[] = {
        {"v[0-9]+", "xv1x", true},
        {"^v[0-9]+", "xv1", false},
        {"^v[0-9]+$", "v12", true},
        {"^v[0-9]+$", "v12x", false},
        {"", "", true},
        {"", "a", true},
        {"^$", "", true},
        {"^$", "a", false},
        {"^/api/(v1|v2)/", "/api/v2/users", true},
        {"^/api/(v1|v2)/", "/api/v3/users", false},
        {"\\.(php|asp)x?$", "a.aspx", true},
        {"\\.(?:php|asp)x?$", "a.aspxx", false},
        {"(ab){2,3}c", "xabababc", true},
        {"^(ab){2,3}c", "abc", false},
        {"(a|b)*c", "c", true},
        {"(^|/)admin(/|$)", "/x/admin", true},
        {"(^|/)admin(/|$)", "admin", true},
        {"(^|/)admin(/|$)", "badmin", false},
        {"a{0,2}b", "b", true},
        {"^a{0,2}b", "aaab", false},
        {"^a{2,}$", "aaaa", true},
        {"^a{2,}$", "a", false},
        {"\\x41\\d\\S", "A1 ", false},
        {"\\x41\\d\\s", "A1 ", true},
        {"[^\\d]", "12", false},
        {"[\\w.-]+@", "a.b-c@", true},
        {"[]a]", "]", true},
        {"a.*?b", "axxb", true},
        {"a$b", "a$b", false},
        {"a\\$b", "a$b", true},
        {".", "\xff", true},
        {"()", "a", true},
        {"x()y", "xy", true},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        if (search(table[i].pattern, false, mln_sv_str(table[i].text)) != table[i].found)
            fail_msg("%s on %s", table[i].pattern, table[i].text);
}

static void test_case_may_be_folded(void **state)
{
    (void)state;
    assert_false(search("select", false, MLN_SV("SeLeCt")));
    assert_true(search("seLect", true, MLN_SV("SElEcT")));
    assert_true(search("[a-c]x", true, MLN_SV("BX")));
    assert_false(search("^[^a]$", true, MLN_SV("A")));
    assert_true(search("\\x41", true, MLN_SV("a")));
}

static void test_any_byte_is_text(void **state)
{
    (void)state;
    assert_true(search("a.b", false, mln_sv("a\0b", 3)));
    assert_true(search("\\x00$", false, mln_sv("a\0", 2)));
    assert_true(search("[\\x80-\\xff]{2}", false, MLN_SV("\xc3\xa9")));
}

static void test_errors_say_where_and_why(void **state)
{
    static const struct {
        const char *pattern;
        size_t offset;
        const char *why;
    } table[] = {
        {"*a", 0, "nothing in front"},
        {"a|+", 2, "nothing in front"},
        {"ab[c", 2, "closing ]"},
        {"a(b", 1, "closing )"},
        {"ab)", 2, "without its group"},
        {"a(?=b)", 1, "look-around"},
        {"a{x}", 1, "a number"},
        {"a{300}", 1, "up to 64"},
        {"a{3,2}", 1, "below"},
        {"a{0}", 1, "nothing"},
        {"a{0,0}", 1, "nothing"},
        {"a{2", 1, "expected }"},
        {"[z-a]", 0, "backwards"},
        {"[\\d-z]", 0, ""},
        {"a\\", 1, "at the end"},
        {"a\\q", 1, "not known"},
        {"a\\b", 1, "not known"},
        {"\\xg1", 0, "hex"},
        {"a**", 2, "repetition of a repetition"},
        {"a{64}a{64}a{64}a{64}a", 20, "256"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_buf program = {0};
        size_t offset = SIZE_MAX;
        const char *why = "";
        int r = mln_regex_compile(mln_sv_str(table[i].pattern), false, &program, &offset, &why);
        if (*table[i].why == '\0') { /* "\d" is no start of a range, so '-' is itself */
            assert_int_equal(r, 0);
        } else if (r >= 0 || offset != table[i].offset || !strstr(why, table[i].why)) {
            fail_msg("%s: %d %zu %s", table[i].pattern, r, offset, why);
        }
        mln_buf_done(&program);
    }
}

/* Groups without end: refused, not a deep stack. */
static void test_nesting_is_bounded(void **state)
{
    struct mln_buf pattern = {0}, program = {0};
    size_t offset;
    const char *why;

    (void)state;
    for (unsigned i = 0; i < 10000; i++)
        mln_buf_add_char(&pattern, '(');
    assert_true(mln_regex_compile(mln_buf_sv(&pattern), false, &program, &offset, &why) < 0);
    assert_non_null(strstr(why, "nested"));
    mln_buf_done(&pattern);
    mln_buf_done(&program);
}

/* Repetitions of groups that hold nothing: no positions, and 64 to the sixth of them. */
static void test_repetition_is_bounded(void **state)
{
    static const char *const patterns[] = {"((((((){64}){64}){64}){64}){64}){64}",
                                           "((((((|){64}){64}){64}){64}){64}|a){64}"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(patterns); i++) {
        struct mln_buf program = {0};
        size_t offset;
        const char *why = "";
        int r = mln_regex_compile(mln_sv_str(patterns[i]), false, &program, &offset, &why);
        assert_int_equal(r, -EINVAL);
        assert_non_null(strstr(why, "repeats too much"));
        mln_buf_done(&program);
    }
    assert_true(search("^((((a?){4}){8}|b){2}){2}$", false, MLN_SV("aab")));
}

static void test_a_long_pattern_is_refused(void **state)
{
    struct mln_buf pattern = {0}, program = {0};
    size_t offset;
    const char *why = "";

    (void)state;
    while (pattern.len <= MLN_REGEX_PATTERN_MAX)
        mln_buf_add_char(&pattern, '|');
    assert_int_equal(mln_regex_compile(mln_buf_sv(&pattern), false, &program, &offset, &why),
                     -EINVAL);
    assert_non_null(strstr(why, "too long"));
    mln_buf_done(&pattern);
    mln_buf_done(&program);
}

static void test_damaged_programs_are_refused(void **state)
{
    struct mln_buf program = {0};
    size_t offset;
    const char *why;

    (void)state;
    assert_int_equal(mln_regex_compile(MLN_SV("ab*c"), false, &program, &offset, &why), 0);
    uint64_t *p = (void *)program.p;
    size_t n = program.len / 8;
    struct mln_regex *re = (void *)p;
    assert_true(mln_regex_ok(p, n));
    assert_false(mln_regex_ok(p, n - 1));
    assert_false(mln_regex_ok(p, 0));
    re->set[0] |= UINT64_C(1) << 40;
    assert_false(mln_regex_ok(p, n));
    re->set[0] &= ~(UINT64_C(1) << 40);
    re->positions = 4;
    assert_false(mln_regex_ok(p, n));
    mln_buf_done(&program);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void random_pattern(uint64_t *seed, struct mln_buf *b, unsigned depth)
{
    static const char *const items[] = {"a", "b", "c", ".", "[ab]", "[^a]", "[b-c]", "\\."};
    static const char *const repeats[] = {"", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}"};

    for (unsigned n = 1 + next_random(seed) % 4; n--;) {
        if (depth && next_random(seed) % 4 == 0) {
            mln_buf_add_char(b, '(');
            random_pattern(seed, b, depth - 1);
            mln_buf_add_char(b, ')');
        } else {
            mln_buf_add_str(b, items[next_random(seed) % MLN_ARRAY_LEN(items)]);
        }
        mln_buf_add_str(b, repeats[next_random(seed) % MLN_ARRAY_LEN(repeats)]);
        if (n && next_random(seed) % 6 == 0)
            mln_buf_add_char(b, '|');
    }
}

static void test_answers_are_those_of_the_c_library(void **state)
{
    uint64_t seed = 11;

    (void)state;
    for (unsigned k = 0; k < 3000; k++) {
        struct mln_buf p = {0}, program = {0};
        size_t offset;
        uint64_t steps = 0;
        const char *why;
        regex_t re;
        bool anchored = next_random(&seed) % 2;
        mln_buf_add_str(&p, anchored ? "^(" : "(");
        random_pattern(&seed, &p, 2);
        mln_buf_add_str(&p, anchored ? ")$" : ")");
        mln_buf_add_char(&p, '\0');
        struct mln_sv text_of = mln_sv(p.p, p.len - 1);
        if (mln_regex_compile(text_of, false, &program, &offset, &why) != 0) {
            mln_buf_done(&p); /* too many positions */
            mln_buf_done(&program);
            continue;
        }
        assert_int_equal(regcomp(&re, p.p, REG_EXTENDED | REG_NOSUB), 0);
        for (unsigned t = 0; t < 12; t++) {
            char text[9] = {0};
            size_t n = next_random(&seed) % sizeof(text);
            for (size_t i = 0; i < n; i++)
                text[i] = "abc."[next_random(&seed) % 4];
            bool expected = regexec(&re, text, 0, NULL, 0) == 0;
            if (mln_regex_search((const void *)program.p, mln_sv(text, n), &steps) != expected)
                fail_msg("%s on \"%s\"", p.p, text);
        }
        regfree(&re);
        mln_buf_done(&p);
        mln_buf_done(&program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_language),
        cmocka_unit_test(test_case_may_be_folded),
        cmocka_unit_test(test_any_byte_is_text),
        cmocka_unit_test(test_errors_say_where_and_why),
        cmocka_unit_test(test_nesting_is_bounded),
        cmocka_unit_test(test_repetition_is_bounded),
        cmocka_unit_test(test_a_long_pattern_is_refused),
        cmocka_unit_test(test_damaged_programs_are_refused),
        cmocka_unit_test(test_answers_are_those_of_the_c_library),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
