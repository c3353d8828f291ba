/* The client's side: one connection, from accept to close. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/secure.h"
#include "proxy/slices.h"

/* ---- what it waits for ---- */

static bool wants_bytes(const struct conn *c)
{
    if (c->eof || c->slice || c->queued || c->state == CONN_HANDSHAKE)
        return false;
    if ((c->state == CONN_BODY || c->state == CONN_STREAM) && !c->x.body.done)
        return !conn_throttled(c);
    if (c->state == CONN_HEAD && !c->blocked)
        return true; /* the scan of the head has a limit of its own */
    return c->state == CONN_CLOSING || c->in.len < PIPELINE_MAX;
}

static void update_interest(struct conn *c)
{
    uint32_t want = (wants_bytes(c) ? MLN_IO_READ : 0) | (c->blocked ? MLN_IO_WRITE : 0);

    if (c->state == CONN_HANDSHAKE)
        return; /* secure.c knows what it waits for */

    if (!c->dead && mln_io_set(c->dp->cfg.loop, &c->io, want) < 0)
        conn_close(c);
}

/* ---- writing ---- */

struct mln_buf *conn_out(struct conn *c)
{
    return outq_buf(&c->dp->bufs, &c->out);
}

static bool write_failed(struct conn *c, int r)
{
    if (r == -ENOMEM)
        mln_count(conn_counters(c), MLN_CNT_LIMIT_MEMORY);
    conn_close(c);
    return false;
}

bool conn_write(struct conn *c, const struct iovec *more, unsigned n)
{
    struct bufs *pool = &c->dp->bufs;

    if (c->dead)
        return false;
    if (c->blocked) {
        int r = outq_add(pool, &c->out, more, n);
        return r == 0 || write_failed(c, r);
    }
    int r = outq_write(pool, &c->out, c->io.fd, c->tls, more, n);
    if (r == -EAGAIN) {
        c->blocked = true;
        c->blocked_since = mln_loop_now(c->dp->cfg.loop);
        c->blocked_bytes = 0;
        conn_wait(c);
        update_interest(c);
        return !c->dead;
    }
    return r == 0 || write_failed(c, r);
}

bool conn_flush(struct conn *c)
{
    return conn_write(c, NULL, 0);
}

/* The socket takes bytes again. False when the connection died. */
static bool on_writable(struct conn *c)
{
    size_t before = outq_pending(&c->out);
    int r = outq_write(&c->dp->bufs, &c->out, c->io.fd, c->tls, NULL, 0);

    if (r < 0 && r != -EAGAIN)
        return write_failed(c, r);
    c->blocked_bytes += before - outq_pending(&c->out);
    c->blocked = r == -EAGAIN;
    conn_wait(c);
    if (c->x.up)
        upstream_interest(c->x.up);
    if (!c->blocked)
        conn_run(c);
    return !c->dead;
}

/* ---- life ---- */

void conn_close(struct conn *c)
{
    struct mln_dataplane *d = c->dp;

    slices_end(c);
    if (c->dead)
        return;
    c->dead = true;
    c->place->refs--;
    secure_forget(c);
    if (c->tls && c->state == CONN_HEAD) /* between requests: nothing is cut off */
        mln_tls_bye(c->tls);
    if (c->x.up)
        upstream_reset(c->x.up);
    if (c->own)
        upstream_close(c->own);
    exchange_end(c);
    c->tls = mln_tls_free(c->tls);
    mln_timer_disarm(d->cfg.loop, &c->timer);
    mln_io_close(d->cfg.loop, &c->io);
    /* `in` may be what the caller is reading: it goes with the connection, after this turn */
    outq_drop(&d->bufs, &c->out);
    c->prev->next = c->next;
    c->next->prev = c->prev;
    d->n_conns--;
    mln_count_add(d->cfg.counters, MLN_CNT_G_CONNS_OPEN, (uint64_t)-1);
    c->next = d->dead_conns;
    d->dead_conns = c;
}

/* A close that lets the peer read the last answer: FIN first, then what still comes is read over
 * for a moment, since unread bytes would turn the close into a reset. A client that said that it
 * sends nothing more has no such bytes. */
static void close_gently(struct conn *c)
{
    if (c->tls)
        mln_tls_bye(c->tls);
    if (c->eof || c->last) {
        conn_close(c);
        return;
    }
    c->state = CONN_CLOSING;
    c->drained = 0;
    (void)shutdown(c->io.fd, SHUT_WR);
    bufs_give(&c->dp->bufs, &c->in);
    mln_timer_disarm(c->dp->cfg.loop, &c->timer);
    mln_timer_arm(c->dp->cfg.loop, &c->timer, MLN_NSEC_PER_SEC);
    update_interest(c);
}

/* ---- reading ---- */

