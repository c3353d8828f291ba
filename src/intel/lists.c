#include "intel/lists.h"

#include <errno.h>

static const void *section(const struct mln_lists *l, enum mln_lists_section id)
{
    return l->base + l->h->section[id].off;
}

static uint64_t count(const struct mln_lists *l, enum mln_lists_section id)
{
    return l->h->section[id].count;
}

static bool sections_ok(const struct mln_lists *l, size_t len)
{
    static const size_t size[MLN_LISTS_MAX] = {
#define X(sym, type) sizeof(type),
        MLN_LISTS_SECTIONS(X)
#undef X
    };

    for (unsigned i = 0; i < MLN_LISTS_MAX; i++) {
        uint64_t off = l->h->section[i].off, n = l->h->section[i].count;
        if (off > len || off % MLN_ORDER_LINE || n > (len - off) / size[i])
            return false;
    }
    return true;
}

int mln_lists_open(const void *base, size_t len, struct mln_lists *ret)
{
    struct mln_lists l = {.base = base, .h = base};

    if (len < sizeof(*l.h) || (uintptr_t)base % MLN_ORDER_LINE || l.h->magic != MLN_LISTS_MAGIC ||
        l.h->length != len || !sections_ok(&l, len) || l.h->v4 > MLN_ORDER_KEYS_MAX ||
        l.h->v6 > MLN_ORDER_KEYS_MAX)
        return -EBADMSG;
    l.v4 = mln_order_plan(l.h->v4, 4);
    l.v6 = mln_order_plan(l.h->v6, 8);
    l.v4.base = section(&l, MLN_LISTS_V4);
    l.v6.base = section(&l, MLN_LISTS_V6);
    if (count(&l, MLN_LISTS_V4) != (uint64_t)l.v4.lines * MLN_ORDER_LINE ||
        count(&l, MLN_LISTS_V6) != (uint64_t)l.v6.lines * MLN_ORDER_LINE)
        return -EBADMSG;
    *ret = l;
    return 0;
}

static uint64_t load64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return __builtin_bswap64(mln_le64(v));
}

/* The first `bits` of a word, 0 to 64 of them. */
static uint64_t mask64(unsigned bits)
{
    return bits ? UINT64_MAX << (64 - bits) : 0;
}

/* The last prefix that begins at or before the address is the longest one that has it, or lies
 * within that one: from there outwards. Parents come before their children: the walk ends. */
static uint32_t find_v4(const struct mln_lists *l, int32_t a)
{
    uint32_t i = mln_order_upto32(&l->v4, a) - 1;

    while (i < l->h->v4) {
        const struct mln_lists_v4 *v = mln_order_data(&l->v4, i);
        unsigned bits = MLN_MIN(v->what & 0xff, 32u);
        if ((uint64_t)(uint32_t)(a ^ mln_order_key32(&l->v4, i)) >> (32 - bits) == 0)
            return v->what >> 8;
        if (v->parent >= i)
            break;
        i = v->parent;
    }
    return l->h->v4_set;
}

static uint64_t low_of(const struct mln_lists *l, uint32_t i)
{
    return ((const struct mln_lists_v6 *)mln_order_data(&l->v6, i))->low;
}

/* How many entries, of those up to n, begin at or before (high, low), where n counts the upper
 * halves up to `high`: many networks may lie in one /64. */
static uint32_t upto_low(const struct mln_lists *l, uint32_t n, uint64_t high, uint64_t low)
{
    uint32_t step = 1, lo = 0, hi = n;

    /* & and not &&: the first answer alone is a toss-up, both together are not */
    while (hi && ((int)(mln_order_key64(&l->v6, hi - 1) == high) & (low_of(l, hi - 1) > low))) {
        hi = hi > step ? hi - step : 0; /* gallop back … */
        step *= 2;
    }
    if (step == 1)
        return n;
    lo = hi; /* … and halve the last leap: [lo] may be, [hi] is behind */
    hi = MLN_MIN(n, hi + step / 2);
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        uint64_t key = mln_order_key64(&l->v6, mid);
        if (key < high || (key == high && low_of(l, mid) <= low))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static uint32_t find_v6(const struct mln_lists *l, uint64_t high, uint64_t low)
{
    uint32_t i = upto_low(l, mln_order_upto64(&l->v6, high), high, low) - 1;

    while (i < l->h->v6) {
        const struct mln_lists_v6 *v = mln_order_data(&l->v6, i);
        unsigned bits = MLN_MIN(v->what & 0xff, 128u);
        if ((((mln_order_key64(&l->v6, i) ^ high) & mask64(MLN_MIN(bits, 64u))) |
             ((v->low ^ low) & mask64(bits > 64 ? bits - 64 : 0))) == 0)
            return v->what >> 8;
        if (v->parent >= i)
            break;
        i = v->parent;
    }
    return 0;
}

uint32_t mln_lists_find(const struct mln_lists *l, const struct mln_addr *a)
{
    if (mln_addr_is_v4(a))
        return find_v4(l, mln_lists_v4_key((uint32_t)load64(a->b + 8)));
    return find_v6(l, load64(a->b), load64(a->b + 8));
}

static const struct mln_lists_set *set_at(const struct mln_lists *l, uint32_t set)
{
    static const struct mln_lists_set empty = {0};
    const struct mln_lists_set *s = section(l, MLN_LISTS_SETS);

    return set < count(l, MLN_LISTS_SETS) ? &s[set] : &empty;
}

bool mln_lists_set_has(const struct mln_lists *l, uint32_t set, uint32_t tag)
{
    const struct mln_lists_set *s = set_at(l, set);
    const uint32_t *members = section(l, MLN_LISTS_MEMBERS);
    uint64_t lo = s->first, end = (uint64_t)s->first + s->count, hi = end;

    if (end > count(l, MLN_LISTS_MEMBERS))
        return false;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (members[mid] < tag)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < end && members[lo] == tag;
}

struct mln_sv mln_lists_country(const struct mln_lists *l, uint32_t set)
{
    const struct mln_lists_set *s = set_at(l, set);

    return s->country[0] ? mln_sv(s->country, 2) : MLN_SV_NULL;
}

uint32_t mln_lists_tag(const struct mln_lists *l, struct mln_sv name)
{
    const struct mln_lists_name *tags = section(l, MLN_LISTS_TAGS);
    const char *strings = section(l, MLN_LISTS_STRINGS);
    uint64_t size = count(l, MLN_LISTS_STRINGS);

    for (uint32_t i = 0; i < count(l, MLN_LISTS_TAGS); i++)
        if (tags[i].off <= size && tags[i].len <= size - tags[i].off &&
            mln_sv_eq(mln_sv(strings + tags[i].off, tags[i].len), name))
            return i;
    return MLN_LISTS_NONE;
}
