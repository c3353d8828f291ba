/* The client's side of a connection: requests in, answers out. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "proxy/conn.h"

static struct mln_counters *counters(const struct conn *c)
{
    return c->dp->cfg.counters;
}

uint64_t conn_limit(const struct conn *c, enum mln_limit l)
{
    const struct mln_dataplane *d = c->dp;
    const struct mln_snap_rule *r = c->x.rule ? c->x.rule : mln_snap_rule_first(&d->policy->snap);

    return r->limit[l];
}

void conn_arm(struct conn *c, enum mln_limit l)
{
    mln_timer_disarm(c->dp->cfg.loop, &c->timer);
    mln_timer_arm(c->dp->cfg.loop, &c->timer, conn_limit(c, l));
}

/* ---- writing ---- */

size_t conn_pending(const struct conn *c)
{
    return c->out.len - c->out_sent;
}

void conn_send(struct conn *c, struct mln_sv bytes)
{
    mln_buf_add_sv(&c->out, bytes);
}

static void update_interest(struct conn *c)
{
    uint32_t want = 0;

    if (!c->eof && c->in.len < PIPELINE_MAX)
        want |= MLN_IO_READ;
    if (conn_pending(c))
        want |= MLN_IO_WRITE;
    if (mln_io_set(c->dp->cfg.loop, &c->io, want) < 0)
        conn_close(c);
}

bool conn_flush(struct conn *c)
{
    while (conn_pending(c)) {
        ssize_t n = send(c->io.fd, c->out.p + c->out_sent, conn_pending(c), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            conn_arm(c, MLN_LIMIT_write_timeout);
            update_interest(c);
            return !c->dead;
        }
        if (n < 0) {
            conn_close(c);
            return false;
        }
        c->out_sent += (size_t)n;
    }
    c->out.len = c->out_sent = 0;
    if (c->out.cap > OUT_HIGH)
        mln_buf_done(&c->out);
    return true;
}

/* ---- life ---- */

static void on_ready(struct mln_io *io, uint32_t events);
static void on_timeout(struct mln_timer *t);

void conn_accept(struct listener *l, int fd, const struct mln_addr *peer, uint16_t port)
{
    struct mln_dataplane *d = l->dp;
    struct conn *c = calloc(1, sizeof(*c));
    int one = 1;

    if (!c) {
        mln_count(d->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        (void)close(fd);
        return;
    }
    c->io = (struct mln_io){.fd = fd, .ready = on_ready};
    c->timer.fire = on_timeout;
    c->dp = d;
    c->listener = l;
    c->peer = *peer;
    c->peer_port = port;
    c->state = CONN_HEAD;
    c->fresh = true;
    mln_h1_scan_init(&c->scan);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (mln_io_add(d->cfg.loop, &c->io, MLN_IO_READ) < 0) {
        (void)close(fd);
        free(c);
        return;
    }
    c->next = d->conns.next;
    c->prev = &d->conns;
    c->next->prev = c->prev->next = c;
    d->n_conns++;
    mln_count(d->cfg.counters, MLN_CNT_G_CONNS_OPEN);
    /* the first head is due within the head time-out: an open, silent connection is no right */
    conn_arm(c, MLN_LIMIT_head_timeout);
}

void conn_close(struct conn *c)
{
    struct mln_dataplane *d = c->dp;

    if (c->dead)
        return;
    c->dead = true;
    if (c->x.up)
        upstream_reset(c->x.up);
    exchange_end(c);
    mln_timer_disarm(d->cfg.loop, &c->timer);
    mln_io_del(d->cfg.loop, &c->io);
    (void)close(c->io.fd);
    mln_buf_done(&c->in);
    mln_buf_done(&c->out);
    c->prev->next = c->next;
    c->next->prev = c->prev;
    d->n_conns--;
    mln_count_add(d->cfg.counters, MLN_CNT_G_CONNS_OPEN, (uint64_t)-1);
    c->next = d->dead_conns;
    d->dead_conns = c;
}

/* A close that lets the peer read the last answer: FIN first, then what still comes is read over
 * for a moment, since unread bytes would turn the close into a reset. */
static void close_gently(struct conn *c)
{
    c->state = CONN_CLOSING;
    (void)shutdown(c->io.fd, SHUT_WR);
    mln_buf_done(&c->in);
    if (c->eof)
        conn_close(c);
    else
        mln_timer_arm(c->dp->cfg.loop, &c->timer, MLN_NSEC_PER_SEC);
}

/* ---- refusals ---- */

static void count_verdict(struct conn *c)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);
    struct mln_counters *n = counters(c);

    for (uint16_t i = 0; i < v->n; i++)
        n->detections[v->d[i].detector]
                     [v->d[i].action >= MLN_ACT_PREVENT && v->mode == MLN_MODE_ENFORCE]++;
    mln_count_add(n, MLN_CNT_BYTES_INSPECTED, v->inspected_bytes);
    if (v->late)
        mln_count(n, MLN_CNT_LATE);
}

