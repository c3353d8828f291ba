#include "intel/prefix_set.h"

static int compare(const void *x, const void *y)
{
    const struct mln_prefix *a = x, *b = y;
    int c = memcmp(a->addr.b, b->addr.b, sizeof(a->addr.b));

    return c ? c : (a->bits > b->bits) - (a->bits < b->bits);
}

size_t mln_prefix_set_build(struct mln_prefix *p, size_t n)
{
    size_t kept = 0;

    if (n)
        qsort(p, n, sizeof(*p), compare);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || p[kept - 1].bits > p[i].bits || !mln_prefix_has(&p[kept - 1], &p[i].addr))
            p[kept++] = p[i];
    return kept;
}

bool mln_prefix_set_has(const struct mln_prefix *p, size_t n, const struct mln_addr *a)
{
    size_t lo = 0, hi = n;

    /* the last prefix whose address is not above a: the only one that can contain it */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (memcmp(p[mid].addr.b, a->b, sizeof(a->b)) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo > 0 && mln_prefix_has(&p[lo - 1], a);
}
