/* The application's side: connections, requests out. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "proxy/secure.h"

#define FAILURE_LOG_S 10

static void on_ready(struct mln_io *io, uint32_t events);

/* ---- life ---- */

void upstream_close(struct upstream *u)
{
    struct mln_dataplane *d = u->dp;

    if (u->dead)
        return;
    u->dead = true;
    d->n_ups--;
    pool_leave(u);
    if (u->conn && u->conn->x.up == u)
        u->conn->x.up = NULL;
    if (u->owner)
        u->owner->own = NULL;
    if (u->tls && !u->conn && u->connected)
        mln_tls_bye(u->tls);
    u->tls = mln_tls_free(u->tls);
    mln_io_del(d->cfg.loop, &u->io);
    (void)close(u->io.fd);
    /* `in` may be what the caller is reading: it goes with the connection, after this turn */
    mln_h1_body_done(&u->body);
    outq_drop(&d->bufs, &u->out);
    u->next = d->dead_ups;
    d->dead_ups = u;
}

void upstream_reset(struct upstream *u)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(u->io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    upstream_close(u);
}

void upstream_interest(struct upstream *u)
{
    bool reads = !u->conn || outq_pending(&u->conn->out) <= OUT_HIGH;
    bool writes = u->blocked || (u->shaking && (u->delayed || wire_unsent(u->tls)));

    if (!u->dead && mln_io_set(u->dp->cfg.loop, &u->io,
                               (reads ? MLN_IO_READ : 0) | (writes ? MLN_IO_WRITE : 0)) < 0)
        upstream_broken(u, "The connection to the application broke.");
}

void upstream_release(struct upstream *u, bool reusable)
{
    struct mln_dataplane *d = u->dp;
    struct conn *c = u->conn;

    u->conn = NULL;
    if (!reusable || (!u->personal && d->n_idle >= d->cfg.max_idle_upstream)) {
        upstream_close(u);
        return;
    }
    mln_h1_body_done(&u->body);
    bufs_give(&d->bufs, &u->in);
    u->started = u->head_done = false;
    pool_put(u, c);
    upstream_interest(u);
}

static void attach(struct conn *c, struct upstream *u)
{
    u->conn = c;
    c->x.up = u;
    mln_h1_scan_init(&u->scan);
    u->received = 0;
}

/* ---- a socket from the supply ---- */

/* At most one line in a while: a dead application must not fill the log. */
static void log_failure(struct mln_dataplane *dp, const char *why)
{
    mln_nsec now = mln_loop_now(dp->cfg.loop);

    if (dp->failure_logged && now - dp->failure_logged < FAILURE_LOG_S * MLN_NSEC_PER_SEC)
        return;
    dp->failure_logged = now;
    mln_log(MLN_LOG_WARN, "upstream_failed", MLN_KVS("why", why));
}

static void fail(struct conn *c, const char *why)
{
    mln_count(conn_counters(c), MLN_CNT_UP_FAILED);
    log_failure(c->dp, why);
    c->close_after = true;
    conn_refuse(c, 502, why);
    conn_run(c);
}

static void start(struct conn *c);
static void begin_tls(struct upstream *u, const struct mln_tls_ctx *ctx, struct mln_sv name);

static void on_socket(struct mln_supply_want *w, int fd)
{
    struct exchange *x = MLN_OWNER(w, struct exchange, want);
    struct conn *c = MLN_OWNER(x, struct conn, x);

    if (c->slice && c->slice != c->dp->slices.now) { /* upstream_came follows */
        x->came = true;
        x->came_fd = fd;
        return;
    }
    struct upstream *u = fd >= 0 ? calloc(1, sizeof(*u)) : NULL;
    x->wanting = x->came = false;
    if (!u) {
        c->dp->n_ups--;
        if (fd >= 0)
            (void)close(fd);
        fail(c, "There is no connection to the application.");
        return;
    }
    u->io = (struct mln_io){.fd = fd, .ready = on_ready};
    u->dp = c->dp;
    u->app = w->app;
    u->personal = c->listener->transparent; /* it has the client's address */
    attach(c, u);
    if (mln_io_add(c->dp->cfg.loop, &u->io, MLN_IO_READ) < 0) {
        upstream_close(u);
        fail(c, "There is no connection to the application.");
        return;
    }
    mln_count(conn_counters(c), MLN_CNT_UP_CONNECTS);
    struct mln_sv name;
    const struct mln_tls_ctx *ctx = secure_upstream(c, &name);
    if (ctx) {
        begin_tls(u, ctx, name);
        return;
    }
    start(c);
    conn_run(c); /* the body may go on */
}

