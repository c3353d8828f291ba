#include "runtime/containerd_pb.h"

#include <errno.h>

#include "runtime/pb.h"

static int ended(const struct mln_pb *p)
{
    return p->bad ? -EBADMSG : 0;
}

static uint32_t pid_of(uint64_t v)
{
    return v > 0 && v <= INT32_MAX ? (uint32_t)v : 0;
}

/* ---- events ---- */

static const struct {
    const char *topic;
    enum mln_containerd_topic id;
    uint32_t id_field, pid_field, exec_field; /* of the event's own message; 0: it has none */
} topics[] = {
    {"/containers/create", MLN_TOPIC_CONTAINER, 1, 0, 0},
    {"/containers/update", MLN_TOPIC_CONTAINER, 1, 0, 0},
    {"/containers/delete", MLN_TOPIC_CONTAINER, 1, 0, 0},
    {"/tasks/create", MLN_TOPIC_TASK_CREATE, 1, 6, 0},
    {"/tasks/start", MLN_TOPIC_TASK_START, 1, 2, 0},
    {"/tasks/exit", MLN_TOPIC_TASK_EXIT, 1, 3, 2},
    {"/tasks/delete", MLN_TOPIC_TASK_EXIT, 1, 2, 5},
    {"/tasks/paused", MLN_TOPIC_TASK_PAUSED, 1, 0, 0},
    {"/tasks/resumed", MLN_TOPIC_TASK_RESUMED, 1, 0, 0},
    {"/images/create", MLN_TOPIC_IMAGE, 0, 0, 0},
    {"/images/update", MLN_TOPIC_IMAGE, 0, 0, 0},
    {"/images/delete", MLN_TOPIC_IMAGE, 0, 0, 0},
    {"/namespaces/create", MLN_TOPIC_NAMESPACE, 0, 0, 0},
    {"/namespaces/delete", MLN_TOPIC_NAMESPACE, 0, 0, 0},
};

/* The message within google.protobuf.Any. */
static struct mln_sv any_value(struct mln_sv any)
{
    struct mln_pb p = mln_pb(any);
    struct mln_pb_field f;
    struct mln_sv v = MLN_SV_NULL;

    while (mln_pb_next(&p, &f))
        if (f.number == 2 && f.is_bytes)
            v = f.bytes;
    return v;
}

static int read_own(struct mln_sv m, size_t k, struct mln_containerd_event *e)
{
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    struct mln_sv exec = MLN_SV_NULL;

    while (mln_pb_next(&p, &f)) {
        if (f.number == topics[k].id_field && f.is_bytes)
            e->id = f.bytes;
        else if (f.number == topics[k].pid_field && !f.is_bytes)
            e->pid = pid_of(f.value);
        else if (f.number == topics[k].exec_field && f.is_bytes)
            exec = f.bytes;
    }
    /* a process that was started in a running container ends, too */
    if (exec.len && !mln_sv_eq(exec, e->id))
        e->topic = MLN_TOPIC_OTHER;
    if (topics[k].id_field && !mln_containerd_name_ok(e->id))
        e->topic = MLN_TOPIC_OTHER;
    return ended(&p);
}

int mln_containerd_read_event(struct mln_sv m, struct mln_containerd_event *ret)
{
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    struct mln_sv topic = MLN_SV_NULL, event = MLN_SV_NULL;

    *ret = (struct mln_containerd_event){.topic = MLN_TOPIC_OTHER};
    while (mln_pb_next(&p, &f)) {
        if (!f.is_bytes)
            continue;
        if (f.number == 2)
            ret->ns = f.bytes;
        else if (f.number == 3)
            topic = f.bytes;
        else if (f.number == 4)
            event = f.bytes;
    }
    if (p.bad)
        return -EBADMSG;
    for (size_t k = 0; k < MLN_ARRAY_LEN(topics); k++)
        if (mln_sv_eq(topic, mln_sv_str(topics[k].topic)) && mln_containerd_name_ok(ret->ns)) {
            ret->topic = topics[k].id;
            return read_own(any_value(event), k, ret);
        }
    return 0;
}

/* ---- lists: field 1, repeated ---- */

static int each_element(struct mln_sv m, int (*element)(struct mln_sv m, void *arg), void *arg)
{
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    int r = 0;

    while (r == 0 && mln_pb_next(&p, &f))
        if (f.number == 1 && f.is_bytes)
            r = element(f.bytes, arg);
    return r < 0 ? r : ended(&p);
}

struct names {
    void (*each)(void *arg, struct mln_sv name);
    void *arg;
};

static int read_namespace(struct mln_sv m, void *arg)
{
    const struct names *n = arg;
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    struct mln_sv name = MLN_SV_NULL;

    while (mln_pb_next(&p, &f))
        if (f.number == 1 && f.is_bytes)
            name = f.bytes;
    if (!p.bad && mln_containerd_name_ok(name))
        n->each(n->arg, name);
    return ended(&p);
}

