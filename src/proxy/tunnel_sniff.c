/* What a connection to a port speaks that was found rather than declared: its first bytes decide
 * whether it is inspected, as HTTP is, passed on or refused. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/tunnel_priv.h"

#define SILENCE (200 * MLN_NSEC_PER_MSEC) /* then it may be the server that speaks first */

/* What is kept of the client's first bytes goes to the application, as far as it may have it: all
 * in the end, at first only the header that a server may wait for before it speaks. False when the
 * tunnel died. */
static bool pass_first(struct tunnel *t)
{
    size_t upto = t->state == TUNNEL_RELAY ? t->first.len : t->header;

    if (!t->connected || t->passed >= upto)
        return true;
    if (!tunnel_write(&t->app, mln_sv_sub(mln_buf_sv(&t->first), t->passed, upto - t->passed)))
        return false;
    t->passed = upto;
    if (t->state == TUNNEL_RELAY)
        mln_buf_done(&t->first);
    return true;
}

/* What the server sends first decides, too: whoever answers in HTTP speaks HTTP. */
bool tunnel_vet(struct tunnel *t, struct mln_sv bytes)
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
        tunnel_reset(t);
        return false;
    }
    if (t->answer.len >= 9 || t->kind == MLN_SNIFF_TLS) {
        t->vetted = true;
        place_seen(t->listener, t->who.place, seen[t->kind]);
        mln_buf_done(&t->answer);
    }
    return true;
}

/* ---- the application ---- */

static void on_socket(struct mln_supply_want *w, int fd)
{
    struct tunnel *t = MLN_OWNER(w, struct tunnel, want);

    t->wanting = false;
    if (fd < 0) {
        t->dp->n_ups--;
        mln_count(t->dp->cfg.counters, MLN_CNT_UP_FAILED);
        tunnel_reset(t);
        return;
    }
    t->app.io = (struct mln_io){.fd = fd, .ready = tunnel_ready};
    if (mln_io_add(t->dp->cfg.loop, &t->app.io, MLN_IO_READ | MLN_IO_WRITE) < 0)
        tunnel_reset(t);
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
        tunnel_reset(t);
    }
}

void tunnel_connected(struct tunnel *t)
{
    int err = 0;
    socklen_t len = sizeof(err);

    if (getsockopt(t->app.io.fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 || err) {
        mln_count(t->dp->cfg.counters, MLN_CNT_UP_FAILED);
        tunnel_reset(t);
        return;
    }
    t->connected = true;
    mln_count(t->dp->cfg.counters, MLN_CNT_UP_CONNECTS);
    if (!pass_first(t))
        return;
    if (t->state == TUNNEL_RELAY)
        tunnel_pass_end(t, &t->app);
    tunnel_interest(&t->app);
    tunnel_interest(&t->client);
}

/* ---- deciding ---- */

void tunnel_begin_relay(struct tunnel *t, enum mln_sniff kind)
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
        tunnel_reset(t);
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

/* The rest of what was begun within the time of a head, however many pieces it comes in. */
static void wait_for_rest(struct tunnel *t)
{
    mln_nsec now = mln_loop_now(t->dp->cfg.loop);

    if (!t->due)
        t->due = now + place_rule(t->dp, t->who.place)->limit[MLN_LIMIT_head_timeout];
    mln_timer_arm(t->dp->cfg.loop, &t->timer, t->due > now ? t->due - now : 0);
}

static void decide(struct tunnel *t)
{
    enum mln_sniff kind = announce_sniff(t->dp, &t->who, mln_buf_sv(&t->first), &t->header);
    bool silent = t->header && t->first.len == t->header;

    if (kind == MLN_SNIFF_MORE && t->client.eof)
        kind = MLN_SNIFF_HTTP1; /* half a request: said so by the parser */
    if (mln_buf_failed(&t->first))
        tunnel_reset(t);
    else if (kind == MLN_SNIFF_HTTP1)
        become_inspected(t, false);
    else if (kind == MLN_SNIFF_TLS && secure_port(t->dp, t->who.place))
        become_inspected(t, true);
    else if (kind != MLN_SNIFF_MORE)
        tunnel_begin_relay(t, kind);
    else if (silent && pass_first(t)) /* the client itself says nothing yet */
        mln_timer_arm(t->dp->cfg.loop, &t->timer, SILENCE);
    else if (!silent)
        wait_for_rest(t);
}

void tunnel_sniff(struct tunnel *t)
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
        tunnel_begin_relay(t, MLN_SNIFF_OTHER);
        if (!t->dead && t->connected)
            tunnel_pass_end(t, &t->app);
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

/* ---- a new connection ---- */

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
    t->client = (struct side){.io = {.fd = fd, .ready = tunnel_ready}, .t = t};
    t->app = (struct side){.io = {.fd = -1, .ready = tunnel_ready}, .t = t};
    if (mln_io_add(d->cfg.loop, &t->client.io, MLN_IO_READ) < 0) {
        (void)close(fd);
        free(t);
        return;
    }
    d->n_conns++;
    mln_count(d->cfg.counters, MLN_CNT_G_CONNS_OPEN);
    tunnel_link(t);
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
    tunnel_interest(&t->client);
    tunnel_interest(&t->app);
}
