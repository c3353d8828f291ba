/* Connections that are passed on as they are, counted and said: those to a port that was found
 * rather than declared, whose first bytes are not HTTP (which is inspected), and WebSockets. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/secure.h"
#include "proxy/sniff.h"

#define SILENCE (200 * MLN_NSEC_PER_MSEC) /* then it may be the server that speaks first */

enum tunnel_state {
    TUNNEL_SNIFF, /* nothing is known; no connection to the application, or one that is silent */
    TUNNEL_RELAY,
};

struct side {
    struct mln_io io;    /* first; fd -1: not there */
    struct mln_tls *tls; /* NULL: in plain, or not ours to open */
    struct tunnel *t;
    struct outq out;   /* towards it */
    bool eof, blocked; /* eof: it sent its last byte */
    bool shut;         /* and so did we towards it */
};

struct tunnel {
    struct side client, app;
    struct mln_timer timer;
    mln_nsec idle; /* ends after so long a silence; 0: never */
    struct mln_dataplane *dp;
    struct listener *listener;
    struct caller who;
    struct tunnel *next, *prev;
    struct mln_supply_want want;
    struct mln_buf first;    /* of the client, until it is known what it speaks */
    struct mln_buf answer;   /* the beginning of the server's first bytes */
    uint8_t state;           /* enum tunnel_state */
    uint8_t kind;            /* enum mln_sniff, once it is known */
    bool wanting, connected; /* to the application */
    bool vetted;             /* the server's first bytes fit what the client speaks */
    size_t header;           /* of `first` is that of PROXY protocol */
    size_t passed;           /* of `first` the application has already */
    bool dead;
};

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

static void tunnel_close(struct tunnel *t)
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
static void reset(struct tunnel *t)
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

static void interest(struct side *s)
{
    struct tunnel *t = s->t;
    bool waits =
        t->state == TUNNEL_RELAY && (!t->connected || outq_pending(&other(s)->out) > OUT_HIGH);
    bool reads = !s->eof && !waits;
    bool writes = s->blocked || (s == &t->app && !t->connected);

    if (!t->dead && s->io.fd >= 0 &&
        mln_io_set(t->dp->cfg.loop, &s->io,
                   (reads ? MLN_IO_READ : 0) | (writes ? MLN_IO_WRITE : 0)) < 0)
        reset(t);
}

/* Its last byte goes on once all before it did; when both have, it is over. */
static void pass_end(struct tunnel *t, struct side *to)
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
static bool write_to(struct side *to, struct mln_sv bytes)
{
    struct tunnel *t = to->t;
    const struct iovec iov = {(void *)(uintptr_t)bytes.p, bytes.len};
    struct bufs *pool = &t->dp->bufs;
    int r = to->blocked ? outq_add(pool, &to->out, &iov, 1)
                        : outq_write(pool, &to->out, to->io.fd, to->tls, &iov, bytes.len ? 1 : 0);

    if (r < 0 && r != -EAGAIN) {
        reset(t);
        return false;
    }
    to->blocked = to->blocked || r == -EAGAIN;
    return true;
}

/* What is kept of the client's first bytes goes to the application, as far as it may have it: all
 * in the end, at first only the header that a server may wait for before it speaks. False when the
 * tunnel died. */
static bool pass_first(struct tunnel *t)
{
    size_t upto = t->state == TUNNEL_RELAY ? t->first.len : t->header;

    if (!t->connected || t->passed >= upto)
        return true;
    if (!write_to(&t->app, mln_sv_sub(mln_buf_sv(&t->first), t->passed, upto - t->passed)))
        return false;
    t->passed = upto;
    if (t->state == TUNNEL_RELAY)
        mln_buf_done(&t->first);
    return true;
}

