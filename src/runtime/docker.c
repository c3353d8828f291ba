#include "runtime/docker.h"

#include <errno.h>

#include "runtime/docker_json.h"
#include "runtime/jobs.h"
#include "runtime/reply.h"

enum {
    IMAGES_MAX = 1024,
    PREPARED_MAX = 1024,
    BODY_MAX = 32 << 20,
    EVENT_MAX = 1 << 20,
    THOROUGH_EVERY = 10, /* lists: then what runs and is known is inspected, too */
    SINCE_MARGIN_S = 2,  /* clocks of two processes; a replayed event costs one inspection */
};
#define CONNECT_LIMIT (2 * MLN_NSEC_PER_SEC)
#define SYNC_AGAIN (5 * MLN_NSEC_PER_SEC)
#define ANSWER_LIMIT (10 * MLN_NSEC_PER_SEC)
#define RECONCILE_EVERY (60 * MLN_NSEC_PER_SEC)
#define BACKOFF_MIN MLN_JOB_BACKOFF
#define BACKOFF_MAX (5 * MLN_NSEC_PER_SEC)

enum job_type { JOB_LIST, JOB_SUMMARY, JOB_CONTAINER, JOB_IMAGE };

struct job {
    struct mln_job base; /* first */
    enum job_type type;
    char id[MLN_CONTAINER_ID_MAX];
    size_t id_len;
    uint32_t pid; /* of a SUMMARY: told by containerd already */
};

enum conn_state { CONN_CLOSED, CONN_CONNECTING, CONN_IDLE, CONN_BUSY };

struct conn {
    enum conn_state state;
    struct mln_reply reply;
    struct job *job;
    mln_nsec deadline;
};

struct mln_docker {
    const struct mln_docker_ops *ops;
    void *ctx;
    mln_nsec mono, wall;
    struct conn conn[MLN_DOCKER_CONNS];
    struct mln_jobs jobs;
    struct mln_container *known[MLN_WORKLOADS_MAX];
    bool listed[MLN_WORKLOADS_MAX];
    bool early[MLN_WORKLOADS_MAX]; /* told before Docker said that it runs */
    unsigned n_known;
    struct mln_container *prepared[PREPARED_MAX]; /* those that do not run: they may start soon */
    unsigned n_prepared;
    struct mln_image *images[IMAGES_MAX];
    bool stale[IMAGES_MAX];
    unsigned n_images;
    mln_nsec retry_at, backoff, reconcile_at, query_at;
    bool syncing;   /* a list is under way whose end is to be told */
    bool synced;    /* it was told since the last connection */
    unsigned lists; /* since the last connection */
};

static struct mln_sv job_id(const struct job *j)
{
    return mln_sv(j->id, j->id_len);
}

/* ---- jobs ---- */

static struct job *job_at(const struct mln_docker *d, unsigned i)
{
    return (struct job *)(void *)d->jobs.v[i];
}

static struct job *add_job(struct mln_docker *d, enum job_type type, struct mln_sv id)
{
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = job_at(d, i);
        if (j->type == type && mln_sv_eq(job_id(j), id)) {
            mln_job_renew(&j->base);
            return j;
        }
    }
    struct job *j = calloc(1, sizeof(*j));
    if (!j || !mln_jobs_add(&d->jobs, &j->base, MLN_JOBS_MAX)) { /* the next list finds it */
        free(j);
        d->ops->trouble(d->ctx, "too many containers at once", -ENOBUFS);
        return NULL;
    }
    j->type = type;
    j->id_len = id.len;
    if (id.len)
        memcpy(j->id, id.p, id.len);
    return j;
}

/* After a few tries the next list finds it. Until all is known, nobody may believe that what was
 * not told is gone. */
static void retry_job(struct mln_docker *d, struct job *j, const char *what, int why)
{
    if (mln_jobs_retry(&d->jobs, &j->base, d->mono))
        return;
    d->ops->trouble(d->ctx, what, why);
    d->syncing = false;
    d->reconcile_at = MLN_MIN(d->reconcile_at, d->mono + SYNC_AGAIN);
}

/* ---- what is known ---- */

static struct mln_image *find_image(struct mln_docker *d, struct mln_sv id, bool *ret_stale)
{
    for (unsigned i = 0; id.len && i < d->n_images; i++)
        if (mln_sv_eq(d->images[i]->id, id)) {
            *ret_stale = d->stale[i];
            return d->images[i];
        }
    *ret_stale = true;
    return NULL;
}

