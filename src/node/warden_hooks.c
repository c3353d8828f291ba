/* Containers whose start waits for an answer. */
#include <errno.h>

#include "node/warden_priv.h"

static const struct slot *find_slot(const struct warden *w, uint32_t pid, const uint8_t id[32])
{
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++) {
        const struct slot *slot = &w->slot[i];
        if (slot->used && !slot->ending && slot->m.pid == pid && memcmp(slot->m.id, id, 32) == 0)
            return slot;
    }
    return NULL;
}

static bool has_port(const struct mln_space *s, uint32_t slot)
{
    for (uint32_t i = 0; i < s->n_ports; i++)
        if (s->port[i].slot == slot)
            return true;
    return false;
}

/* What it will listen on is caught, whichever port that is. */
static bool catches_others_of(const struct mln_space *s, const struct mln_workload_msg *m)
{
    return mln_space_catches_others(s) && !(m->flags & MLN_WORKLOAD_PORTS_DECLARED);
}

static enum mln_hook_verdict judge_slot(struct warden *w, struct slot *slot, bool last)
{
    bool closed = slot->m.flags & MLN_WORKLOAD_FAIL_CLOSED;
    const struct mln_space *s = slot->app < WARDEN_SPACES_MAX ? w->space[slot->app] : NULL;

    if (slot->m.rule == MLN_WORKLOAD_NO_RULE || slot->m.flags & MLN_WORKLOAD_MODE_OFF)
        return MLN_HOOK_NO_RULE;
    if (slot->failed || (s && s->warned && !s->icpt.installed))
        return closed ? MLN_HOOK_REFUSED : MLN_HOOK_FAILED;
    if (!s) /* the network of the host */
        return MLN_HOOK_NO_RULE;
    if (!has_port(s, slot->m.slot) && !catches_others_of(s, &slot->m))
        return MLN_HOOK_NO_PORT;
    if (mln_space_serves(s)) {
        slot->hooked = true;
        return MLN_HOOK_PROTECTED;
    }
    return !last ? 0 : closed ? MLN_HOOK_REFUSED : MLN_HOOK_LATE;
}

static enum mln_hook_verdict judge(void *ctx, uint32_t pid, const uint8_t id[32], bool last)
{
    struct warden *w = ctx;
    const struct slot *slot = find_slot(w, pid, id);

    if (slot)
        return judge_slot(w, &w->slot[slot->m.slot], last);
    return !last ? 0 : w->has_closed ? MLN_HOOK_UNKNOWN : MLN_HOOK_LATE;
}

static void ask_scout(void *ctx, const struct mln_hook_ask *a)
{
    const struct warden *w = ctx;

    if (w->link)
        mln_scout_link_hook(w->link, a);
}

static void count_hooks(void *ctx, enum mln_hook_verdict v, uint64_t total)
{
    const struct warden *w = ctx;

    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_HOOKS,
                                    (struct mln_wire){.index = v, .id = total}, NULL, 0) == -EAGAIN)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}

int warden_open_hooks(struct warden *w)
{
    static const struct mln_hooks_ops ops = {
        .ask = ask_scout, .judge = judge, .count = count_hooks};

    return mln_hooks_new(mln_supervisor_loop(w->base.sup), mln_supervisor_doors(w->base.sup), &ops,
                         w, &w->hooks);
}
