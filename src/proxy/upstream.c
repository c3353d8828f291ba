/* The application's side: connections, requests out, responses in. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/conn.h"

static void on_ready(struct mln_io *io, uint32_t events);

size_t upstream_pending(const struct upstream *u)
{
    return u->out.len - u->out_sent;
}

/* ---- life ---- */

static void unlink_idle(struct upstream *u)
{
    if (!u->next)
        return;
    u->prev->next = u->next;
    u->next->prev = u->prev;
    u->next = u->prev = NULL;
    u->dp->n_idle--;
    mln_count_add(u->dp->cfg.counters, MLN_CNT_G_UP_IDLE, (uint64_t)-1);
}

void upstream_close(struct upstream *u)
{
    if (u->dead)
        return;
    u->dead = true;
    unlink_idle(u);
    if (u->conn && u->conn->x.up == u)
        u->conn->x.up = NULL;
    mln_io_del(u->dp->cfg.loop, &u->io);
    (void)close(u->io.fd);
    mln_h1_body_done(&u->body);
    mln_buf_done(&u->in);
    mln_buf_done(&u->out);
    u->next = u->dp->dead_ups;
    u->dp->dead_ups = u;
}

void upstream_reset(struct upstream *u)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(u->io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    upstream_close(u);
}

static void begin_response(struct upstream *u)
{
    mln_h1_scan_init(&u->scan);
    u->head_done = false;
    u->received = 0;
    mln_buf_clear(&u->in);
}

void upstream_release(struct upstream *u, bool reusable)
{
    struct mln_dataplane *d = u->dp;

    u->conn = NULL;
    if (!reusable || d->n_idle >= d->cfg.max_idle_upstream || u->in.len || upstream_pending(u)) {
        upstream_close(u);
        return;
    }
    mln_h1_body_done(&u->body);
    mln_buf_done(&u->in);
    u->out.len = u->out_sent = 0;
    if (u->out.cap > 65536)
        mln_buf_done(&u->out);
    begin_response(u);
    u->next = d->idle.next;
    u->prev = &d->idle;
    u->next->prev = u->prev->next = u;
    d->n_idle++;
    mln_count(d->cfg.counters, MLN_CNT_G_UP_IDLE);
    if (mln_io_set(d->cfg.loop, &u->io, MLN_IO_READ) < 0)
        upstream_close(u);
}

static struct upstream *pool_get(struct mln_dataplane *d, uint32_t app)
{
    for (struct upstream *u = d->idle.next; u != &d->idle; u = u->next)
        if (u->app == app) {
            unlink_idle(u);
            u->reused = true;
            mln_count(d->cfg.counters, MLN_CNT_UP_REUSED);
            return u;
        }
    return NULL;
}

static void attach(struct conn *c, struct upstream *u)
{
    u->conn = c;
    c->x.up = u;
    begin_response(u);
}

/* ---- a socket from the supply ---- */

static void fail(struct conn *c, const char *why)
{
    mln_count(c->dp->cfg.counters, MLN_CNT_UP_FAILED);
    c->close_after = true;
    conn_refuse(c, 502, why);
    conn_run(c);
}

static void on_socket(struct mln_supply_want *w, int fd)
{
    struct exchange *x = (struct exchange *)(void *)((char *)w - offsetof(struct exchange, want));
    struct conn *c = (struct conn *)(void *)((char *)x - offsetof(struct conn, x));
    struct upstream *u = fd >= 0 ? calloc(1, sizeof(*u)) : NULL;
    int one = 1;

    x->wanting = false;
    if (!u) {
        if (fd >= 0)
            (void)close(fd);
        fail(c, "There is no connection to the application.");
        return;
    }
    u->io = (struct mln_io){.fd = fd, .ready = on_ready};
    u->dp = c->dp;
    u->app = w->app;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    attach(c, u);
    if (mln_io_add(c->dp->cfg.loop, &u->io, MLN_IO_READ | MLN_IO_WRITE) < 0) {
        upstream_close(u);
        fail(c, "There is no connection to the application.");
        return;
    }
    mln_count(c->dp->cfg.counters, MLN_CNT_UP_CONNECTS);
}