/* A refusal is written and the request read over: the next one, or the end. */
static void after_refusal(struct conn *c)
{
    if (c->dead || c->state != CONN_REFUSED || c->blocked)
        return;
    if (c->close_after)
        close_gently(c);
    else if (c->x.body.done)
        conn_exchange_done(c, false);
}

void conn_keep(struct conn *c, struct mln_sv left)
{
    if (c->in.len)
        mln_buf_consume(&c->in, c->in.len - left.len);
    else if (left.len) {
        bufs_take(&c->dp->bufs, &c->in);
        mln_buf_add_sv(&c->in, left);
    }
    if (mln_buf_failed(&c->in))
        conn_close(c);
    else if (c->in.len == 0)
        bufs_give(&c->dp->bufs, &c->in);
}

void conn_consume(struct conn *c, struct mln_sv bytes)
{
    bool progress = true;

    c->running = true;
    while (progress && !c->dead) {
        uint8_t before = c->state;
        size_t used = request_step(c, bytes.p, bytes.len);
        bytes = mln_sv_sub(bytes, used, bytes.len);
        bool written = outq_pending(&c->out) || mln_buf_failed(&c->out.b);
        if (c->dead || (written && !conn_flush(c)))
            break;
        progress = used || c->state != before;
        before = c->state;
        after_refusal(c);
        progress = progress || c->state != before;
        if (c->state == CONN_CLOSING)
            break;
    }
    c->running = false;
    if (!c->dead && c->state != CONN_CLOSING)
        conn_keep(c, bytes);
}

/* The client sent its last byte. Complete requests get their answers; half a one does not. */
static void on_eof(struct conn *c)
{
    const struct mln_http_fault fault = {MLN_FAULT_CUT_SHORT, c->in.len};

    if (c->dead || c->slice || c->queued || c->state == CONN_CONNECT ||
        (c->state == CONN_STREAM && c->x.body.done))
        return;
    if (c->state == CONN_BODY || c->state == CONN_STREAM) {
        conn_refuse_fault(c, &fault);
        if (!c->dead && conn_flush(c))
            after_refusal(c);
    } else if (c->state != CONN_REFUSED || !c->blocked) {
        conn_close(c);
    }
}

void conn_run(struct conn *c)
{
    if (c->running || c->queued || c->dead || c->state == CONN_CLOSING)
        return;
    slices_consume(c, c->in.p ? mln_buf_sv(&c->in) : MLN_SV(""));
    if (!c->dead && c->eof)
        on_eof(c);
    update_interest(c);
}

/* A body that is still to come has its time from now on. */
static void wait_for_body(struct conn *c)
{
    if ((c->state == CONN_BODY || c->state == CONN_STREAM) && !c->x.body.done)
        conn_wait(c);
}

void conn_continue(struct conn *c)
{
    if (c->dead)
        return;
    wait_for_body(c);
    upstream_came(c);
    conn_run(c);
    update_interest(c);
}

static void take_bytes(struct conn *c, const char *in, size_t n)
{
    if (c->state == CONN_CLOSING) {
        c->drained += n;
        if (c->drained > LINGER_BYTES)
            conn_close(c);
        return;
    }
    if (c->in.len == 0) {
        slices_consume(c, mln_sv(in, n));
    } else {
        mln_buf_add(&c->in, in, n);
        if (mln_buf_failed(&c->in))
            conn_close(c);
        else
            slices_consume(c, mln_buf_sv(&c->in));
    }
    wait_for_body(c);
}

/* The like of it killed workers: whoever sends it may know why, and is told nothing. */
static bool is_poison(struct conn *c, struct mln_sv bytes)
{
    const struct mln_dataplane_config *cfg = &c->dp->cfg;

    if (!cfg->refuses || !cfg->refuses(cfg->arg, bytes))
        return false;
    mln_count(cfg->counters, MLN_CNT_POISON);
    conn_close(c);
    return true;
}

static void work_on(struct conn *c, struct mln_sv bytes)
{
    mln_count_add(conn_counters(c), MLN_CNT_BYTES_IN, bytes.len);
    c->dp->reading = bytes;
    if (!is_poison(c, bytes))
        take_bytes(c, bytes.p, bytes.len);
    c->dp->reading = MLN_SV_NULL;
}

/* Reads once into the shared buffer. Whether there may be more. */
static bool read_some(struct conn *c)
{
    struct mln_dataplane *d = c->dp;
    /* what is read over needs no opening */
    struct mln_tls *tls = c->state == CONN_CLOSING ? NULL : c->tls;
    ssize_t n = wire_read(c->io.fd, tls, d->rbuf, READ_BYTES);

    if (wire_unsent(c->tls) && !c->blocked && !conn_flush(c))
        return false;
    if (n == -EAGAIN)
        return false;
    if (n < 0 || (n == 0 && c->state == CONN_CLOSING)) {
        conn_close(c);
        return false;
    }
    if (n == 0) {
        c->eof = true;
        on_eof(c);
        return false;
    }
    work_on(c, mln_sv(d->rbuf, (size_t)n));
    return wire_may_have_more(c->tls, (size_t)n, READ_BYTES);
}

