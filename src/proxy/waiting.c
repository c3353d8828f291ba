/* What a connection waits for, how long, and what becomes of it when that does not come. */
#include "proxy/conn.h"

uint64_t conn_limit(const struct conn *c, enum mln_limit l)
{
    const struct mln_snap_rule *r = c->x.rule ? c->x.rule : place_rule(c->dp, c->place);

    return r->limit[l];
}

bool conn_throttled(const struct conn *c)
{
    const struct exchange *x = &c->x;

    if (x->wanting || (x->up && !x->up->started))
        return true;
    return x->up && outq_pending(&x->up->out) > OUT_HIGH;
}

static enum mln_limit waited_for(const struct conn *c)
{
    switch (c->state) {
    case CONN_HEAD:
        return c->fresh ? MLN_LIMIT_idle_timeout : MLN_LIMIT_head_timeout;
    case CONN_BODY:
        return conn_throttled(c) ? MLN_LIMIT_response_timeout : MLN_LIMIT_read_timeout;
    case CONN_STREAM:
        return c->x.body.done || c->x.response_started || conn_throttled(c)
                   ? MLN_LIMIT_response_timeout
                   : MLN_LIMIT_read_timeout;
    case CONN_CONNECT:
        return MLN_LIMIT_response_timeout; /* the connect timer ends it earlier */
    default:
        return MLN_LIMIT_read_timeout; /* the rest of what was refused */
    }
}

/* `silence` from now, but no later than a peer of the least rate would need for `bytes`: whoever
 * sends or takes a byte now and then does not hold a connection for ever. */
static mln_nsec with_rate(const struct conn *c, mln_nsec silence, mln_nsec since, uint64_t bytes)
{
    mln_nsec now = mln_loop_now(c->dp->cfg.loop);
    mln_nsec due = since + silence + bytes * (MLN_NSEC_PER_SEC / RATE_MIN);

    return MLN_MIN(silence, due > now ? due - now : 0);
}

void conn_wait(struct conn *c)
{
    enum mln_limit what = c->blocked ? MLN_LIMIT_write_timeout : waited_for(c);
    mln_nsec after = conn_limit(c, what);

    if (c->dead)
        return;
    if (c->blocked)
        after = with_rate(c, after, c->blocked_since, c->blocked_bytes);
    else if (c->state == CONN_BODY && what == MLN_LIMIT_read_timeout)
        after = with_rate(c, after, c->x.body_since, c->x.body.total);
    mln_timer_arm(c->dp->cfg.loop, &c->timer, after);
}

/* ---- too late ---- */

static void refuse_late(struct conn *c, enum mln_counter what, uint16_t status, const char *why)
{
    mln_count(conn_counters(c), what);
    c->close_after = true;
    conn_refuse(c, status, why);
    conn_run(c);
}

void conn_late(struct mln_timer *t)
{
    struct conn *c = MLN_OWNER(t, struct conn, timer);

    if (c->slice || c->queued) { /* not the client's fault */
        conn_wait(c);
        return;
    }
    bool idle = c->state == CONN_HEAD && c->fresh;

    if (c->state == CONN_HANDSHAKE || c->state == CONN_ANNOUNCE) {
        mln_count(conn_counters(c),
                  c->state == CONN_ANNOUNCE ? MLN_CNT_TIMEOUT_HEAD : MLN_CNT_TLS_TIMEOUT);
        conn_close(c);
        return;
    }
    if (c->blocked || idle) {
        mln_count(conn_counters(c), c->blocked ? MLN_CNT_TIMEOUT_WRITE : MLN_CNT_TIMEOUT_IDLE);
        conn_close(c);
    } else if (c->state == CONN_HEAD) {
        refuse_late(c, MLN_CNT_TIMEOUT_HEAD, 408, "The request took too long to arrive.");
    } else if (c->state >= CONN_REFUSED) {
        conn_close(c);
    } else if (waited_for(c) == MLN_LIMIT_read_timeout) {
        refuse_late(c, MLN_CNT_TIMEOUT_BODY, 408, "The request body took too long to arrive.");
    } else {
        refuse_late(c, MLN_CNT_TIMEOUT_RESPONSE, 504, "The application did not answer in time.");
    }
}

void conn_connect_late(struct mln_timer *t)
{
    struct conn *c = MLN_OWNER(t, struct conn, connect);

    if (c->slice) { /* in which the socket may be needed, or not */
        mln_timer_arm(c->dp->cfg.loop, t, 1);
        return;
    }
    refuse_late(c, MLN_CNT_TIMEOUT_CONNECT, 504,
                "The application did not accept a connection in time.");
}
