#include "runtime/docker.h"

#include <errno.h>

#include "runtime/docker_json.h"
#include "runtime/docker_priv.h"

enum {
    BODY_MAX = 32 << 20,
    EVENT_MAX = 1 << 20,
    SINCE_MARGIN_S = 2, /* clocks of two processes; a replayed event costs one inspection */
};
#define CONNECT_LIMIT (2 * MLN_NSEC_PER_SEC)
#define ANSWER_LIMIT (10 * MLN_NSEC_PER_SEC)
#define RECONCILE_EVERY (60 * MLN_NSEC_PER_SEC)
#define BACKOFF_MIN MLN_JOB_BACKOFF
#define BACKOFF_MAX (5 * MLN_NSEC_PER_SEC)

/* ---- connections ---- */

static void close_conn(struct mln_docker *d, unsigned i, bool tell)
{
    struct conn *c = &d->conn[i];

    if (c->state == CONN_CLOSED)
        return;
    if (tell)
        d->ops->close(d->ctx, i);
    c->state = CONN_CLOSED;
    mln_reply_reset(&c->reply);
    if (c->job)
        docker_retry_job(d, MLN_TAKE(c->job), "the daemon does not answer", -ECONNRESET);
}

/* Nothing of what is known is given up: only looked at again once the daemon is back. */
static void go_down(struct mln_docker *d, const char *what, int why)
{
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++)
        close_conn(d, i, true);
    mln_jobs_clear(&d->jobs);
    if (d->backoff == BACKOFF_MIN) /* once for each time that it goes away */
        d->ops->trouble(d->ctx, what, why);
    d->retry_at = d->mono + d->backoff;
    d->backoff = MLN_MIN(d->backoff * 2, (mln_nsec)BACKOFF_MAX);
    d->syncing = d->synced = false;
    d->lists = 0;
}

static void send_question(struct mln_docker *d, unsigned conn, struct mln_docker_ask q)
{
    q.version = MLN_DOCKER_ASK_VERSION;
    mln_reply_reset(&d->conn[conn].reply);
    d->conn[conn].state = CONN_BUSY;
    d->conn[conn].deadline = d->mono + ANSWER_LIMIT;
    d->ops->ask(d->ctx, conn, &q);
}

static void ask_list(struct mln_docker *d)
{
    d->syncing = !d->synced;
    d->lists++;
    d->reconcile_at = d->mono + RECONCILE_EVERY;
    (void)docker_add_job(d, JOB_LIST, MLN_SV(""));
}

static void ask_events(struct mln_docker *d)
{
    const mln_nsec margin = SINCE_MARGIN_S * MLN_NSEC_PER_SEC;

    send_question(d, 0,
                  (struct mln_docker_ask){.what = MLN_DOCKER_EVENTS,
                                          .since = d->wall > margin ? d->wall - margin : 0});
    ask_list(d);
}

static void ask(struct mln_docker *d, unsigned conn, struct job *j)
{
    static const enum mln_docker_what what[] = {MLN_DOCKER_LIST, MLN_DOCKER_SUMMARY,
                                                MLN_DOCKER_CONTAINER, MLN_DOCKER_IMAGE};
    struct mln_docker_ask q = {.what = what[j->type]};
    size_t prefix = j->type == JOB_IMAGE ? strlen("sha256:") : 0;

    if (j->type != JOB_LIST) /* ids were checked when they came */
        MLN_REQUIRE(mln_docker_id_binary(mln_sv_sub(docker_job_id(j), prefix, 64), q.id));
    j->base.running = true;
    d->conn[conn].job = j;
    send_question(d, conn, q);
}

/* An inspection waits while its container is being started: it has connections of its own. */
static bool fits(const struct job *j, unsigned conn)
{
    return (j->type == JOB_CONTAINER) == (conn >= MLN_DOCKER_QUICK);
}

static bool waits(const struct mln_docker *d, const struct job *j)
{
    return mln_job_waits(&j->base, d->mono);
}

/* The oldest first, but images before all: containers wait for them. */
static struct job *next_job(struct mln_docker *d, unsigned conn)
{
    struct job *first = NULL;

    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = docker_job_at(d, i);
        if (!waits(d, j) || !fits(j, conn))
            continue;
        if (j->type == JOB_IMAGE)
            return j;
        first = first ? first : j;
    }
    return first;
}