static void write_page(struct conn *c, uint16_t status, const char *text, const char *event_id,
                       bool attack)
{
    const struct exchange *x = &c->x;
    const struct mln_http_head *h = x->txn ? mln_txn_head(x->txn) : NULL;
    bool own = attack && x->rule && x->policy;
    const struct block_page page = {
        .status = status,
        .event_id = event_id,
        .title = attack ? "Request refused" : status_reason(status),
        .text = text,
        .html = own ? mln_snap_str(&x->policy->snap, x->rule->block_html) : MLN_SV_NULL,
        .json = own ? mln_snap_str(&x->policy->snap, x->rule->block_json) : MLN_SV_NULL,
        .wants_json = h && block_page_wants_json(h),
        .head_only = h && h->method == MLN_METHOD_HEAD,
        .close = c->close_after,
    };
    block_page_write(&c->out, &page);
    mln_count(counters(c), MLN_CNT_RESPONSES_OWN);
}

/* Whether what is left of the request is small enough to be read over. */
static bool can_drain(const struct conn *c)
{
    const struct exchange *x = &c->x;

    if (!x->head || !x->head->n_fields || c->eof)
        return false;
    return x->body.done || (x->body.framing == MLN_FRAMING_LENGTH && x->body.left <= DRAIN_BYTES &&
                            !x->head->expect_continue);
}

void conn_refuse(struct conn *c, uint16_t status, const char *why)
{
    struct exchange *x = &c->x;
    const struct mln_verdict *v = x->txn ? mln_txn_verdict(x->txn) : NULL;
    bool attack = v && (v->action >= MLN_ACT_PREVENT || v->fault);
    char id[MLN_UUID_TEXT + 1] = "";

    if (status == 0)
        status = v && v->status ? v->status : 403;
    if (attack) {
        if (v->n || v->error)
            audit_verdict(c, status, id);
        x->audited = true;
        count_verdict(c);
        mln_count(counters(c), v->fault ? MLN_CNT_REQUESTS_REFUSED : MLN_CNT_REQUESTS_BLOCKED);
        if (v->fault)
            counters(c)->faults[v->fault]++;
    } else {
        mln_count(counters(c), MLN_CNT_REQUESTS_ERROR);
    }
    if (x->up) {
        upstream_reset(x->up);
        x->up = NULL;
    }
    if (x->response_started) { /* too late for a page: the break must be seen */
        conn_close(c);
        return;
    }
    c->close_after =
        c->close_after || !attack || (v && v->fault) || !can_drain(c) || !x->head->keep_alive;
    const char *text =
        attack && !v->fault
            ? "The site's firewall took this request for an attack and did not pass it on."
            : why;
    write_page(c, status, text, id, attack && !v->fault);
    c->state = CONN_REFUSED;
    c->drained = 0;
    conn_arm(c, MLN_LIMIT_write_timeout);
}

