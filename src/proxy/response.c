/* Responses in: interim and final heads, bodies, the end. */
#include <errno.h>

#include "http/websocket.h"
#include "proxy/secure.h"

/* A request that was not refused, and what became of it (MLN_CNT_MAX: that was counted). */
static void audit_passed(struct conn *c, enum mln_counter outcome, uint16_t status)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);
    char id[MLN_UUID_TEXT + 1];

    if (c->x.audited)
        return;
    c->x.audited = true;
    c->x.n_audited = v->n;
    if (outcome != MLN_CNT_MAX)
        mln_count(conn_counters(c), outcome);
    mln_count_add(conn_counters(c), MLN_CNT_BYTES_INSPECTED, v->inspected_bytes);
    if (v->action == MLN_ACT_OFF)
        return;
    mln_count(conn_counters(c), MLN_CNT_REQUESTS_ALERTED);
    for (uint16_t i = 0; i < v->n; i++)
        conn_counters(c)->detections[v->d[i].detector][0]++;
    audit_verdict(c, status, id);
}

static void audit_alert(struct conn *c, uint16_t status)
{
    audit_passed(c, MLN_CNT_REQUESTS_FORWARDED, status);
}

void response_missing(struct conn *c)
{
    struct exchange *x = &c->x;

    if (x->txn)
        audit_passed(c, x->left && !x->own_status ? MLN_CNT_REQUESTS_ABANDONED : MLN_CNT_MAX,
                     x->own_status);
}

/* What was seen in the answer after the request's own audit was written. */
static void audit_answer(struct conn *c)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);
    char id[MLN_UUID_TEXT + 1];

    if (v->n <= c->x.n_audited)
        return;
    for (uint16_t i = c->x.n_audited; i < v->n; i++)
        conn_counters(c)->detections[v->d[i].detector][0]++;
    audit_verdict(c, c->x.resp.status, id);
}

/* The answer leaks: the block page in its place or, when part of it was sent, its end. */
static void hold_back(struct conn *c)
{
    conn_refuse(c, 0, "");
    conn_run(c);
}

/* ---- heads ---- */

static uint8_t client_framing(struct conn *c, const struct mln_http_head *resp)
{
    if (resp->framing == MLN_FRAMING_LENGTH || resp->framing == MLN_FRAMING_NONE)
        return resp->framing;
    if (c->x.head->minor == 1)
        return MLN_FRAMING_CHUNKED;
    c->close_after = true; /* HTTP/1.0: the end of the connection is the end of the body */
    return MLN_FRAMING_CLOSE;
}

/* Strict-Transport-Security (RFC 6797), as the policy wants it and the application does not say
 * itself. Over TLS only: section 7.2. */
static bool hsts(struct conn *c, const struct mln_http_head *resp, struct mln_h1_edit *ret)
{
    const struct mln_snap_tls *t = c->tls ? secure_endpoint(c) : NULL;
    char text[32];

    if (!t || !t->hsts || mln_http_get_name(resp, MLN_SV("strict-transport-security")).p)
        return false;
    (void)snprintf(text, sizeof(text), "max-age=%llu",
                   (unsigned long long)(t->hsts / MLN_NSEC_PER_SEC));
    *ret = (struct mln_h1_edit){MLN_SV("Strict-Transport-Security"),
                                mln_arena_dup(c->x.arena, mln_sv_str(text))};
    return ret->value.p;
}

static void write_head(struct conn *c, struct mln_http_head *resp)
{
    struct exchange *x = &c->x;
    struct mln_h1_edit edit;

    x->resp_framing = client_framing(c, resp);
    if (!x->request_sent)
        c->close_after = true; /* an early answer: the rest of the request is not wanted any more */
    const struct mln_h1_write_opts opts = {
        .close = c->close_after || c->dp->draining,
        .framing = x->resp_framing,
        .content_length = resp->content_length,
        .keep_content_length = resp->method == MLN_METHOD_HEAD || resp->status == 304,
        .edits = &edit,
        .n_edits = hsts(c, resp, &edit),
    };
    c->close_after = opts.close;
    mln_h1_write_response(conn_out(c), resp, &opts);
    x->response_started = true;
}

/* An interim answer is passed on (103), or was answered by us (100). */
static void on_interim(struct conn *c, struct mln_http_head *resp)
{
    const struct mln_h1_write_opts opts = {.framing = MLN_FRAMING_NONE};

    if (resp->status == 100 || c->x.head->minor == 0)
        return;
    mln_txn_interim_head(c->x.txn, resp);
    mln_h1_write_response(conn_out(c), resp, &opts);
}

static bool is_personal_scheme(struct mln_sv v)
{
    return mln_sv_istarts(v, MLN_SV("NTLM")) || mln_sv_istarts(v, MLN_SV("Negotiate"));
}

/* NTLM and Negotiate may authenticate a connection instead of a request (RFC 4559 section 6):
 * whatever comes later on it is taken for the same user's. */
