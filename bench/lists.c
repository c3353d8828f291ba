/* Look-ups in lists of networks: bench/lists [PREFIXES [LOOKUPS]]. Random addresses, so that every
 * one misses the caches, and a few of them again and again, as clients come; half of them are of a
 * listed network. One line for each kind of list. */
#include "intel/lists.h"

#include <stdio.h>

#include "base/time.h"

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

enum { HOT = 10000 }; /* clients that are there at a time */
enum kind { V4_HOSTS, V4_NETS, V6_HOSTS, V6_NETS };
static const char *const names[] = {"IPv4 /32", "IPv4 /16 to /24", "IPv6 /128", "IPv6 /32 to /64"};

static struct mln_prefix random_prefix(enum kind kind, uint64_t *seed)
{
    struct mln_prefix p = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 128};
    uint64_t r[2] = {next_random(seed), next_random(seed)};

    if (kind == V6_HOSTS || kind == V6_NETS)
        memcpy(p.addr.b, r, 16);
    else
        memcpy(p.addr.b + 12, r, 4);
    if (kind == V4_NETS)
        p.bits = (uint8_t)(96 + 16 + next_random(seed) % 9);
    if (kind == V6_NETS)
        p.bits = (uint8_t)(32 + next_random(seed) % 33);
    for (unsigned bit = p.bits; bit < 128; bit++)
        p.addr.b[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
    return p;
}

/* One read at a random place of as much memory, each waiting for the one before: what a cache miss
 * costs here and now. */
static double read_ns(void *mem, size_t bytes)
{
    const size_t lines = bytes / MLN_ORDER_LINE, reads = 200000;
    uint64_t seed = 1;
    size_t at = 0;
    mln_nsec best = UINT64_MAX;

    for (unsigned round = 0; round < 3; round++) {
        mln_nsec from = mln_now_mono();
        for (size_t i = 0; i < reads; i++)
            at = (next_random(&seed) + ((const uint8_t *)mem)[at * MLN_ORDER_LINE]) % lines;
        best = MLN_MIN(best, mln_now_mono() - from);
    }
    return at == lines ? 0 : (double)best / (double)reads;
}

/* One look-up, the addresses in a circle; *ret_hits: how many are listed. */
__attribute__((noinline)) static double find_ns(const struct mln_lists *l,
                                                const struct mln_addr *ask, size_t n,
                                                size_t lookups, size_t *ret_hits)
{
    mln_nsec best = UINT64_MAX;

    for (unsigned round = 0; round < 5; round++) {
        mln_nsec from = mln_now_mono();
        *ret_hits = 0;
        for (size_t i = 0, k = 0; i < lookups; i++, k = k + 1 == n ? 0 : k + 1)
            *ret_hits += mln_lists_find(l, &ask[k]) != 0;
        best = MLN_MIN(best, mln_now_mono() - from);
    }
    return (double)best / (double)lookups;
}

static int measure(enum kind kind, size_t n, size_t lookups)
{
    uint64_t seed = 88172645463325252u;
    struct mln_lists_builder *b = mln_lists_builder_new(n);
    struct mln_addr *ask = calloc(lookups, sizeof(*ask));
    struct mln_buf blob = {0};
    struct mln_lists l;
    size_t hits = 0;

    if (!b || !ask || mln_lists_builder_tag(b, MLN_SV("x")) != 0)
        return 1;
    for (size_t i = 0; i < n; i++) {
        struct mln_prefix p = random_prefix(kind, &seed);
        if (i < lookups / 2)
            ask[2 * i] = p.addr;
        if (mln_lists_builder_add(b, &p, 0) < 0)
            return 1;
    }
    for (size_t i = 0; i < lookups; i++)
        if (i % 2 || i / 2 >= n)
            ask[i] = random_prefix(kind < V6_HOSTS ? V4_HOSTS : V6_HOSTS, &seed).addr;
    for (size_t i = lookups; i-- > 1;) {
        size_t k = next_random(&seed) % i;
        struct mln_addr a = ask[i];
        ask[i] = ask[k];
        ask[k] = a;
    }
    mln_nsec t0 = mln_now_mono();
    if (mln_lists_build(b, &blob) < 0)
        return 1;
    mln_nsec t1 = mln_now_mono();
    void *p = aligned_alloc(MLN_ORDER_LINE, blob.len);
    if (!p)
        return 1;
    memcpy(p, blob.p, blob.len);
    if (mln_lists_open(p, blob.len, &l) < 0)
        return 1;
    double again = find_ns(&l, ask, MLN_MIN(lookups, (size_t)HOT), lookups, &hits);
    double anew = find_ns(&l, ask, lookups, lookups, &hits);
    printf("%-16s %8zu prefixes  %5.1f MiB  built in %4.0f ms  %5.1f ns a look-up  %2.0f %% hits  "
           "%5.1f ns of %d addresses  %5.1f ns a read\n",
           names[kind], n, (double)blob.len / 1048576, (double)(t1 - t0) / 1e6, anew,
           100 * (double)hits / (double)lookups, again, HOT, read_ns(p, blob.len));
    free(p);
    free(ask);
    mln_buf_done(&blob);
    b = mln_lists_builder_free(b);
    return 0;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    size_t lookups = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
    int bad = 0;

    for (unsigned kind = V4_HOSTS; kind <= V6_NETS; kind++)
        bad |= measure((enum kind)kind, n, lookups ? lookups : 1);
    return bad;
}