static void refuse_fault(struct conn *c, const struct mln_http_fault *fault)
{
    const struct mln_http_fault_info *info = mln_http_fault_info(fault->code);

    if (!c->x.txn && exchange_begin(c) < 0) {
        conn_close(c);
        return;
    }
    (void)mln_txn_fault(c->x.txn, fault);
    c->close_after = true;
    conn_refuse(c, info->status, info->text);
}

static void refuse_memory(struct conn *c)
{
    mln_count(counters(c), MLN_CNT_LIMIT_MEMORY);
    c->close_after = true;
    conn_refuse(c, 503, "There is no memory for this request at the moment.");
}

/* ---- the request ---- */

static void request_passed(struct conn *c)
{
    struct exchange *x = &c->x;

    x->request_done = true;
    if (!x->up && !x->wanting) {
        c->state = CONN_CONNECT;
        x->out_framing =
            x->head->framing == MLN_FRAMING_NONE ? MLN_FRAMING_NONE : MLN_FRAMING_LENGTH;
        upstream_get(c);
    } else {
        exchange_move(c);
        if (x->up && x->up->connected)
            (void)upstream_flush(x->up);
    }
}

static void finish_request(struct conn *c)
{
    struct exchange *x = &c->x;
    struct mln_http_field *trailers = NULL;
    uint32_t n = 0;

    if (x->body.trailer.len) {
        const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
        struct mln_http_fault fault;
        int r = mln_h1_parse_trailer(mln_buf_sv(&x->body.trailer), &limits, x->arena, &trailers, &n,
                                     &fault);
        if (r == -ENOMEM) {
            refuse_memory(c);
            return;
        }
        if (r < 0) {
            refuse_fault(c, &fault);
            return;
        }
    }
    if (mln_txn_request_end(x->txn, trailers, n) == MLN_STEP_STOP)
        conn_refuse(c, 0, NULL);
    else
        request_passed(c);
}

/* Enough of a large body was judged: it starts to leave. */
static void start_streaming(struct conn *c)
{
    struct exchange *x = &c->x;

    if (x->up || x->wanting || mln_txn_release(x->txn) <= x->moved)
        return;
    x->out_framing = x->head->framing;
    upstream_get(c);
}

static bool take_body_piece(struct conn *c, struct mln_sv piece)
{
    struct exchange *x = &c->x;
    struct mln_dataplane *d = c->dp;
    uint64_t limit = conn_limit(c, MLN_LIMIT_body_bytes);

    if (limit && x->body.total > limit) {
        mln_count(counters(c), MLN_CNT_LIMIT_BODY);
        (void)mln_txn_limit(x->txn, MLN_LIMIT_body_bytes, x->body.total);
        c->close_after = true;
        conn_refuse(c, 413, "The body is larger than this site allows.");
        return false;
    }
    if (mln_txn_request_body(x->txn, piece) == MLN_STEP_STOP) {
        c->close_after = c->close_after || !can_drain(c);
        conn_refuse(c, 0, NULL);
        return false;
    }
    mln_buf_add_sv(&x->pending, piece);
    d->held_bytes += piece.len;
    if (mln_buf_failed(&x->pending) || d->held_bytes > d->cfg.max_held_bytes) {
        refuse_memory(c);
        return false;
    }
    return true;
}

/* Body bytes from in[0..len). The number used; *go: whether to go on at once. */
static size_t read_body(struct conn *c, const char *in, size_t len)
{
    struct exchange *x = &c->x;
    size_t used_all = 0;

    while (used_all < len && !x->body.done) {
        struct mln_http_fault fault;
        struct mln_sv piece;
        size_t used;
        if (mln_h1_body_feed(&x->body, in + used_all, len - used_all, &used, &piece, &fault) < 0) {
            refuse_fault(c, &fault);
            return used_all;
        }
        used_all += used;
        if (piece.len && !take_body_piece(c, piece))
            return used_all;
    }
    if (x->body.done) {
        finish_request(c);
        return used_all;
    }
    start_streaming(c);
    if (c->state == CONN_STREAM || (x->up && x->up->connected)) {
        exchange_move(c);
        if (x->up)
            (void)upstream_flush(x->up);
    }
    return used_all;
}

