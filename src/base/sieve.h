/* Places where pairs of bytes begin, found in one pass over some bytes for all who ask about parts
 * of them. */
#ifndef MLN_BASE_SIEVE_H
#define MLN_BASE_SIEVE_H

#include "base/pairs.h"

enum { MLN_SIEVE_MAX = 256 };

struct mln_sieve {
    struct mln_pairs set; /* of whoever made it, before the first bytes */
    struct mln_sv bytes;
    size_t passed; /* so many of them were looked at */
    uint32_t n, cursor;
    uint32_t at[MLN_SIEVE_MAX];
};

/* No pairs, no bytes. */
void mln_sieve_begin(struct mln_sieve *v);
/* Other bytes, which stay as they are as long as places within them are asked for. */
void mln_sieve_fill(struct mln_sieve *v, struct mln_sv bytes);
/* The first place from s[from] on where a pair begins, or s.len. The last byte of s may be the
 * first of one. s may lie elsewhere: then it is looked at. */
size_t mln_sieve_next(struct mln_sieve *v, struct mln_sv s, size_t from);

#endif
