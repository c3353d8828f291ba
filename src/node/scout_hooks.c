/* Starts that wait, told by the hook: which runtime is asked of the container. */
#include "node/scout_priv.h"

enum { UNLISTED_MAX = 256 };

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
        struct slot *slot = scout_find_slot(s, c->id);
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
    const struct slot *slot = scout_find_slot(s, id);

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
        scout_tell_none(s, id);
    else
        (a->ended ? mln_containerd_ended : mln_containerd_early)(s->containerd, ns, id, a->pid);
}
