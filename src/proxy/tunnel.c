/* Connections that are passed on as they are, counted and said: their life, and bytes from one side
 * to the other. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/tunnel_priv.h"

/* ---- life ---- */

static void side_done(struct tunnel *t, struct side *s)
{
    struct mln_dataplane *d = t->dp;

    if (s->io.fd < 0)
        return;
    if (s == &t->app) {
        d->n_ups--;
    } else {
        d->n_conns--;
        mln_count_add(d->cfg.counters, MLN_CNT_G_CONNS_OPEN, (uint64_t)-1);
    }
    s->tls = mln_tls_free(s->tls);
    mln_io_del(t->dp->cfg.loop, &s->io);
    (void)close(s->io.fd);
    s->io.fd = -1;
    outq_drop(&t->dp->bufs, &s->out);
}

static void unwant(struct tunnel *t)
{
    struct mln_supply *s = t->dp->cfg.supply;

    if (!t->wanting)
        return;
    t->wanting = false;
    t->dp->n_ups--;
    s->ops->cancel(s, &t->want);
}

void tunnel_close(struct tunnel *t)
{
    struct mln_dataplane *d = t->dp;

    if (t->dead)
        return;
    t->dead = true;
    unwant(t);
    side_done(t, &t->client);
    side_done(t, &t->app);
    mln_timer_disarm(d->cfg.loop, &t->timer);
    t->who.place->refs--;
    *(t->prev ? &t->prev->next : &d->tunnels) = t->next;
    if (t->next)
        t->next->prev = t->prev;
    t->next = d->dead_tunnels;
    d->dead_tunnels = t;
}

void tunnels_reap(struct mln_dataplane *d)
{
    while (d->dead_tunnels) {
        struct tunnel *t = d->dead_tunnels;
        d->dead_tunnels = t->next;
        mln_buf_done(&t->first);
        mln_buf_done(&t->answer);
        free(t);
    }
}

void tunnels_close(struct mln_dataplane *d, const struct listener *l)
{
    for (struct tunnel *t = d->tunnels, *next; t; t = next) {
        next = t->next;
        if (!l || t->listener == l)
            tunnel_close(t);
    }
}

/* A reset at both ends: what the peers have must not be taken for complete. */
void tunnel_reset(struct tunnel *t)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    if (t->client.io.fd >= 0)
        (void)setsockopt(t->client.io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    if (t->app.io.fd >= 0)
        (void)setsockopt(t->app.io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    tunnel_close(t);
}

/* ---- relaying ---- */

static struct side *other(struct side *s)
{
    return s == &s->t->client ? &s->t->app : &s->t->client;
}

void tunnel_interest(struct side *s)
{
    struct tunnel *t = s->t;
    bool waits =
        t->state == TUNNEL_RELAY && (!t->connected || outq_pending(&other(s)->out) > OUT_HIGH);
    bool reads = !s->eof && !waits;
    bool writes = s->blocked || (s == &t->app && !t->connected);

    if (!t->dead && s->io.fd >= 0 &&
        mln_io_set(t->dp->cfg.loop, &s->io,
                   (reads ? MLN_IO_READ : 0) | (writes ? MLN_IO_WRITE : 0)) < 0)
        tunnel_reset(t);
}

/* Its last byte goes on once all before it did; when both have, it is over. */
void tunnel_pass_end(struct tunnel *t, struct side *to)
{
    if (!other(to)->eof || to->blocked || to->shut)
        return;
    to->shut = true;
    if (to->tls)
        mln_tls_bye(to->tls);
    (void)shutdown(to->io.fd, SHUT_WR);
    if (other(to)->shut)
        tunnel_close(t);
}

/* False when the tunnel died. */
bool tunnel_write(struct side *to, struct mln_sv bytes)
{
    struct tunnel *t = to->t;
    const struct iovec iov = {(void *)(uintptr_t)bytes.p, bytes.len};
    struct bufs *pool = &t->dp->bufs;
    int r = to->blocked ? outq_add(pool, &to->out, &iov, 1)
                        : outq_write(pool, &to->out, to->io.fd, to->tls, &iov, bytes.len ? 1 : 0);

    if (r < 0 && r != -EAGAIN) {
        tunnel_reset(t);
        return false;
    }
    to->blocked = to->blocked || r == -EAGAIN;
    return true;
}

static void relay_read(struct side *s)
{
    struct tunnel *t = s->t;
    struct mln_dataplane *d = t->dp;

    for (unsigned i = 0; i < READS && !t->dead && outq_pending(&other(s)->out) <= OUT_HIGH; i++) {
        ssize_t n = wire_read(s->io.fd, s->tls, d->rbuf, READ_BYTES);
        s->blocked = s->blocked || wire_unsent(s->tls);
        if (n == -EAGAIN)
            return;
        if (n < 0) {
            tunnel_reset(t);
            return;
        }
        if (n == 0) {
            s->eof = true;
            tunnel_pass_end(t, other(s));
            return;
        }
        mln_count_add(d->cfg.counters, MLN_CNT_TUNNEL_BYTES, (uint64_t)n);
        if (t->idle)
            mln_timer_arm(d->cfg.loop, &t->timer, t->idle);
        if (s == &t->app && t->state == TUNNEL_SNIFF) { /* it spoke first */
            t->who.place->server_first = true;
            tunnel_begin_relay(t, MLN_SNIFF_OTHER);
        }
        struct mln_sv bytes = mln_sv(d->rbuf, (size_t)n);
        if ((s == &t->app && !tunnel_vet(t, bytes)) || !tunnel_write(other(s), bytes))
            return;
    }
}

static void relay_write(struct side *s)
{
    if (!s->blocked)
        return;
    s->blocked = false;
    if (tunnel_write(s, MLN_SV_NULL))
        tunnel_pass_end(s->t, s);
}

void tunnel_ready(struct mln_io *io, uint32_t events)
{
    struct side *s = (struct side *)(void *)io;
    struct tunnel *t = s->t;

    if (s == &t->app && !t->connected) {
        if (events & (MLN_IO_WRITE | MLN_IO_ERROR | MLN_IO_HUP))
            tunnel_connected(t);
        return;
    }
    if (events & MLN_IO_ERROR) {
        tunnel_reset(t);
        return;
    }
    if ((events & MLN_IO_HUP) && s->eof && s->shut) { /* it has all and gave all */
        side_done(t, s);
        return;
    }
    if (events & MLN_IO_WRITE)
        relay_write(s);
    if (!t->dead && (events & (MLN_IO_READ | MLN_IO_HUP))) {
        if (s == &t->client && t->state == TUNNEL_SNIFF)
            tunnel_sniff(t);
        else
            relay_read(s);
    }
    if (t->dead)
        return;
    tunnel_interest(&t->client);
    tunnel_interest(&t->app);
}

void tunnel_link(struct tunnel *t)
{
    struct mln_dataplane *d = t->dp;

    t->who.place->refs++;
    t->next = d->tunnels;
    if (t->next)
        t->next->prev = t;
    d->tunnels = t;
}
