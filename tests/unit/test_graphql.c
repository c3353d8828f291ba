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

/* clang-format off */
static const struct {
    const char *text;
    struct mln_graphql_size size;
} sizes[] = {
    {"{ a }", {1, 0}},
    {"query Q($x: Int! = 3, $y: [In!]) { a(x: {b: {c: 1}}, y: [1]) { b { c } d { e } } }", {3, 0}},
    {"{ a: x b : x c:\ty(z: 1) { d: w } }", {2, 4}},
    {"{ a(t: \"b: { c: d {\") # e: f {\n g(t: \"\"\"h: \" i: {\"\"\") }", {1, 0}},
    {"fragment F on T { a ...G @include(if: $x) } fragment G on T { b: c { d } }", {2, 1}},
    {"{ a(x: \"\\\"b: {\") { c } } }} {{ d", {2, 0}},
    {"b } } c: d { e {", {2, 1}}, /* from its middle */
    {"{ a(x: \"", {1, 0}},
    {"{ a(x: \"\\", {1, 0}},
    {"{ \"a\": {\"b\": 1} }", {2, 0}}, /* JSON: no names in front of its colons */
    {"", {0, 0}},
};
/* clang-format on */

static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct mln_graphql_size size = mln_graphql_measure(mln_sv_str(sizes[i].text));
        if (size.depth != sizes[i].size.depth || size.aliases != sizes[i].size.aliases)
            fail_msg("%s: depth %u, aliases %u", sizes[i].text, size.depth, size.aliases);
    }
    assert_true(mln_graphql_is_operation(MLN_SV(" \n# c\n ,{ a }")));
    assert_true(mln_graphql_is_operation(MLN_SV("subscription S { a }")));
    assert_false(mln_graphql_is_operation(MLN_SV("SELECT 1")));
    assert_false(mln_graphql_is_operation(MLN_SV("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_more_strings_than_fit_and_deep_brackets_are_no_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