static void connect_conn(struct mln_docker *d, unsigned i)
{
    d->conn[i].state = CONN_CONNECTING;
    d->conn[i].deadline = d->mono + CONNECT_LIMIT;
    d->ops->connect(d->ctx, i);
}

/* As many connections as there are questions that wait, of either kind. */
static void connect_for(struct mln_docker *d, unsigned first, unsigned end)
{
    unsigned waiting = 0;

    for (unsigned i = 0; i < d->jobs.n; i++)
        waiting += waits(d, docker_job_at(d, i)) && fits(docker_job_at(d, i), first);
    for (unsigned i = first; i < end; i++)
        waiting -= MLN_MIN(waiting, d->conn[i].state == CONN_CONNECTING);
    for (unsigned i = first; i < end && waiting; i++)
        if (d->conn[i].state == CONN_CLOSED) {
            connect_conn(d, i);
            waiting--;
        }
}

void docker_pump(struct mln_docker *d)
{
    if (d->conn[0].state != CONN_BUSY)
        return;
    for (unsigned i = 1; i < MLN_DOCKER_CONNS; i++) {
        struct job *j = d->conn[i].state == CONN_IDLE ? next_job(d, i) : NULL;
        if (j)
            ask(d, i, j);
    }
    if (d->mono >= d->query_at) {
        connect_for(d, 1, MLN_DOCKER_QUICK);
        connect_for(d, MLN_DOCKER_QUICK, MLN_DOCKER_CONNS);
    }
    if (d->syncing && d->jobs.n == 0) {
        d->syncing = false;
        d->synced = true;
        d->backoff = BACKOFF_MIN;
        d->ops->synced(d->ctx);
    }
}

/* ---- events ---- */

static void on_event(struct mln_docker *d, struct mln_sv line)
{
    struct mln_docker_event e;

    if (mln_docker_read_event(line, &e) < 0) {
        d->ops->trouble(d->ctx, "an event that cannot be read", -EBADMSG);
        return;
    }
    if (e.type == MLN_DOCKER_EVENT_CONTAINER)
        (void)docker_add_job(d, e.created ? JOB_SUMMARY : JOB_CONTAINER, mln_sv(e.id, e.id_len));
    if (e.type != MLN_DOCKER_EVENT_IMAGE)
        return;
    for (unsigned i = 0; i < d->known.n_images; i++) { /* a tag moves from one to the other */
        d->known.stale[i] = true;
        if (docker_known_image_is_used(&d->known, d->known.images[i]->id))
            (void)docker_add_job(d, JOB_IMAGE, d->known.images[i]->id);
    }
}

static void take_events(struct mln_docker *d)
{
    struct mln_reply *r = &d->conn[0].reply;
    const char *nl;

    while (r->body.len && (nl = memchr(r->body.p, '\n', r->body.len))) {
        size_t n = (size_t)(nl - r->body.p);
        struct mln_sv line = mln_sv_trim(mln_sv(r->body.p, n));
        if (line.len)
            on_event(d, line);
        mln_buf_consume(&r->body, n + 1);
    }
}

static void events_bytes(struct mln_docker *d, struct mln_sv bytes)
{
    struct mln_reply *r = &d->conn[0].reply;
    int e = mln_reply_feed(r, bytes);

    if (e == 0 && r->status && r->status != 200)
        e = r->status;
    if (e == 0)
        take_events(d);
    if (e != 0 || r->done)
        go_down(d, e ? "the events cannot be read" : "the daemon ended the events",
                e ? e : -ECONNRESET);
}

/* ---- inputs ---- */

struct mln_docker *mln_docker_new(const struct mln_docker_ops *ops, void *ctx)
{
    struct mln_docker *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    mln_docker_json_setup();
    d->ops = ops;
    d->ctx = ctx;
    d->backoff = BACKOFF_MIN;
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++)
        mln_reply_init(&d->conn[i].reply, i ? BODY_MAX : EVENT_MAX);
    return d;
}

