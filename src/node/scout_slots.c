/* The scout's slots: which rule each container gets. */
#include <malloc.h>

#include "base/log.h"
#include "node/scout_priv.h"

enum { TRIM_MS = 1000 };

/* ---- slots ---- */

struct slot *scout_find_slot(struct scout *s, struct mln_sv id)
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
    scout_tell_warden(s, slot);
    mln_meta_encode(&gone, &slot->meta);
    scout_tell_courier(s, slot);
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
    struct slot *slot = scout_find_slot(s, c->id);
    struct mln_buf why = {.limit_bytes = 1024}, before = {0};

    if (c->sandbox) {
        scout_tell_none(s, c->id);
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
        scout_tell_courier(s, slot);
    if (!same)
        scout_tell_warden(s, slot);
    if (new_choice)
        log_choice(s, slot, c, mln_buf_sv(&why));
    mln_buf_done(&before);
    mln_buf_done(&why);
}

void scout_gone(struct scout *s, struct mln_sv id)
{
    struct slot *slot = scout_find_slot(s, id);

    if (slot)
        leave_slot(s, slot);
    else
        scout_tell_none(s, id);
}

void scout_complete(struct scout *s, enum mln_runtime_kind kind)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->used && slot->recalled && !slot->leaving && slot->msg.runtime == kind)
            leave_slot(s, slot); /* it ended while there was no scout */
    }
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
    scout_tell_init(s);
    s->trim.fire = trim;
}

void scout_slots_done(struct scout *s)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        mln_buf_done(&s->slots[i].meta);
}
