/* Texts in which nothing can be, put together from words and signs of which it is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "engine/txn_priv.h"

enum { TEXT_MAX = 128, FEW = 1000000 };

struct piece {
    const char *text;
    bool plain;      /* wherever it stands */
    bool plain_last; /* of signs: at the end */
};

static const struct piece words[] = {
    {"item", true},
    {"number", true},
    {"A", true},
    {"Chair", true},
    {"OK", true},
    {"7", true},
    {"2024", true},
    {"b12", true},
    {"comfortable", true},
    {"abcdefghijklmno", true},
    {"12345678901234", true},
    {"select", false},
    {"UNION", false},
    {"sEt", false},
    {"ABC", false},
    {"0x12", false},
    {"a90xb", false},
    {"abcdefghijklmnop", false},
    {"1234567890123456", false},
    {"caf\xc3\xa9", false},
    {"a-b", false},
};
static const struct piece signs[] = {
    {" ", true, false},   {" ", true, false},   {", ", true, false},  {". ", true, false},
    {"! ", true, false},  {"? ", true, false},  {",", false, true},   {".", false, true},
    {"  ", false, false}, {",,", false, false}, {" ,", false, false}, {"\t", false, false},
};

static struct mln_telling_words telling;

static uint32_t rnd(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* Mostly one of the first `n` of them, which are plain. */
static const struct piece *pick(const struct piece *of, size_t n, size_t all, uint32_t *seed)
{
    return &of[rnd(seed, (uint32_t)(rnd(seed, 24) ? n : all))];
}

static int init(void **state)
{
    mln_telling_words_init(&telling);
    return 0;
}

static void test_texts_are_as_plain_as_their_pieces(void **state)
{
    uint32_t seed = 1;
    unsigned plain_texts = 0;

    for (unsigned round = 0; round < 200000; round++) {
        struct mln_buf b = {.limit_bytes = FEW};
        bool plain = true, ended = false;
        for (unsigned i = 0, n = 1 + rnd(&seed, 24); i < n; i++) {
            const struct piece *word = pick(words, 11, MLN_ARRAY_LEN(words), &seed);
            const struct piece *sign = pick(signs, 6, MLN_ARRAY_LEN(signs), &seed);
            mln_buf_add_str(&b, word->text);
            plain = plain && word->plain;
            bool last = i + 1 == n;
            ended = last && rnd(&seed, 2);
            if (ended)
                break;
            mln_buf_add_str(&b, sign->text);
            plain = plain && (last ? sign->plain_last : sign->plain);
        }
        plain = plain && b.len <= TEXT_MAX;
        if (mln_is_plain_text(&telling, mln_buf_sv(&b)) != plain)
            fail_msg("\"%.*s\" is%s plain", (int)b.len, b.p, plain ? "" : " not");
        plain_texts += plain;
        mln_buf_done(&b);
    }
    assert_in_range(plain_texts, 20000, 180000);
}

/* What begins a command tells something only where a line begins. */
static void test_commands_tell_when_first(void **state)
{
    assert_false(mln_is_plain_text(&telling, MLN_SV("wget this")));
    assert_true(mln_is_plain_text(&telling, MLN_SV("this wget")));
    assert_false(mln_is_plain_text(&telling, MLN_SV("")));
    assert_false(mln_is_plain_text(&telling, MLN_SV(" ")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_as_plain_as_their_pieces),
        cmocka_unit_test(test_commands_tell_when_first),
    };
    return cmocka_run_group_tests(tests, init, NULL);
}
