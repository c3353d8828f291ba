/* Values in which nothing can be: they need no decoding and no detector. Whatever is called plain
 * here must be clean when it is inspected in full; test_shortcuts holds that. */
#include "engine/java_names.h"
#include "engine/query_commands.h"
#include "engine/sh_commands.h"
#include "engine/sql_tokens.h"
#include "engine/txn_priv.h"

enum { PLAIN_MAX = 16 }; /* below the length of anything that base64 hides */

/* What a byte may be part of. A byte without IN_VALUE or IN_NAME ends the shortcut; the others ask
 * for a second look. */
enum {
    IN_VALUE = 1,
    IN_NAME = 2,
    DASH = 4,
    LETTER_X = 8,
    DOT = 16,
    LETTER_P = 32,
    UPPER = 64,
    LOW_LINE = 128
};
#define WORD (IN_VALUE | IN_NAME)
/* clang-format off */
static const uint8_t parts[256] = {
    ['0' ... '9'] = WORD, ['_'] = WORD | LOW_LINE, ['-'] = WORD | DASH, ['.'] = IN_NAME | DOT,
    ['/'] = IN_NAME,
    ['A' ... 'W'] = WORD | UPPER, ['X'] = WORD | UPPER | LETTER_X, ['Y' ... 'Z'] = WORD | UPPER,
    ['a' ... 'o'] = WORD, ['p'] = WORD | LETTER_P, ['q' ... 'w'] = WORD,
    ['x'] = WORD | LETTER_X, ['y' ... 'z'] = WORD,
};
/* clang-format on */

struct look {
    uint8_t all, any;
};

static struct look look_at(struct mln_sv s)
{
    struct look l = {.all = 0xff};

    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = parts[(unsigned char)s.p[i]];
        l.all &= c;
        l.any |= c;
    }
    return l;
}

/* Base64 has both cases; what it may hold is short enough for a look. */
static bool hides_java(struct look l, struct mln_sv s)
{
    return (l.any & UPPER) && (mln_java_magic(s) != SIZE_MAX || mln_java_base64(s));
}

/* Names that are evidence by themselves hold an operator, lead to a prototype or are classes. */
static bool is_plain_name(struct mln_sv name)
{
    struct look l = look_at(name);

    if (!(l.all & IN_NAME) || hides_java(l, name))
        return false;
    if ((l.any & DOT) && mln_java_field_name(name) > MLN_JAVA_LIBRARY)
        return false;
    if ((l.any & LOW_LINE) && mln_query_guesses_secret(name))
        return false;
    return !(l.any & LETTER_P) || mln_sv_find(name, MLN_SV("proto")) == SIZE_MAX;
}

static bool has_plain_dashes(struct mln_sv s)
{
    return s.p[s.len - 1] != '-' && mln_sv_find(s, MLN_SV("--")) == SIZE_MAX;
}

static bool is_plain_word(struct mln_sv value)
{
    if (value.len >= PLAIN_MAX)
        return false;
    struct look l = look_at(value);
    if (!(l.all & IN_VALUE) || ((l.any & DASH) && !has_plain_dashes(value)))
        return false;
    /* "0x2e0x2f" spells a path */
    if ((l.any & LETTER_X) && mln_sv_ifind(value, MLN_SV("0x")) != SIZE_MAX)
        return false;
    return !hides_java(l, value) && !mln_query_store_word(value);
}

/* ---- a few words ---- */

enum { TEXT_MAX = 128, WORD_MAX = 15, JAVA_MIN = 9, CAPITALS_MAX = 2 };
enum { T_LOWER = 1, T_UPPER = 2, T_DIGIT = 4, T_SPACE = 8, T_STOP = 16 };
#define T_WORD (T_LOWER | T_UPPER | T_DIGIT)
/* clang-format off */
static const uint8_t text_class[256] = {
    ['0' ... '9'] = T_DIGIT, ['A' ... 'Z'] = T_UPPER, ['a' ... 'z'] = T_LOWER, [' '] = T_SPACE,
    [','] = T_STOP, ['.'] = T_STOP, ['!'] = T_STOP, ['?'] = T_STOP,
};
/* clang-format on */