void upstream_came(struct conn *c)
{
    if (c->x.came)
        on_socket(&c->x.want, c->x.came_fd);
}

static void want_socket(struct conn *c)
{
    struct exchange *x = &c->x;
    struct mln_supply *s = c->dp->cfg.supply;

    if (c->dp->n_conns + c->dp->n_ups >= c->dp->fds_most) {
        mln_count(conn_counters(c), MLN_CNT_LIMIT_FDS);
        c->close_after = true;
        conn_refuse(c, 503, "There are no descriptors for this request at the moment.");
        conn_run(c);
        return;
    }
    x->want = (struct mln_supply_want){.app = c->listener->app,
                                       .client = c->peer,
                                       .client_port = c->peer_port,
                                       .dst = c->dst,
                                       .dst_port = c->dst_port,
                                       .scope = c->scope};
    x->want.done = on_socket;
    x->wanting = true;
    c->dp->n_ups++;
    mln_timer_arm(c->dp->cfg.loop, &c->connect, conn_limit(c, MLN_LIMIT_connect_timeout));
    conn_wait(c);
    if (s->ops->want(s, &x->want) < 0) {
        x->wanting = false;
        c->dp->n_ups--;
        fail(c, "There is no connection to the application.");
    }
}

void upstream_get(struct conn *c)
{
    struct target to;
    to.ctx = secure_upstream(c, &to.name);
    struct upstream *u = pool_get(c, &to);

    if (!u) {
        want_socket(c);
        return;
    }
    attach(c, u);
    start(c);
}

/* ---- the request ---- */

/* The head goes, and what is released of the body behind it. A new connection to the same machine
 * mostly stands by now; else both wait in the queue until it does. */
static void start(struct conn *c)
{
    struct exchange *x = &c->x;
    struct upstream *u = x->up;
    struct mln_h1_edit edits[FORWARDED_EDITS_MAX];
    struct mln_h1_write_opts opts = {
        .websocket = x->websocket,
        /* no other client will use it: the application may close first, as it would without us */
        .close = u->personal && x->said_last,
        .framing = x->out_framing,
        .content_length =
            x->request_done && x->moved == 0 ? exchange_waiting(x) : x->head->content_length,
        .edits = edits,
    };
    struct mln_buf *out = outq_buf(&c->dp->bufs, &u->out);

    if (!u->reused && !u->tls)
        mln_buf_add_sv(out, mln_buf_sv(&c->announced));
    if (c->listener->transparent || forwarded_edits(c, edits, &opts.n_edits))
        mln_h1_write_request(out, x->head, &opts);
    else
        out->failed = true;
    if (mln_buf_failed(out)) {
        conn_refuse_memory(c);
        return;
    }
    u->started = c->x.left = true;
    c->state = CONN_STREAM;
    timing_sent(c);
    if (!exchange_move(c, MLN_SV_NULL))
        return;
    upstream_flush(u);
    conn_wait(c);
}

void upstream_broken(struct upstream *u, const char *why)
{
    struct conn *c = u->conn;
    bool again = c && u->reused && u->received == 0 && !c->x.retried && exchange_repeatable(c);

    if (!c) {
        upstream_close(u);
        return;
    }
    u->conn = NULL;
    c->x.up = NULL;
    upstream_close(u);
    if (!again) {
        fail(c, why);
        return;
    }
    /* nothing of an answer came, and the application may have closed a pooled connection just
     * when we used it; on a new one, since the rest of the pool may be as stale */
    c->x.retried = true;
    mln_count(conn_counters(c), MLN_CNT_UP_RETRIED);
    c->x.request_sent = false;
    c->state = CONN_CONNECT;
    want_socket(c);
}

/* ---- writing ---- */

static void connected(struct upstream *u)
{
    if (u->connected)
        return;
    u->connected = true;
    if (u->conn)
        mln_timer_disarm(u->dp->cfg.loop, &u->conn->connect);
}

