#include <errno.h>

#include "runtime/containerd_priv.h"

enum { JOBS_MAX = MLN_WORKLOADS_MAX };
#define SYNC_AGAIN (5 * MLN_NSEC_PER_SEC)

/* ---- jobs ---- */

struct job *containerd_job_at(const struct mln_containerd *d, unsigned i)
{
    return (struct job *)(void *)d->jobs.v[i];
}

void containerd_add_job(struct mln_containerd *d, enum mln_containerd_what what, const char *ns,
                        struct mln_sv id)
{
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = containerd_job_at(d, i);
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

void containerd_retry_job(struct mln_containerd *d, struct job *j, int why)
{
    if (mln_jobs_retry(&d->jobs, &j->base, d->mono))
        return;
    d->ops->trouble(d->ctx, "a question was not answered", why);
    d->syncing = false;
    d->reconcile_at = MLN_MIN(d->reconcile_at, d->mono + SYNC_AGAIN);
}

/* ---- what is known ---- */

struct mln_ns *containerd_find_ns(struct mln_containerd *d, struct mln_sv name)
{
    for (unsigned i = 0; i < d->n_ns; i++)
        if (mln_sv_eq(mln_sv_str(d->ns[i].name), name))
            return &d->ns[i];
    return NULL;
}

void containerd_ask_all_of(struct mln_containerd *d, const struct mln_ns *ns)
{
    containerd_add_job(d, MLN_CONTAINERD_IMAGES, ns->name, MLN_SV(""));
    containerd_add_job(d, MLN_CONTAINERD_CONTAINERS, ns->name, MLN_SV(""));
    containerd_add_job(d, MLN_CONTAINERD_TASKS, ns->name, MLN_SV(""));
}

struct mln_ns *containerd_make_ns(struct mln_containerd *d, struct mln_sv name)
{
    struct mln_ns *ns = containerd_find_ns(d, name);

    if (ns)
        return ns;
    if (d->n_ns == CONTAINERD_NAMESPACES_MAX) {
        d->ops->trouble(d->ctx, "more namespaces than can be held", -ENOBUFS);
        return NULL;
    }
    ns = &d->ns[d->n_ns++];
    (void)snprintf(ns->name, sizeof(ns->name), "%.*s", MLN_SV_ARG(name));
    return ns;
}

void containerd_report(struct mln_containerd *d, struct mln_ns *ns, struct mln_ns_container *e)
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

void containerd_report_ns(struct mln_containerd *d, struct mln_ns *ns)
{
    for (unsigned i = 0; i < ns->n; i++)
        containerd_report(d, ns, &ns->v[i]);
}

void containerd_end_process(struct mln_containerd *d, struct mln_ns_container *e)
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
    struct mln_ns *ns =
        mln_sv_eq(name, MLN_SV(MLN_CONTAINERD_DOCKERS)) ? NULL : containerd_make_ns(d, name);

    if (ns)
        containerd_ask_all_of(d, ns);
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
    containerd_report(t->d, t->ns, e);
}

static void on_task(void *arg, const struct mln_containerd_task *task)
{
    const struct taking *t = arg;
    struct mln_ns_container *e = task->alive ? mln_ns_make(t->ns, task->id) : NULL;

    if (!e)
        return;
    if (e->pid && e->pid != task->pid)
        containerd_end_process(t->d, e);
    e->pid = task->pid;
    e->paused = task->paused;
    e->early = false;
    e->task_listed = true;
    containerd_report(t->d, t->ns, e);
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
            containerd_end_process(t->d, &t->ns->v[i]);
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
            containerd_end_process(t->d, &t->ns->v[i]);
    return r;
}

static int take_images(struct taking *t, struct mln_sv answer)
{
    mln_ns_clear_images(t->ns);
    int r = mln_containerd_read_images(answer, on_image, t->ns);
    if (r == 0) {
        t->ns->images_known = true;
        containerd_report_ns(t->d, t->ns);
    }
    return r;
}

int containerd_take_answer(struct mln_containerd *d, const struct job *j, struct mln_sv answer)
{
    struct taking t = {d, containerd_find_ns(d, mln_sv_str(j->ns))};

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
void containerd_outdate_lists(struct mln_containerd *d, const struct mln_ns *ns)
{
    for (unsigned i = 0; i < d->jobs.n; i++) {
        struct job *j = containerd_job_at(d, i);
        bool list =
            j->what == MLN_CONTAINERD_TASKS || (j->what == MLN_CONTAINERD_CONTAINERS && !j->id[0]);
        if (list && strcmp(j->ns, ns->name) == 0)
            mln_job_renew(&j->base);
    }
}

void containerd_on_task_event(struct mln_containerd *d, struct mln_ns *ns,
                              const struct mln_containerd_event *e)
{
    bool begins = e->topic == MLN_TOPIC_TASK_CREATE || e->topic == MLN_TOPIC_TASK_START;
    struct mln_ns_container *c = begins ? mln_ns_make(ns, e->id) : mln_ns_find(ns, e->id);

    if (!c)
        return;
    if (e->topic == MLN_TOPIC_TASK_EXIT) {
        if (!e->pid || c->pid == e->pid) /* not that of the process before */
            containerd_end_process(d, c);
        return;
    }
    if (begins && c->pid && c->pid != e->pid)
        containerd_end_process(d, c);
    if (begins) {
        c->pid = e->pid;
        c->paused = c->early = false;
        if (!c->c)
            containerd_add_job(d, MLN_CONTAINERD_CONTAINERS, ns->name, e->id);
    } else {
        c->paused = e->topic == MLN_TOPIC_TASK_PAUSED;
    }
    containerd_report(d, ns, c);
}

void containerd_on_event(void *arg, struct mln_sv message)
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
    struct mln_ns *ns = e.topic == MLN_TOPIC_OTHER ? NULL : containerd_make_ns(d, e.ns);
    if (!ns)
        return;
    containerd_outdate_lists(d, ns);
    if (!ns->images_known)
        containerd_ask_all_of(d, ns);
    if (e.topic == MLN_TOPIC_CONTAINER)
        containerd_add_job(d, MLN_CONTAINERD_CONTAINERS, ns->name, e.id);
    else if (e.topic == MLN_TOPIC_IMAGE)
        containerd_add_job(d, MLN_CONTAINERD_IMAGES, ns->name, MLN_SV(""));
    else if (e.topic != MLN_TOPIC_NAMESPACE)
        containerd_on_task_event(d, ns, &e);
}