static void after_head(struct conn *c)
{
    struct exchange *x = &c->x;
    const struct mln_h1_limits limits = {.trailer_bytes =
                                             (uint32_t)conn_limit(c, MLN_LIMIT_trailer_bytes)};
    mln_nsec start = mln_now_mono();

    mln_h1_body_init(&x->body, x->head, &limits);
    int step = mln_txn_request_head(x->txn, x->head);
    mln_count_add(counters(c), MLN_CNT_INSPECT_NS, mln_now_mono() - start);
    mln_count(counters(c), MLN_CNT_INSPECTED);
    c->close_after = c->close_after || !x->head->keep_alive || c->dp->draining;
    if (step == MLN_STEP_STOP) {
        conn_refuse(c, 0, NULL);
        return;
    }
    if (x->body.done) {
        finish_request(c);
        return;
    }
    c->state = CONN_BODY;
    conn_arm(c, MLN_LIMIT_read_timeout);
    if (x->head->expect_continue)
        conn_send(c, MLN_SV("HTTP/1.1 100 Continue\r\n\r\n"));
}

static struct mln_h1_limits head_limits(const struct conn *c)
{
    return (struct mln_h1_limits){
        .head_bytes = (uint32_t)conn_limit(c, MLN_LIMIT_header_bytes),
        .target_bytes = (uint32_t)conn_limit(c, MLN_LIMIT_target_bytes),
        .fields = (uint32_t)conn_limit(c, MLN_LIMIT_headers),
        .trailer_bytes = (uint32_t)conn_limit(c, MLN_LIMIT_trailer_bytes),
    };
}

/* Looks for a head in in[0..len); the bytes used: 0 while more is needed. */
static size_t read_head(struct conn *c, const char *in, size_t len)
{
    const struct mln_h1_limits limits = head_limits(c);
    struct mln_http_fault fault;
    int r = mln_h1_scan_feed(&c->scan, in, len, false, &limits, &fault);

    if (c->fresh && len) {
        c->fresh = false;
        conn_arm(c, MLN_LIMIT_head_timeout);
    }
    if (r == 0)
        return 0;
    if (r < 0) {
        refuse_fault(c, &fault);
        return 0;
    }
    if (exchange_begin(c) < 0) {
        refuse_memory(c);
        return 0;
    }
    struct exchange *x = &c->x;
    size_t used = c->scan.head_len;
    char *copy =
        mln_arena_alloc(x->arena, used); /* the views of the head outlive the read buffer */
    if (!copy) {
        refuse_memory(c);
        return used;
    }
    memcpy(copy, in, used);
    r = mln_h1_parse_request(copy, used, &limits, x->arena, x->head, &fault);
    if (r == -ENOMEM)
        refuse_memory(c);
    else if (r < 0)
        refuse_fault(c, &fault);
    else
        after_head(c);
    return used;
}

/* Reads over what is left of a refused request; the bytes used. */
static size_t read_over(struct conn *c, const char *in, size_t len)
{
    struct exchange *x = &c->x;
    size_t all = 0;

    while (all < len && !x->body.done && !c->close_after) {
        struct mln_http_fault fault;
        struct mln_sv piece;
        size_t used;
        if (mln_h1_body_feed(&x->body, in + all, len - all, &used, &piece, &fault) < 0)
            c->close_after = true;
        else
            all += used;
        c->drained += used;
        if (c->drained > DRAIN_BYTES)
            c->close_after = true;
    }
    return all;
}

