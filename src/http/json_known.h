/* What a JSON reader remembers of names and short texts that were found plain: documents repeat
 * them, and names even in the same order. Fixed size; what is new replaces what is old. */
#ifndef MLN_HTTP_JSON_KNOWN_H
#define MLN_HTTP_JSON_KNOWN_H

#include "base/base.h"

enum {
    MLN_JSON_NAME_WORDS = 3,
    MLN_JSON_NAME_BYTES = 8 * MLN_JSON_NAME_WORDS,
    MLN_JSON_NAMES = 32,
    MLN_JSON_NAME_LEVELS = 32, /* below these no order is remembered */
    MLN_JSON_TEXT_BITS = 7,
    MLN_JSON_TEXT_MAX = 7,
};

/* A name as it stood, with both quotation marks and the colon. */
struct mln_json_name {
    uint64_t text[MLN_JSON_NAME_WORDS], mask[MLN_JSON_NAME_WORDS];
    uint64_t hash;
    uint8_t len;  /* 0: none */
    uint8_t next; /* the name that came behind it last time */
};

struct mln_json_known {
    struct mln_json_name name[MLN_JSON_NAMES]; /* the first is none */
    struct {
        uint8_t first, last, next;
    } level[MLN_JSON_NAME_LEVELS]; /* of the object at hand: last name, guess of the next */
    uint8_t newest;
    uint64_t text[1 << MLN_JSON_TEXT_BITS][2];
};

/* ---- names ---- */

/* An object starts at `depth`. */
static inline void mln_json_known_open(struct mln_json_known *k, uint32_t depth)
{
    if (depth >= MLN_JSON_NAME_LEVELS)
        return;
    k->level[depth].last = 0;
    k->level[depth].next = k->level[depth].first;
}

/* The name at in[i] when it is the one that was guessed, else NULL. */
static inline const struct mln_json_name *
mln_json_guessed_name(struct mln_json_known *k, uint32_t depth, struct mln_sv in, size_t i)
{
    uint64_t w[MLN_JSON_NAME_WORDS];

    if (depth >= MLN_JSON_NAME_LEVELS || in.len - i < MLN_JSON_NAME_BYTES)
        return NULL;
    uint8_t guess = k->level[depth].next;
    const struct mln_json_name *n = &k->name[guess];
    memcpy(w, in.p + i, sizeof(w));
    uint64_t differ = ((w[0] ^ n->text[0]) & n->mask[0]) | ((w[1] ^ n->text[1]) & n->mask[1]) |
                      ((w[2] ^ n->text[2]) & n->mask[2]);
    if (differ || !n->len)
        return NULL;
    k->level[depth].last = guess;
    k->level[depth].next = n->next;
    return n;
}

/* Remembers the name text = `"name":`, behind the last one of the object at `depth`. */
void mln_json_learn_name(struct mln_json_known *k, uint32_t depth, struct mln_sv text,
                         uint64_t hash);

/* ---- short texts ---- */

/* The text from in[i] to a quotation mark, at most seven bytes, the first in the lowest. */
static inline bool mln_json_short_text(struct mln_sv in, size_t i, uint64_t *ret, size_t *ret_len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t w;

    if (in.len - i < sizeof(w))
        return false;
    memcpy(&w, in.p + i, sizeof(w));
    uint64_t x = mln_le64(w) ^ ones * '"';
    uint64_t quotes = (x - ones) & ~x & ones << 7; /* exact up to the first one */
    if (!quotes)
        return false;
    size_t len = (size_t)__builtin_ctzll(quotes) / 8;
    *ret = len ? mln_le64(w) & (~UINT64_C(0) >> (64 - 8 * len)) : 0;
    *ret_len = len;
    return true;
}

/* Where such a text is remembered, in one of two places. */
struct mln_json_memory {
    uint64_t *set;
    uint64_t text; /* with its length */
};

static inline struct mln_json_memory mln_json_memory(struct mln_json_known *k, uint64_t text,
                                                     size_t len)
{
    uint64_t tagged = text | (uint64_t)(len + 1) << 56;
    uint64_t at =
        (tagged ^ tagged >> 32) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MLN_JSON_TEXT_BITS);

    return (struct mln_json_memory){k->text[at], tagged};
}

static inline bool mln_json_is_known(struct mln_json_memory m)
{
    return m.set[0] == m.text || m.set[1] == m.text;
}

static inline void mln_json_remember(struct mln_json_memory m)
{
    m.set[1] = m.set[0];
    m.set[0] = m.text;
}

#endif
