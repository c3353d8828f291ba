/* Pairs of neighbouring bytes, sought many bytes at a time. Thread-safe: no state. */
#ifndef MLN_BASE_PAIRS_H
#define MLN_BASE_PAIRS_H

#include "base/base.h"

enum { MLN_PAIRS_MAX = 8 };

/* Zeroed: no pairs. */
struct mln_pairs {
    unsigned n;
    char each[MLN_PAIRS_MAX];
    char first[16];       /* by its lower half; elsewhere a byte with another one */
    char below[16];       /* all seconds of that one, as signed bytes */
    uint8_t bit[16];      /* of that one */
    uint8_t seconds[256]; /* bits of the first bytes that each may stand behind */
};

/* Adds `first` with each of `seconds` behind it: ASCII, MLN_PAIRS_MAX first bytes at most, no two
 * of them with the same lower half. */
void mln_pairs_add(struct mln_pairs *set, char first, struct mln_sv seconds);

/* The first place from s[from] on where a pair begins, or s.len: every pair is found, and the last
 * byte of s when it is the first of one. Reads s alone. */
size_t mln_pairs_next(const struct mln_pairs *set, struct mln_sv s, size_t from) MLN_PURE;

#endif