/* What the server sends first decides, too: whoever answers in HTTP speaks HTTP. */
static bool vet(struct tunnel *t, struct mln_sv bytes)
{
    static const uint8_t seen[] = {[MLN_SNIFF_TLS] = MLN_SEEN_TLS,
                                   [MLN_SNIFF_HTTP2] = MLN_SEEN_HTTP2,
                                   [MLN_SNIFF_OTHER] = MLN_SEEN_OTHER};

    if (t->vetted)
        return true;
    mln_buf_add(&t->answer, bytes.p, MLN_MIN(bytes.len, (size_t)16));
    if (!mln_sniff_answer(t->kind, mln_buf_sv(&t->answer))) {
        if (mln_sv_istarts(mln_buf_sv(&t->answer), MLN_SV("HTTP/")))
            place_seen(t->listener, t->who.place, MLN_SEEN_HTTP1);
        mln_count(t->dp->cfg.counters, MLN_CNT_TUNNELS_REFUSED);
        reset(t);
        return false;
    }
    if (t->answer.len >= 9 || t->kind == MLN_SNIFF_TLS) {
        t->vetted = true;
        place_seen(t->listener, t->who.place, seen[t->kind]);
        mln_buf_done(&t->answer);
    }
    return true;
}

static void begin_relay(struct tunnel *t, enum mln_sniff kind);

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
            reset(t);
            return;
        }
        if (n == 0) {
            s->eof = true;
            pass_end(t, other(s));
            return;
        }
        mln_count_add(d->cfg.counters, MLN_CNT_TUNNEL_BYTES, (uint64_t)n);
        if (t->idle)
            mln_timer_arm(d->cfg.loop, &t->timer, t->idle);
        if (s == &t->app && t->state == TUNNEL_SNIFF) { /* it spoke first */
            t->who.place->server_first = true;
            begin_relay(t, MLN_SNIFF_OTHER);
        }
        struct mln_sv bytes = mln_sv(d->rbuf, (size_t)n);
        if ((s == &t->app && !vet(t, bytes)) || !write_to(other(s), bytes))
            return;
    }
}

static void relay_write(struct side *s)
{
    if (!s->blocked)
        return;
    s->blocked = false;
    if (write_to(s, MLN_SV_NULL))
        pass_end(s->t, s);
}

/* ---- the application ---- */

static void on_ready(struct mln_io *io, uint32_t events);

static void on_socket(struct mln_supply_want *w, int fd)
{
    struct tunnel *t = MLN_OWNER(w, struct tunnel, want);

    t->wanting = false;
    if (fd < 0) {
        t->dp->n_ups--;
        mln_count(t->dp->cfg.counters, MLN_CNT_UP_FAILED);
        reset(t);
        return;
    }
    t->app.io = (struct mln_io){.fd = fd, .ready = on_ready};
    if (mln_io_add(t->dp->cfg.loop, &t->app.io, MLN_IO_READ | MLN_IO_WRITE) < 0)
        reset(t);
}

static void want_app(struct tunnel *t)
{
    struct mln_supply *s = t->dp->cfg.supply;

    if (t->wanting || t->app.io.fd >= 0)
        return;
    t->want = (struct mln_supply_want){.app = t->listener->app,
                                       .client = t->who.peer,
                                       .client_port = t->who.peer_port,
                                       .dst = t->who.dst,
                                       .dst_port = t->who.dst_port,
                                       .scope = t->who.scope,
                                       .done = on_socket};
    t->wanting = true;
    t->dp->n_ups++;
    if (s->ops->want(s, &t->want) < 0) {
        t->wanting = false;
        t->dp->n_ups--;
        mln_count(t->dp->cfg.counters, MLN_CNT_UP_FAILED);
        reset(t);
    }
}