/* One step on the bytes at hand. The bytes used; *progress: whether the state moved. */
static size_t step(struct conn *c, const char *in, size_t len, bool *progress)
{
    uint8_t before = c->state;
    size_t used = 0;

    if (c->state == CONN_HEAD && len)
        used = read_head(c, in, len);
    else if ((c->state == CONN_BODY || c->state == CONN_CONNECT || c->state == CONN_STREAM) &&
             len && c->x.txn && !c->x.body.done)
        used = read_body(c, in, len);
    else if (c->state == CONN_REFUSED && len)
        used = read_over(c, in, len);
    *progress = !c->dead && (used || c->state != before);
    return used;
}

/* A refusal is written and the request read over: the next one, or the end. */
static void after_refusal(struct conn *c)
{
    if (c->dead || c->state != CONN_REFUSED || conn_pending(c))
        return;
    if (c->close_after)
        close_gently(c);
    else if (c->x.body.done)
        conn_exchange_done(c, false);
}

/* Works on `in` until nothing moves; what is left goes to c->in. */
static void consume(struct conn *c, const char *in, size_t len)
{
    bool progress = true;

    while (progress && !c->dead) {
        size_t used = step(c, in, len, &progress);
        in += used;
        len -= used;
        if (c->dead || !conn_flush(c))
            return;
        uint8_t before = c->state;
        after_refusal(c);
        progress = progress || c->state != before;
        if (c->state == CONN_CLOSING)
            return;
    }
    if (c->dead)
        return;
    if (in == c->in.p + (c->in.len - len) && c->in.len) {
        mln_buf_consume(&c->in, c->in.len - len);
    } else if (len) {
        mln_buf_clear(&c->in);
        mln_buf_add(&c->in, in, len);
    }
    if (c->in.len == 0)
        mln_buf_done(&c->in);
    if (mln_buf_failed(&c->in))
        conn_close(c);
}

/* The client sent its last byte. Complete requests get their answers; half a one does not. */
static void on_eof(struct conn *c)
{
    const struct mln_http_fault fault = {MLN_FAULT_CUT_SHORT, c->in.len};

    if (c->dead || c->state == CONN_CONNECT || (c->state == CONN_STREAM && c->x.body.done))
        return;
    if (c->state == CONN_BODY || c->state == CONN_STREAM) {
        refuse_fault(c, &fault);
        if (!c->dead && conn_flush(c))
            after_refusal(c);
    } else if (c->state != CONN_REFUSED || !conn_pending(c)) {
        conn_close(c);
    }
}

void conn_run(struct conn *c)
{
    if (c->running || c->dead)
        return;
    c->running = true;
    consume(c, c->in.p ? c->in.p : "", c->in.len);
    c->running = false;
    if (!c->dead && c->eof)
        on_eof(c);
    if (!c->dead && c->state != CONN_CLOSING)
        update_interest(c);
}

/* Reads once into the shared buffer. False when the connection is gone or idle again. */
static bool read_some(struct conn *c)
{
    struct mln_dataplane *d = c->dp;
    ssize_t n = recv(c->io.fd, d->rbuf, sizeof(d->rbuf), 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0 && c->state == CONN_CLOSING) {
        conn_close(c);
        return false;
    }
    if (n < 0) {
        conn_close(c);
        return false;
    }
    if (n == 0) {
        c->eof = true;
        on_eof(c);
        return false;
    }
    mln_count_add(counters(c), MLN_CNT_BYTES_IN, (uint64_t)n);
    if (c->state == CONN_CLOSING) {
        c->drained += (uint64_t)n;
        if (c->drained > DRAIN_BYTES)
            conn_close(c);
        return false;
    }
    if (c->state == CONN_BODY || c->state == CONN_STREAM)
        conn_arm(c, c->x.body.done ? MLN_LIMIT_response_timeout : MLN_LIMIT_read_timeout);
    c->running = true;
    if (c->in.len == 0) {
        consume(c, d->rbuf, (size_t)n);
    } else {
        mln_buf_add(&c->in, d->rbuf, (size_t)n);
        if (mln_buf_failed(&c->in))
            conn_close(c);
        else
            consume(c, c->in.p, c->in.len);
    }
    c->running = false;
    return n == (ssize_t)sizeof(d->rbuf);
}

