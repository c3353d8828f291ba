#include "runtime/containerd.h"

#include <errno.h>

#include "runtime/containerd_ns.h"
#include "runtime/grpc.h"
#include "runtime/jobs.h"

enum { NAMESPACES_MAX = 32, JOBS_MAX = MLN_WORKLOADS_MAX };
#define CONNECT_LIMIT (2 * MLN_NSEC_PER_SEC)
#define ANSWER_LIMIT (10 * MLN_NSEC_PER_SEC)
#define RECONCILE_EVERY (60 * MLN_NSEC_PER_SEC)
#define EVENTS_BEGIN MLN_NSEC_PER_SEC
#define SYNC_AGAIN (5 * MLN_NSEC_PER_SEC)
#define BACKOFF_MIN MLN_JOB_BACKOFF
#define BACKOFF_MAX (5 * MLN_NSEC_PER_SEC)
#define EVENTS_TOTAL_MAX (UINT64_C(1) << 30) /* half of what the windows hold: then anew */

struct job {
    struct mln_job base; /* first */
    enum mln_containerd_what what;
    char ns[MLN_CONTAINERD_NAME_MAX + 1], id[MLN_CONTAINERD_NAME_MAX + 1];
};

enum conn_state { CONN_CLOSED, CONN_CONNECTING, CONN_BUSY };

struct conn {
    enum conn_state state;
    struct mln_grpc grpc;
    struct job *job; /* NULL for the events */
    struct mln_buf answer;
    bool answered; /* there is one message in it */
    mln_nsec deadline;
};

struct mln_containerd {
    const struct mln_containerd_ops *ops;
    void *ctx;
    mln_nsec mono;
    struct conn conn[MLN_CONTAINERD_CONNS];
    struct mln_jobs jobs;
    struct mln_ns ns[NAMESPACES_MAX];
    unsigned n_ns;
    mln_nsec retry_at, backoff, reconcile_at;
    bool syncing, synced; /* as in runtime/docker.c */
};

/* ---- jobs ---- */

static struct job *job_at(const struct mln_containerd *d, unsigned i)
{
    return (struct job *)(void *)d->jobs.v[i];
}

static void add_job(struct mln_containerd *d, enum mln_containerd_what what, const char *ns,
                    struct mln_sv id)
{
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = job_at(d, i);
        if (j->what == what && strcmp(j->ns, ns) == 0 && mln_sv_eq(mln_sv_str(j->id), id)) {
            mln_job_renew(&j->base);
            return;
        }
    }
    struct job *j = calloc(1, sizeof(*j));
    if (!j || !mln_jobs_add(&d->jobs, &j->base, JOBS_MAX)) {
        free(j);
        d->ops->trouble(d->ctx, "too many containers at once", -ENOBUFS);
        return;
    }
    j->what = what;
    (void)snprintf(j->ns, sizeof(j->ns), "%s", ns);
    (void)snprintf(j->id, sizeof(j->id), "%.*s", MLN_SV_ARG(id));
}

static void retry_job(struct mln_containerd *d, struct job *j, int why)
{
    if (mln_jobs_retry(&d->jobs, &j->base, d->mono))
        return;
    d->ops->trouble(d->ctx, "a question was not answered", why);
    d->syncing = false;
    d->reconcile_at = MLN_MIN(d->reconcile_at, d->mono + SYNC_AGAIN);
}

/* ---- what is known ---- */

static struct mln_ns *find_ns(struct mln_containerd *d, struct mln_sv name)
{
    for (unsigned i = 0; i < d->n_ns; i++)
        if (mln_sv_eq(mln_sv_str(d->ns[i].name), name))
            return &d->ns[i];
    return NULL;
}

static void ask_all_of(struct mln_containerd *d, const struct mln_ns *ns)
{
    add_job(d, MLN_CONTAINERD_IMAGES, ns->name, MLN_SV(""));
    add_job(d, MLN_CONTAINERD_CONTAINERS, ns->name, MLN_SV(""));
    add_job(d, MLN_CONTAINERD_TASKS, ns->name, MLN_SV(""));
}

static struct mln_ns *make_ns(struct mln_containerd *d, struct mln_sv name)
{
    struct mln_ns *ns = find_ns(d, name);

    if (ns)
        return ns;
    if (d->n_ns == NAMESPACES_MAX) {
        d->ops->trouble(d->ctx, "more namespaces than can be held", -ENOBUFS);
        return NULL;
    }
    ns = &d->ns[d->n_ns++];
    (void)snprintf(ns->name, sizeof(ns->name), "%.*s", MLN_SV_ARG(name));
    return ns;
}