static bool is_personal(const struct mln_http_head *req, const struct mln_http_head *resp)
{
    if (is_personal_scheme(mln_http_get(req, MLN_NAME_AUTHORIZATION)))
        return true;
    for (uint32_t i = 0; resp->status == 401 && i < resp->n_fields; i++)
        if (mln_sv_ieq(resp->fields[i].name, MLN_SV("WWW-Authenticate")) &&
            is_personal_scheme(resp->fields[i].value))
            return true;
    return false;
}

/* "Keep-Alive: timeout=5": a request sent near that moment would be lost with the connection. */
static mln_nsec keep_alive_hint(const struct mln_http_head *resp)
{
    struct mln_sv v = mln_http_get_name(resp, MLN_SV("keep-alive"));
    size_t at = v.p ? mln_sv_ifind(v, MLN_SV("timeout=")) : SIZE_MAX;
    uint64_t seconds = 0;

    if (at == SIZE_MAX)
        return 0;
    for (at += 8; at < v.len && v.p[at] >= '0' && v.p[at] <= '9' && seconds < 100000; at++)
        seconds = seconds * 10 + (uint64_t)(v.p[at] - '0');
    return seconds > 1 ? (seconds - 1) * MLN_NSEC_PER_SEC : 1;
}

/* False when the exchange ended. */
static bool on_final(struct upstream *u, const struct mln_h1_limits *limits)
{
    struct conn *c = u->conn;

    mln_h1_body_init(&u->body, &c->x.resp, limits);
    u->head_done = true;
    u->idle_most = keep_alive_hint(&c->x.resp);
    u->personal = u->personal || is_personal(c->x.head, &c->x.resp);
    if (c->place->discovered && c->x.resp.status != 400) /* 400: what TLS servers say to HTTP */
        place_seen(c->listener, c->place, MLN_SEEN_HTTP1);
    if (mln_txn_response_head(c->x.txn, &c->x.resp) == MLN_STEP_STOP) {
        hold_back(c);
        return false;
    }
    audit_alert(c, c->x.resp.status);
    mln_count(conn_counters(c), MLN_CNT_RESPONSES_APP);
    c->x.looks = mln_txn_response_looks(c->x.txn);
    if (!c->x.looks)
        write_head(c, &c->x.resp);
    timing_answered(c);
    return true;
}

/* The application agreed: a tunnel from now on. */
static void open_websocket(struct upstream *u, struct mln_sv rest)
{
    const struct mln_h1_write_opts opts = {.websocket = true};
    struct conn *c = u->conn;

    if (c->place->discovered)
        place_seen(c->listener, c->place, MLN_SEEN_HTTP1);
    if (mln_txn_response_head(c->x.txn, &c->x.resp) == MLN_STEP_STOP) {
        hold_back(c);
        return;
    }
    audit_alert(c, c->x.resp.status);
    audit_tunnel(c);
    mln_count(conn_counters(c), MLN_CNT_RESPONSES_APP);
    mln_count(conn_counters(c), MLN_CNT_TUNNELS_WEBSOCKET);
    mln_h1_write_response(conn_out(c), &c->x.resp, &opts);
    c->x.response_started = true;
    timing_answered(c);
    tunnel_join(c, u, rest);
}

/* A head from in[0..len): 1 when one was read, 2 when it opens a WebSocket, 0 when more is needed,
 * -1 when the exchange ended. */
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
    bool opens = copy && r >= 0 && c->x.websocket && mln_websocket_granted(c->x.head, &c->x.resp);
    if (!copy || r < 0 || (c->x.resp.status == 101 && !opens)) {
        upstream_broken(u, "The application's answer could not be understood.");
        return -1;
    }
    *used = u->scan.head_len;
    if (opens)
        return 2;
    if (c->x.resp.status < 200) {
        on_interim(c, &c->x.resp);
        mln_h1_scan_init(&u->scan);
    } else if (!on_final(u, &limits)) {
        return -1;
    }
    return 1;
}

/* ---- bodies ---- */

/* Small pieces are gathered, large ones go straight from the read buffer to the client. */
static bool send_piece(struct conn *c, struct mln_sv piece)
{
    char head[MLN_H1_CHUNK_HEAD_MAX];
    bool chunked = c->x.resp_framing == MLN_FRAMING_CHUNKED;
    size_t n = chunked ? mln_h1_chunk_head(piece.len, head) : 0;

    c->x.answer_bytes += piece.len;
    const struct iovec iov[] = {
        {head, n},
        {(void *)(uintptr_t)piece.p, piece.len},
        {(void *)(uintptr_t) "\r\n", chunked ? 2 : 0},
    };

    if (piece.len > OUT_SMALL)
        return conn_write(c, iov, MLN_ARRAY_LEN(iov));
    if (outq_add(&c->dp->bufs, &c->out, iov, MLN_ARRAY_LEN(iov)) == 0)
        return true;
    mln_count(conn_counters(c), MLN_CNT_LIMIT_MEMORY);
    conn_close(c);
    return false;
}

