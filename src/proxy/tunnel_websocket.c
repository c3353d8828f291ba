/* WebSockets: once client and application agree, their connections become the two sides of a
 * tunnel. */
#include "proxy/tunnel_priv.h"

static void on_idle(struct mln_timer *timer)
{
    struct tunnel *t = MLN_OWNER(timer, struct tunnel, timer);

    mln_count(t->dp->cfg.counters, MLN_CNT_TIMEOUT_TUNNEL);
    tunnel_reset(t);
}

/* The socket and what belongs to it, from where it was. */
static bool take_side(struct side *s, struct mln_io *io, struct mln_tls **tls, struct outq *out)
{
    if (mln_io_move(s->t->dp->cfg.loop, io, &s->io, 0) < 0)
        return false;
    s->tls = *tls;
    *tls = NULL;
    s->out = *out;
    *out = (struct outq){.sent = 0};
    s->blocked = outq_pending(&s->out) || wire_unsent(s->tls);
    return true;
}

void tunnel_join(struct conn *c, struct upstream *u, struct mln_sv rest)
{
    struct mln_dataplane *d = c->dp;
    struct tunnel *t = calloc(1, sizeof(*t));
    struct mln_buf in = c->in;

    if (!t) { /* the answer is in the queue already: too late for a page */
        mln_count(d->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        conn_close(c);
        return;
    }
    *t = (struct tunnel){.dp = d,
                         .listener = c->listener,
                         .who = {.peer = c->peer,
                                 .dst = c->dst,
                                 .peer_port = c->peer_port,
                                 .dst_port = c->dst_port,
                                 .scope = c->scope,
                                 .place = c->place},
                         .timer.fire = on_idle,
                         .idle = conn_limit(c, MLN_LIMIT_tunnel_timeout),
                         .state = TUNNEL_RELAY,
                         .connected = true,
                         .vetted = true};
    t->client = (struct side){.io = {.fd = -1, .ready = tunnel_ready}, .t = t, .eof = c->eof};
    t->app = (struct side){.io = {.fd = -1, .ready = tunnel_ready}, .t = t};
    tunnel_link(t);
    bool ok = take_side(&t->client, &c->io, &c->tls, &c->out);
    if (ok) {
        d->n_conns++;
        mln_count(d->cfg.counters, MLN_CNT_G_CONNS_OPEN);
        ok = take_side(&t->app, &u->io, &u->tls, &u->out);
        d->n_ups += ok;
    }
    c->in = MLN_BUF_INIT;
    upstream_close(u);
    conn_close(c);
    if (!ok)
        tunnel_reset(t);
    else if (tunnel_write(&t->client, rest) && tunnel_write(&t->app, mln_buf_sv(&in)))
        mln_timer_arm(d->cfg.loop, &t->timer, t->idle);
    mln_buf_done(&in);
    if (!t->dead)
        tunnel_pass_end(t, &t->app); /* the client may have ended already */
    if (t->dead)
        return;
    tunnel_interest(&t->client);
    tunnel_interest(&t->app);
}
