/* GraphQL documents are taken apart only when they are nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/graphql.h"

/* clang-format off */
static const struct {
    const char *text, *skeleton, *first, *last; /* skeleton NULL: not a document */
} cases[] = {
    {"{ user(name: \"it's\") { id } }", "{ user(name: \"\") { id } }", "it's", "it's"},
    {"mutation { a(t: \"x \\\"y\\\" \\n z\", n: -1.5e+3) b(t: \"\") }", "mutation { a(t: \"\", n: -1.5e+3) b(t: \"\") }",
     "x \"y\" \n z", ""},
    {"query Q($a: [Int!]! = 3) @x { ...F a(t: \"\"\"a \"quoted\" word\"\"\") }", "query Q($a: [Int!]! = 3) @x { ...F a(t: \"\") }",
     "a \"quoted\" word", "a \"quoted\" word"},
    {"{ a(t: \"x\") # it's \"quoted\n}", "{ a(t: \"\") # it's \"quoted\n}", "x", "x"},
    {"{ a(t: \"x) }", NULL, NULL, NULL},
    {"{ a(t: \"x\") ", NULL, NULL, NULL},
    {"{ a(t: \"x\") ] }", NULL, NULL, NULL},
    {"{ a(t: \"x\") }; cat /etc/passwd", NULL, NULL, NULL},
    {"{ a(t: \"x\") }' or 1", NULL, NULL, NULL},
    {"{ a(t: \"\"\"x\") }", NULL, NULL, NULL},
    {"{ a(t: 1) { id } }", NULL, NULL, NULL},
    {"{{ a(t: \"x\") }}", NULL, NULL, NULL},
    {"query", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
};
/* clang-format on */

static void test_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mln_arena a;
        struct mln_graphql g;
        mln_arena_init(&a, 1 << 20);
        bool is = mln_graphql_split(&a, mln_sv_str(cases[i].text), &g);
        if (is != (cases[i].skeleton != NULL))
            fail_msg("%s", cases[i].text);
        if (is) {
            assert_int_equal(g.skeleton.len, strlen(cases[i].skeleton));
            assert_memory_equal(g.skeleton.p, cases[i].skeleton, g.skeleton.len);
            assert_int_equal(g.literal[0].len, strlen(cases[i].first));
            assert_memory_equal(g.literal[0].p, cases[i].first, g.literal[0].len);
            assert_int_equal(g.literal[g.n - 1].len, strlen(cases[i].last));
        }
        mln_arena_done(&a);
    }
}

static void test_more_strings_than_fit_and_deep_brackets_are_no_document(void **state)
{
    static const char head[] = "{a(t:[", tail[] = "])}";
    char many[512], deep[512];
    size_t n = sizeof(head) - 1;

    (void)state;
    memcpy(many, head, n);
    for (int i = 0; i <= MLN_GRAPHQL_LITERALS_MAX; i++, n += 4)
        memcpy(many + n, "\"x\" ", 4);
    memcpy(many + n, tail, sizeof(tail));
    memset(deep, '[', sizeof(deep));
    memcpy(deep, "{a(t:\"x\"", 9);
    deep[100] = '\0';
    struct mln_arena a;
    struct mln_graphql g;
    mln_arena_init(&a, 1 << 20);
    assert_false(mln_graphql_split(&a, mln_sv_str(many), &g));
    assert_false(mln_graphql_split(&a, mln_sv_str(deep), &g));
    mln_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_more_strings_than_fit_and_deep_brackets_are_no_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
