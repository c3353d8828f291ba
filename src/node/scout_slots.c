/* The scout's slots: which rule each container gets, and telling it to warden and courier. */
#include <errno.h>
#include <malloc.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/scout_priv.h"

enum { AGAIN_MS = 20, TRIM_MS = 1000, UNLISTED_MAX = 256 };

/* ---- telling ---- */

static void later(struct scout *s)
{
    mln_timer_arm(s->loop, &s->again, AGAIN_MS * MLN_NSEC_PER_MSEC);
}

static void tell_warden(struct scout *s, struct slot *slot)
{
    slot->msg_due =
        mln_scm_send(s->workloads.fd, &slot->msg, sizeof(slot->msg), NULL, 0) == -EAGAIN;
    if (slot->msg_due)
        later(s);
}

static void tell_courier(struct scout *s, struct slot *slot)
{
    slot->meta_due = s->meta_fd >= 0 && slot->meta.len &&
                     mln_scm_send(s->meta_fd, slot->meta.p, slot->meta.len, NULL, 0) == -EAGAIN;
    if (slot->meta_due)
        later(s);
}

void scout_tell_runtimes(struct scout *s)
{
    struct mln_buf out = {0};

    for (unsigned i = 0; i < RUNTIMES; i++) {
        const struct runtime *r = &s->runtime[i];
        const struct mln_meta m = {.op = MLN_META_STATE,
                                   .slot = i,
                                   .runtime = mln_sv_str(r->name),
                                   .why = mln_sv_str(r->text),
                                   .synced = r->state != RUNTIME_CONNECTING,
                                   .ruled = r->state != RUNTIME_ABSENT};
        if (!r->enabled)
            continue;
        mln_meta_encode(&m, &out);
        if (s->meta_fd >= 0 && !mln_buf_failed(&out) &&
            mln_scm_send(s->meta_fd, out.p, out.len, NULL, 0) < 0)
            mln_log0(MLN_LOG_DEBUG, "courier_busy");
    }
    mln_buf_done(&out);
}

/* For a hook, which else waits until its time is over: lost ones are no matter. */
static void tell_none(struct scout *s, struct mln_sv id)
{
    struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_NONE};

    mln_workload_id(id, m.id);
    (void)!mln_scm_send(s->workloads.fd, &m, sizeof(m), NULL, 0);
}

/* Which containers start with a defender only, in the same message as that there are some. */
void scout_tell_policy(struct scout *s)
{
    struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_POLICY};
    struct mln_buf text = {.limit_bytes = MLN_WORKLOAD_TAIL_MAX}, out = {0};

    if (s->has_policy && mln_scopes_closed(&s->scopes, mln_sv_str(s->node), &text))
        m.flags = MLN_WORKLOAD_FAIL_CLOSED;
    mln_buf_add(&out, (const char *)&m, sizeof(m));
    if (!mln_buf_failed(&text)) /* too long: it may be any */
        mln_buf_add_sv(&out, mln_buf_sv(&text));
    s->policy_due =
        !mln_buf_failed(&out) && mln_scm_send(s->workloads.fd, out.p, out.len, NULL, 0) == -EAGAIN;
    mln_buf_done(&text);
    mln_buf_done(&out);
    if (s->policy_due)
        later(s);
}

void scout_tell_synced(struct scout *s)
{
    const struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_SYNCED};

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (s->slots[i].msg_due) { /* not before the others */
            s->synced_due = true;
            later(s);
            return;
        }
    s->synced_due = mln_scm_send(s->workloads.fd, &m, sizeof(m), NULL, 0) == -EAGAIN;
    if (s->synced_due)
        later(s);
}

static void tell_again(struct mln_timer *t)
{
    struct scout *s = MLN_OWNER(t, struct scout, again);

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        if (s->slots[i].msg_due)
            tell_warden(s, &s->slots[i]);
        if (s->slots[i].meta_due)
            tell_courier(s, &s->slots[i]);
    }
    if (s->policy_due)
        scout_tell_policy(s);
    if (s->synced_due)
        scout_tell_synced(s);
}

/* ---- slots ---- */

