/* What is left of a JSON document without its strings, and what is no document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/json_skeleton.h"

static struct mln_arena arena;

static void is_left(const char *document, const char *skeleton)
{
    struct mln_sv got = MLN_SV("");

    if (!mln_json_skeleton(&arena, mln_sv_str(document), &got))
        got = MLN_SV("none");
    if (!mln_sv_eq(got, mln_sv_str(skeleton)))
        fail_msg("%s: %.*s", document, MLN_SV_ARG(got));
    mln_arena_reset(&arena, 4096);
}

static void strings_are_emptied_and_keys_stay(void **state)
{
    (void)state;
    is_left("{\"a\": \"' or 1=1\", \"b<\": [\"x\", 1.5e3, true, null, {\"c\": \"\"}], \"d\": {}}",
            "{\"a\":\"\",\"b<\":[{\"c\":\"\"}],\"d\":{}}");
    is_left(" [ ] ", "[]");
    is_left("[\"a\\\"b\\u0041\\\\\"]", "[]");
    is_left("[null,1,{\"a\":[2]},[3,[4]], {} ,5]", "[{\"a\":[]},[[]],{}]");
}

/* Text that a reader of JSON does not take is inspected as the text that it is. */
static void what_could_be_read_otherwise_is_no_document(void **state)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "1",
                                        "\"a\"",
                                        "{",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1,}",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "{\"a\":1}}",
                                        "{\"a\":1} or 1=1",
                                        "[1]\"",
                                        "{'a':1}",
                                        "{a:1}",
                                        "[a]",
                                        "[1]//",
                                        "[\"a",
                                        "[\"a\\",
                                        "[\"\\x41\"]",
                                        "[\"a\nb\"]",
                                        "[tru]",
                                        "[True]",
                                        "[1a]",
                                        "[-]",
                                        "[1;2]",
                                        "{\"a\":1]",
                                        "[NaN]",
                                        "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(texts); i++)
        is_left(texts[i], "none");
}

static void no_end_of_a_document_is_read_past(void **state)
{
    static const char document[] = "{\"a\":[\"b\\n\",-1.5,true],\"c\":{\"d\":null}}";

    (void)state;
    for (size_t n = 0; n < sizeof(document) - 1; n++) {
        struct mln_sv got;
        char *p = malloc(n + 1); /* of the heap, so that a sanitizer sees a read past its end */
        memcpy(p + 1, document, n);
        assert_false(mln_json_skeleton(&arena, mln_sv(p + 1, n), &got));
        free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_emptied_and_keys_stay),
        cmocka_unit_test(what_could_be_read_otherwise_is_no_document),
        cmocka_unit_test(no_end_of_a_document_is_read_past),
    };

    mln_arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mln_arena_done(&arena);
    return failed;
}