static void want_socket(struct conn *c)
{
    struct exchange *x = &c->x;
    struct mln_supply *s = c->dp->cfg.supply;

    x->want.app = c->listener->app;
    x->want.done = on_socket;
    x->wanting = true;
    if (c->state != CONN_BODY)
        c->state = CONN_CONNECT;
    conn_arm(c, MLN_LIMIT_connect_timeout);
    if (s->ops->want(s, &x->want) < 0) {
        x->wanting = false;
        fail(c, "There is no connection to the application.");
    }
}

void upstream_get(struct conn *c)
{
    struct upstream *u = pool_get(c->dp, c->listener->app);

    if (!u) {
        want_socket(c);
        return;
    }
    attach(c, u);
    upstream_start(c);
}

/* ---- the request ---- */

/* Addresses that the application would otherwise see as ours. */
static uint32_t forwarded_edits(struct conn *c, struct mln_h1_edit edits[2])
{
    const struct mln_client *client = mln_txn_client(c->x.txn);
    struct mln_sv old =
        client->peer_trusted ? mln_http_get(c->x.head, MLN_NAME_X_FORWARDED_FOR) : MLN_SV_NULL;
    char text[MLN_ADDR_TEXT];
    size_t n = strlen(mln_addr_format(&c->peer, text));
    char *p = mln_arena_alloc(c->x.arena, old.len + 2 + n);

    if (!p)
        return 0;
    struct mln_sv value = mln_sv(p, old.len ? old.len + 2 + n : n);
    if (old.len) {
        memcpy(p, old.p, old.len);
        memcpy(p + old.len, ", ", 2);
        p += old.len + 2;
    }
    memcpy(p, text, n);
    edits[0] = (struct mln_h1_edit){MLN_SV("X-Forwarded-For"), value};
    edits[1] = (struct mln_h1_edit){MLN_SV("X-Forwarded-Proto"), MLN_SV("http")};
    return client->peer_trusted && mln_http_get(c->x.head, MLN_NAME_X_FORWARDED_PROTO).p ? 1 : 2;
}

