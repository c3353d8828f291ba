/* Containers, as the scout tells of them. */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/cgroup.h"
#include "node/warden_priv.h"

static void refused(struct warden *w, uint32_t slot, const char *why, enum mln_port_state state)
{
    w->slot[slot].failed = true;
    mln_log(MLN_LOG_WARN, "workload_not_protected", MLN_KVS("why", why));
    warden_tell_slot(w, slot, state);
}

/* The space of the process that the message names; made when it is new. NULL: none. */
static struct mln_space *space_of(struct warden *w, const struct mln_workload_msg *m)
{
    struct mln_netns_key key;
    MLN_CLEANUP_FD int ns = mln_netns_open(m->pid, m->start_time, &key);

    if (ns < 0) {
        if (ns != -ESRCH) /* else it has ended already; the scout will say so */
            refused(w, m->slot, strerror(-ns), MLN_PORT_FAILED);
        return NULL;
    }
    if (mln_process_is_of_another(m->pid, m->id)) /* looked at with the namespace in hand */
        return NULL; /* its number was used again: the scout will say that it ended */
    /* with a network of our own we could not tell the machine's from a container's */
    bool machine = mln_netns_key_eq(&key, &w->init) && !mln_netns_key_eq(&key, &w->own);
    if (machine || (mln_netns_key_eq(&key, &w->own) && !warden_wants_host(m))) {
        warden_tell_slot(w, m->slot, MLN_PORT_HOST);
        return NULL;
    }
    struct mln_space *s = warden_find_space(w, &key);
    if (!s)
        s = warden_new_space(w, &ns, &key);
    if (!s)
        refused(w, m->slot, "too many namespaces", MLN_PORT_FAILED);
    return s;
}

static void put(struct warden *w, const struct mln_workload_msg *m)
{
    struct slot *slot = &w->slot[m->slot];
    bool moved = !slot->used || slot->m.pid != m->pid || slot->m.start_time != m->start_time ||
                 (slot->app == UINT32_MAX && warden_wants_host(m));

    if (slot->ending) /* a scout that does not wait for DONE */
        return;
    if (slot->used && moved && slot->app < WARDEN_SPACES_MAX) {
        warden_leave(w, m->slot);
        if (slot->ending)
            return;
    }
    bool dated = slot->used && !moved && slot->m.started != m->started;
    slot->used = true;
    slot->m = *m;
    if (moved) {
        slot->hooked = slot->failed = false;
        struct mln_space *s = space_of(w, m);
        slot->app = s ? s->app : UINT32_MAX;
        if (s)
            s->members++;
    }
    if (slot->app >= WARDEN_SPACES_MAX)
        return;
    if (w->space[slot->app]->icpt.host)
        warden_tell_slot(w, m->slot, warden_wants_host(m) ? MLN_PORT_GONE : MLN_PORT_HOST);
    if (dated) /* since when it is protected means something else now */
        mln_shown_forget(w->space[slot->app]);
    warden_look_now(w, w->space[slot->app]);
}

static void take(struct warden *w, const struct mln_workload_msg *m, size_t len)
{
    if (mln_workload_check(m, len) < 0) {
        mln_log0(MLN_LOG_ERROR, "workload_nonsense");
        return;
    }
    if (w->stopping)
        return;
    if (m->op == MLN_WORKLOAD_PUT)
        put(w, m);
    else if (m->op == MLN_WORKLOAD_GONE && w->slot[m->slot].used && !w->slot[m->slot].ending)
        warden_leave(w, m->slot);
    else if (m->op == MLN_WORKLOAD_SYNCED)
        warden_synced(w);
    else if (m->op == MLN_WORKLOAD_NONE)
        mln_hooks_not_ours(w->hooks, m->id);
    else if (m->op == MLN_WORKLOAD_POLICY)
        mln_hooks_note_closed(w->o->node.state_dir,
                              w->has_closed = m->flags & MLN_WORKLOAD_FAIL_CLOSED,
                              mln_workload_tail(m, len));
    mln_hooks_look(w->hooks);
}

/* One a turn: it may take 20 ms, and workers wait for sockets. */
void warden_on_workloads(struct mln_io *io, uint32_t events)
{
    struct warden *w = (struct warden *)(void *)((char *)io - offsetof(struct warden, workloads));
    struct mln_workload_big m;
    size_t n;
    int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);

    (void)events;
    if (r == -EAGAIN)
        return;
    if (r <= 0) { /* who told us is gone: what is protected stays so */
        mln_io_del(mln_supervisor_loop(w->base.sup), io);
        mln_fd_close(&io->fd);
        return;
    }
    take(w, &m.m, (size_t)r);
}

/* ---- the scout and the courier ---- */

static void on_told(void *ctx, const struct mln_workload_msg *m, size_t len)
{
    take(ctx, m, len);
}

static void on_meta(void *ctx, int fd)
{
    struct warden *w = ctx;

    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_META, (struct mln_wire){.arg = 0}, &fd,
                                    1) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}

int warden_open_link(struct warden *w)
{
    static const struct mln_scout_link_ops ops = {.workload = on_told, .meta = on_meta};
    const struct mln_scout_link_config cfg = {.loop = mln_supervisor_loop(w->base.sup),
                                              .ops = &ops,
                                              .ctx = w,
                                              .docker_socket = w->o->docker_socket,
                                              .containerd_socket = w->o->containerd_socket,
                                              .has_policy = w->o->node.policy != NULL,
                                              .log_level = w->o->node.log_level};

    w->link = mln_scout_link_new(&cfg);
    return w->link ? 0 : -ENOMEM;
}

/* Its first start is that of the scout, too. */
void warden_link_courier(struct warden *w)
{
    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_STATUS, (struct mln_wire){.arg = 0},
                                    &w->status, 1) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
    if (!w->link || w->stopping)
        return;
    if (w->linked) {
        mln_scout_link_courier(w->link);
        return;
    }
    int r = mln_scout_link_start(w->link, mln_supervisor_policy(w->base.sup, NULL, NULL));
    if (r < 0)
        mln_log(MLN_LOG_ERROR, "scout_not_started", MLN_KVS("why", strerror(-r)));
    w->linked = r == 0;
}