static struct slot *find_slot(struct scout *s, struct mln_sv id)
{
    uint8_t binary[32];

    mln_workload_id(id, binary);
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->used && !slot->leaving && memcmp(slot->id, binary, sizeof(binary)) == 0)
            return slot;
    }
    return NULL;
}

static struct slot *new_slot(struct scout *s, struct mln_sv id)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->used)
            continue;
        slot->used = true;
        mln_workload_id(id, slot->id);
        slot->msg = (struct mln_workload_msg){.slot = i};
        return slot;
    }
    mln_logf(MLN_LOG_ERROR, "containers_full", "max=%d", MLN_WORKLOADS_MAX);
    return NULL;
}

static void leave_slot(struct scout *s, struct slot *slot)
{
    const struct mln_meta gone = {.op = MLN_META_GONE, .slot = slot->msg.slot};

    slot->leaving = true;
    slot->msg = (struct mln_workload_msg){
        .version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_GONE, .slot = slot->msg.slot};
    tell_warden(s, slot);
    mln_meta_encode(&gone, &slot->meta);
    tell_courier(s, slot);
}

/* What many containers took lies between what stays: the heap does not shrink by itself. */
static void trim(struct mln_timer *t)
{
    struct scout *s = MLN_OWNER(t, struct scout, trim);

    s->trim_due = false;
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

static void free_slot(struct scout *s, struct slot *slot)
{
    mln_buf_done(&slot->meta);
    *slot = (struct slot){.used = false};
    if (!s->trim_due)
        mln_timer_arm(s->loop, &s->trim, TRIM_MS * MLN_NSEC_PER_MSEC);
    s->trim_due = true;
}

/* ---- containers ---- */

static const char *mode_text(const struct mln_snap_rule *r)
{
    return r->mode == MLN_MODE_OFF ? "off" : r->mode == MLN_MODE_SHADOW ? "shadow" : "enforce";
}

static struct mln_sv digest_of(const struct mln_image *image)
{
    for (uint32_t i = 0; image && i < image->n_refs; i++)
        if (image->refs[i].digest.p)
            return image->refs[i].digest;
    return MLN_SV_NULL;
}

static void add_refs(struct mln_meta *m, const struct mln_image *image, struct mln_arena *a)
{
    for (uint32_t i = 0; image && i < image->n_refs && m->n_refs < MLN_META_REFS_MAX; i++) {
        const struct mln_image_ref *r = &image->refs[i];
        struct mln_sv rest = r->digest.p ? r->digest : r->tag;
        char text[2 * MLN_IMAGE_REF_MAX + 32];
        int n = snprintf(text, sizeof(text), "%.*s%c%.*s", MLN_SV_ARG(r->repository),
                         r->digest.p ? '@' : ':', MLN_SV_ARG(rest));
        struct mln_sv copy = mln_arena_dup(a, mln_sv(text, (size_t)n));
        if (copy.p)
            m->refs[m->n_refs++] = copy;
    }
}

static void encode_meta(struct scout *s, struct slot *slot, const struct mln_container *c,
                        const struct mln_image *image, struct mln_sv why)
{
    const struct mln_workload_msg *w = &slot->msg;
    const struct mln_snap_rule *rule =
        w->rule == MLN_WORKLOAD_NO_RULE ? NULL : &s->policy.snap.rules[w->rule];
    struct mln_arena a;
    struct mln_meta m = {
        .op = MLN_META_PUT,
        .slot = w->slot,
        .flags = w->flags,
        .ruled = rule != NULL,
        .started = c->started,
        .id = c->id,
        .name = c->name,
        .image_id = c->image_id,
        .image_digest = digest_of(image),
        .namespace_ = c->namespace_,
        .pod = c->pod,
        .runtime = c->runtime,
        .rule = rule ? mln_snap_str(&s->policy.snap, rule->name) : MLN_SV_NULL,
        .mode = rule ? mln_sv_str(mode_text(rule)) : MLN_SV_NULL,
        .why = why,
        .n_labels = MLN_MIN(c->n_labels, (uint32_t)MLN_META_LABELS_MAX),
    };

    memcpy(m.labels, c->labels, m.n_labels * sizeof(m.labels[0]));
    mln_arena_init(&a, 128 << 10);
    m.image = mln_image_shown(c, image, &a);
    add_refs(&m, image, &a);
    mln_meta_encode(&m, &slot->meta);
    mln_arena_done(&a);
}

static void log_choice(const struct scout *s, const struct slot *slot,
                       const struct mln_container *c, struct mln_sv why)
{
    const struct mln_workload_msg *m = &slot->msg;
    struct mln_sv rule = m->rule == MLN_WORKLOAD_NO_RULE
                             ? MLN_SV("none")
                             : mln_snap_str(&s->policy.snap, s->policy.snap.rules[m->rule].name);

    mln_log(m->rule == MLN_WORKLOAD_NO_RULE ? MLN_LOG_DEBUG : MLN_LOG_INFO, "container",
            MLN_KV("id", mln_sv_sub(c->id, 0, 12)), MLN_KV("name", mln_sv_sub(c->name, 0, 64)),
            MLN_KV("image", mln_sv_sub(c->image, 0, 128)), MLN_KV("rule", rule),
            MLN_KV("why", why));
}

/* The built-in policy has a rule for everything, which is not what the owner of a node asked for.
 */
static void choose_none(struct mln_workload_msg *m, struct mln_buf *why)
{
    m->rule = MLN_WORKLOAD_NO_RULE;
    m->flags &= MLN_WORKLOAD_HOST_NETWORK | MLN_WORKLOAD_PAUSED | MLN_WORKLOAD_NET_ADMIN;
    mln_buf_clear(why);
    mln_buf_add_str(why, "no policy was given");
}

/* It was started anew: another process, another namespace. When it started is not known at first.
 */
static bool is_another(const struct slot *slot, const struct mln_container *c)
{
    return slot->msg.pid != c->pid ||
           (slot->msg.started && c->started && slot->msg.started != c->started);
}

void scout_changed(struct scout *s, enum mln_runtime_kind kind, const struct mln_container *c,
                   const struct mln_image *image)
{
    struct slot *slot = find_slot(s, c->id);
    struct mln_buf why = {.limit_bytes = 1024}, before = {0};

    if (c->sandbox) {
        tell_none(s, c->id);
        return;
    }
    if (slot && is_another(slot, c)) {
        leave_slot(s, slot);
        slot = NULL;
    }
    if (!slot && !(slot = new_slot(s, c->id)))
        return;
    struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION,
                                 .op = MLN_WORKLOAD_PUT,
                                 .slot = slot->msg.slot,
                                 .pid = c->pid,
                                 .runtime = kind,
                                 .started = c->started};
    slot->recalled = false;
    memcpy(m.id, slot->id, sizeof(m.id));
    mln_scopes_choose(&s->scopes, c, image, mln_sv_str(s->node), &m, &why);
    if (!s->has_policy)
        choose_none(&m, &why);
    bool new_choice =
        slot->msg.rule != m.rule || slot->msg.op != m.op || slot->msg.revision != m.revision;
    bool same = memcmp(&m, &slot->msg, sizeof(m)) == 0;
    slot->msg = m;
    mln_buf_add_sv(&before, mln_buf_sv(&slot->meta));
    encode_meta(s, slot, c, image, mln_buf_sv(&why));
    if (!mln_sv_eq(mln_buf_sv(&before), mln_buf_sv(&slot->meta)))
        tell_courier(s, slot);
    if (!same)
        tell_warden(s, slot);
    if (new_choice)
        log_choice(s, slot, c, mln_buf_sv(&why));
    mln_buf_done(&before);
    mln_buf_done(&why);
}

