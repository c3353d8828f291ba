/* One exchange: its memory, its policy, and the way of the body from client to application. */
#include <errno.h>

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
    x->policy = d->policy;
    x->policy->refs++;
    x->rule = mln_snap_rule_first(&x->policy->snap);
    x->arena = arena_get(d);
    if (x->arena)
        x->head = mln_arena_zalloc(x->arena, sizeof(*x->head));
    const struct mln_txn_params params = {
        .snap = &x->policy->snap,
        .rule = x->rule,
        .peer = c->peer,
        .peer_port = c->peer_port,
        .local_port = c->listener->app_port,
        .wall = mln_loop_wall(d->cfg.loop),
        .arena = x->arena,
    };
    if (x->head)
        x->txn = mln_txn_new(d->cfg.engine, &params);
    if (x->txn)
        return 0;
    exchange_end(c);
    return -ENOMEM;
}

void exchange_end(struct conn *c)
{
    struct exchange *x = &c->x;
    struct mln_dataplane *d = c->dp;

    if (x->wanting) {
        d->cfg.supply->ops->cancel(d->cfg.supply, &x->want);
        x->wanting = false;
    }
    x->txn = mln_txn_free(x->txn);
    mln_h1_body_done(&x->body);
    d->held_bytes -= x->pending.len;
    mln_buf_done(&x->pending);
    if (x->arena)
        arena_put(d, x->arena);
    x->arena = NULL;
    x->head = NULL;
    if (x->policy && --x->policy->refs == 0)
        x->policy->gone(x->policy);
    x->policy = NULL;
    x->rule = NULL; /* it was part of that policy */
}

static void move_chunked(struct mln_buf *out, struct mln_sv bytes)
{
    char head[MLN_H1_CHUNK_HEAD_MAX];

    mln_buf_add(out, head, mln_h1_chunk_head(bytes.len, head));
    mln_buf_add_sv(out, bytes);
    mln_buf_add(out, "\r\n", 2);
}

void exchange_move(struct conn *c)
{
    struct exchange *x = &c->x;
    struct upstream *u = x->up;
    uint64_t release = mln_txn_release(x->txn);

    if (!u || x->request_sent)
        return;
    uint64_t may = release > x->moved ? release - x->moved : 0;
    size_t n = (size_t)MLN_MIN(may, (uint64_t)x->pending.len);
    if (n) {
        struct mln_sv part = mln_sv(x->pending.p, n);
        if (x->out_framing == MLN_FRAMING_CHUNKED)
            move_chunked(&u->out, part);
        else
            mln_buf_add_sv(&u->out, part);
        mln_buf_consume(&x->pending, n);
        c->dp->held_bytes -= n;
        x->moved += n;
        mln_txn_released(x->txn);
    }
    if (!x->request_done || x->pending.len)
        return;
    if (x->out_framing == MLN_FRAMING_CHUNKED)
        mln_buf_add(&u->out, "0\r\n\r\n", 5);
    x->request_sent = true;
}