struct mln_docker *mln_docker_free(struct mln_docker *d)
{
    if (!d)
        return NULL;
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++)
        mln_reply_done(&d->conn[i].reply);
    mln_jobs_clear(&d->jobs);
    docker_known_done(&d->known);
    free(d);
    return NULL;
}

static void check_deadlines(struct mln_docker *d)
{
    bool events_due = d->conn[0].state == CONN_BUSY && !d->conn[0].reply.status;

    if (events_due && d->mono >= d->conn[0].deadline)
        go_down(d, "the daemon does not answer", -ETIMEDOUT);
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++) {
        if (d->mono < d->conn[i].deadline)
            continue;
        if (d->conn[i].state == CONN_CONNECTING)
            (void)mln_docker_connected(d, i, -ETIMEDOUT);
        else if (d->conn[i].state == CONN_BUSY && i)
            close_conn(d, i, true);
    }
}

static mln_nsec next_time(const struct mln_docker *d)
{
    if (d->conn[0].state == CONN_CLOSED)
        return d->retry_at;
    if (d->conn[0].state == CONN_CONNECTING)
        return d->conn[0].deadline;
    mln_nsec t = d->reconcile_at;
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++)
        if (d->conn[i].state == CONN_CONNECTING ||
            (d->conn[i].state == CONN_BUSY && (i || !d->conn[0].reply.status)))
            t = MLN_MIN(t, d->conn[i].deadline);
    if (d->query_at > d->mono && d->jobs.n)
        t = MLN_MIN(t, d->query_at);
    return mln_jobs_next(&d->jobs, d->mono, t);
}

mln_nsec mln_docker_tick(struct mln_docker *d, mln_nsec mono, mln_nsec wall)
{
    d->mono = mono;
    d->wall = wall;
    check_deadlines(d);
    if (d->conn[0].state == CONN_CLOSED && mono >= d->retry_at)
        connect_conn(d, 0);
    if (d->conn[0].state == CONN_BUSY && mono >= d->reconcile_at)
        ask_list(d);
    docker_pump(d);
    return next_time(d);
}

bool mln_docker_connected(struct mln_docker *d, unsigned conn, int err)
{
    struct conn *c = &d->conn[conn];

    if (conn >= MLN_DOCKER_CONNS || c->state != CONN_CONNECTING)
        return false;
    c->state = err ? CONN_CLOSED : CONN_IDLE;
    if (conn == 0 && err)
        go_down(d, "the daemon cannot be reached", err);
    else if (conn == 0)
        ask_events(d), docker_pump(d);
    else if (err)
        d->query_at = d->mono + BACKOFF_MIN;
    else
        docker_pump(d);
    return true;
}

void mln_docker_bytes(struct mln_docker *d, unsigned conn, struct mln_sv bytes)
{
    struct conn *c = &d->conn[conn];

    if (conn >= MLN_DOCKER_CONNS || c->state == CONN_CLOSED)
        return;
    if (conn == 0) {
        events_bytes(d, bytes);
        docker_pump(d);
        return;
    }
    int r = c->state == CONN_BUSY ? mln_reply_feed(&c->reply, bytes) : -EBADMSG;
    if (r < 0) {
        close_conn(d, conn, true);
    } else if (c->reply.done) {
        c->state = CONN_IDLE;
        docker_answered(d, MLN_TAKE(c->job), &c->reply);
        if (!c->reply.keep_alive)
            close_conn(d, conn, true);
    }
    docker_pump(d);
}

void mln_docker_closed(struct mln_docker *d, unsigned conn)
{
    struct conn *c = &d->conn[conn];

    if (conn >= MLN_DOCKER_CONNS || c->state == CONN_CLOSED)
        return;
    if (conn == 0) {
        c->state = CONN_CLOSED;
        go_down(d, "the daemon went away", -ECONNRESET);
        return;
    }
    if (c->state == CONN_BUSY && c->reply.status && mln_reply_eof(&c->reply) == 0)
        docker_answered(d, MLN_TAKE(c->job), &c->reply);
    close_conn(d, conn, false);
    docker_pump(d);
}

void mln_docker_report_all(struct mln_docker *d)
{
    for (unsigned i = 0; i < d->known.n_running; i++)
        docker_report(d, d->known.running[i]);
}
