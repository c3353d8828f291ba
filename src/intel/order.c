#include "intel/order.h"

/* Compared lane by lane, as signed numbers since SSE2 has no other way: -1 where it holds. */
typedef int32_t v32 __attribute__((vector_size(16)));

static uint32_t div_up(uint32_t a, uint32_t b)
{
    return a / b + (a % b != 0);
}

struct mln_order mln_order_plan(uint32_t n, uint32_t width)
{
    const uint32_t keys = MLN_ORDER_LINE / width;
    struct mln_order o = {.n = n, .width = width};
    uint32_t nodes = div_up(n, keys);

    while (nodes) {
        o.level[o.levels].first = o.lines;
        o.level[o.levels].nodes = nodes;
        o.lines += o.levels ? nodes : nodes * (MLN_ORDER_BLOCK / MLN_ORDER_LINE);
        o.levels++;
        nodes = nodes == 1 ? 0 : div_up(nodes, keys + 1);
    }
    return o;
}

/* Lines of the largest key. */
static void fill_with_largest(uint8_t *to, size_t lines, uint32_t width)
{
    const int32_t largest32 = INT32_MAX;
    const uint64_t largest64 = UINT64_MAX;

    for (size_t i = 0; i < lines * MLN_ORDER_LINE; i += width)
        memcpy(to + i, width == 4 ? (const void *)&largest32 : &largest64, width);
}

static void fill_row(const struct mln_order *o, const uint8_t *keys, const uint8_t *data,
                     uint8_t *out)
{
    const size_t w = o->width, per_line = MLN_ORDER_LINE / w;

    for (uint32_t b = 0; b < o->level[0].nodes; b++, out += MLN_ORDER_BLOCK) {
        size_t n = MLN_MIN(per_line, o->n - b * per_line);
        fill_with_largest(out, 1, o->width);
        memset(out + MLN_ORDER_LINE, 0, MLN_ORDER_BLOCK - MLN_ORDER_LINE);
        memcpy(out, keys + b * per_line * w, n * w);
        memcpy(out + MLN_ORDER_LINE, data + b * per_line * 2 * w, n * 2 * w);
    }
}

void mln_order_fill(const struct mln_order *o, const void *keys, const void *data, void *out)
{
    const uint32_t w = o->width, per_line = MLN_ORDER_LINE / w;
    uint64_t below = per_line; /* keys of the row below one node of the level beneath */

    if (!o->n)
        return;
    fill_row(o, keys, data, out);
    for (uint32_t l = 1; l < o->levels; l++, below *= per_line + 1) {
        uint8_t *to = (uint8_t *)out + (size_t)o->level[l].first * MLN_ORDER_LINE;
        fill_with_largest(to, o->level[l].nodes, w);
        for (uint32_t i = 0; i < o->level[l].nodes * per_line; i++) {
            uint64_t first = (i / per_line * (per_line + 1) + i % per_line + 1) * below;
            if (first < o->n)
                memcpy(to + (size_t)i * w, (const uint8_t *)keys + first * w, w);
        }
    }
}

static uint32_t line_upto32(const void *line, int32_t k)
{
    const v32 *v = line;
    const v32 all = {k, k, k, k};
    v32 n = (v[0] > all) + (v[1] > all) + (v[2] > all) + (v[3] > all);

    return (uint32_t)(16 + n[0] + n[1] + n[2] + n[3]);
}

static uint32_t line_upto64(const void *line, uint64_t k)
{
    const uint64_t *p = line;

    return (uint32_t)(p[0] <= k) + (p[1] <= k) + (p[2] <= k) + (p[3] <= k) + (p[4] <= k) +
           (p[5] <= k) + (p[6] <= k) + (p[7] <= k);
}

/* The node of level l at `node`; clamped, since where all keys are the largest, or hostile, a count
 * leads past the end. */
static const uint8_t *node_at(const struct mln_order *o, uint32_t l, uint32_t *node)
{
    *node = MLN_MIN(*node, o->level[l].nodes - 1);
    return o->base + (size_t)(o->level[l].first + *node) * MLN_ORDER_LINE;
}

/* What belongs to the keys is fetched along with them: the caller wants it next. */
static const uint8_t *block_at(const struct mln_order *o, uint32_t *node)
{
    *node = MLN_MIN(*node, o->level[0].nodes - 1);
    const uint8_t *p = o->base + (size_t)*node * MLN_ORDER_BLOCK;
    __builtin_prefetch(p + MLN_ORDER_LINE);
    __builtin_prefetch(p + 2 * MLN_ORDER_LINE);
    return p;
}

#define UPTO(bits, type)                                                                           \
    uint32_t mln_order_upto##bits(const struct mln_order *o, type k)                               \
    {                                                                                              \
        enum { KEYS = MLN_ORDER_LINE * 8 / (bits) };                                               \
        uint32_t node = 0;                                                                         \
                                                                                                   \
        if (!o->n)                                                                                 \
            return 0;                                                                              \
        for (uint32_t l = o->levels - 1; l > 0; l--) {                                             \
            const uint8_t *p = node_at(o, l, &node);                                               \
            node = node * (KEYS + 1) + line_upto##bits(p, k);                                      \
        }                                                                                          \
        const uint8_t *p = block_at(o, &node);                                                     \
        uint32_t n = node * KEYS + line_upto##bits(p, k);                                          \
        return MLN_MIN(n, o->n);                                                                   \
    }

UPTO(32, int32_t)
UPTO(64, uint64_t)