static void on_ready(struct mln_io *io, uint32_t events)
{
    struct conn *c = (struct conn *)(void *)io;

    if ((events & (MLN_IO_ERROR | MLN_IO_HUP)) && c->eof) {
        conn_close(c);
        return;
    }
    if ((events & MLN_IO_WRITE) && conn_pending(c)) {
        if (!conn_flush(c))
            return;
        if (!conn_pending(c)) {
            conn_arm(c,
                     c->state == CONN_BODY ? MLN_LIMIT_read_timeout : MLN_LIMIT_response_timeout);
            if (c->x.up)
                upstream_resume(c->x.up);
            conn_run(c);
        }
    }
    if ((events & MLN_IO_READ) && !c->dead && !c->eof && c->in.len < PIPELINE_MAX)
        for (unsigned i = 0; i < 4 && !c->dead && read_some(c); i++)
            ;
    /* towards an application that does not keep up: stop taking more of the body */
    if (!c->dead && c->x.up && upstream_pending(c->x.up) > OUT_HIGH && !c->eof) {
        if (mln_io_set(c->dp->cfg.loop, &c->io, conn_pending(c) ? MLN_IO_WRITE : 0) < 0)
            conn_close(c);
        return;
    }
    if (!c->dead && c->state != CONN_CLOSING)
        update_interest(c);
}

/* ---- between requests ---- */

void conn_exchange_done(struct conn *c, bool upstream_reusable)
{
    if (c->x.up) {
        upstream_release(c->x.up, upstream_reusable && !c->dp->draining);
        c->x.up = NULL;
    }
    exchange_end(c);
    mln_h1_scan_init(&c->scan);
    if (c->close_after || c->dp->draining || (c->eof && c->in.len == 0)) {
        c->close_after = true;
        c->state = CONN_REFUSED; /* flush, then close */
        if (!conn_pending(c))
            close_gently(c);
        return;
    }
    c->state = CONN_HEAD;
    c->fresh = true;
    conn_arm(c, MLN_LIMIT_idle_timeout);
}

static void on_timeout(struct mln_timer *t)
{
    struct conn *c = (struct conn *)(void *)((char *)t - offsetof(struct conn, timer));

    if (conn_pending(c)) {
        mln_count(counters(c), MLN_CNT_TIMEOUT_WRITE);
        conn_close(c);
        return;
    }
    switch (c->state) {
    case CONN_HEAD:
        mln_count(counters(c), c->fresh ? MLN_CNT_TIMEOUT_IDLE : MLN_CNT_TIMEOUT_HEAD);
        if (c->fresh) {
            conn_close(c);
            return;
        }
        c->close_after = true;
        conn_refuse(c, 408, "The request took too long to arrive.");
        break;
    case CONN_BODY:
        mln_count(counters(c), MLN_CNT_TIMEOUT_BODY);
        c->close_after = true;
        conn_refuse(c, 408, "The request body took too long to arrive.");
        break;
    case CONN_CONNECT:
        mln_count(counters(c), MLN_CNT_TIMEOUT_CONNECT);
        c->close_after = true;
        conn_refuse(c, 504, "The application did not accept a connection in time.");
        break;
    case CONN_STREAM:
        mln_count(counters(c), c->x.body.done ? MLN_CNT_TIMEOUT_RESPONSE : MLN_CNT_TIMEOUT_BODY);
        c->close_after = true;
        conn_refuse(c, c->x.body.done ? 504 : 408,
                    c->x.body.done ? "The application did not answer in time."
                                   : "The request body took too long to arrive.");
        break;
    default:
        conn_close(c);
        return;
    }
    if (!c->dead)
        conn_run(c);
}
