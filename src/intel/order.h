/* Where a key stands in a sorted row: a static tree over the row, one cache line a node, laid out
 * by its length alone. A search touches one line a level, whatever the keys are; with any content
 * at all it stays within bounds and ends.
 *
 *   row      blocks of one line of keys, in ascending order, padded with the largest key, and two
 *            lines for what belongs to them: 8 bytes to a key of 32 bits, 16 to one of 64
 *   level 1  of each block but the first of every group: its first key; one line a group
 *   level 2  the same over level 1, and so on up to one line
 *
 * Keys of 32 bits are signed, those of 64 are not: so a line is compared in the fewest steps.
 */
#ifndef MLN_INTEL_ORDER_H
#define MLN_INTEL_ORDER_H

#include "base/base.h"

enum {
    MLN_ORDER_LINE = 64, /* bytes */
    MLN_ORDER_BLOCK = 3 * MLN_ORDER_LINE,
    MLN_ORDER_LEVELS_MAX = 12,
    MLN_ORDER_KEYS_MAX = 1 << 26
};

struct mln_order {
    const uint8_t *base; /* aligned to MLN_ORDER_LINE */
    uint32_t n;          /* keys */
    uint32_t width;      /* bytes of a key: 4 or 8 */
    uint32_t levels;
    struct {
        uint32_t first, nodes; /* first: in lines from base */
    } level[MLN_ORDER_LEVELS_MAX];
    uint32_t lines; /* of all levels */
};

/* The lay-out for n keys (at most MLN_ORDER_KEYS_MAX); base is left NULL. */
struct mln_order mln_order_plan(uint32_t n, uint32_t width);
/* Fills out[0..lines * MLN_ORDER_LINE) from keys[0..n), which ascend (equal ones are fine), and the
 * bytes that belong to them, 2 * width each. */
void mln_order_fill(const struct mln_order *o, const void *keys, const void *data, void *out);
/* How many keys are at most k. */
uint32_t mln_order_upto32(const struct mln_order *o, int32_t k) MLN_PURE;
uint32_t mln_order_upto64(const struct mln_order *o, uint64_t k) MLN_PURE;

static inline const uint8_t *mln_order_block(const struct mln_order *o, uint32_t i)
{
    return o->base + (size_t)(i / (MLN_ORDER_LINE / o->width)) * MLN_ORDER_BLOCK;
}
/* Key i < n, and what belongs to it. */
static inline int32_t mln_order_key32(const struct mln_order *o, uint32_t i)
{
    return ((const int32_t *)(const void *)mln_order_block(o, i))[i % 16];
}
static inline uint64_t mln_order_key64(const struct mln_order *o, uint32_t i)
{
    return ((const uint64_t *)(const void *)mln_order_block(o, i))[i % 8];
}
static inline const void *mln_order_data(const struct mln_order *o, uint32_t i)
{
    return mln_order_block(o, i) + MLN_ORDER_LINE +
           (size_t)(i % (MLN_ORDER_LINE / o->width)) * 2 * o->width;
}

#endif