void upstream_start(struct conn *c)
{
    struct exchange *x = &c->x;
    struct mln_h1_edit edits[2];
    const struct mln_h1_write_opts opts = {
        .framing = x->out_framing,
        .content_length =
            x->request_done && x->moved == 0 ? x->pending.len : x->head->content_length,
        .edits = edits,
        .n_edits = forwarded_edits(c, edits),
    };

    if (c->state != CONN_BODY)
        c->state = CONN_STREAM;
    if (x->body.done)
        c->state = CONN_STREAM;
    mln_h1_write_request(&x->up->out, x->head, &opts);
    exchange_move(c);
    if (mln_buf_failed(&x->up->out)) {
        mln_count(c->dp->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        c->close_after = true;
        conn_refuse(c, 503, "There is no memory for this request at the moment.");
        return;
    }
    conn_arm(c, x->body.done ? MLN_LIMIT_response_timeout : MLN_LIMIT_read_timeout);
    x->up->connected = x->up->connected || x->up->reused;
    (void)upstream_flush(x->up);
}

/* Whether the request may be sent again (RFC 9110 section 9.2.2): nothing of an answer came, the
 * connection was a pooled one that the application may have closed meanwhile, the method is
 * idempotent, and all that was sent is still at hand. */
static bool may_retry(const struct conn *c, const struct upstream *u)
{
    static const bool idempotent[MLN_METHOD_MAX] = {
        [MLN_METHOD_GET] = true, [MLN_METHOD_HEAD] = true,   [MLN_METHOD_OPTIONS] = true,
        [MLN_METHOD_PUT] = true, [MLN_METHOD_DELETE] = true, [MLN_METHOD_TRACE] = true};

    return u->reused && u->received == 0 && !c->x.retried && idempotent[c->x.head->method] &&
           c->x.head->framing == MLN_FRAMING_NONE;
}

/* The connection to the application broke. */
static void on_broken(struct upstream *u, const char *why)
{
    struct conn *c = u->conn;

    if (!c) {
        upstream_close(u);
        return;
    }
    bool retry = may_retry(c, u);
    u->conn = NULL;
    c->x.up = NULL;
    upstream_close(u);
    if (retry) {
        c->x.retried = true;
        mln_count(c->dp->cfg.counters, MLN_CNT_UP_RETRIED);
        c->x.request_sent = false;
        want_socket(c); /* a new one: the rest of the pool may be as stale */
        return;
    }
    fail(c, why);
}

bool upstream_flush(struct upstream *u)
{
    while (upstream_pending(u)) {
        ssize_t n = send(u->io.fd, u->out.p + u->out_sent, upstream_pending(u), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (mln_io_set(u->dp->cfg.loop, &u->io, MLN_IO_READ | MLN_IO_WRITE) < 0)
                on_broken(u, "The connection to the application broke.");
            return !u->dead;
        }
        if (n < 0) {
            /* an answer that explains the break may be waiting to be read: the read side decides */
            u->out.len = u->out_sent = 0;
            return true;
        }
        u->out_sent += (size_t)n;
    }
    u->out.len = u->out_sent = 0;
    return true;
}

/* ---- the response ---- */

static void audit_alert(struct conn *c, uint16_t status)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);
    char id[MLN_UUID_TEXT + 1];

    if (c->x.audited)
        return;
    c->x.audited = true;
    mln_count(c->dp->cfg.counters, MLN_CNT_REQUESTS_FORWARDED);
    mln_count_add(c->dp->cfg.counters, MLN_CNT_BYTES_INSPECTED, v->inspected_bytes);
    if (v->action == MLN_ACT_OFF)
        return;
    mln_count(c->dp->cfg.counters, MLN_CNT_REQUESTS_ALERTED);
    for (uint16_t i = 0; i < v->n; i++)
        c->dp->cfg.counters->detections[v->d[i].detector][0]++;
    audit_verdict(c, status, id);
}

static uint8_t client_framing(struct conn *c, const struct mln_http_head *resp)
{
    if (resp->framing == MLN_FRAMING_LENGTH || resp->framing == MLN_FRAMING_NONE)
        return resp->framing;
    if (c->x.head->minor == 1)
        return MLN_FRAMING_CHUNKED;
    c->close_after = true; /* HTTP/1.0: the end of the connection is the end of the body */
    return MLN_FRAMING_CLOSE;
}

static void write_head(struct conn *c, struct mln_http_head *resp)
{
    struct exchange *x = &c->x;

    x->resp_framing = client_framing(c, resp);
    if (!x->request_sent)
        c->close_after = true; /* an early answer: the rest of the request is not wanted any more */
    const struct mln_h1_write_opts opts = {
        .close = c->close_after || c->dp->draining,
        .framing = x->resp_framing,
        .content_length = resp->content_length,
        .keep_content_length = resp->method == MLN_METHOD_HEAD || resp->status == 304,
    };
    c->close_after = opts.close;
    mln_h1_write_response(&c->out, resp, &opts);
    x->response_started = true;
}

/* An interim answer is passed on (103), or was answered by us (100). */
static void on_interim(struct conn *c, const struct mln_http_head *resp)
{
    const struct mln_h1_write_opts opts = {.framing = MLN_FRAMING_NONE};

    if (resp->status != 100 && c->x.head->minor == 1)
        mln_h1_write_response(&c->out, resp, &opts);
}