int mln_containerd_read_namespaces(struct mln_sv m, void (*each)(void *arg, struct mln_sv name),
                                   void *arg)
{
    return each_element(m, read_namespace, &(struct names){each, arg});
}

struct containers {
    void (*each)(void *arg, struct mln_container *c);
    void *arg;
};

static int read_label(struct mln_container *c, struct mln_sv entry)
{
    struct mln_pb p = mln_pb(entry);
    struct mln_pb_field f;
    struct mln_sv name = MLN_SV(""), value = MLN_SV("");

    while (mln_pb_next(&p, &f)) {
        if (f.number == 1 && f.is_bytes)
            name = f.bytes;
        else if (f.number == 2 && f.is_bytes)
            value = f.bytes;
    }
    mln_container_add_label(c, name, value);
    return ended(&p);
}

static int fill_container(struct mln_container *c, struct mln_sv m)
{
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    int r = 0;

    while (r == 0 && mln_pb_next(&p, &f)) {
        if (!f.is_bytes)
            continue;
        if (f.number == 1)
            c->id = mln_arena_dup(&c->arena, mln_sv_sub(f.bytes, 0, MLN_CONTAINER_ID_MAX));
        else if (f.number == 2)
            r = read_label(c, f.bytes);
        else if (f.number == 3)
            c->image = mln_arena_dup(&c->arena, mln_sv_sub(f.bytes, 0, MLN_IMAGE_REF_MAX + 1));
    }
    c->name = c->id;
    c->runtime = MLN_SV("containerd");
    mln_container_read_labels(c);
    return r < 0 ? r : ended(&p);
}

static int read_container(struct mln_sv m, void *arg)
{
    const struct containers *n = arg;
    struct mln_container *c = mln_container_new();

    if (!c)
        return -ENOMEM;
    int r = fill_container(c, m);
    if (r == 0 && mln_containerd_name_ok(c->id))
        n->each(n->arg, c);
    else
        (void)mln_container_free(c);
    return r;
}

int mln_containerd_read_containers(struct mln_sv m,
                                   void (*each)(void *arg, struct mln_container *c), void *arg)
{
    return each_element(m, read_container, &(struct containers){each, arg});
}

struct tasks {
    void (*each)(void *arg, const struct mln_containerd_task *t);
    void *arg;
};

static int read_task(struct mln_sv m, void *arg)
{
    enum { CREATED = 1, STOPPED = 3, PAUSED = 4, PAUSING = 5 };
    const struct tasks *n = arg;
    struct mln_containerd_task t = {.id = MLN_SV_NULL};
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    struct mln_sv process = MLN_SV_NULL;
    uint64_t status = 0;

    while (mln_pb_next(&p, &f)) {
        if (f.number == 1 && f.is_bytes)
            t.id = f.bytes;
        else if (f.number == 2 && f.is_bytes)
            process = f.bytes;
        else if (f.number == 3 && !f.is_bytes)
            t.pid = pid_of(f.value);
        else if (f.number == 4 && !f.is_bytes)
            status = f.value;
    }
    if (!t.id.len) /* the service leaves it out for the first process */
        t.id = process;
    t.paused = status == PAUSED || status == PAUSING;
    t.alive = t.pid && status >= CREATED && status != STOPPED;
    if (!p.bad && mln_containerd_name_ok(t.id))
        n->each(n->arg, &t);
    return ended(&p);
}

int mln_containerd_read_tasks(struct mln_sv m,
                              void (*each)(void *arg, const struct mln_containerd_task *t),
                              void *arg)
{
    return each_element(m, read_task, &(struct tasks){each, arg});
}

struct images {
    void (*each)(void *arg, const struct mln_containerd_image *i);
    void *arg;
};

static int read_image(struct mln_sv m, void *arg)
{
    const struct images *n = arg;
    struct mln_containerd_image i = {MLN_SV_NULL, MLN_SV_NULL};
    struct mln_pb p = mln_pb(m);
    struct mln_pb_field f;
    struct mln_sv target = MLN_SV_NULL;

    while (mln_pb_next(&p, &f)) {
        if (f.number == 1 && f.is_bytes)
            i.name = f.bytes;
        else if (f.number == 3 && f.is_bytes)
            target = f.bytes;
    }
    struct mln_pb t = mln_pb(target);
    while (mln_pb_next(&t, &f))
        if (f.number == 2 && f.is_bytes)
            i.digest = f.bytes;
    if (p.bad || t.bad)
        return -EBADMSG;
    if (i.name.len && i.name.len <= MLN_IMAGE_REF_MAX && i.digest.len <= MLN_IMAGE_REF_MAX)
        n->each(n->arg, &i);
    return 0;
}

int mln_containerd_read_images(struct mln_sv m,
                               void (*each)(void *arg, const struct mln_containerd_image *i),
                               void *arg)
{
    return each_element(m, read_image, &(struct images){each, arg});
}
