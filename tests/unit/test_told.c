/* What a sentence tells of, and what stands so near that it is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/told.h"

static const struct {
    const char *text, *told; /* told: all of the first block, or NULL when there is none */
} cases[] = {
    {"I've tried \"SELECT name FROM users WHERE id = 5\" and it works",
     "\"SELECT name FROM users WHERE id = 5\""},
    {"I've tried \"SELECT name FROM users WHERE id", "\"SELECT name FROM users WHERE id"}, /* cut */
    {"is 'select count(*) from t' fast?", "'select count(*) from t'"},
    {"He ran \xe2\x80\x9cSELECT 1\xe2\x80\x9d twice", "\xe2\x80\x9cSELECT 1\xe2\x80\x9d"},
    {"run (\"UPDATE users SET a = 0\") again", "\"UPDATE users SET a = 0\""},
    {"Did you mean SELECT name FROM users WHERE name = 'ed'?",
     "SELECT name FROM users WHERE name = 'ed'?"},
    {"Did you mean SELECT name FROM users; or what", "SELECT name FROM users"},

    {"\"SELECT name FROM users WHERE id = 5\"", NULL}, /* nothing but a query */
    {"well\" SELECT name FROM users", NULL},           /* the quote closes */
    {"he is well\"SELECT name FROM users\" and so on", NULL},
    {"I've tried \"SELECT name FROM users WHERE id=\" and", NULL}, /* the next string fits */
    {"I've tried \"SELECT name FROM users -- \" and it", NULL},
    {"I've tried \"SELECT a FROM b UNION SELECT c FROM d\" and", NULL},
    {"I've tried \"UPDATE users SET a", NULL},
    {"I've tried \"or 1=1\" and it works", NULL},
    {"one two SELECT name FROM users", NULL}, /* a name and its alias */
    {"5 of them, one two SELECT name FROM users", NULL},
    {"one two three, SELECT name FROM users", NULL},
    {"one two three' SELECT name FROM users", NULL},
    {"one two three) SELECT name FROM users", NULL},
    {"did you ever SELECT name' FROM users", NULL},
    {"did you ever SELECT the best of them", NULL},

    {"the folder C:\\Windows\\System32\\spool was empty", "C:\\Windows\\System32\\spool"},
    {"my list is C:\\Windows;D:\\x", "C:\\Windows;"},
    {"C:\\Windows\\win.ini is a file", NULL},
    {"& type C:\\Windows\\win.ini", NULL},
    {"what is it; type C:\\Windows\\win.ini", NULL},

    {"it skips \"/var/log/nginx/access.log\" because of that", "\"/var/log/nginx/access.log\""},
    {"it skips \"/var/../etc/passwd\" because of that", NULL},
    {"it skips \"/var/log/x\"", NULL},
    {"\"/var/log/x\" is a file", NULL},

    {"he saw this:\n$ ls -la; id\nand more", "$ ls -la; id"},
    {"<p>he saw this</p><p>$ uname -a<br>$ id</p>", "$ uname -a"},
    {"he saw this: $ ls -la; id", NULL},
    {"he saw this:\n$(id)", NULL},
    {"he saw this:\n$ (id)", NULL},

    {"<style type=\"text/css\">p { margin: 0 }</style><p>Hello you</p>",
     "<style type=\"text/css\">p { margin: 0 }</style>"},
    {"<style>\n<!--\np { margin: 0 }\n-->\n</style><p>Hello you</p>",
     "<style>\n<!--\np { margin: 0 }\n-->\n</style>"},
    {"<style><!--<img src=x></style> Hello you there", NULL},
    {"<style onload=x>p { margin: 0 }</style> Hello you there", NULL},
    {"<style>@import 'x'; p { margin: 0 }</style> Hello you there", NULL},
    {"<style>p { background: url(//x) }</style> Hello you there", NULL},
    {"<style>p { margin: 0 } Hello you there", NULL},
    {"<style><img src=x></style> Hello you there", NULL},
};

static void finds(void **state)
{
    struct mln_shown_code c;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct mln_sv text = mln_sv_str(cases[i].text);
        bool found = mln_told_find(text, &c);
        if (found != (cases[i].told != NULL))
            fail_msg("%s", cases[i].text);
        if (!found)
            continue;
        struct mln_sv block = mln_sv_sub(text, c.block[0].start, c.block[0].end - c.block[0].start);
        if (!mln_sv_eq(block, mln_sv_str(cases[i].told)))
            fail_msg("%s: \"%.*s\"", cases[i].text, (int)block.len, block.p);
    }
}

static void finds_no_more_than_fit(void **state)
{
    static char text[MLN_SHOWN_MAX * 32];
    struct mln_shown_code c;
    size_t n = 0;

    (void)state;
    while (n + 32 < sizeof(text))
        n += (size_t)snprintf(text + n, sizeof(text) - n, "see \"select 1\" ");
    assert_true(mln_told_find(mln_sv(text, n), &c));
    assert_int_equal(c.n, MLN_SHOWN_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(finds_no_more_than_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
