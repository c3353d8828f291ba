/* Arena: memory that is given back all at once.
 *
 * Owned by one connection or one transaction of one worker; not shared between threads. Blocks
 * come from malloc and are kept over a reset, so a warm arena allocates nothing. The limit counts
 * what callers asked for (rounded to 16), so that a client cannot grow an arena past policy.
 */
#ifndef MLN_BASE_ARENA_H
#define MLN_BASE_ARENA_H

#include "base/base.h"

struct mln_arena_block;

enum mln_arena_failure {
    MLN_ARENA_FULL = 1,  /* the limit would have been passed */
    MLN_ARENA_NO_MEMORY, /* malloc failed */
};

struct mln_arena {
    struct mln_arena_block *first, *cur;
    size_t used;        /* bytes handed out since the last reset */
    size_t limit_bytes; /* most that `used` may reach */
    size_t peak_bytes;
    uint8_t failed; /* enum mln_arena_failure: something was not given since the last reset; or 0 */
};

/* Nothing is allocated yet. */
void mln_arena_init(struct mln_arena *a, size_t limit_bytes);
/* Frees every block. Safe on a zeroed or already done arena. */
void mln_arena_done(struct mln_arena *a);
/* Everything handed out becomes invalid (poisoned under ASan); at most `keep_bytes` of blocks are
 * kept for the next use, the rest is freed. */
void mln_arena_reset(struct mln_arena *a, size_t keep_bytes);

/* Memory aligned to 16, valid until reset or done; not zeroed. NULL when the limit would be
 * passed or malloc fails: the caller ends the transaction. */
void *mln_arena_alloc(struct mln_arena *a, size_t n) MLN_WARN_UNUSED;
void *mln_arena_zalloc(struct mln_arena *a, size_t n) MLN_WARN_UNUSED;
/* n * size, NULL also on overflow. */
void *mln_arena_array(struct mln_arena *a, size_t n, size_t size) MLN_WARN_UNUSED;
/* A copy of s, NUL-terminated for convenience. p == NULL on failure (and when s is absent). */
struct mln_sv mln_arena_dup(struct mln_arena *a, struct mln_sv s) MLN_WARN_UNUSED;
/* Grows the newest allocation in place when it is p of old_n bytes, else copies. NULL on limit;
 * p stays valid then. */
void *mln_arena_grow(struct mln_arena *a, void *p, size_t old_n, size_t new_n) MLN_WARN_UNUSED;

/* Bytes of heap that the arena holds, used or not. */
size_t mln_arena_footprint(const struct mln_arena *a) MLN_PURE;

#endif
