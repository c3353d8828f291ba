/* A few words of which no detector knows any: nothing can be in them. Sixteen bytes at a time, for
 * such texts are most of what people write into forms and programs into JSON. */
#include "base/block.h"
#include "engine/java_names.h"
#include "engine/sh_commands.h"
#include "engine/sql_tokens.h"
#include "engine/txn_priv.h"

enum { TEXT_MAX = 128, WINDOW = 64 };

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

bool mln_word_tells(const struct mln_telling_words *w, struct mln_sv word)
{
    if (word.len >= MLN_BLOCK)
        return true;
    unsigned bit = word_bit(mln_block_low(mln_block_at(word, 0)), word.len);
    return has_bit(w->anywhere, bit) || has_bit(w->first, bit);
}

/* ---- texts ---- */

/* Up to WINDOW bytes of a text, a bit each: bit i is byte i. */
struct kinds {
    uint64_t letter, digit, upper, x, mark, space;
};

static struct kinds kinds_of(struct mln_sv s)
{
    struct kinds k = {0};

    for (size_t i = 0; i < s.len; i += MLN_BLOCK) {
        mln_block b = mln_block_at(s, i), low = mln_block_low(b);
        k.letter |= (uint64_t)mln_block_in(low, 'a', 'z') << i;
        k.digit |= (uint64_t)mln_block_in(b, '0', '9') << i;
        k.upper |= (uint64_t)mln_block_in(b, 'A', 'Z') << i;
        k.x |= (uint64_t)mln_block_eq(low, 'x') << i;
        k.mark |= (uint64_t)mln_block_eq5(b, ',', '.', '!', '?', '?') << i;
        k.space |= (uint64_t)mln_block_eq(b, ' ') << i;
    }
    return k;
}

/* Words of letters and digits with a space between two; a mark may end each. */
static bool are_words(const struct kinds *k, uint64_t word, size_t len)
{
    uint64_t all = ~UINT64_C(0) >> (WINDOW - len), but_last = all >> 1;

    return (word | k->mark | k->space) == all && (word & 1) && !(k->mark & ~(word << 1)) &&
           !((k->mark & but_last) << 1 & ~k->space) && !(k->space & ~(word >> 1 & but_last));
}

/* A word's looks may tell something. */
static bool looks_odd(const struct kinds *k, uint64_t starts)
{
    if (k->upper & ~(k->upper << 1 | starts)) /* base64 has capitals behind others, words do not */
        return true;
    if (k->upper & k->upper << 1 & k->upper << 2) /* "CONFIG SET dir": stores and mail servers */
        return true;
    return (k->x & k->digit << 1) != 0; /* "0x" */
}

/* Some words stand first, some anywhere. */
static bool knows_word(const struct mln_telling_words *w, struct mln_sv s, size_t i, size_t n,
                       bool first)
{
    unsigned bit = word_bit(mln_block_low(mln_block_at(s, i)), n);

    return has_bit(w->anywhere, bit) || (first && has_bit(w->first, bit));
}

/* Of at most WINDOW bytes; `first`: the text begins there. */
static bool is_plain_window(const struct mln_telling_words *w, struct mln_sv s, bool first)
{
    const struct kinds k = kinds_of(s);
    uint64_t word = k.letter | k.digit, starts = word & ~(word << 1);

    if (!s.len || !are_words(&k, word, s.len) || looks_odd(&k, starts))
        return false;
    for (uint64_t left = starts; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        size_t n = mln_block_run((unsigned)(word >> i & MLN_BLOCK_ALL));
        bool letters = k.letter >> i & ((1U << n) - 1);
        if (n == MLN_BLOCK || (letters && knows_word(w, s, i, n, first && i == 0)))
            return false;
    }
    return true;
}

bool mln_is_plain_text(const struct mln_telling_words *w, struct mln_sv s)
{
    bool first = true;

    if (s.len > TEXT_MAX)
        return false;
    while (s.len > WINDOW) {
        const char *space = memrchr(s.p, ' ', WINDOW);
        if (!space || !is_plain_window(w, mln_sv(s.p, (size_t)(space - s.p)), first))
            return false;
        s = mln_sv_sub(s, (size_t)(space - s.p) + 1, s.len);
        first = false;
    }
    return is_plain_window(w, s, first);
}
