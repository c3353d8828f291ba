/* What a shell expands to nothing within a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/sh_hollow.h"

static void test_holes(void **state)
{
    static const struct {
        const char *text; /* the hole, if it is one, is at offset 2 */
        size_t len;
    } cases[] = {
        {"xx$()y", 3}, {"xx<()y", 3}, {"xx>()y", 3},     {"xx``y", 2},
        {"xx$()", 0},  {"xx``", 0},   {"xx$(y)z", 0},    {"xx$u", 2},
        {"xx$uv ", 3}, {"xx$uvw", 0}, {"xx$1y", 2},      {"xx$@y", 2},
        {"xx$12", 2},  {"xx${u}", 4}, {"xx${home}y", 7}, {"xx${longername}", 0},
        {"xx${", 0},   {"xx${u", 0},  {"xx$", 0},        {"xx$$", 0},
        {"xx<y", 0},   {"x ${u}", 0}, {"x $u", 0},       {"xx`", 0},
        {"xx<", 0},    {"xx<(", 0},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        if (mln_sh_hollow(mln_sv_str(cases[i].text), 2) != cases[i].len)
            fail_msg("%s: %zu", cases[i].text, mln_sh_hollow(mln_sv_str(cases[i].text), 2));
    assert_int_equal(mln_sh_hollow(MLN_SV("$1x"), 0), 0); /* nothing is in front */
    assert_int_equal(mln_sh_hollow(MLN_SV("x"), 1), 0);
}

static void test_commands_with_holes(void **state)
{
    static const struct {
        const char *text;
        size_t end;
    } cases[] = {
        {"who<()ami -a", 9}, {"id$u x", 4},
        {"uname -a", 0},     {"who<()ami", 9},
        {"who$@ami", 8},     {"w'h'oami", 8},
        {"i'd", 0},          {"\"id\"", 0},
        {"id$1", 0},         {"'id'", 0},
        {"pr$ice 5", 0},     {"lunch$u time", 0},
        {"$u$u whoami", 0},  {"aaaaaaaaaaaaaaaaaaa$u x", 0},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        if (mln_sh_hollow_command(mln_sv_str(cases[i].text), 0) != cases[i].end)
            fail_msg("%s: %zu", cases[i].text, mln_sh_hollow_command(mln_sv_str(cases[i].text), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_commands_with_holes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