/* Overwrites what is to be overwritten; it has not been sent yet. */
static void mask_answer(struct exchange *x)
{
    struct mln_response_mask m;

    while (mln_txn_response_mask(x->txn, &m)) {
        uint64_t from = MLN_MAX(m.from, x->answer_sent), end = x->answer_sent + x->answer.len;
        uint64_t to = MLN_MIN(m.to, end);
        if (from < to)
            memset(x->answer.p + (from - x->answer_sent), '*', (size_t)(to - from));
    }
}

/* Sends what may be sent of the answer. False when the connection ended. */
static bool release_answer(struct conn *c, uint64_t upto)
{
    struct exchange *x = &c->x;
    bool early = !x->response_started && x->answer.len < ANSWER_HOLD && upto != UINT64_MAX;

    mask_answer(x);
    if (early || upto <= x->answer_sent)
        return true;
    size_t n = (size_t)MLN_MIN(upto - x->answer_sent, (uint64_t)x->answer.len);
    if (!x->response_started)
        write_head(c, &x->resp);
    if (n && !send_piece(c, mln_sv(x->answer.p, n)))
        return false;
    mln_buf_consume(&x->answer, n);
    x->answer_sent += n;
    return true;
}

static bool look_at(struct conn *c, struct mln_sv piece)
{
    struct exchange *x = &c->x;

    bufs_take(&c->dp->bufs, &x->answer);
    mln_buf_add_sv(&x->answer, piece);
    if (mln_buf_failed(&x->answer)) {
        conn_refuse_memory(c);
        conn_run(c);
        return false;
    }
    if (mln_txn_response_body(x->txn, piece) == MLN_STEP_STOP) {
        hold_back(c);
        return false;
    }
    return release_answer(c, mln_txn_response_release(x->txn));
}

/* The end of an answer that is looked at: what was held, or the page in its place. */
static bool end_answer(struct conn *c)
{
    if (mln_txn_response_end(c->x.txn) == MLN_STEP_STOP) {
        hold_back(c);
        return false;
    }
    audit_answer(c);
    return release_answer(c, UINT64_MAX);
}

/* Request and response ended by their framing, for us and for any application: those that do not
 * read a body of GET take it for the next request, and one that was asked for a WebSocket may have
 * its own idea of what it answered. */
static bool ended_cleanly(const struct upstream *u, size_t left_over)
{
    const struct exchange *x = &u->conn->x;

    return x->resp.keep_alive && x->request_sent && !outq_pending(&u->out) && left_over == 0 &&
           x->resp.framing != MLN_FRAMING_CLOSE && !u->broken && !x->websocket &&
           !(x->head->odd & MLN_ODD_BODY_ON_BODILESS);
}

static void finish(struct upstream *u, size_t left_over)
{
    struct conn *c = u->conn;
    bool clean = ended_cleanly(u, left_over);

    if (left_over)
        mln_count(conn_counters(c), MLN_CNT_UP_UNSOLICITED);
    if (c->x.looks && !end_answer(c))
        return;
    if (c->x.resp_framing == MLN_FRAMING_CHUNKED)
        mln_buf_add_str(conn_out(c), "0\r\n\r\n");
    if (!conn_flush(c))
        return;
    conn_exchange_done(c, clean);
    conn_run(c);
}

static void read_body(struct upstream *u, const char *in, size_t len)
{
    struct conn *c = u->conn;

    while (len && !u->body.done) {
        struct mln_http_fault fault;
        struct mln_sv piece;
        size_t used;
        if (mln_h1_body_feed(&u->body, in, len, &used, &piece, &fault) < 0) {
            upstream_broken(u, "The application's answer broke its framing.");
            return;
        }
        in += used;
        len -= used;
        if (piece.len && !(c->x.looks ? look_at(c, piece) : send_piece(c, piece)))
            return;
    }
    if (u->body.done)
        finish(u, len);
    else if (conn_flush(c))
        upstream_interest(u);
}

void response_read(struct upstream *u, const char *in, size_t len)
{
    struct conn *c = u->conn;

    while (!u->head_done) {
        size_t used;
        int r = read_head(u, in, len, &used);
        if (r < 0)
            return;
        in += used;
        len -= used;
        if (r == 2) {
            open_websocket(u, mln_sv(in, len));
            return;
        }
        if (r == 0)
            break;
    }
    if (u->head_done) {
        /* u->in stays until the end of this call: `in` may point into it */
        read_body(u, in, len);
        if (!u->dead && u->conn)
            bufs_give(&c->dp->bufs, &u->in);
        return;
    }
    if (u->in.len) {
        mln_buf_consume(&u->in, u->in.len - len);
    } else {
        bufs_take(&c->dp->bufs, &u->in);
        mln_buf_add(&u->in, in, len);
    }
    if (mln_buf_failed(&u->in))
        upstream_broken(u, "The application's answer is too large to read.");
    else if (outq_pending(&c->out))
        (void)conn_flush(c);
}

void response_eof(struct upstream *u)
{
    struct mln_http_fault fault;

    if (u->head_done && mln_h1_body_eof(&u->body, &fault) == 0) {
        u->conn->x.resp.keep_alive = false;
        finish(u, 0);
        return;
    }
    upstream_broken(u, u->received ? "The application closed the connection within its answer."
                                   : "The application closed the connection without an answer.");
}
