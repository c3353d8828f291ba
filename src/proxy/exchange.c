/* One exchange: its memory, its policy, and the way of the body from client to application. */
#include <errno.h>
#include <unistd.h>

#include "proxy/conn.h"

static struct mln_arena *arena_get(struct mln_dataplane *d)
{
    if (d->n_arenas)
        return d->arenas[--d->n_arenas];
    struct mln_arena *a = malloc(sizeof(*a));
    if (a)
        mln_arena_init(a, ARENA_BYTES);
    return a;
}

static void arena_put(struct mln_dataplane *d, struct mln_arena *a)
{
    if (d->n_arenas < MLN_ARRAY_LEN(d->arenas)) {
        mln_arena_reset(a, ARENA_KEEP);
        d->arenas[d->n_arenas++] = a;
        return;
    }
    mln_arena_done(a);
    free(a);
}

int exchange_begin(struct conn *c)
{
    struct mln_dataplane *d = c->dp;
    struct exchange *x = &c->x;

    memset(x, 0, sizeof(*x));
    x->took.began = x->took.arrived = mln_loop_now(d->cfg.loop);
    x->policy = place_policy(d, c->place);
    x->policy->refs++;
    x->rule = place_rule(d, c->place);
    x->arena = arena_get(d);
    if (x->arena)
        x->head = mln_arena_zalloc(x->arena, sizeof(*x->head));
    const struct mln_txn_params params = {
        .snap = &x->policy->snap,
        .rule = x->rule,
        .peer = c->client,
        .peer_port = c->client_port,
        .local_port = c->dst_port,
        .tls = c->tls != NULL,
        .workload = place_workload(d, c->place),
        .bypass = rule_is_bypassed(d, x->policy, x->rule),
        .wall = mln_loop_wall(d->cfg.loop),
        .arena = x->arena,
        .bans = d->cfg.bans,
    };
    if (x->head)
        x->txn = mln_txn_new(d->cfg.engine, &params);
    if (x->txn && params.bypass)
        mln_count(conn_counters(c), MLN_CNT_BYPASSED);
    if (x->txn)
        return 0;
    exchange_end(c);
    return -ENOMEM;
}

void exchange_unwant(struct conn *c)
{
    struct mln_supply *s = c->dp->cfg.supply;

    mln_timer_disarm(c->dp->cfg.loop, &c->connect);
    if (!c->x.wanting)
        return;
    if (!c->x.came)
        s->ops->cancel(s, &c->x.want);
    else if (c->x.came_fd >= 0)
        (void)close(c->x.came_fd);
    c->x.came = false;
    c->x.wanting = false;
    c->dp->n_ups--;
}

void exchange_settle(struct conn *c)
{
    struct exchange *x = &c->x;

    response_missing(c);
    timing_ended(c);
    if (x->held)
        held_give_all(c);
    x->fresh = MLN_SV_NULL;
    x->txn = mln_txn_free(x->txn);
    bufs_give(&c->dp->bufs, &x->pending);
    bufs_give(&c->dp->bufs, &x->answer);
    if (x->arena)
        arena_put(c->dp, x->arena);
    x->arena = NULL;
    x->head = NULL;
}

void exchange_end(struct conn *c)
{
    struct exchange *x = &c->x;

    exchange_unwant(c);
    exchange_settle(c);
    mln_h1_body_done(&x->body);
    if (x->policy && --x->policy->refs == 0)
        x->policy->gone(x->policy);
    x->policy = NULL;
    x->rule = NULL; /* it was part of that policy */
    x->response_started = false;
}

bool exchange_repeatable(const struct conn *c)
{
    static const bool idempotent[MLN_METHOD_MAX] = {
        [MLN_METHOD_GET] = true, [MLN_METHOD_HEAD] = true,   [MLN_METHOD_OPTIONS] = true,
        [MLN_METHOD_PUT] = true, [MLN_METHOD_DELETE] = true, [MLN_METHOD_TRACE] = true};

    return idempotent[c->x.head->method] && c->x.head->framing == MLN_FRAMING_NONE;
}