static void on_connected(struct tunnel *t)
{
    int err = 0;
    socklen_t len = sizeof(err);

    if (getsockopt(t->app.io.fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 || err) {
        mln_count(t->dp->cfg.counters, MLN_CNT_UP_FAILED);
        reset(t);
        return;
    }
    t->connected = true;
    mln_count(t->dp->cfg.counters, MLN_CNT_UP_CONNECTS);
    if (!pass_first(t))
        return;
    if (t->state == TUNNEL_RELAY)
        pass_end(t, &t->app);
    interest(&t->app);
    interest(&t->client);
}

/* ---- deciding ---- */

static void begin_relay(struct tunnel *t, enum mln_sniff kind)
{
    static const enum mln_counter counters[] = {[MLN_SNIFF_TLS] = MLN_CNT_TUNNELS_TLS,
                                                [MLN_SNIFF_HTTP2] = MLN_CNT_TUNNELS_HTTP2,
                                                [MLN_SNIFF_OTHER] = MLN_CNT_TUNNELS_OTHER};
    const struct place *p = t->who.place;
    /* once HTTP was seen a port never falls back; TLS is no HTTP to any server, and its answer is
     * looked at */
    bool refused = p->refuse_other || ((p->seen & MLN_SEEN_HTTP1) && kind != MLN_SNIFF_TLS);

    mln_timer_disarm(t->dp->cfg.loop, &t->timer);
    if (refused) {
        mln_count(t->dp->cfg.counters, MLN_CNT_TUNNELS_REFUSED);
        reset(t);
        return;
    }
    mln_count(t->dp->cfg.counters, counters[kind]);
    t->state = TUNNEL_RELAY;
    t->kind = (uint8_t)kind;
    want_app(t);
    if (!t->dead)
        (void)pass_first(t);
}

/* The client's socket and what it sent become a connection that is inspected. A connection to the
 * application that was opened in vain is reset, so that its port is free at once. */
static void become_inspected(struct tunnel *t, bool tls)
{
    struct mln_dataplane *d = t->dp;
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    struct mln_buf first = t->first;

    t->first = MLN_BUF_INIT;
    d->n_conns--; /* conn_accept counts it again */
    mln_count_add(d->cfg.counters, MLN_CNT_G_CONNS_OPEN, (uint64_t)-1);
    if (t->app.io.fd >= 0)
        (void)setsockopt(t->app.io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    conn_accept(t->listener, t->client.io.fd, &t->who, &t->client.io, mln_buf_sv(&first),
                t->client.eof, tls);
    mln_buf_done(&first);
    tunnel_close(t);
}

static void decide(struct tunnel *t)
{
    enum mln_sniff kind = announce_sniff(t->dp, &t->who, mln_buf_sv(&t->first), &t->header);
    bool silent = t->header && t->first.len == t->header;

    if (kind == MLN_SNIFF_MORE && t->client.eof)
        kind = MLN_SNIFF_HTTP1; /* half a request: said so by the parser */
    if (mln_buf_failed(&t->first))
        reset(t);
    else if (kind == MLN_SNIFF_HTTP1)
        become_inspected(t, false);
    else if (kind == MLN_SNIFF_TLS && secure_port(t->dp, t->who.place))
        become_inspected(t, true);
    else if (kind != MLN_SNIFF_MORE)
        begin_relay(t, kind);
    else if (silent && pass_first(t)) /* the client itself says nothing yet */
        mln_timer_arm(t->dp->cfg.loop, &t->timer, SILENCE);
    else if (!silent) /* the rest of it within the time of a head */
        mln_timer_arm(t->dp->cfg.loop, &t->timer,
                      place_rule(t->dp, t->who.place)->limit[MLN_LIMIT_head_timeout]);
}

static void sniff_read(struct tunnel *t)
{
    struct mln_dataplane *d = t->dp;
    ssize_t n = recv(t->client.io.fd, d->rbuf, MLN_SNIFF_BYTES_MAX, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0 || (n == 0 && t->first.len == 0 && t->app.io.fd < 0 && !t->wanting)) {
        tunnel_close(t);
        return;
    }
    if (n == 0 && t->first.len == 0) { /* it waits for the server's last word */
        t->client.eof = true;
        begin_relay(t, MLN_SNIFF_OTHER);
        if (!t->dead && t->connected)
            pass_end(t, &t->app);
        return;
    }
    t->client.eof = n == 0;
    mln_buf_add(&t->first, d->rbuf, (size_t)n);
    decide(t);
}

static void on_silence(struct mln_timer *timer)
{
    struct tunnel *t = MLN_OWNER(timer, struct tunnel, timer);

    if (t->first.len > t->header) {
        mln_count(t->dp->cfg.counters, MLN_CNT_TIMEOUT_HEAD);
        tunnel_close(t);
        return;
    }
    want_app(t);
}

static void on_ready(struct mln_io *io, uint32_t events)
{
    struct side *s = (struct side *)(void *)io;
    struct tunnel *t = s->t;

    if (s == &t->app && !t->connected) {
        if (events & (MLN_IO_WRITE | MLN_IO_ERROR | MLN_IO_HUP))
            on_connected(t);
        return;
    }
    if (events & MLN_IO_ERROR) {
        reset(t);
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
            sniff_read(t);
        else
            relay_read(s);
    }
    if (t->dead)
        return;
    interest(&t->client);
    interest(&t->app);
}

static void link_tunnel(struct tunnel *t)
{
    struct mln_dataplane *d = t->dp;

    t->who.place->refs++;
    t->next = d->tunnels;
    if (t->next)
        t->next->prev = t;
    d->tunnels = t;
}

/* What a client sent by the time that it is accepted is mostly a request: then no tunnel is needed.
 * Else how much was read into the shared buffer, 0: nothing yet. */
static size_t read_first(struct listener *l, int fd, const struct caller *who, bool *ret_done)
{
    struct mln_dataplane *d = l->dp;
    ssize_t n = who->place->server_first ? 0 : recv(fd, d->rbuf, MLN_SNIFF_BYTES_MAX, 0);
    size_t len = n > 0 ? (size_t)n : 0; /* an end or an error is told again */

    size_t header;
    enum mln_sniff kind =
        len ? announce_sniff(d, who, mln_sv(d->rbuf, len), &header) : MLN_SNIFF_MORE;
    bool tls = kind == MLN_SNIFF_TLS && secure_port(d, who->place);

    *ret_done = kind == MLN_SNIFF_HTTP1 || tls;
    if (*ret_done)
        conn_accept(l, fd, who, NULL, mln_sv(d->rbuf, len), false, tls);
    return len;
}

void tunnel_accept(struct listener *l, int fd, const struct caller *who)
{
    struct mln_dataplane *d = l->dp;
    bool done;
    size_t len = read_first(l, fd, who, &done);
    struct tunnel *t = done ? NULL : calloc(1, sizeof(*t));

    if (done)
        return;
    if (!t) {
        mln_count(d->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        (void)close(fd);
        return;
    }
    *t = (struct tunnel){
        .dp = d, .listener = l, .who = *who, .timer.fire = on_silence, .state = TUNNEL_SNIFF};
    t->client = (struct side){.io = {.fd = fd, .ready = on_ready}, .t = t};
    t->app = (struct side){.io = {.fd = -1, .ready = on_ready}, .t = t};
    if (mln_io_add(d->cfg.loop, &t->client.io, MLN_IO_READ) < 0) {
        (void)close(fd);
        free(t);
        return;
    }
    d->n_conns++;
    mln_count(d->cfg.counters, MLN_CNT_G_CONNS_OPEN);
    link_tunnel(t);
    if (who->place->server_first)
        want_app(t);
    else
        mln_timer_arm(d->cfg.loop, &t->timer, SILENCE);
    if (len == 0)
        return;
    mln_buf_add(&t->first, d->rbuf, len);
    decide(t);
    if (t->dead)
        return;
    interest(&t->client);
    interest(&t->app);
}

/* ---- WebSockets ---- */

static void on_idle(struct mln_timer *timer)
{
    struct tunnel *t = MLN_OWNER(timer, struct tunnel, timer);

    mln_count(t->dp->cfg.counters, MLN_CNT_TIMEOUT_TUNNEL);
    reset(t);
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
    t->client = (struct side){.io = {.fd = -1, .ready = on_ready}, .t = t, .eof = c->eof};
    t->app = (struct side){.io = {.fd = -1, .ready = on_ready}, .t = t};
    link_tunnel(t);
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
        reset(t);
    else if (write_to(&t->client, rest) && write_to(&t->app, mln_buf_sv(&in)))
        mln_timer_arm(d->cfg.loop, &t->timer, t->idle);
    mln_buf_done(&in);
    if (!t->dead)
        pass_end(t, &t->app); /* the client may have ended already */
    if (t->dead)
        return;
    interest(&t->client);
    interest(&t->app);
}