static void report(struct mln_containerd *d, struct mln_ns *ns, struct mln_ns_container *e)
{
    if (!e->c || !e->pid || !ns->images_known)
        return;
    e->c->running = true;
    e->c->pid = e->pid;
    e->c->paused = e->paused;
    struct mln_image *image = mln_ns_image(ns, e->c);
    e->reported = true;
    d->ops->changed(d->ctx, e->c, image);
    (void)mln_image_free(image);
}

static void report_ns(struct mln_containerd *d, struct mln_ns *ns)
{
    for (unsigned i = 0; i < ns->n; i++)
        report(d, ns, &ns->v[i]);
}

static void end_process(struct mln_containerd *d, struct mln_ns_container *e)
{
    bool told = e->reported || e->early;

    e->pid = 0;
    e->early = false;
    if (told)
        d->ops->gone(d->ctx, mln_sv_str(e->id));
    e->reported = false;
}

/* ---- answers ---- */

struct taking {
    struct mln_containerd *d;
    struct mln_ns *ns;
};

static void on_namespace(void *arg, struct mln_sv name)
{
    struct mln_containerd *d = arg;
    struct mln_ns *ns = mln_sv_eq(name, MLN_SV(MLN_CONTAINERD_DOCKERS)) ? NULL : make_ns(d, name);

    if (ns)
        ask_all_of(d, ns);
}

static void on_container(void *arg, struct mln_container *c)
{
    const struct taking *t = arg;
    struct mln_ns_container *e = mln_ns_make(t->ns, c->id);

    if (!e) {
        t->d->ops->trouble(t->d->ctx, "more containers than can be held", -ENOBUFS);
        (void)mln_container_free(c);
        return;
    }
    if (e->c && e->c->image_id.p && mln_sv_eq(e->c->image, c->image))
        c->image_id = mln_arena_dup(&c->arena, e->c->image_id);
    (void)mln_container_free(e->c);
    e->c = c;
    e->listed = true;
    report(t->d, t->ns, e);
}

static void on_task(void *arg, const struct mln_containerd_task *task)
{
    const struct taking *t = arg;
    struct mln_ns_container *e = task->alive ? mln_ns_make(t->ns, task->id) : NULL;

    if (!e)
        return;
    if (e->pid && e->pid != task->pid)
        end_process(t->d, e);
    e->pid = task->pid;
    e->paused = task->paused;
    e->early = false;
    e->task_listed = true;
    report(t->d, t->ns, e);
}

static void on_image(void *arg, const struct mln_containerd_image *image)
{
    mln_ns_add_image(arg, image);
}

/* What the list (of one, when there is an id) does not name is gone; unless something happened
 * since it was asked for. */
static int take_containers(struct taking *t, struct mln_sv answer, const struct job *j)
{
    struct mln_sv id = mln_sv_str(j->id);

    for (unsigned i = 0; i < t->ns->n; i++)
        t->ns->v[i].listed = id.len && !mln_sv_eq(mln_sv_str(t->ns->v[i].id), id);
    int r = mln_containerd_read_containers(answer, on_container, t);
    for (unsigned i = t->ns->n; r == 0 && !j->base.again && i-- > 0;)
        if (!t->ns->v[i].listed) {
            end_process(t->d, &t->ns->v[i]);
            mln_ns_remove(t->ns, &t->ns->v[i]);
        }
    return r;
}

static int take_tasks(struct taking *t, struct mln_sv answer)
{
    for (unsigned i = 0; i < t->ns->n; i++)
        t->ns->v[i].task_listed = false;
    int r = mln_containerd_read_tasks(answer, on_task, t);
    for (unsigned i = 0; r == 0 && i < t->ns->n; i++)
        if (!t->ns->v[i].task_listed && !t->ns->v[i].early)
            end_process(t->d, &t->ns->v[i]);
    return r;
}

static int take_images(struct taking *t, struct mln_sv answer)
{
    mln_ns_clear_images(t->ns);
    int r = mln_containerd_read_images(answer, on_image, t->ns);
    if (r == 0) {
        t->ns->images_known = true;
        report_ns(t->d, t->ns);
    }
    return r;
}