static bool image_is_used(const struct mln_docker *d, struct mln_sv id)
{
    for (unsigned i = 0; i < d->n_known; i++)
        if (mln_sv_eq(d->known[i]->image_id, id))
            return true;
    for (unsigned i = 0; i < d->n_prepared; i++)
        if (mln_sv_eq(d->prepared[i]->image_id, id))
            return true;
    return false;
}

static void remove_image(struct mln_docker *d, unsigned at)
{
    (void)mln_image_free(d->images[at]);
    d->n_images--;
    d->images[at] = d->images[d->n_images];
    d->stale[at] = d->stale[d->n_images];
}

static void forget_image(struct mln_docker *d, struct mln_sv id)
{
    for (unsigned i = 0; i < d->n_images; i++)
        if (mln_sv_eq(d->images[i]->id, id)) {
            remove_image(d, i);
            return;
        }
}

static void keep_image(struct mln_docker *d, struct mln_image *image)
{
    forget_image(d, image->id);
    for (unsigned i = 0; d->n_images == IMAGES_MAX && i < d->n_images; i++)
        if (!image_is_used(d, d->images[i]->id))
            remove_image(d, i);
    if (d->n_images == IMAGES_MAX) {
        (void)mln_image_free(image);
        return;
    }
    d->stale[d->n_images] = false;
    d->images[d->n_images++] = image;
}

static void report(struct mln_docker *d, const struct mln_container *c)
{
    bool stale;

    d->ops->changed(d->ctx, c, find_image(d, c->image_id, &stale));
}

/* Once its image was asked for. */
static void report_by_image(struct mln_docker *d, struct mln_sv image_id)
{
    for (unsigned i = 0; i < d->n_known; i++)
        if (mln_sv_eq(d->known[i]->image_id, image_id))
            report(d, d->known[i]);
}

static unsigned find_known(const struct mln_docker *d, struct mln_sv id)
{
    unsigned i = 0;

    while (i < d->n_known && !mln_sv_eq(d->known[i]->id, id))
        i++;
    return i;
}

static void forget(struct mln_docker *d, struct mln_sv id)
{
    unsigned at = find_known(d, id);

    if (at == d->n_known)
        return;
    d->ops->gone(d->ctx, d->known[at]->id);
    (void)mln_container_free(d->known[at]);
    d->n_known--;
    d->known[at] = d->known[d->n_known];
    d->listed[at] = d->listed[d->n_known];
    d->early[at] = d->early[d->n_known];
}

static unsigned find_prepared(const struct mln_docker *d, struct mln_sv id)
{
    unsigned i = 0;

    while (i < d->n_prepared && !mln_sv_eq(d->prepared[i]->id, id))
        i++;
    return i;
}

static struct mln_container *take_prepared(struct mln_docker *d, struct mln_sv id)
{
    unsigned at = find_prepared(d, id);

    if (at == d->n_prepared)
        return NULL;
    struct mln_container *c = d->prepared[at];
    d->prepared[at] = d->prepared[--d->n_prepared];
    return c;
}

static void prepare(struct mln_docker *d, struct mln_container *c)
{
    (void)mln_container_free(take_prepared(d, c->id));
    if (d->n_prepared == PREPARED_MAX) /* then it is told when Docker tells */
        (void)mln_container_free(c);
    else
        d->prepared[d->n_prepared++] = c;
}

static void keep(struct mln_docker *d, struct mln_container *c, bool early)
{
    unsigned at = find_known(d, c->id);
    bool stale;

    if (at == MLN_WORKLOADS_MAX) {
        d->ops->trouble(d->ctx, "more containers than can be held", -ENOBUFS);
        (void)mln_container_free(c);
        return;
    }
    if (at == d->n_known)
        d->n_known++;
    else
        (void)mln_container_free(d->known[at]);
    d->known[at] = c;
    d->listed[at] = true;
    d->early[at] = early;
    (void)find_image(d, c->image_id, &stale);
    if (stale && c->image_id.p)
        (void)add_job(d, JOB_IMAGE, c->image_id);
    else
        report(d, c);
}

/* ---- answers ---- */

static void need_image(struct mln_docker *d, struct mln_sv id)
{
    bool stale;

    (void)find_image(d, id, &stale);
    if (stale && id.p)
        (void)add_job(d, JOB_IMAGE, id);
}

/* What runs is inspected, when it is known not every time; what does not run may start soon. */
static void on_listed(void *arg, struct mln_container *c)
{
    struct mln_docker *d = arg;
    unsigned at = find_known(d, c->id);
    bool as_known = at < d->n_known && c->running, thorough = d->lists % THOROUGH_EVERY == 1;

    if (at < d->n_known)
        d->listed[at] = true;
    if ((c->running || at < d->n_known) && (!as_known || thorough))
        (void)add_job(d, JOB_CONTAINER, c->id);
    if (c->running) {
        (void)mln_container_free(c);
        return;
    }
    need_image(d, c->image_id);
    prepare(d, c);
}