static const uint64_t word_seed = UINT64_C(0x243f6a8885a308d3);

static uint64_t hash_step(uint64_t h, unsigned char c)
{
    return (h ^ (c | 0x20)) * UINT64_C(0x9e3779b97f4a7c15);
}

static unsigned word_bit(uint64_t h)
{
    return (unsigned)(h >> (64 - MLN_WORD_BITS));
}

static bool has_bit(const uint64_t *set, unsigned bit)
{
    return set[bit / 64] >> (bit % 64) & 1;
}

static void add_word(void *set, struct mln_sv word)
{
    uint64_t h = word_seed;

    for (size_t i = 0; i < word.len; i++)
        h = hash_step(h, (unsigned char)word.p[i]);
    ((uint64_t *)set)[word_bit(h) / 64] |= UINT64_C(1) << (word_bit(h) % 64);
}

void mln_telling_words_init(struct mln_telling_words *w)
{
    add_word(w->anywhere, MLN_SV("filtering")); /* CQL: "allow filtering" */
    mln_sql_words_each(add_word, w->anywhere);
    mln_sh_commands_each(add_word, w->first);
}

/* No detector knows the word; some stand first, some anywhere. */
static bool is_untelling(const struct mln_telling_words *w, uint64_t h, struct mln_sv word,
                         bool first)
{
    unsigned bit = word_bit(h);

    return word.len <= WORD_MAX && !has_bit(w->anywhere, bit) &&
           !(first && has_bit(w->first, bit)) &&
           (word.len < JAVA_MIN || mln_java_simple_name(word) == MLN_JAVA_NONE);
}

/* The word of letters and digits at s[i], or SIZE_MAX when it hides or tells anything. */
static size_t untelling_end(const struct mln_telling_words *w, struct mln_sv s, size_t i)
{
    uint64_t h = word_seed;
    size_t start = i;
    uint8_t before = T_UPPER;
    unsigned upper = 0;

    for (; i < s.len; i++) {
        uint8_t class = text_class[(unsigned char)s.p[i]];
        if (!(class & T_WORD))
            break;
        if (class == T_UPPER && before != T_UPPER) /* base64 looks like this, words do not */
            return SIZE_MAX;
        if ((s.p[i] | 0x20) == 'x' && before == T_DIGIT) /* "0x" */
            return SIZE_MAX;
        upper += class == T_UPPER;
        h = hash_step(h, (unsigned char)s.p[i]);
        before = class;
    }
    if (upper > CAPITALS_MAX) /* "CONFIG SET dir": stores and mail servers are told so */
        return SIZE_MAX;
    return i > start && is_untelling(w, h, mln_sv_sub(s, start, i - start), start == 0) ? i
                                                                                        : SIZE_MAX;
}

/* "Blue chair, 2 pieces": words with one space between them, maybe behind a mark. */
static bool is_plain_text(const struct mln_telling_words *w, struct mln_sv s)
{
    size_t i = 0;

    if (s.len > TEXT_MAX)
        return false;
    for (;;) {
        i = untelling_end(w, s, i);
        if (i == SIZE_MAX)
            return false;
        if (i < s.len && (text_class[(unsigned char)s.p[i]] & T_STOP))
            i++;
        if (i == s.len)
            return true;
        if (s.p[i++] != ' ')
            return false;
    }
}

bool mln_is_plain(const struct mln_telling_words *w, struct mln_sv name, struct mln_sv value)
{
    bool text = value.len > 2 && mln_sv_chr(value, ' ') != SIZE_MAX;

    return (text ? is_plain_text(w, value) : is_plain_word(value)) && is_plain_name(name);
}
