#include <errno.h>

#include "runtime/docker_json.h"
#include "runtime/docker_priv.h"

enum { THOROUGH_EVERY = 10 }; /* lists: then what runs and is known is inspected, too */
#define SYNC_AGAIN (5 * MLN_NSEC_PER_SEC)

struct mln_sv docker_job_id(const struct job *j)
{
    return mln_sv(j->id, j->id_len);
}

/* ---- jobs ---- */

struct job *docker_job_at(const struct mln_docker *d, unsigned i)
{
    return (struct job *)(void *)d->jobs.v[i];
}

struct job *docker_add_job(struct mln_docker *d, enum job_type type, struct mln_sv id)
{
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = docker_job_at(d, i);
        if (j->type == type && mln_sv_eq(docker_job_id(j), id)) {
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
void docker_retry_job(struct mln_docker *d, struct job *j, const char *what, int why)
{
    if (mln_jobs_retry(&d->jobs, &j->base, d->mono))
        return;
    d->ops->trouble(d->ctx, what, why);
    d->syncing = false;
    d->reconcile_at = MLN_MIN(d->reconcile_at, d->mono + SYNC_AGAIN);
}

/* ---- what runs ---- */

void docker_report(struct mln_docker *d, const struct mln_container *c)
{
    bool stale;

    d->ops->changed(d->ctx, c, docker_known_image(&d->known, c->image_id, &stale));
}

/* Once its image was asked for. */
static void report_by_image(struct mln_docker *d, struct mln_sv image_id)
{
    for (unsigned i = 0; i < d->known.n_running; i++)
        if (mln_sv_eq(d->known.running[i]->image_id, image_id))
            docker_report(d, d->known.running[i]);
}

static void forget(struct mln_docker *d, struct mln_sv id)
{
    unsigned at = docker_known_find(&d->known, id);

    if (at == d->known.n_running)
        return;
    d->ops->gone(d->ctx, d->known.running[at]->id);
    docker_known_remove(&d->known, at);
}

/* True when it has to be asked for, and is. */
static bool need_image(struct mln_docker *d, struct mln_sv id)
{
    bool stale;

    (void)docker_known_image(&d->known, id, &stale);
    if (!stale || !id.p)
        return false;
    (void)docker_add_job(d, JOB_IMAGE, id);
    return true;
}

static void keep(struct mln_docker *d, struct mln_container *c, bool early)
{
    unsigned at = docker_known_find(&d->known, c->id);

    if (at == MLN_WORKLOADS_MAX) {
        d->ops->trouble(d->ctx, "more containers than can be held", -ENOBUFS);
        (void)mln_container_free(c);
        return;
    }
    if (at == d->known.n_running)
        d->known.n_running++;
    else
        (void)mln_container_free(d->known.running[at]);
    d->known.running[at] = c;
    d->known.listed[at] = true;
    d->known.early[at] = early;
    if (!need_image(d, c->image_id))
        docker_report(d, c);
}

/* ---- answers ---- */

/* What runs is inspected, when it is known not every time; what does not run may start soon. */
static void on_listed(void *arg, struct mln_container *c)
{
    struct mln_docker *d = arg;
    unsigned at = docker_known_find(&d->known, c->id);
    bool as_known = at < d->known.n_running && c->running,
         thorough = d->lists % THOROUGH_EVERY == 1;

    if (at < d->known.n_running)
        d->known.listed[at] = true;
    if ((c->running || at < d->known.n_running) && (!as_known || thorough))
        (void)docker_add_job(d, JOB_CONTAINER, c->id);
    if (c->running) {
        (void)mln_container_free(c);
        return;
    }
    (void)need_image(d, c->image_id);
    docker_known_prepare(&d->known, c);
}

struct summary {
    struct mln_docker *d;
    uint32_t pid;
    bool any;
};

static void on_summary(void *arg, struct mln_container *c)
{
    struct summary *s = arg;
    unsigned at = docker_known_find(&s->d->known, c->id);

    s->any = true;
    (void)need_image(s->d, c->image_id);
    if (at < s->d->known.n_running || (c->running && !s->pid)) { /* the inspection knows more */
        (void)docker_add_job(s->d, JOB_CONTAINER, c->id);
        (void)mln_container_free(c);
        return;
    }
    if (!s->pid) {
        docker_known_prepare(&s->d->known, c);
        return;
    }
    c->running = true;
    c->pid = s->pid;
    keep(s->d, c, true);
}

static int take_list(struct mln_docker *d, struct mln_sv body)
{
    for (unsigned i = 0; i < d->known.n_running; i++)
        d->known.listed[i] = false;
    int r = mln_docker_read_list(body, on_listed, d);
    for (unsigned i = 0; r == 0 && i < d->known.n_running; i++)
        if (!d->known.listed[i]) /* its inspection will say that it is gone */
            (void)docker_add_job(d, JOB_CONTAINER, d->known.running[i]->id);
    return r;
}

static int take_container(struct mln_docker *d, struct mln_sv body)
{
    struct mln_container *c;
    int r = mln_docker_read_container(body, &c);

    if (r < 0)
        return r;
    if (c->running && c->pid) {
        (void)mln_container_free(docker_known_take_prepared(&d->known, c->id));
        keep(d, c, false);
        return 0;
    }
    unsigned at = docker_known_find(&d->known, c->id);
    if (at < d->known.n_running &&
        d->known.early[at]) { /* it is being started: its end is told, too */
        (void)mln_container_free(c);
        return 0;
    }
    forget(d, c->id);
    (void)need_image(d, c->image_id);
    docker_known_prepare(&d->known, c);
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
    docker_known_keep_image(&d->known, image);
    report_by_image(d, asked);
    return 0;
}

static void not_there(struct mln_docker *d, const struct job *j)
{
    if (j->type == JOB_CONTAINER) {
        forget(d, docker_job_id(j));
        (void)mln_container_free(docker_known_take_prepared(&d->known, docker_job_id(j)));
    }
    if (j->type == JOB_IMAGE) { /* removed while its container runs */
        docker_known_forget_image(&d->known, docker_job_id(j));
        report_by_image(d, docker_job_id(j));
    }
}

/* Who told of it early is told that it is none of this daemon. */
static int take_summary(struct mln_docker *d, const struct job *j, struct mln_sv body)
{
    struct summary s = {.d = d, .pid = j->pid};
    int r = mln_docker_read_list(body, on_summary, &s);

    if (r == 0 && !s.any && j->pid)
        d->ops->gone(d->ctx, docker_job_id(j));
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
        return take_image(d, docker_job_id(j), body);
    }
    return -EBADMSG;
}

void docker_answered(struct mln_docker *d, struct job *j, const struct mln_reply *reply)
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
        docker_retry_job(d, j, what[j->type], r);
    else
        mln_jobs_finish(&d->jobs, &j->base);
}

