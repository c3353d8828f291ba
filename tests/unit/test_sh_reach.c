/* How far a shell comes in a long text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/sh_reach.h"

/* clang-format off */
static const struct {
    const char *text; /* what stands in front */
    bool command, substitution;
} cases[] = {
    {"some words; ", true, true},
    {"it's one; ", true, true},              /* within the application's own quotes */
    {"<p>words</p>\n", false, true},        /* "> and nothing" */
    {"<b>bold</b> words; ", true, true},     /* a file named bold is read */
    {"<!-- wp:paragraph -->\n<p>it", false, true},
    {"<p><b>two</b></p> ", false, true},
    {"'<p>'\n; ", true, true},               /* in quotes it is a word … */
    {"<p>\n\"\n", true, true},
    {"count(*) of the table\n", false, true}, /* no Unix shell; Windows has no second line */
    {"count(*) of the table & ", true, true}, /* … but a second command */
    {"f() { x; }; ", true, true},
    {"if (a); then ", true, true},
    {"# don't <p>\n", true, true},           /* a comment has neither quotes nor redirections */
    {"a \\' <p>\n", false, true},
    {"a \\\\' <p>\n'; ", true, true},
    {"$'\\'' <p>\n", true, true},            /* rules of their own: nothing is ruled out */
    {"cat <<x\n<p>\n", true, true},
    {"[[ a < b ]] <p>\n", true, true},
    {"\"`<p>", true, true},
    {"a `<p>\n` ", true, true}, /* what fails within backticks fails there only */
    {"a `'` ", true, true},
    {"<p>\" `\n", true, true},
    {"a > b\n", true, true},
    {"a >\r\n", true, true},                 /* a shell of Unix writes to a file named CR */
    {"a >> b 2>&1\n", true, true},
    {"diff <(a) >(b)\n", true, true},
    {"a > ; ", false, true},
    {"\"<p>\n", false, true},
    {"<p>\"\n", true, true},
};
/* clang-format on */

static void test_places_are_reached_as_shells_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mln_sv s = mln_sv_str(cases[i].text);
        struct mln_sh_reach r;
        mln_sh_reach_init(&r);
        if (mln_sh_reaches(&r, s, s.len, false) != cases[i].command)
            fail_msg("command behind %s", cases[i].text);
        if (mln_sh_reaches(&r, s, s.len, true) != cases[i].substitution)
            fail_msg("substitution behind %s", cases[i].text);
    }
}

static void test_reading_on_gives_what_reading_at_once_gives(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mln_sv s = mln_sv_str(cases[i].text);
        struct mln_sh_reach r;
        mln_sh_reach_init(&r);
        for (size_t k = 0; k < s.len; k++)
            (void)mln_sh_reaches(&r, s, k, false);
        assert_int_equal(mln_sh_reaches(&r, s, s.len, false), cases[i].command);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places_are_reached_as_shells_do),
        cmocka_unit_test(test_reading_on_gives_what_reading_at_once_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
