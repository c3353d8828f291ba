/* Namespaces: who is in them, looks at what listens there, and their end. */
#include <errno.h>

#include "base/fd.h"
#include "intercept/rights.h"
#include "io/scm.h"
#include "node/look.h"
#include "node/warden_priv.h"

enum {
    LOOK_FIRST_MS = 10,
    SETTLED_S = 2, /* the program of a container runs by then, with the rights that are its own */
    YOUNG_S = 10   /* so long hints of ports count that nobody listens on */
};

struct mln_space *warden_find_space(struct warden *w, const struct mln_netns_key *key)
{
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i] && !w->space[i]->closing && mln_netns_key_eq(&w->space[i]->key, key))
            return w->space[i];
    return NULL;
}

static void on_look(struct mln_timer *t);

struct mln_space *warden_new_space(struct warden *w, int *ns, const struct mln_netns_key *key)
{
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++) {
        if (w->space[i])
            continue;
        struct mln_space *s = calloc(1, sizeof(*s));
        if (!s)
            return NULL;
        mln_space_init(s, &w->base, i, mln_fd_take(ns), key, mln_netns_key_eq(key, &w->own),
                       &w->places);
        s->look.fire = on_look;
        w->space[i] = s;
        w->n_spaces++;
        return s;
    }
    return NULL;
}

/* The network of the node is for everybody on it: only what a rule opts in, by named ports. */
bool warden_wants_host(const struct mln_workload_msg *m)
{
    return m->flags & MLN_WORKLOAD_HOST_PROTECT && m->flags & MLN_WORKLOAD_PORTS_DECLARED &&
           m->rule != MLN_WORKLOAD_NO_RULE && !(m->flags & MLN_WORKLOAD_MODE_OFF);
}

/* Who is in it, in the order of their rules. Valid until the next call. */
static size_t members_of(struct warden *w, const struct mln_space *s)
{
    size_t n = 0;

    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX && n < s->members; i++)
        if (w->slot[i].used && !w->slot[i].ending && w->slot[i].app == s->app &&
            (!s->icpt.host || warden_wants_host(&w->slot[i].m)))
            w->member[n++] = &w->slot[i].m;
    qsort(w->member, n, sizeof(void *), mln_space_member_order); /* of pointers */
    return n;
}

static void tell_notes(struct warden *w, uint32_t slot, uint32_t notes)
{
    const struct mln_wire m = {.index = slot, .arg = notes};

    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_NOTES, m, NULL, 0) < 0)
        return; /* the next look tells it */
    w->slot[slot].notes = notes;
    if (notes)
        mln_logf(MLN_LOG_WARN, "container_rules_its_network",
                 "slot=%u effect=\"it could undo its protection\"", slot);
}

static void note_rights(struct warden *w, const struct mln_space *s, size_t n)
{
    for (size_t i = 0; i < n && s->icpt.installed; i++) {
        const struct mln_workload_msg *m = w->member[i];
        uint32_t notes = mln_process_rules_net(m->pid, s->icpt.ns) ? MLN_WORKLOAD_NET_ADMIN : 0;
        if (notes != w->slot[m->slot].notes)
            tell_notes(w, m->slot, notes);
    }
}

static bool is_young(const struct warden *w, const struct mln_space *s)
{
    return mln_loop_now(mln_supervisor_loop(w->base.sup)) - s->since < YOUNG_S * MLN_NSEC_PER_SEC;
}

/* What listens now, and what follows from it. */
static void look(struct warden *w, struct mln_space *s)
{
    struct mln_listening l;
    struct mln_space_plan plan;
    mln_nsec now = mln_loop_now(mln_supervisor_loop(w->base.sup));
    size_t n = members_of(w, s);

    if (mln_listening_read(s->icpt.ns, &l) < 0)
        return;
    s->mesh = mln_space_has_mesh(&l);
    mln_space_refresh(s);
    mln_space_plan(w->member, n, &l, is_young(w, s), s->port, s->n_ports, &plan);
    mln_space_apply(s, plan.port, plan.n,
                    s->icpt.host ? MLN_ICPT_OTHERS_PASS : mln_space_others(w->member, n, &plan));
    mln_shown_idle(s, w->member, n, &l, &plan);
    mln_space_hear(s);
    warden_tell_states(w, s);
    if (now - s->since > SETTLED_S * MLN_NSEC_PER_SEC)
        note_rights(w, s, n);
}

