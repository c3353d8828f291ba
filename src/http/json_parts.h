/* Two parts of the JSON reader: which keys an object had, and what a bare word is. */
#ifndef MLN_HTTP_JSON_PARTS_H
#define MLN_HTTP_JSON_PARTS_H

#include "base/base.h"

enum {
    MLN_JSON_KEYS_MAX = 512,
    MLN_JSON_KEY_SLOTS = 2 * MLN_JSON_KEYS_MAX,
    MLN_JSON_LEVELS_MAX = 257
};
#define MLN_JSON_KEY_MULT UINT64_C(0x9e3779b97f4a7c15)

/* Keys of the objects that are open, as hashes. Bounded in size and in time: what does not fit is
 * not remembered. Most objects have few keys, which a bit each tells apart. */
struct mln_json_keys {
    uint32_t n;
    uint32_t start[MLN_JSON_LEVELS_MAX]; /* of the object at a level: its first key */
    uint64_t bits[MLN_JSON_LEVELS_MAX];  /* a bit of each of its hashes */
    uint16_t slot[MLN_JSON_KEY_SLOTS];   /* of large objects: 1 + index, or 0 */
    uint64_t hash[MLN_JSON_KEYS_MAX];
    uint16_t level[MLN_JSON_KEYS_MAX];
    bool tabled[MLN_JSON_KEYS_MAX]; /* in slot[] */
};

void mln_json_keys_init(struct mln_json_keys *k);
/* An object starts at `level`, below that of the level before. */
void mln_json_keys_open(struct mln_json_keys *k, uint32_t level);
/* Adds a key of the object at `level`; true when that object had it. */
bool mln_json_keys_add(struct mln_json_keys *k, uint32_t level, uint64_t hash);
/* Forgets the keys of the object at `level`. */
void mln_json_keys_close(struct mln_json_keys *k, uint32_t level);

/* Quick rather than strong: whoever makes keys collide gains a report of a duplicate. */
uint64_t mln_json_key_hash(uint64_t seed, struct mln_sv key) MLN_PURE;

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
