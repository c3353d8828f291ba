/* Two parts of the JSON reader: which keys an object had, and what a bare word is. */
#ifndef MLN_HTTP_JSON_PARTS_H
#define MLN_HTTP_JSON_PARTS_H

#include "base/base.h"

enum { MLN_JSON_KEYS_MAX = 512, MLN_JSON_KEY_SLOTS = 2 * MLN_JSON_KEYS_MAX };

/* Keys of the objects that are open, as hashes. Zeroed memory is an empty set. Bounded in size and
 * in time: what does not fit is not remembered. */
struct mln_json_keys {
    uint32_t n;
    uint16_t slot[MLN_JSON_KEY_SLOTS]; /* 1 + index into hash[], or 0 */
    uint64_t hash[MLN_JSON_KEYS_MAX];
    uint16_t level[MLN_JSON_KEYS_MAX]; /* never falls: inner objects come later and go earlier */
    bool tabled[MLN_JSON_KEYS_MAX];    /* of a large object: in slot[] */
};

/* Quick rather than strong: see mln_json_keys_add for what a collision does. */
uint64_t mln_json_key_hash(uint64_t seed, struct mln_sv key) MLN_PURE;
/* Adds a key of the object at `level` (at most 65,535); true when that object had it. */
bool mln_json_keys_add(struct mln_json_keys *k, uint32_t level, uint64_t hash);
/* Forgets the keys of the object at `level`. */
void mln_json_keys_close(struct mln_json_keys *k, uint32_t level);

enum mln_json_word {
    MLN_JSON_WORD_VALID, /* true, false, null, or a number (RFC 8259 section 6) */
    MLN_JSON_WORD_LAX,   /* NaN, 0x1f, +1, 007: what lenient readers take for a value */
    MLN_JSON_WORD_OTHER,
};
/* The end of a run of string bytes from s[i]: the first quotation mark, backslash, control byte or
 * byte past ASCII, or s.len. */
size_t mln_json_run_end(struct mln_sv s, size_t i) MLN_PURE;

enum mln_json_word mln_json_word_kind(struct mln_sv word) MLN_PURE;

#endif
