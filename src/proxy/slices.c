#include "proxy/slices.h"

#include <errno.h>

bool slices_may_be_long(const struct conn *c, size_t n)
{
    bool body = (c->state == CONN_BODY || c->state == CONN_STREAM) && !c->x.body.done;

    if (!body && (c->state != CONN_HEAD || c->blocked))
        return false; /* nothing is to be inspected */
    return n > BRIEF_BYTES || (body && c->x.body.total > BRIEF_BYTES) || c->dear;
}

/* ---- connections that wait ---- */

static void queue_add(struct conn *c)
{
    struct slices *s = &c->dp->slices;

    c->queued = true;
    c->queue_next = NULL;
    c->queue_prev = s->last;
    *(s->last ? &s->last->queue_next : &s->first) = c;
    s->last = c;
    c->x.queued = c->in.len;
    held_add(c, c->x.queued);
}

static void queue_remove(struct conn *c)
{
    struct slices *s = &c->dp->slices;

    c->queued = false;
    *(c->queue_prev ? &c->queue_prev->queue_next : &s->first) = c->queue_next;
    *(c->queue_next ? &c->queue_next->queue_prev : &s->last) = c->queue_prev;
    held_give(c, c->x.queued);
    c->x.queued = 0;
}

/* Waits for a slice with its bytes, when it may have the memory. */
static void wait_for_slice(struct conn *c)
{
    queue_add(c);
    if (held_within(c))
        return;
    queue_remove(c);
    conn_refuse_held(c);
    if (!c->dead)
        conn_consume(c, mln_buf_sv(&c->in));
}

/* ---- slices ---- */

/* The engine asks whether others are to have their turn. */
static void pause(void *dataplane)
{
    struct mln_dataplane *d = dataplane;
    struct slice *s = d->slices.now;
    mln_nsec now = s && !s->hurried ? mln_now_mono() : 0;

    d->slices.work++;
    if (!now || now - d->slices.began < SLICE_NSEC)
        return;
    d->inspection_time += now - d->slices.began;
    if (!s->put_off) { /* the bytes stay where they are: others read elsewhere */
        char *other = s->rbuf;
        s->rbuf = d->rbuf;
        d->rbuf = other;
    }
    s->put_off = true;
    mln_count(d->cfg.counters, MLN_CNT_PAUSES);
    mln_fiber_yield(s->fiber);
    s->conn->x.took.away += mln_now_mono() - now;
}

static void consume(void *slice)
{
    struct slice *s = slice;

    conn_consume(s->conn, s->bytes);
}

/* One slice. False: there is more to do. */
static bool run(struct slice *s)
{
    struct mln_dataplane *d = s->conn->dp;
    struct mln_sv reading = d->reading;

    d->slices.now = s;
    d->slices.began = mln_now_mono();
    d->reading = s->bytes;
    bool ended = s->put_off ? mln_fiber_resume(s->fiber) : mln_fiber_start(s->fiber, consume, s);
    d->reading = reading;
    d->slices.now = NULL;
    if (ended) {
        s->conn->dear = s->put_off;
        s->conn->slice = NULL;
        s->conn = NULL;
        d->slices.n--;
    }
    return ended;
}

static void go_on(struct slice *s)
{
    struct conn *c = s->conn;

    if (run(s))
        conn_continue(c);
}

static struct slice *find_unused(struct slices *s)
{
    for (unsigned i = 0; i < SLICES_MAX; i++)
        if (!s->of[i].conn)
            return &s->of[i];
    return NULL;
}

void slices_consume(struct conn *c, struct mln_sv bytes)
{
    struct mln_dataplane *d = c->dp;

    if (d->slices.now || !slices_may_be_long(c, bytes.len)) {
        d->slices.work = 0;
        conn_consume(c, bytes);
        c->dear = d->slices.work > DEAR_WORK;
        return;
    }
    struct slice *s = d->inspection_time < SLICE_NSEC ? find_unused(&d->slices) : NULL;
    bool stays = bytes.p == c->in.p || (s && bytes.p == d->rbuf);
    if (!stays)
        conn_keep(c, bytes);
    if (c->dead)
        return;
    if (!s) {
        wait_for_slice(c);
        return;
    }
    *s = (struct slice){
        .fiber = s->fiber, .rbuf = s->rbuf, .conn = c, .bytes = stays ? bytes : mln_buf_sv(&c->in)};
    c->slice = s;
    d->slices.n++;
    (void)run(s);
}

void slices_end(struct conn *c)
{
    struct slice *s = c->slice;

    if (c->queued)
        queue_remove(c);
    if (!s || s == c->dp->slices.now)
        return;
    s->hurried = true;
    (void)run(s);
}

/* The one that has waited longest: they take turns. */
static struct slice *next_put_off(struct slices *s)
{
    for (unsigned i = 0; s->n && i < SLICES_MAX; i++) {
        s->last_turn = (s->last_turn + 1) % SLICES_MAX;
        if (s->of[s->last_turn].conn)
            return &s->of[s->last_turn];
    }
    return NULL;
}

void slices_turn(struct mln_dataplane *d)
{
    struct slices *s = &d->slices;
    struct slice *old = next_put_off(s);
    struct conn *waits = s->first;

    if (old)
        go_on(old);
    if (waits && s->first == waits && s->n < SLICES_MAX) {
        queue_remove(waits);
        d->inspection_time = 0;
        conn_continue(waits);
    }
    if (s->n || s->first)
        mln_loop_hurry(d->cfg.loop);
}

int slices_init(struct mln_dataplane *d)
{
    for (unsigned i = 0; i < SLICES_MAX; i++) {
        struct slice *s = &d->slices.of[i];
        s->rbuf = malloc(READ_BYTES);
        if (!s->rbuf || mln_fiber_new(&s->fiber) < 0)
            return -ENOMEM;
    }
    if (d->cfg.engine)
        mln_engine_pauses(d->cfg.engine, pause, d);
    return 0;
}

void slices_done(struct mln_dataplane *d)
{
    for (unsigned i = 0; i < SLICES_MAX; i++) {
        free(d->slices.of[i].rbuf);
        mln_fiber_free(d->slices.of[i].fiber);
    }
}