void scout_gone(struct scout *s, struct mln_sv id)
{
    struct slot *slot = find_slot(s, id);

    if (slot)
        leave_slot(s, slot);
    else
        tell_none(s, id);
}

void scout_complete(struct scout *s, enum mln_runtime_kind kind)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->used && slot->recalled && !slot->leaving && slot->msg.runtime == kind)
            leave_slot(s, slot); /* it ended while there was no scout */
    }
}

void scout_new_courier(struct scout *s, int *fd)
{
    mln_fd_close(&s->meta_fd);
    s->meta_fd = mln_fd_take(fd);
    if (!s->loop)
        return;
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (s->slots[i].used)
            tell_courier(s, &s->slots[i]);
    scout_tell_runtimes(s);
}

void scout_workload(struct scout *s, const struct mln_workload_msg *m)
{
    struct slot *slot = &s->slots[m->op == MLN_WORKLOAD_SYNCED ? 0 : m->slot];

    switch ((enum mln_workload_op)m->op) {
    case MLN_WORKLOAD_PUT:
        *slot = (struct slot){.used = true, .recalled = true, .msg = *m};
        memcpy(slot->id, m->id, sizeof(slot->id));
        break;
    case MLN_WORKLOAD_GONE:
        slot->leaving = slot->used;
        break;
    case MLN_WORKLOAD_DONE:
        if (slot->leaving)
            free_slot(s, slot);
        break;
    case MLN_WORKLOAD_SYNCED:
        s->recalled = true;
        scout_tick(s);
        break;
    case MLN_WORKLOAD_NONE: /* never to us */
    case MLN_WORKLOAD_POLICY:
        break;
    }
}

