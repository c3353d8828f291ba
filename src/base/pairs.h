/* Pairs of neighbouring bytes, sought many bytes at a time. Thread-safe: no state. */
#ifndef MLN_BASE_PAIRS_H
#define MLN_BASE_PAIRS_H

#include "base/base.h"

enum { MLN_PAIRS_MAX = 8 };

/* Zeroed: no pairs. Each first byte has a bit; a byte may have it when both of its halves may. */
struct mln_pairs {
    unsigned n;
    char first[MLN_PAIRS_MAX];
    uint8_t first_low[16], first_high[16], second_low[16], second_high[16];
};

/* Adds `first` with each of `seconds` behind it: ASCII, MLN_PAIRS_MAX first bytes at most. */
void mln_pairs_add(struct mln_pairs *set, char first, struct mln_sv seconds);

/* The first place from s[from] on where a pair may begin, or s.len: every pair is found, the last
 * byte of s when it is the first of one, and some that resemble one. Reads s alone. */
size_t mln_pairs_next(const struct mln_pairs *set, struct mln_sv s, size_t from) MLN_PURE;

#endif
