/* Memory for bodies whose verdict is not in. It is bounded for the worker, and whoever asks for
 * more than is still free has had his share: one client alone gets at most half of all, two a third
 * each, and there is always room for the next. An application may take three times what is free, so
 * that one under attack leaves a quarter to the others. */
#include "proxy/conn.h"

enum { APP_SHARES = 3 };

/* A client's counters, one a row, by a hash that nobody else knows; an IPv6 client has its /64. */
static void find_slots(const struct mln_dataplane *d, const struct mln_addr *a,
                       uint16_t ret[HELD_ROWS])
{
    uint64_t h = mln_hash(&d->held.key, mln_sv((const char *)a->b, mln_addr_is_v4(a) ? 16 : 8));

    for (unsigned row = 0; row < HELD_ROWS; row++, h >>= 16)
        ret[row] = (uint16_t)(h % HELD_SLOTS);
}

/* Others may have the same slot in one row, hardly in all of them. */
static uint64_t of_client(const struct held *h, const uint16_t slot[HELD_ROWS])
{
    uint64_t least = UINT64_MAX;

    for (unsigned row = 0; row < HELD_ROWS; row++)
        least = MLN_MIN(least, h->client[row][slot[row]]);
    return least;
}

void held_add(struct conn *c, uint64_t n)
{
    struct held *h = &c->dp->held;

    if (!c->x.held)
        find_slots(c->dp, c->x.txn ? &mln_txn_client(c->x.txn)->addr : &c->client, c->x.held_slot);
    h->bytes += n; /* modulo 2^64, here and below: what is given back is added negated */
    c->x.held += n;
    c->listener->held += n;
    mln_count_add(conn_counters(c), MLN_CNT_G_HELD, n);
    for (unsigned row = 0; row < HELD_ROWS; row++)
        h->client[row][c->x.held_slot[row]] += n;
}

bool held_within(struct conn *c)
{
    struct mln_dataplane *d = c->dp;
    uint64_t most = d->cfg.max_held_bytes;
    uint64_t free = most > d->held.bytes ? most - d->held.bytes : 0;
    enum mln_counter why = d->held.bytes > most                         ? MLN_CNT_LIMIT_HELD
                           : of_client(&d->held, c->x.held_slot) > free ? MLN_CNT_LIMIT_HELD_CLIENT
                           : c->listener->held > APP_SHARES * free      ? MLN_CNT_LIMIT_HELD_APP
                                                                        : MLN_CNT_MAX;
    if (why == MLN_CNT_MAX)
        return true;
    mln_count(conn_counters(c), why);
    return false;
}

void held_give(struct conn *c, size_t n)
{
    held_add(c, 0 - (uint64_t)n);
}

void held_give_all(struct conn *c)
{
    held_add(c, 0 - c->x.held);
    c->x.queued = c->x.kept = 0;
}