struct summary {
    struct mln_docker *d;
    uint32_t pid;
    bool any;
};

static void on_summary(void *arg, struct mln_container *c)
{
    struct summary *s = arg;
    unsigned at = find_known(s->d, c->id);

    s->any = true;
    need_image(s->d, c->image_id);
    if (at < s->d->n_known || (c->running && !s->pid)) { /* the inspection knows more */
        (void)add_job(s->d, JOB_CONTAINER, c->id);
        (void)mln_container_free(c);
        return;
    }
    if (!s->pid) {
        prepare(s->d, c);
        return;
    }
    c->running = true;
    c->pid = s->pid;
    keep(s->d, c, true);
}

static int take_list(struct mln_docker *d, struct mln_sv body)
{
    for (unsigned i = 0; i < d->n_known; i++)
        d->listed[i] = false;
    int r = mln_docker_read_list(body, on_listed, d);
    for (unsigned i = 0; r == 0 && i < d->n_known; i++)
        if (!d->listed[i]) /* its inspection will say that it is gone */
            (void)add_job(d, JOB_CONTAINER, d->known[i]->id);
    return r;
}

static int take_container(struct mln_docker *d, struct mln_sv body)
{
    struct mln_container *c;
    int r = mln_docker_read_container(body, &c);

    if (r < 0)
        return r;
    if (c->running && c->pid) {
        (void)mln_container_free(take_prepared(d, c->id));
        keep(d, c, false);
        return 0;
    }
    unsigned at = find_known(d, c->id);
    if (at < d->n_known && d->early[at]) { /* it is being started: its end is told, too */
        (void)mln_container_free(c);
        return 0;
    }
    forget(d, c->id);
    need_image(d, c->image_id);
    prepare(d, c);
    return 0;
}

static int take_image(struct mln_docker *d, struct mln_sv asked, struct mln_sv body)
{
    struct mln_image *image;
    int r = mln_docker_read_image(body, &image);

    if (r < 0)
        return r;
    if (!mln_sv_eq(image->id, asked)) {
        (void)mln_image_free(image);
        return -EBADMSG;
    }
    keep_image(d, image);
    report_by_image(d, asked);
    return 0;
}

static void not_there(struct mln_docker *d, const struct job *j)
{
    if (j->type == JOB_CONTAINER) {
        forget(d, job_id(j));
        (void)mln_container_free(take_prepared(d, job_id(j)));
    }
    if (j->type == JOB_IMAGE) { /* removed while its container runs */
        forget_image(d, job_id(j));
        report_by_image(d, job_id(j));
    }
}

/* Who told of it early is told that it is none of this daemon. */
static int take_summary(struct mln_docker *d, const struct job *j, struct mln_sv body)
{
    struct summary s = {.d = d, .pid = j->pid};
    int r = mln_docker_read_list(body, on_summary, &s);

    if (r == 0 && !s.any && j->pid)
        d->ops->gone(d->ctx, job_id(j));
    return r;
}

static int take_answer(struct mln_docker *d, const struct job *j, struct mln_sv body)
{
    switch (j->type) {
    case JOB_LIST:
        return take_list(d, body);
    case JOB_SUMMARY:
        return take_summary(d, j, body);
    case JOB_CONTAINER:
        return take_container(d, body);
    case JOB_IMAGE:
        return take_image(d, job_id(j), body);
    }
    return -EBADMSG;
}

static void answered(struct mln_docker *d, struct job *j, const struct mln_reply *reply)
{
    static const char *const what[] = {"list of containers", "list of one container",
                                       "inspection of a container", "inspection of an image"};
    struct mln_sv body = mln_buf_sv(&reply->body);
    int r = -EBADMSG;

    if (reply->status == 404 && j->type != JOB_LIST) {
        not_there(d, j);
        r = 0;
    } else if (reply->status == 200) {
        r = take_answer(d, j, body);
    } else {
        r = reply->status;
    }
    if (r != 0)
        retry_job(d, j, what[j->type], r);
    else
        mln_jobs_finish(&d->jobs, &j->base);
}

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
        retry_job(d, MLN_TAKE(c->job), "the daemon does not answer", -ECONNRESET);
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
    (void)add_job(d, JOB_LIST, MLN_SV(""));
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
        MLN_REQUIRE(mln_docker_id_binary(mln_sv_sub(job_id(j), prefix, 64), q.id));
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
        struct job *j = job_at(d, i);
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
        waiting += waits(d, job_at(d, i)) && fits(job_at(d, i), first);
    for (unsigned i = first; i < end; i++)
        waiting -= MLN_MIN(waiting, d->conn[i].state == CONN_CONNECTING);
    for (unsigned i = first; i < end && waiting; i++)
        if (d->conn[i].state == CONN_CLOSED) {
            connect_conn(d, i);
            waiting--;
        }
}