/* 1: a final head was read; 0: more is needed; -1: the connection is finished. */
static int read_head(struct upstream *u, const char *in, size_t len, size_t *used)
{
    static const struct mln_h1_limits limits = {
        .head_bytes = 262144, .target_bytes = 65536, .fields = 1000, .trailer_bytes = 65536};
    struct conn *c = u->conn;
    struct mln_http_fault fault;
    int r = mln_h1_scan_feed(&u->scan, in, len, true, &limits, &fault);

    *used = 0;
    if (r == 0)
        return 0;
    char *copy = r > 0 ? mln_arena_alloc(c->x.arena, u->scan.head_len) : NULL;
    if (copy) {
        memcpy(copy, in, u->scan.head_len);
        r = mln_h1_parse_response(copy, u->scan.head_len, (enum mln_http_method)c->x.head->method,
                                  &limits, c->x.arena, &c->x.resp, &fault);
    }
    if (!copy || r < 0 || c->x.resp.status == 101) {
        on_broken(u, "The application's answer could not be understood.");
        return -1;
    }
    *used = u->scan.head_len;
    if (c->x.resp.status < 200) {
        on_interim(c, &c->x.resp);
        mln_h1_scan_init(&u->scan);
        return 0;
    }
    mln_h1_body_init(&u->body, &c->x.resp, &limits);
    u->head_done = true;
    (void)mln_txn_response_head(c->x.txn, &c->x.resp);
    audit_alert(c, c->x.resp.status);
    mln_count(u->dp->cfg.counters, MLN_CNT_RESPONSES_APP);
    write_head(c, &c->x.resp);
    return 1;
}

static void send_piece(struct conn *c, struct mln_sv piece)
{
    char head[MLN_H1_CHUNK_HEAD_MAX];

    if (c->x.resp_framing != MLN_FRAMING_CHUNKED) {
        conn_send(c, piece);
        return;
    }
    conn_send(c, mln_sv(head, mln_h1_chunk_head(piece.len, head)));
    conn_send(c, piece);
    conn_send(c, MLN_SV("\r\n"));
}

static void response_done(struct upstream *u, size_t left_over)
{
    struct conn *c = u->conn;
    bool clean = c->x.resp.keep_alive && c->x.request_sent && upstream_pending(u) == 0 &&
                 left_over == 0 && c->x.resp.framing != MLN_FRAMING_CLOSE;

    if (left_over == 0)
        mln_buf_clear(&u->in);
    if (c->x.resp_framing == MLN_FRAMING_CHUNKED)
        conn_send(c, MLN_SV("0\r\n\r\n"));
    if (!conn_flush(c))
        return;
    conn_exchange_done(c, clean);
    conn_run(c);
}

