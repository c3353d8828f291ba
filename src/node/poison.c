#include "node/poison.h"

enum { PART = 2048 }; /* of a large read: of its beginning, and of its end */

uint64_t mln_poison_print(const struct mln_hash_key *key, struct mln_sv bytes)
{
    size_t head = MLN_MIN(bytes.len, (size_t)PART), tail = MLN_MIN(bytes.len - head, (size_t)PART);
    uint64_t part[] = {mln_hash(key, mln_sv(bytes.p, head)),
                       mln_hash(key, mln_sv(bytes.p + bytes.len - tail, tail)), bytes.len};
    uint64_t print = mln_hash(key, mln_sv((const char *)part, sizeof(part)));

    return print ? print : 1;
}

static bool is_old(const struct mln_poison *p, unsigned i, mln_nsec now)
{
    return now - p->known[i].last > MLN_POISON_KEPT_S * MLN_NSEC_PER_SEC;
}

/* Where it is, or where it is to be put: a free place, else that of the oldest. */
static unsigned place(const struct mln_poison *p, uint64_t print)
{
    unsigned oldest = 0;

    for (unsigned i = 0; i < p->used; i++) {
        if (p->known[i].print == print)
            return i;
        if (p->known[i].last < p->known[oldest].last)
            oldest = i;
    }
    return p->used < MLN_POISON_MAX ? p->used : oldest;
}

static void note(struct mln_poison *p, uint64_t print, mln_nsec now, unsigned deaths)
{
    unsigned i = place(p, print);

    if (i == p->used)
        p->used++;
    if (p->known[i].print != print || is_old(p, i, now))
        p->known[i].deaths = 0;
    p->known[i].print = print;
    p->known[i].deaths += deaths;
    p->known[i].last = now;
}

bool mln_poison_died(struct mln_poison *p, uint64_t print, mln_nsec now)
{
    note(p, print, now, 1);
    return mln_poison_has(p, print, now);
}

void mln_poison_add(struct mln_poison *p, uint64_t print, mln_nsec now)
{
    note(p, print, now, MLN_POISON_DEATHS);
}

bool mln_poison_has(const struct mln_poison *p, uint64_t print, mln_nsec now)
{
    for (unsigned i = 0; i < p->used; i++)
        if (p->known[i].print == print)
            return p->known[i].deaths >= MLN_POISON_DEATHS && !is_old(p, i, now);
    return false;
}
