/* A few words of which no detector knows any: nothing can be in them. Sixteen bytes at a time, for
 * such texts are most of what people write into forms and programs into JSON. */
#include "base/block.h"
#include "engine/java_names.h"
#include "engine/sh_commands.h"
#include "engine/sql_tokens.h"
#include "engine/txn_priv.h"

enum { TEXT_MAX = 128 };

/* ---- words ---- */

/* Of the first n < 16 bytes; ASCII letters in either case are the same. */
static unsigned word_bit(mln_block low, size_t n)
{
    const uint64_t mult = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t a = mln_block_first(low), b = 0;

    if (n < 8)
        a &= ~UINT64_C(0) >> (64 - 8 * n);
    else if (n > 8)
        b = mln_block_second(low) & ~UINT64_C(0) >> (128 - 8 * n);
    uint64_t h = (a ^ (b + n) * mult) * mult;
    return (unsigned)((h ^ h >> 29) * mult >> (64 - MLN_WORD_BITS));
}

static bool has_bit(const uint64_t *set, unsigned bit)
{
    return set[bit / 64] >> (bit % 64) & 1;
}

/* One of sixteen or more bytes is never looked up. */
static void add_word(void *set, struct mln_sv word)
{
    if (!word.len || word.len >= MLN_BLOCK)
        return;
    unsigned bit = word_bit(mln_block_low(mln_block_at(word, 0)), word.len);
    ((uint64_t *)set)[bit / 64] |= UINT64_C(1) << (bit % 64);
}

void mln_telling_words_init(struct mln_telling_words *w)
{
    add_word(w->anywhere, MLN_SV("filtering")); /* CQL: "allow filtering" */
    mln_sql_words_each(add_word, w->anywhere);
    mln_java_simple_names_each(add_word, w->anywhere);
    mln_sh_commands_each(add_word, w->first);
}

/* A word of fewer than sixteen letters and digits. */
struct word {
    size_t n;     /* its length; 0: none, or its looks may tell something */
    bool letters; /* any of them is a letter */
};

static struct word word_at(mln_block b, mln_block low)
{
    unsigned digit = mln_block_in(b, '0', '9');
    size_t n = mln_block_run(mln_block_in(low, 'a', 'z') | digit);
    unsigned inside = (1U << n) - 1, upper = mln_block_in(b, 'A', 'Z') & inside;

    if (n == MLN_BLOCK)
        return (struct word){0};
    if (upper & ~(upper << 1 | 1)) /* base64 has capitals behind others, words do not */
        return (struct word){0};
    if (upper & 4) /* "CONFIG SET dir": stores and mail servers are told so */
        return (struct word){0};
    if (mln_block_eq(low, 'x') & digit << 1 & inside) /* "0x" */
        return (struct word){0};
    return (struct word){n, (digit & inside) != inside};
}

/* Length of the word at s[i] when no detector knows it, else 0; some stand first, some anywhere. */
static size_t untelling_word(const struct mln_telling_words *w, struct mln_sv s, size_t i)
{
    mln_block b = mln_block_at(s, i), low = mln_block_low(b);
    struct word word = word_at(b, low);

    if (!word.letters)
        return word.n;
    unsigned bit = word_bit(low, word.n);
    return has_bit(w->anywhere, bit) || (i == 0 && has_bit(w->first, bit)) ? 0 : word.n;
}

bool mln_word_tells(const struct mln_telling_words *w, struct mln_sv word)
{
    if (word.len >= MLN_BLOCK)
        return true;
    unsigned bit = word_bit(mln_block_low(mln_block_at(word, 0)), word.len);
    return has_bit(w->anywhere, bit) || has_bit(w->first, bit);
}

static bool is_mark(char c)
{
    return c == ',' || c == '.' || c == '!' || c == '?';
}

bool mln_is_plain_text(const struct mln_telling_words *w, struct mln_sv s)
{
    if (s.len > TEXT_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        size_t n = untelling_word(w, s, i);
        if (!n)
            return false;
        i += n;
        i += i < s.len && is_mark(s.p[i]);
        if (i == s.len)
            return true;
        if (s.p[i] != ' ')
            return false;
    }
    return false;
}