/* Whether it is read for the i-th time in this turn: not when others are to have theirs. What is
 * ready stays so. */
static bool may_read(const struct conn *c, unsigned i)
{
    if (c->dp->inspection_time >= SLICE_NSEC && (i || slices_may_be_long(c, 0)))
        return false;
    return i < READS && wants_bytes(c);
}

static void on_ready(struct mln_io *io, uint32_t events)
{
    struct conn *c = (struct conn *)(void *)io;

    if (c->slice) /* put off; the loop will say so again */
        return;
    /* reset, or both sides are shut: nobody is left to answer, and it would wake us for ever */
    if (events & (MLN_IO_ERROR | MLN_IO_HUP)) {
        conn_close(c);
        return;
    }
    if (c->state == CONN_HANDSHAKE) {
        secure_handshake(c);
        if (c->dead || c->state == CONN_HANDSHAKE || (wire_unsent(c->tls) && !conn_flush(c)))
            return;
        events = MLN_IO_READ; /* a request may have come with the last flight */
    }
    if ((events & MLN_IO_WRITE) && c->blocked && !on_writable(c))
        return;
    if (events & MLN_IO_READ)
        for (unsigned i = 0; may_read(c, i) && read_some(c); i++)
            if (c->dead)
                return;
    update_interest(c);
}

/* ---- between requests ---- */

void conn_exchange_done(struct conn *c, bool upstream_reusable)
{
    c->last = c->x.said_last && c->x.body.done && c->in.len == 0;
    if (c->x.up) {
        upstream_release(c->x.up, upstream_reusable && !c->dp->draining);
        c->x.up = NULL;
    }
    exchange_end(c);
    mln_h1_scan_init(&c->scan);
    if (c->close_after || c->dp->draining || (c->eof && c->in.len == 0)) {
        c->close_after = true;
        c->state = CONN_REFUSED;
        conn_wait(c);
        after_refusal(c);
        return;
    }
    c->state = CONN_HEAD;
    c->fresh = c->served = true;
    conn_wait(c);
}

/* ---- a new connection ---- */

static void link_conn(struct conn *c)
{
    struct mln_dataplane *d = c->dp;

    c->next = d->conns.next;
    c->prev = &d->conns;
    c->next->prev = c->prev->next = c;
    d->n_conns++;
    mln_count(d->cfg.counters, MLN_CNT_G_CONNS_OPEN);
}

/* Registers the socket, or takes the registration over. False: it is closed. */
static bool watch(struct mln_loop *loop, struct mln_io *io, struct mln_io *from, uint32_t events)
{
    if ((from ? mln_io_move(loop, from, io, events) : mln_io_add(loop, io, events)) == 0)
        return true;
    mln_io_close(loop, from ? from : io);
    return false;
}

void conn_accept(struct listener *l, int fd, const struct caller *who, struct mln_io *from,
                 struct mln_sv first, bool eof, bool tls)
{
    struct mln_dataplane *d = l->dp;
    struct conn *c = calloc(1, sizeof(*c));
    struct mln_io own = {.fd = fd};

    if (!c) {
        mln_count(d->cfg.counters, MLN_CNT_LIMIT_MEMORY);
        mln_io_close(d->cfg.loop, from ? from : &own);
        return;
    }
    c->io = (struct mln_io){.fd = fd, .ready = on_ready};
    c->timer.fire = conn_late;
    c->connect.fire = conn_connect_late;
    c->dp = d;
    c->listener = l;
    c->place = who->place;
    c->peer = who->peer;
    c->client = who->peer;
    c->peer_port = c->client_port = who->peer_port;
    c->dst = who->dst;
    c->dst_port = who->dst_port;
    c->scope = who->scope;
    c->state = CONN_HEAD;
    c->fresh = true;
    c->eof = eof;
    mln_h1_scan_init(&c->scan);
    if (!watch(d->cfg.loop, &c->io, from, eof ? 0 : MLN_IO_READ)) {
        free(c);
        return;
    }
    c->place->refs++;
    link_conn(c);
    if (announce_due(d, c->place, &c->peer)) {
        c->state = CONN_ANNOUNCE;
        c->tls_next = tls;
    } else if (tls) {
        if (!secure_accept(c, first))
            conn_close(c);
        return;
    }
    /* the first head is due within the head time-out: an open, silent connection is no right */
    mln_timer_arm(d->cfg.loop, &c->timer, conn_limit(c, MLN_LIMIT_head_timeout));
    if (first.len == 0)
        return;
    work_on(c, first);
    if (!c->dead && c->eof)
        on_eof(c);
    update_interest(c);
}