/* ---- told early ---- */

/* It is started once more, and nobody has told of its end: what is known of it still holds. */
static void start_again(struct mln_docker *d, unsigned at, uint32_t pid)
{
    struct mln_container *c = d->known.running[at];

    c->pid = pid;
    c->started = 0;
    c->paused = false;
    d->known.early[at] = true;
    if (!need_image(d, c->image_id))
        docker_report(d, c);
}

void mln_docker_early(struct mln_docker *d, struct mln_sv id, uint32_t pid)
{
    struct mln_container *c = docker_known_take_prepared(&d->known, id);
    unsigned at = docker_known_find(&d->known, id);

    if (c) {
        c->running = true;
        c->pid = pid;
        c->started = 0;
        keep(d, c, true);
    } else if (at < d->known.n_running) {
        if (d->known.running[at]->pid != pid)
            start_again(d, at, pid);
    } else if (mln_docker_id_ok(id) && d->conn[0].state == CONN_BUSY) {
        struct job *j = docker_add_job(d, JOB_SUMMARY, id);
        if (j)
            j->pid = pid;
    }
    docker_pump(d);
}

void mln_docker_ended(struct mln_docker *d, struct mln_sv id, uint32_t pid)
{
    unsigned at = docker_known_find(&d->known, id);

    if (at < d->known.n_running && pid && d->known.running[at]->pid != pid)
        return;
    if (at < d->known.n_running)
        d->known.early[at] = false;
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = docker_job_at(d, i);
        if (j->type == JOB_SUMMARY && mln_sv_eq(docker_job_id(j), id) && (!pid || j->pid == pid))
            j->pid = 0;
    }
    if (mln_docker_id_ok(id) && d->conn[0].state == CONN_BUSY)
        (void)docker_add_job(d, JOB_CONTAINER, id);
    docker_pump(d);
}

void mln_docker_not_early(struct mln_docker *d)
{
    for (unsigned i = 0; i < d->known.n_running; i++)
        if (d->known.early[i] && d->conn[0].state == CONN_BUSY)
            (void)docker_add_job(d, JOB_CONTAINER, d->known.running[i]->id);
    memset(d->known.early, 0, sizeof(d->known.early));
    docker_pump(d);
}