static int take_answer(struct mln_containerd *d, const struct job *j, struct mln_sv answer)
{
    struct taking t = {d, find_ns(d, mln_sv_str(j->ns))};

    if (j->what == MLN_CONTAINERD_NAMESPACES)
        return mln_containerd_read_namespaces(answer, on_namespace, d);
    if (!t.ns)
        return 0;
    switch (j->what) {
    case MLN_CONTAINERD_CONTAINERS:
        return take_containers(&t, answer, j);
    case MLN_CONTAINERD_TASKS: /* what was asked before an event says nothing about it */
        return j->base.again ? 0 : take_tasks(&t, answer);
    case MLN_CONTAINERD_IMAGES:
        return take_images(&t, answer);
    default:
        return 0;
    }
}

/* ---- events ---- */

/* Lists of the namespace that are on their way are older than what happens now. */
static void outdate_lists(struct mln_containerd *d, const struct mln_ns *ns)
{
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = job_at(d, i);
        bool list =
            j->what == MLN_CONTAINERD_TASKS || (j->what == MLN_CONTAINERD_CONTAINERS && !j->id[0]);
        if (list && strcmp(j->ns, ns->name) == 0)
            mln_job_renew(&j->base);
    }
}

static void on_task_event(struct mln_containerd *d, struct mln_ns *ns,
                          const struct mln_containerd_event *e)
{
    bool begins = e->topic == MLN_TOPIC_TASK_CREATE || e->topic == MLN_TOPIC_TASK_START;
    struct mln_ns_container *c = begins ? mln_ns_make(ns, e->id) : mln_ns_find(ns, e->id);

    if (!c)
        return;
    if (e->topic == MLN_TOPIC_TASK_EXIT) {
        if (!e->pid || c->pid == e->pid) /* not that of the process before */
            end_process(d, c);
        return;
    }
    if (begins && c->pid && c->pid != e->pid)
        end_process(d, c);
    if (begins) {
        c->pid = e->pid;
        c->paused = c->early = false;
        if (!c->c)
            add_job(d, MLN_CONTAINERD_CONTAINERS, ns->name, e->id);
    } else {
        c->paused = e->topic == MLN_TOPIC_TASK_PAUSED;
    }
    report(d, ns, c);
}

static void on_event(void *arg, struct mln_sv message)
{
    struct mln_containerd *d = arg;
    struct mln_containerd_event e;

    if (mln_containerd_read_event(message, &e) < 0) {
        d->ops->trouble(d->ctx, "an event that cannot be read", -EBADMSG);
        return;
    }
    if (mln_sv_eq(e.ns, MLN_SV(MLN_CONTAINERD_DOCKERS))) {
        if (e.topic == MLN_TOPIC_TASK_CREATE || e.topic == MLN_TOPIC_TASK_EXIT)
            d->ops->dockers(d->ctx, e.id, e.pid, e.topic == MLN_TOPIC_TASK_EXIT);
        return;
    }
    struct mln_ns *ns = e.topic == MLN_TOPIC_OTHER ? NULL : make_ns(d, e.ns);
    if (!ns)
        return;
    outdate_lists(d, ns);
    if (!ns->images_known)
        ask_all_of(d, ns);
    if (e.topic == MLN_TOPIC_CONTAINER)
        add_job(d, MLN_CONTAINERD_CONTAINERS, ns->name, e.id);
    else if (e.topic == MLN_TOPIC_IMAGE)
        add_job(d, MLN_CONTAINERD_IMAGES, ns->name, MLN_SV(""));
    else if (e.topic != MLN_TOPIC_NAMESPACE)
        on_task_event(d, ns, &e);
}

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
        retry_job(d, MLN_TAKE(c->job), why);
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
    add_job(d, MLN_CONTAINERD_NAMESPACES, "", MLN_SV(""));
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
            return job_at(d, i);
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
    int r = answered ? take_answer(d, j, mln_buf_sv(&answer)) : -EIO;
    mln_buf_done(&answer);
    if (r < 0)
        retry_job(d, j, r);
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
    int r = mln_grpc_feed(g, bytes, on_event, d);

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
    struct mln_ns *ns = make_ns(d, name);
    struct mln_ns_container *c = ns ? mln_ns_find(ns, id) : NULL;

    if (!ns || (c && c->pid == pid))
        return;
    outdate_lists(d, ns);
    if (!ns->images_known)
        ask_all_of(d, ns);
    on_task_event(
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
    struct mln_ns *ns = find_ns(d, name);
    struct mln_ns_container *c = ns ? mln_ns_find(ns, id) : NULL;

    if (c && c->pid == pid)
        end_process(d, c);
}

void mln_containerd_report_all(struct mln_containerd *d)
{
    for (unsigned i = 0; i < d->n_ns; i++)
        report_ns(d, &d->ns[i]);
}