static uint32_t count_failing(const struct warden *w)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        n += w->space[i] && w->space[i]->failed_cost;
    return n;
}

/* `own`, `whole`: what the look took. */
static void look_again(struct warden *w, struct mln_space *s, mln_nsec own, mln_nsec whole)
{
    const struct mln_look l = {.own = own,
                               .whole = whole,
                               .young = is_young(w, s),
                               .installed = s->icpt.installed,
                               .failed_cost = s->failed_cost,
                               .spaces = w->n_spaces,
                               .failing = s->failed_cost ? count_failing(w) : 0};

    s->next_look = MLN_MIN(s->next_look * 2, MLN_LOOK_MOST_MS * MLN_NSEC_PER_MSEC);
    mln_timer_arm(mln_supervisor_loop(w->base.sup), &s->look, mln_look_pause(&l, s->next_look));
}

static void look_timed(struct warden *w, struct mln_space *s)
{
    mln_nsec start = mln_now_mono(), start_own = mln_now_cpu();

    look(w, s);
    mln_nsec whole = mln_now_mono() - start;
    s->may_look = start + whole + MLN_MIN(whole * (MLN_LOOK_SHARE - 1), MLN_NSEC_PER_SEC);
    look_again(w, s, mln_now_cpu() - start_own, whole);
}

static void on_look(struct mln_timer *t)
{
    struct mln_space *s =
        (struct mln_space *)(void *)((char *)t - offsetof(struct mln_space, look));
    struct warden *w = warden_of(s->source);

    look_timed(w, s);
}

/* Or not: it is tried again before long, or with pauses as long as it took. */
void warden_rules_changed(struct warden *w, struct mln_space *s)
{
    warden_tell_states(w, s);
    mln_hooks_look(w->hooks);
    if (s->failed_cost)
        look_again(w, s, 0, 0);
}

void warden_look_now(struct warden *w, struct mln_space *s)
{
    s->next_look = LOOK_FIRST_MS * MLN_NSEC_PER_MSEC / 2;
    look_timed(w, s);
}

static void answer_done(struct warden *w, uint32_t slot)
{
    const struct mln_workload_msg m = {
        .version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_DONE, .slot = slot};

    w->slot[slot] = (struct slot){.app = UINT32_MAX};
    int r = w->link                ? mln_scout_link_send(w->link, &m)
            : w->workloads.fd >= 0 ? mln_scm_send(w->workloads.fd, &m, sizeof(m), NULL, 0)
                                   : 0;
    if (r < 0)
        mln_log0(MLN_LOG_WARN, "scout_busy");
}

/* Frees a closing space once nobody holds anything of it. */
void warden_finish(struct warden *w, struct mln_space *s)
{
    uint32_t app = s->app;

    if (mln_space_is_closed(s))
        mln_space_clear(s);
    if (!mln_space_is_closed(s) || !mln_space_is_clear(s))
        return; /* again when a worker has let go, or the child has ended */
    mln_space_free(s);
    free(s);
    w->space[app] = NULL;
    w->n_spaces--;
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (w->slot[i].ending && w->slot[i].app == app)
            answer_done(w, i);
}

void warden_leave(struct warden *w, uint32_t slot)
{
    struct mln_space *s =
        w->slot[slot].app < WARDEN_SPACES_MAX ? w->space[w->slot[slot].app] : NULL;

    w->slot[slot].ending = true;
    if (!s) {
        answer_done(w, slot);
        return;
    }
    if (--s->members) {
        answer_done(w, slot);
        warden_look_now(w, s);
        return;
    }
    mln_space_close(s);
    warden_finish(w, s);
}