static void pump(struct mln_docker *d)
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
        (void)add_job(d, e.created ? JOB_SUMMARY : JOB_CONTAINER, mln_sv(e.id, e.id_len));
    if (e.type != MLN_DOCKER_EVENT_IMAGE)
        return;
    for (unsigned i = 0; i < d->n_images; i++) { /* a tag moves from one to the other */
        d->stale[i] = true;
        if (image_is_used(d, d->images[i]->id))
            (void)add_job(d, JOB_IMAGE, d->images[i]->id);
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
    for (unsigned i = 0; i < d->n_known; i++)
        (void)mln_container_free(d->known[i]);
    for (unsigned i = 0; i < d->n_prepared; i++)
        (void)mln_container_free(d->prepared[i]);
    for (unsigned i = 0; i < d->n_images; i++)
        (void)mln_image_free(d->images[i]);
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
    pump(d);
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
        ask_events(d), pump(d);
    else if (err)
        d->query_at = d->mono + BACKOFF_MIN;
    else
        pump(d);
    return true;
}

void mln_docker_bytes(struct mln_docker *d, unsigned conn, struct mln_sv bytes)
{
    struct conn *c = &d->conn[conn];

    if (conn >= MLN_DOCKER_CONNS || c->state == CONN_CLOSED)
        return;
    if (conn == 0) {
        events_bytes(d, bytes);
        pump(d);
        return;
    }
    int r = c->state == CONN_BUSY ? mln_reply_feed(&c->reply, bytes) : -EBADMSG;
    if (r < 0) {
        close_conn(d, conn, true);
    } else if (c->reply.done) {
        c->state = CONN_IDLE;
        answered(d, MLN_TAKE(c->job), &c->reply);
        if (!c->reply.keep_alive)
            close_conn(d, conn, true);
    }
    pump(d);
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
        answered(d, MLN_TAKE(c->job), &c->reply);
    close_conn(d, conn, false);
    pump(d);
}

/* It is started once more, and nobody has told of its end: what is known of it still holds. */
static void start_again(struct mln_docker *d, unsigned at, uint32_t pid)
{
    struct mln_container *c = d->known[at];
    bool stale;

    c->pid = pid;
    c->started = 0;
    c->paused = false;
    d->early[at] = true;
    (void)find_image(d, c->image_id, &stale);
    if (stale && c->image_id.p)
        (void)add_job(d, JOB_IMAGE, c->image_id);
    else
        report(d, c);
}

void mln_docker_early(struct mln_docker *d, struct mln_sv id, uint32_t pid)
{
    struct mln_container *c = take_prepared(d, id);
    unsigned at = find_known(d, id);

    if (c) {
        c->running = true;
        c->pid = pid;
        c->started = 0;
        keep(d, c, true);
    } else if (at < d->n_known) {
        if (d->known[at]->pid != pid)
            start_again(d, at, pid);
    } else if (mln_docker_id_ok(id) && d->conn[0].state == CONN_BUSY) {
        struct job *j = add_job(d, JOB_SUMMARY, id);
        if (j)
            j->pid = pid;
    }
    pump(d);
}

void mln_docker_ended(struct mln_docker *d, struct mln_sv id, uint32_t pid)
{
    unsigned at = find_known(d, id);

    if (at < d->n_known && pid && d->known[at]->pid != pid)
        return;
    if (at < d->n_known)
        d->early[at] = false;
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = job_at(d, i);
        if (j->type == JOB_SUMMARY && mln_sv_eq(job_id(j), id) && (!pid || j->pid == pid))
            j->pid = 0;
    }
    if (mln_docker_id_ok(id) && d->conn[0].state == CONN_BUSY)
        (void)add_job(d, JOB_CONTAINER, id);
    pump(d);
}

void mln_docker_not_early(struct mln_docker *d)
{
    for (unsigned i = 0; i < d->n_known; i++)
        if (d->early[i] && d->conn[0].state == CONN_BUSY)
            (void)add_job(d, JOB_CONTAINER, d->known[i]->id);
    memset(d->early, 0, sizeof(d->early));
    pump(d);
}

void mln_docker_report_all(struct mln_docker *d)
{
    for (unsigned i = 0; i < d->n_known; i++)
        report(d, d->known[i]);
}