void scout_slots_init(struct scout *s)
{
    s->again.fire = tell_again;
    s->trim.fire = trim;
}

void scout_slots_done(struct scout *s)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        mln_buf_done(&s->slots[i].meta);
}

/* ---- hooks ---- */

/* Docker starts containers before it answers anybody, as after a boot: what it has written down of
 * this one is all that is known. Its list, when it comes, says the rest, or that it is gone. */
static void take_unlisted(struct scout *s, const struct mln_hook_ask *a)
{
    struct mln_container *c = mln_container_new();

    if (!c)
        return;
    c->id = mln_arena_dup(&c->arena, mln_sv_str(a->id));
    c->image = mln_arena_dup(&c->arena, mln_sv_str(a->image));
    c->image_id = mln_arena_dup(&c->arena, mln_sv_str(a->image_id));
    c->name = mln_arena_dup(&c->arena, mln_sv_str(a->name));
    c->runtime = MLN_SV("docker");
    c->running = true;
    c->pid = a->pid;
    if (c->id.p && c->image.p && c->image_id.p && c->name.p) {
        scout_changed(s, MLN_RUNTIME_DOCKER, c, NULL);
        struct slot *slot = find_slot(s, c->id);
        if (slot)
            slot->recalled = true;
    }
    (void)mln_container_free(c);
}

/* While Docker never answers, nobody says that they are gone. */
static bool room_for_unlisted(const struct scout *s)
{
    unsigned n = 0;

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        n += s->slots[i].used && s->slots[i].recalled;
    return n < UNLISTED_MAX;
}

static void hook_of_docker(struct scout *s, struct mln_sv id, const struct mln_hook_ask *a)
{
    bool answers = s->runtime[DOCKER].state == RUNTIME_SYNCED;
    const struct slot *slot = find_slot(s, id);

    if (a->ended && !answers && slot && slot->recalled && slot->msg.pid == a->pid)
        scout_gone(s, id);
    else if (a->ended)
        mln_docker_ended(s->docker, id, a->pid);
    else if (!answers && a->image[0] && !slot && room_for_unlisted(s))
        take_unlisted(s, a);
    else
        mln_docker_early(s->docker, id, a->pid);
}

void scout_hook(struct scout *s, const struct mln_hook_ask *a)
{
    struct mln_sv ns = mln_sv_str(a->ns), id = mln_sv_str(a->id);

    if (mln_sv_eq(ns, MLN_SV(MLN_CONTAINERD_DOCKERS)) && s->docker)
        hook_of_docker(s, id, a);
    else if (mln_sv_eq(ns, MLN_SV(MLN_CONTAINERD_DOCKERS)) || !s->containerd || !ns.len ||
             s->runtime[CONTAINERD].state == RUNTIME_ABSENT)
        tell_none(s, id);
    else
        (a->ended ? mln_containerd_ended : mln_containerd_early)(s->containerd, ns, id, a->pid);
}
