#include "runtime/containerd.h"

#include <errno.h>

#include "runtime/containerd_priv.h"

#define CONNECT_LIMIT (2 * MLN_NSEC_PER_SEC)
#define ANSWER_LIMIT (10 * MLN_NSEC_PER_SEC)
#define RECONCILE_EVERY (60 * MLN_NSEC_PER_SEC)
#define EVENTS_BEGIN MLN_NSEC_PER_SEC
#define BACKOFF_MIN MLN_JOB_BACKOFF
#define BACKOFF_MAX (5 * MLN_NSEC_PER_SEC)
#define EVENTS_TOTAL_MAX (UINT64_C(1) << 30) /* half of what the windows hold: then anew */

/* ---- connections ---- */

static void reset_conn(struct conn *c)
{
    c->state = CONN_CLOSED;
    mln_grpc_done(&c->grpc);
    mln_grpc_init(&c->grpc);
    mln_buf_done(&c->answer);
    c->answered = false;
}

static void close_conn(struct mln_containerd *d, unsigned i, bool tell, int why)
{
    struct conn *c = &d->conn[i];

    if (c->state == CONN_CLOSED)
        return;
    if (tell)
        d->ops->close(d->ctx, i);
    reset_conn(c);
    if (c->job)
        containerd_retry_job(d, MLN_TAKE(c->job), why);
}

static void go_down(struct mln_containerd *d, const char *what, int why)
{
    for (unsigned i = 0; i < MLN_CONTAINERD_CONNS; i++)
        close_conn(d, i, true, why);
    mln_jobs_clear(&d->jobs);
    if (d->backoff == BACKOFF_MIN)
        d->ops->trouble(d->ctx, what, why);
    d->retry_at = d->mono + d->backoff;
    d->backoff = MLN_MIN(d->backoff * 2, (mln_nsec)BACKOFF_MAX);
    d->syncing = d->synced = false;
}

static void ask_lists(struct mln_containerd *d)
{
    d->syncing = !d->synced;
    d->reconcile_at = d->mono + RECONCILE_EVERY;
    containerd_add_job(d, MLN_CONTAINERD_NAMESPACES, "", MLN_SV(""));
}

static void send_question(struct mln_containerd *d, unsigned conn, const struct job *j)
{
    struct mln_containerd_ask q = {.version = MLN_CONTAINERD_ASK_VERSION,
                                   .what = j ? j->what : MLN_CONTAINERD_EVENTS};

    if (j) {
        (void)snprintf(q.ns, sizeof(q.ns), "%s", j->ns);
        (void)snprintf(q.id, sizeof(q.id), "%s", j->id);
    }
    d->conn[conn].state = CONN_BUSY;
    d->conn[conn].deadline = d->mono + ANSWER_LIMIT;
    d->ops->ask(d->ctx, conn, &q);
}

static void connect_conn(struct mln_containerd *d, unsigned i, struct job *j)
{
    if (j)
        j->base.running = true;
    d->conn[i].job = j;
    d->conn[i].state = CONN_CONNECTING;
    d->conn[i].deadline = d->mono + CONNECT_LIMIT;
    d->ops->connect(d->ctx, i);
}

static struct job *next_job(struct mln_containerd *d)
{
    for (unsigned i = 0; i < d->jobs.n; i++)
        if (mln_job_waits(d->jobs.v[i], d->mono))
            return containerd_job_at(d, i);
    return NULL;
}

static void pump(struct mln_containerd *d)
{
    if (d->conn[0].state != CONN_BUSY)
        return;
    for (unsigned i = 1; i < MLN_CONTAINERD_CONNS; i++) {
        struct job *j = d->conn[i].state == CONN_CLOSED ? next_job(d) : NULL;
        if (j)
            connect_conn(d, i, j);
    }
    if (d->syncing && d->jobs.n == 0) {
        d->syncing = false;
        d->synced = true;
        d->backoff = BACKOFF_MIN;
        d->ops->synced(d->ctx);
    }
}

static void on_answer(void *arg, struct mln_sv message)
{
    struct conn *c = arg;

    mln_buf_clear(&c->answer);
    mln_buf_add_sv(&c->answer, message);
    c->answered = !mln_buf_failed(&c->answer);
}

static void answer_ended(struct mln_containerd *d, unsigned i)
{
    struct conn *c = &d->conn[i];
    struct job *j = MLN_TAKE(c->job);
    struct mln_buf answer = c->answer;
    bool answered = c->answered;

    c->answer = MLN_BUF_INIT;
    d->ops->close(d->ctx, i);
    reset_conn(c);
    int r = answered ? containerd_take_answer(d, j, mln_buf_sv(&answer)) : -EIO;
    mln_buf_done(&answer);
    if (r < 0)
        containerd_retry_job(d, j, r);
    else
        mln_jobs_finish(&d->jobs, &j->base);
}

/* ---- inputs ---- */

struct mln_containerd *mln_containerd_new(const struct mln_containerd_ops *ops, void *ctx)
{
    struct mln_containerd *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    d->ops = ops;
    d->ctx = ctx;
    d->backoff = BACKOFF_MIN;
    for (unsigned i = 0; i < MLN_CONTAINERD_CONNS; i++)
        reset_conn(&d->conn[i]);
    return d;
}