/* What inspection keeps for a body that is not complete is held as its bytes are: a client that
 * never ends its request must not take 4 MiB for 4 KiB, many times. */
static void count_kept(struct conn *c)
{
    struct exchange *x = &c->x;
    size_t now = x->arena->used + mln_txn_body_kept(x->txn);

    held_add(c, (uint64_t)now - x->kept);
    x->kept = now;
}

/* What waits is counted, wherever it lies. */
static bool within_memory(struct conn *c)
{
    if (!mln_buf_failed(&c->x.pending)) {
        if (held_within(c))
            return true;
        conn_refuse_held(c);
        return false;
    }
    conn_refuse_memory(c);
    return false;
}

bool exchange_keep(struct conn *c)
{
    struct exchange *x = &c->x;
    struct mln_sv bytes = x->fresh;

    if (!bytes.len)
        return true;
    x->fresh = MLN_SV_NULL;
    held_give(c, bytes.len);
    bufs_take(&c->dp->bufs, &x->pending);
    mln_buf_add_sv(&x->pending, bytes);
    if (!mln_buf_failed(&x->pending))
        held_add(c, bytes.len);
    return within_memory(c);
}

/* One part of the body leaves: what was held, then what just came. */
static void send_part(struct conn *c, struct mln_sv held, struct mln_sv fresh)
{
    char head[MLN_H1_CHUNK_HEAD_MAX];
    bool chunked = c->x.out_framing == MLN_FRAMING_CHUNKED;
    size_t n = chunked ? mln_h1_chunk_head(held.len + fresh.len, head) : 0;
    const struct iovec iov[] = {
        {head, n},
        {(void *)(uintptr_t)held.p, held.len},
        {(void *)(uintptr_t)fresh.p, fresh.len},
        {(void *)(uintptr_t) "\r\n", chunked ? 2 : 0},
    };

    upstream_write(c->x.up, iov, MLN_ARRAY_LEN(iov));
}

static void end_request(struct conn *c)
{
    const struct iovec last = {(void *)(uintptr_t) "0\r\n\r\n", 5};

    c->x.request_sent = true;
    timing_sent(c);
    if (c->x.out_framing == MLN_FRAMING_CHUNKED)
        upstream_write(c->x.up, &last, 1);
    else
        upstream_flush(c->x.up);
}

/* Sends n of the bytes that wait. */
static void leave(struct conn *c, size_t n)
{
    struct exchange *x = &c->x;
    size_t held = MLN_MIN(n, x->pending.len);

    send_part(c, mln_sv(x->pending.p, held), mln_sv_sub(x->fresh, 0, n - held));
    mln_buf_consume(&x->pending, held);
    x->fresh = mln_sv_sub(x->fresh, n - held, x->fresh.len);
    held_give(c, n);
    x->moved += n;
    mln_txn_released(x->txn);
}

bool exchange_gather(struct conn *c, struct mln_sv piece)
{
    count_kept(c);
    if (!exchange_keep(c)) /* an earlier piece of the same bytes */
        return false;
    c->x.fresh = piece;
    held_add(c, piece.len);
    return exchange_keep(c);
}

bool exchange_move(struct conn *c, struct mln_sv piece)
{
    struct exchange *x = &c->x;
    uint64_t release = mln_txn_release(x->txn);
    bool started = x->up && x->up->started; /* body bytes never go before their head */

    count_kept(c);
    if (piece.len) {
        if (!exchange_keep(c)) /* an earlier piece of the same bytes */
            return false;
        x->fresh = piece;
        held_add(c, piece.len);
    }
    if (started) {
        uint64_t may = release > x->moved ? release - x->moved : 0;
        size_t n = (size_t)MLN_MIN(may, (uint64_t)exchange_waiting(x));
        if (n)
            leave(c, n);
    }
    if (piece.len && exchange_waiting(x) && !within_memory(c))
        return false;
    if (started && x->request_done && !exchange_waiting(x) && !x->request_sent)
        end_request(c);
    return true;
}
