/* Requests in: heads, bodies, and what comes after a refusal. */
#include <errno.h>

#include "http/websocket.h"
#include "proxy/conn.h"

/* ---- bodies ---- */

static void request_passed(struct conn *c)
{
    struct exchange *x = &c->x;

    x->request_done = true;
    if (x->up && x->up->started) {
        (void)exchange_move(c, MLN_SV_NULL);
        return;
    }
    c->state = CONN_CONNECT;
    if (x->up || x->wanting)
        return; /* a connection is on its way; upstream_start goes on */
    x->out_framing = x->head->framing == MLN_FRAMING_NONE ? MLN_FRAMING_NONE : MLN_FRAMING_LENGTH;
    upstream_get(c);
}

/* 0, or the request was refused. */
static int parse_trailers(struct conn *c, struct mln_http_field **ret, uint32_t *ret_n)
{
    struct exchange *x = &c->x;
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    int r;

    *ret = NULL;
    *ret_n = 0;
    if (!x->body.trailer.len)
        return 0;
    r = mln_h1_parse_trailer(mln_buf_sv(&x->body.trailer), &limits, x->arena, ret, ret_n, &fault);
    if (r == -ENOMEM)
        conn_refuse_memory(c);
    else if (r < 0)
        conn_refuse_fault(c, &fault);
    return r;
}

static void finish_request(struct conn *c)
{
    struct mln_http_field *trailers;
    uint32_t n;

    if (parse_trailers(c, &trailers, &n) < 0)
        return;
    mln_nsec start = mln_now_mono();
    int step = mln_txn_request_end(c->x.txn, trailers, n);
    timing_inspected(c, start);
    if (step == MLN_STEP_STOP)
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

/* Small chunks of one read leave together: one of a single byte costs its sender six, and must not
 * cost us a system call. */
static bool is_gathered(const struct exchange *x, struct mln_sv piece)
{
    return x->body.framing == MLN_FRAMING_CHUNKED && piece.len <= OUT_SMALL;
}

static bool take_piece(struct conn *c, struct mln_sv piece)
{
    struct exchange *x = &c->x;

    x->took.arrived = mln_loop_now(c->dp->cfg.loop);
    mln_nsec start = mln_now_mono();
    int step = mln_txn_request_body(x->txn, piece);
    timing_inspected(c, start);
    if (step == MLN_STEP_STOP) {
        conn_refuse(c, 0, NULL);
        return false;
    }
    return is_gathered(x, piece) ? exchange_gather(c, piece) : exchange_move(c, piece);
}

static bool reads_body(const struct conn *c)
{
    return (c->state == CONN_BODY || c->state == CONN_STREAM) && c->x.txn && !c->x.body.done;
}

static size_t feed_body(struct conn *c, const char *in, size_t len)
{
    struct exchange *x = &c->x;
    size_t all = 0;

    while (all < len && reads_body(c)) {
        struct mln_http_fault fault;
        struct mln_sv piece;
        size_t used;
        if (mln_h1_body_feed(&x->body, in + all, len - all, &used, &piece, &fault) < 0) {
            conn_refuse_fault(c, &fault);
            return all;
        }
        all += used;
        if (piece.len && !take_piece(c, piece))
            return all;
    }
    if (!x->txn) /* it was refused meanwhile */
        return all;
    if (x->body.done)
        finish_request(c);
    else if (x->up && x->up->started)
        (void)exchange_move(c, MLN_SV_NULL); /* what was gathered */
    else
        start_streaming(c);
    if (x->up && x->up->started)
        upstream_flush(x->up);
    return all;
}

static size_t read_body(struct conn *c, const char *in, size_t len)
{
    size_t used = feed_body(c, in, len);

    (void)exchange_keep(c); /* or the request was refused */
    return used;
}

/* ---- heads ---- */

static void after_head(struct conn *c)
{
    struct exchange *x = &c->x;
    const struct mln_h1_limits limits = {.trailer_bytes =
                                             (uint32_t)conn_limit(c, MLN_LIMIT_trailer_bytes)};
    mln_nsec start = mln_now_mono();

    mln_h1_body_init(&x->body, x->head, &limits);
    int step = mln_txn_request_head(x->txn, x->head);
    timing_inspected(c, start);
    /* what a client sent in the hope of a WebSocket is no request, whatever becomes of its wish */
    x->websocket = !x->rule->websocket_off && mln_websocket_asked(x->head);
    x->said_last = !x->head->keep_alive;
    c->close_after = c->close_after || !x->head->keep_alive || x->websocket || c->dp->draining;
    if (step == MLN_STEP_STOP) {
        conn_refuse(c, 0, NULL);
        return;
    }
    if (x->body.done) {
        finish_request(c);
        return;
    }
    c->state = CONN_BODY;
    x->body_since = mln_loop_now(c->dp->cfg.loop);
    conn_wait(c);
    if (x->head->expect_continue)
        mln_buf_add_str(conn_out(c), "HTTP/1.1 100 Continue\r\n\r\n");
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

/* A complete head stands at `in`; all of it is used. */
static void parse_head(struct conn *c, const char *in, const struct mln_h1_limits *limits)
{
    struct exchange *x = &c->x;
    struct mln_http_fault fault;
    size_t len = c->scan.head_len;

    if (exchange_begin(c) < 0) {
        conn_refuse_memory(c);
        return;
    }
    char *copy = mln_arena_alloc(x->arena, len); /* its views outlive the read buffer */
    int r = -ENOMEM;
    if (copy) {
        memcpy(copy, in, len);
        r = mln_h1_parse_request(copy, len, limits, x->arena, x->head, &fault);
    }
    if (r == -ENOMEM)
        conn_refuse_memory(c);
    else if (r < 0)
        conn_refuse_fault(c, &fault);
    else
        after_head(c);
}

/* Looks for a head in in[0..len); the bytes used: 0 while more is needed. */
static size_t read_head(struct conn *c, const char *in, size_t len)
{
    const struct mln_h1_limits limits = head_limits(c);
    struct mln_http_fault fault;
    int r = mln_h1_scan_feed(&c->scan, in, len, false, &limits, &fault);

    if (r < 0) {
        conn_refuse_fault(c, &fault);
        return 0;
    }
    if (r == 0) {
        if (c->fresh) { /* the clock of the whole head starts with its first byte */
            c->fresh = false;
            conn_wait(c);
        }
        return 0;
    }
    c->fresh = false;
    size_t used = c->scan.head_len;
    parse_head(c, in, &limits);
    return used;
}

/* ---- after a refusal ---- */

/* Reads over what is left of a refused request; when the connection will close, all that comes. */
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
    return c->close_after ? len : all;
}

size_t request_step(struct conn *c, const char *in, size_t len)
{
    if (len == 0)
        return 0;
    if (c->state == CONN_ANNOUNCE)
        return announce_step(c, in, len);
    if (c->state == CONN_HEAD && !c->blocked)
        return read_head(c, in, len);
    if (reads_body(c))
        return read_body(c, in, len);
    return c->state == CONN_REFUSED ? read_over(c, in, len) : 0;
}