struct mln_containerd *mln_containerd_free(struct mln_containerd *d)
{
    if (!d)
        return NULL;
    for (unsigned i = 0; i < MLN_CONTAINERD_CONNS; i++) {
        mln_grpc_done(&d->conn[i].grpc);
        mln_buf_done(&d->conn[i].answer);
    }
    mln_jobs_clear(&d->jobs);
    for (unsigned i = 0; i < d->n_ns; i++)
        mln_ns_done(&d->ns[i]);
    free(d);
    return NULL;
}

static void check_deadlines(struct mln_containerd *d)
{
    for (unsigned i = 0; i < MLN_CONTAINERD_CONNS; i++) {
        if (d->mono < d->conn[i].deadline)
            continue;
        if (d->conn[i].state == CONN_CONNECTING)
            (void)mln_containerd_connected(d, i, -ETIMEDOUT);
        else if (d->conn[i].state == CONN_BUSY && i)
            close_conn(d, i, true, -ETIMEDOUT);
    }
}

static mln_nsec next_time(const struct mln_containerd *d)
{
    if (d->conn[0].state == CONN_CLOSED)
        return d->retry_at;
    if (d->conn[0].state == CONN_CONNECTING)
        return d->conn[0].deadline;
    mln_nsec t = d->reconcile_at;
    for (unsigned i = 1; i < MLN_CONTAINERD_CONNS; i++)
        if (d->conn[i].state != CONN_CLOSED)
            t = MLN_MIN(t, d->conn[i].deadline);
    return mln_jobs_next(&d->jobs, d->mono, t);
}

mln_nsec mln_containerd_tick(struct mln_containerd *d, mln_nsec mono)
{
    d->mono = mono;
    check_deadlines(d);
    if (d->conn[0].state == CONN_CLOSED && mono >= d->retry_at)
        connect_conn(d, 0, NULL);
    if (d->conn[0].state == CONN_BUSY && mono >= d->reconcile_at)
        ask_lists(d);
    pump(d);
    return next_time(d);
}

bool mln_containerd_connected(struct mln_containerd *d, unsigned conn, int err)
{
    struct conn *c = &d->conn[conn];

    if (conn >= MLN_CONTAINERD_CONNS || c->state != CONN_CONNECTING)
        return false;
    if (err) {
        close_conn(d, conn, false, err);
        if (conn == 0)
            go_down(d, "the daemon cannot be reached", err);
        return true;
    }
    send_question(d, conn, c->job);
    if (conn == 0) {
        ask_lists(d);
        /* nobody says when the events have begun: what fell between is found soon */
        d->reconcile_at = d->mono + EVENTS_BEGIN;
    }
    pump(d);
    return true;
}

static void events_bytes(struct mln_containerd *d, struct mln_sv bytes)
{
    struct mln_grpc *g = &d->conn[0].grpc;
    int r = mln_grpc_feed(g, bytes, containerd_on_event, d);

    if (r < 0 || g->ended)
        go_down(d, "the events cannot be read", r < 0 ? r : -ECONNRESET);
    else if (g->total > EVENTS_TOTAL_MAX)
        go_down(d, "the events are asked for anew", -EOVERFLOW);
}

void mln_containerd_bytes(struct mln_containerd *d, unsigned conn, struct mln_sv bytes)
{
    struct conn *c = &d->conn[conn];

    if (conn >= MLN_CONTAINERD_CONNS || c->state != CONN_BUSY)
        return;
    if (conn == 0) {
        events_bytes(d, bytes);
    } else {
        int r = mln_grpc_feed(&c->grpc, bytes, on_answer, c);
        if (r < 0)
            close_conn(d, conn, true, r);
        else if (c->grpc.ended)
            answer_ended(d, conn);
    }
    pump(d);
}

void mln_containerd_closed(struct mln_containerd *d, unsigned conn)
{
    if (conn >= MLN_CONTAINERD_CONNS || d->conn[conn].state == CONN_CLOSED)
        return;
    close_conn(d, conn, false, -ECONNRESET);
    if (conn == 0)
        go_down(d, "the daemon went away", -ECONNRESET);
    pump(d);
}

void mln_containerd_early(struct mln_containerd *d, struct mln_sv name, struct mln_sv id,
                          uint32_t pid)
{
    struct mln_ns *ns = containerd_make_ns(d, name);
    struct mln_ns_container *c = ns ? mln_ns_find(ns, id) : NULL;

    if (!ns || (c && c->pid == pid))
        return;
    containerd_outdate_lists(d, ns);
    if (!ns->images_known)
        containerd_ask_all_of(d, ns);
    containerd_on_task_event(
        d, ns,
        &(struct mln_containerd_event){.topic = MLN_TOPIC_TASK_CREATE, .id = id, .pid = pid});
    c = mln_ns_find(ns, id);
    if (c)
        c->early = true;
    pump(d);
}

void mln_containerd_ended(struct mln_containerd *d, struct mln_sv name, struct mln_sv id,
                          uint32_t pid)
{
    struct mln_ns *ns = containerd_find_ns(d, name);
    struct mln_ns_container *c = ns ? mln_ns_find(ns, id) : NULL;

    if (c && c->pid == pid)
        containerd_end_process(d, c);
}

void mln_containerd_report_all(struct mln_containerd *d)
{
    for (unsigned i = 0; i < d->n_ns; i++)
        containerd_report_ns(d, &d->ns[i]);
}