/* Body bytes from in[0..len). False when the exchange is over. */
static bool read_body(struct upstream *u, const char *in, size_t len)
{
    struct conn *c = u->conn;

    while (len && !u->body.done) {
        struct mln_http_fault fault;
        struct mln_sv piece;
        size_t used;
        if (mln_h1_body_feed(&u->body, in, len, &used, &piece, &fault) < 0) {
            on_broken(u, "The application's answer broke its framing.");
            return false;
        }
        in += used;
        len -= used;
        if (piece.len)
            send_piece(c, piece);
    }
    if (mln_buf_failed(&c->out)) {
        mln_count(c->dp->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        conn_close(c);
        return false;
    }
    if (u->body.done) {
        response_done(u, len);
        return false;
    }
    return true;
}

/* All that came: heads (interim ones first), then body. */
static void read_response(struct upstream *u, const char *in, size_t len)
{
    struct conn *c = u->conn;

    while (!u->head_done) {
        size_t used;
        int r = read_head(u, in, len, &used);
        if (r < 0)
            return;
        in += used;
        len -= used;
        if (r == 0 && used == 0) { /* keep what there is for the next read */
            if (in != u->in.p) {
                mln_buf_clear(&u->in);
                mln_buf_add(&u->in, in, len);
            }
            if (c->out.len)
                (void)conn_flush(c);
            return;
        }
    }
    bool from_in = u->in.len > 0;
    bool going = u->body.done ? (response_done(u, len), false) : read_body(u, in, len);
    if (!going || u->dead)
        return;
    if (from_in)
        mln_buf_done(&u->in);
    if (conn_flush(c) && !c->dead && conn_pending(c) > OUT_HIGH &&
        mln_io_set(u->dp->cfg.loop, &u->io, upstream_pending(u) ? MLN_IO_WRITE : 0) < 0)
        upstream_close(u);
}

void upstream_resume(struct upstream *u)
{
    if (mln_io_set(u->dp->cfg.loop, &u->io,
                   MLN_IO_READ | (upstream_pending(u) ? MLN_IO_WRITE : 0)) < 0)
        on_broken(u, "The connection to the application broke.");
}

/* The application closed. */
static void on_eof(struct upstream *u)
{
    struct conn *c = u->conn;
    struct mln_http_fault fault;

    if (!c) {
        upstream_close(u);
        return;
    }
    if (u->head_done && mln_h1_body_eof(&u->body, &fault) == 0) {
        c->x.resp.keep_alive = false;
        response_done(u, 0);
        return;
    }
    on_broken(u, u->received ? "The application closed the connection within its answer."
                             : "The application closed the connection without an answer.");
}

static void read_some(struct upstream *u)
{
    struct mln_dataplane *d = u->dp;
    ssize_t n = recv(u->io.fd, d->rbuf, sizeof(d->rbuf), 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == 0) {
        on_eof(u);
        return;
    }
    if (n < 0) {
        on_broken(u, u->connected ? "The connection to the application broke."
                                  : "The application refused the connection.");
        return;
    }
    if (!u->conn) { /* nobody asked: bytes on an idle connection poison it */
        upstream_close(u);
        return;
    }
    mln_count_add(d->cfg.counters, MLN_CNT_BYTES_OUT, (uint64_t)n);
    u->received += (uint64_t)n;
    if (u->conn->x.body.done)
        conn_arm(u->conn, MLN_LIMIT_response_timeout);
    if (u->in.len == 0) {
        read_response(u, d->rbuf, (size_t)n);
        return;
    }
    mln_buf_add(&u->in, d->rbuf, (size_t)n);
    if (mln_buf_failed(&u->in))
        on_broken(u, "The application's answer is too large to read.");
    else
        read_response(u, u->in.p, u->in.len);
}

/* The connect finished, one way or the other. */
static bool on_connected(struct upstream *u)
{
    int err = 0;
    socklen_t len = sizeof(err);

    if (getsockopt(u->io.fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 || err) {
        on_broken(u, "The application refused the connection.");
        return false;
    }
    u->connected = true;
    if (mln_io_set(u->dp->cfg.loop, &u->io, MLN_IO_READ) < 0) {
        on_broken(u, "The connection to the application broke.");
        return false;
    }
    upstream_start(u->conn);
    return !u->dead;
}

static void on_ready(struct mln_io *io, uint32_t events)
{
    struct upstream *u = (struct upstream *)(void *)io;

    if (!u->connected && u->conn) {
        if (events & (MLN_IO_WRITE | MLN_IO_ERROR | MLN_IO_HUP))
            (void)on_connected(u);
        return;
    }
    if ((events & MLN_IO_WRITE) && u->conn && upstream_pending(u)) {
        struct conn *c = u->conn;
        if (!upstream_flush(u) || u->dead)
            return;
        if (!upstream_pending(u)) {
            if (mln_io_set(u->dp->cfg.loop, &u->io, MLN_IO_READ) < 0) {
                on_broken(u, "The connection to the application broke.");
                return;
            }
            conn_run(c); /* the client's body may go on */
        }
    }
    if ((events & MLN_IO_READ) && !u->dead)
        read_some(u);
}