static void wrote(struct upstream *u, int r)
{
    u->blocked = r == -EAGAIN;
    if (r == 0)
        connected(u);
    if (r == 0 || r == -EAGAIN)
        return;
    u->broken = true;
    outq_drop(&u->dp->bufs, &u->out);
    if (r == -ENOMEM) { /* the socket does not know that it is over */
        mln_count(u->dp->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        (void)shutdown(u->io.fd, SHUT_RDWR);
    }
}

void upstream_write(struct upstream *u, const struct iovec *more, unsigned n)
{
    struct bufs *pool = &u->dp->bufs;

    if (u->dead || u->broken)
        return;
    if (u->blocked) {
        int r = outq_add(pool, &u->out, more, n);
        if (r < 0)
            wrote(u, r);
        return;
    }
    wrote(u, outq_write(pool, &u->out, u->io.fd, u->tls, more, n));
    if (u->blocked)
        upstream_interest(u);
}

void upstream_flush(struct upstream *u)
{
    if (outq_pending(&u->out) && !u->blocked)
        upstream_write(u, NULL, 0);
}

/* ---- events ---- */

static void read_some(struct upstream *u)
{
    struct mln_dataplane *d = u->dp;
    ssize_t n = wire_read(u->io.fd, u->tls, d->rbuf, READ_BYTES);

    if (wire_unsent(u->tls) && !u->blocked)
        upstream_write(u, NULL, 0);
    if (n == -EAGAIN)
        return;
    if (!u->conn) { /* closed, or bytes that nobody asked for: they poison the connection */
        if (n > 0)
            mln_count(d->cfg.counters, MLN_CNT_UP_UNSOLICITED);
        upstream_close(u);
        return;
    }
    if (n == 0) {
        response_eof(u);
        return;
    }
    if (n < 0) {
        upstream_broken(u, "The connection to the application broke.");
        return;
    }
    mln_count_add(d->cfg.counters, MLN_CNT_BYTES_OUT, (uint64_t)n);
    u->received += (uint64_t)n;
    if (u->head_done || u->in.len == 0) /* a head has its time from its first bytes, not for each */
        conn_wait(u->conn);
    if (u->in.len == 0) {
        response_read(u, d->rbuf, (size_t)n);
        return;
    }
    mln_buf_add(&u->in, d->rbuf, (size_t)n);
    if (mln_buf_failed(&u->in))
        upstream_broken(u, "The application's answer is too large to read.");
    else
        response_read(u, u->in.p, u->in.len);
}

/* Within the time for connecting. */
static void shake_hands(struct upstream *u)
{
    int r = secure_upstream_step(u);

    u->delayed = r == -EBUSY;
    if (r == -EAGAIN || r == -EBUSY) {
        /* a writable socket says so in the next turn: no byte may come before our first ones */
        upstream_interest(u);
    } else if (r == 0) {
        struct conn *c = u->conn;
        u->shaking = false;
        connected(u);
        start(c);
        conn_run(c); /* the body may go on */
    } else {
        upstream_broken(u, "The application did not agree on TLS.");
    }
}

static void begin_tls(struct upstream *u, const struct mln_tls_ctx *ctx, struct mln_sv name)
{
    struct mln_dataplane *d = u->dp;

    if (!d->room)
        d->room = mln_tls_room_new();
    u->tls = mln_tls_client(d->room, u->io.fd, ctx, name, u->app, mln_buf_sv(&u->conn->announced));
    u->shaking = true;
    if (u->tls)
        shake_hands(u);
    else
        upstream_broken(u, "There is no memory for the connection to the application.");
}

/* The connect finished, one way or the other. False when it failed. */
static bool on_connected(struct upstream *u)
{
    int err = 0;
    socklen_t len = sizeof(err);

    if (u->broken || getsockopt(u->io.fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 || err) {
        upstream_broken(u, "The application refused the connection.");
        return false;
    }
    connected(u);
    return true;
}

static void on_ready(struct mln_io *io, uint32_t events)
{
    struct upstream *u = (struct upstream *)(void *)io;

    if (u->conn && u->conn->slice) /* put off; the loop will say so again */
        return;
    if (u->shaking) {
        shake_hands(u);
        return;
    }
    if (!u->connected && u->conn && !on_connected(u))
        return;
    if ((events & MLN_IO_WRITE) && u->blocked) {
        wrote(u, outq_write(&u->dp->bufs, &u->out, u->io.fd, u->tls, NULL, 0));
        upstream_interest(u);
        if (u->conn) {
            conn_wait(u->conn);
            conn_run(u->conn); /* the client's body may go on */
        }
    }
    if ((events & MLN_IO_READ) && !u->dead)
        read_some(u);
}
