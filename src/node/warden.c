#include "node/warden.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/rights.h"
#include "intercept/route.h"
#include "intercept/sockets.h"
#include "io/scm.h"
#include "node/cgroup.h"
#include "node/handover.h"
#include "node/hooks.h"
#include "node/local_socket.h"
#include "node/lock.h"
#include "node/scout_link.h"
#include "node/space.h"

enum {
    SPACES_MAX = MLN_DATAPLANE_APPS_MAX,
    SOCKETS_PER_SECOND = 50000, /* a worker */
    EMPTY_S = 5,                /* a container may be starting when the runtime is asked first */
    LOOK_FIRST_MS = 10,
    LOOK_MOST_MS = 2000,
    LOOK_SHARE = 4,
    LINES_A_MINUTE = 300, /* of the log, for the ports of one container */
    LOOK_SELDOM_S = 60,
    LOOK_FAILED_S = 3600, /* where rules cannot be installed */
    SETTLED_S = 2, /* the program of a container runs by then, with the rights that are its own */
    YOUNG_S = 10   /* so long hints of ports count that nobody listens on */
};

struct slot {
    bool used, ending; /* ending: until its space let go of it */
    bool hooked;       /* its program did not run before it was protected */
    bool failed;       /* without a space, though it should have one */
    uint32_t app;      /* its space, UINT32_MAX: none */
    struct mln_workload_msg m;
    unsigned lines;       /* of its ports that were logged since `lines_since` */
    uint64_t lines_since; /* s, loop time; a tenant may open and close ports all day */
    uint32_t notes;       /* MLN_WORKLOAD_NET_ADMIN: the courier has heard it */
};

struct warden {
    struct mln_source base; /* first */
    const struct mln_defender_options *o;
    struct mln_netns_key own, init; /* init: of process 1, which is that of the machine */
    uint64_t status_inode;
    int lock, status;      /* status: of `merlon apps` */
    int bans;              /* of whom we took over from, until the courier is there; or -1 */
    struct mln_io upgrade; /* a new defender connects here */
    struct mln_io heir;    /* the one that did, or whom we take over from */
    bool taking_over, handed;
    struct mln_io workloads;
    struct mln_scout_link *link; /* NULL: workloads instead */
    struct mln_hooks *hooks;
    bool has_closed; /* a rule says `fail: closed` */
    struct mln_timer empty;
    bool stopping, linked;
    struct slot slot[MLN_WORKLOADS_MAX];
    struct mln_space *space[SPACES_MAX];
    uint32_t n_spaces;
    unsigned installing; /* spaces whose rules are being loaded */
    const struct mln_workload_msg *member[MLN_WORKLOADS_MAX]; /* of the space looked at last */
    struct {
        uint64_t sockets, second;
    } worker[MLN_WORKERS_MAX];
};

static struct warden *of(struct mln_source *s)
{
    return (struct warden *)(void *)s;
}

/* ---- states for the courier ---- */

/* The first ones of every minute. */
static bool may_log(struct warden *w, struct slot *slot)
{
    uint64_t now = mln_loop_now(mln_supervisor_loop(w->base.sup)) / MLN_NSEC_PER_SEC;

    if (now - slot->lines_since >= 60) {
        slot->lines_since = now;
        slot->lines = 0;
    }
    if (slot->lines < LINES_A_MINUTE)
        return ++slot->lines;
    if (slot->lines++ == LINES_A_MINUTE)
        mln_logf(MLN_LOG_WARN, "ports_change_too_often", "effect=\"not logged for a while\"");
    return false;
}

static bool tell_port(void *ctx, const struct mln_shown_port *p)
{
    struct warden *w = ctx;
    const struct slot *slot = &w->slot[p->slot];
    mln_nsec started = slot->m.started;
    struct mln_wire told = {
        .index = p->slot, .app = p->port | (p->udp ? MLN_WIRE_PORT_UDP : 0), .arg = p->state};

    if (slot->hooked)
        told.slot = MLN_GUARD_HOOK;
    else if (p->since && started)
        told.slot = p->since > started ? MLN_GUARD_AFTER : MLN_GUARD_BEFORE;
    told.id = told.slot == MLN_GUARD_AFTER ? p->since - started : 0;

    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_PORT_STATE, told, NULL, 0) < 0)
        return false;
    mln_logf(p->state != MLN_PORT_NO_RULE && may_log(w, &w->slot[p->slot]) ? MLN_LOG_INFO
                                                                           : MLN_LOG_DEBUG,
             "port", "slot=%u port=%u state=\"%s\" protocol=%s since=%s after_ms=%llu", p->slot,
             p->port, mln_port_state_text((enum mln_port_state)p->state), p->udp ? "udp" : "tcp",
             mln_guard_name((enum mln_guard)told.slot),
             (unsigned long long)(told.id / MLN_NSEC_PER_MSEC));
    return true;
}

static void tell_states(struct warden *w, struct mln_space *s)
{
    mln_shown_tell(s, tell_port, w);
}

static void tell_slot(struct warden *w, uint32_t slot, enum mln_port_state state)
{
    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_PORT_STATE,
                                    (struct mln_wire){.index = slot, .arg = state}, NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}

/* ---- spaces ---- */

static struct mln_space *find_space(struct warden *w, const struct mln_netns_key *key)
{
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i] && !w->space[i]->closing && mln_netns_key_eq(&w->space[i]->key, key))
            return w->space[i];
    return NULL;
}

static void on_look(struct mln_timer *t);

static struct mln_space *new_space(struct warden *w, int *ns, const struct mln_netns_key *key)
{
    for (uint32_t i = 0; i < SPACES_MAX; i++) {
        if (w->space[i])
            continue;
        struct mln_space *s = calloc(1, sizeof(*s));
        if (!s)
            return NULL;
        mln_space_init(s, &w->base, i, mln_fd_take(ns), key, mln_netns_key_eq(key, &w->own),
                       &w->installing);
        s->look.fire = on_look;
        w->space[i] = s;
        w->n_spaces++;
        return s;
    }
    return NULL;
}

/* The network of the node is for everybody on it: only what a rule opts in, by named ports. */
static bool wants_host(const struct mln_workload_msg *m)
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
            (!s->icpt.host || wants_host(&w->slot[i].m)))
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
    mln_space_plan(w->member, n, &l, now - s->since < YOUNG_S * MLN_NSEC_PER_SEC, s->port,
                   s->n_ports, &plan);
    mln_space_apply(s, plan.port, plan.n,
                    s->icpt.host ? MLN_ICPT_OTHERS_PASS : mln_space_others(w->member, n, &plan));
    mln_shown_idle(s, w->member, n, &l, &plan);
    tell_states(w, s);
    if (now - s->since > SETTLED_S * MLN_NSEC_PER_SEC)
        note_rights(w, s, n);
}

/* Looks of all namespaces together take a quarter of a CPU at most: where one is costly, because
 * somebody opened thousands of ports there, it comes less often. */
static void look_again(struct warden *w, struct mln_space *s, mln_nsec cost)
{
    mln_nsec most = (s->icpt.installed ? LOOK_SELDOM_S : LOOK_FAILED_S) * MLN_NSEC_PER_SEC;
    mln_nsec least = MLN_MIN((cost + s->failed_cost) * LOOK_SHARE * w->n_spaces, most);

    s->next_look = MLN_MIN(s->next_look * 2, LOOK_MOST_MS * MLN_NSEC_PER_MSEC);
    mln_timer_arm(mln_supervisor_loop(w->base.sup), &s->look, MLN_MAX(s->next_look, least));
}

static void look_timed(struct warden *w, struct mln_space *s)
{
    mln_nsec start = mln_now_mono();

    look(w, s);
    mln_nsec cost = mln_now_mono() - start;
    s->may_look = start + cost + MLN_MIN(cost * (LOOK_SHARE - 1), MLN_NSEC_PER_SEC);
    look_again(w, s, cost);
}

static void on_look(struct mln_timer *t)
{
    struct mln_space *s =
        (struct mln_space *)(void *)((char *)t - offsetof(struct mln_space, look));
    struct warden *w = of(s->source);

    look_timed(w, s);
}

/* Or not: it is tried again before long, or with pauses as long as it took. */
static void rules_loaded(struct warden *w, struct mln_space *s)
{
    tell_states(w, s);
    mln_hooks_look(w->hooks);
    if (s->failed_cost)
        look_again(w, s, 0);
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i])
            mln_space_may_install(w->space[i]);
}

static void look_now(struct warden *w, struct mln_space *s)
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
static void finish(struct warden *w, struct mln_space *s)
{
    uint32_t app = s->app;

    if (!mln_space_is_closed(s))
        return;
    mln_space_free(s);
    free(s);
    w->space[app] = NULL;
    w->n_spaces--;
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (w->slot[i].ending && w->slot[i].app == app)
            answer_done(w, i);
}

static void leave(struct warden *w, uint32_t slot)
{
    struct mln_space *s = w->slot[slot].app < SPACES_MAX ? w->space[w->slot[slot].app] : NULL;

    w->slot[slot].ending = true;
    if (!s) {
        answer_done(w, slot);
        return;
    }
    if (--s->members) {
        answer_done(w, slot);
        look_now(w, s);
        return;
    }
    mln_space_close(s);
    finish(w, s);
}

/* ---- workloads ---- */

static void refused(struct warden *w, uint32_t slot, const char *why, enum mln_port_state state)
{
    w->slot[slot].failed = true;
    mln_log(MLN_LOG_WARN, "workload_not_protected", MLN_KVS("why", why));
    tell_slot(w, slot, state);
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
    if (machine || (mln_netns_key_eq(&key, &w->own) && !wants_host(m))) {
        tell_slot(w, m->slot, MLN_PORT_HOST);
        return NULL;
    }
    struct mln_space *s = find_space(w, &key);
    if (!s)
        s = new_space(w, &ns, &key);
    if (!s)
        refused(w, m->slot, "too many namespaces", MLN_PORT_FAILED);
    return s;
}

static void put(struct warden *w, const struct mln_workload_msg *m)
{
    struct slot *slot = &w->slot[m->slot];
    bool moved = !slot->used || slot->m.pid != m->pid || slot->m.start_time != m->start_time ||
                 (slot->app == UINT32_MAX && wants_host(m));

    if (slot->ending) /* a scout that does not wait for DONE */
        return;
    if (slot->used && moved && slot->app < SPACES_MAX) {
        leave(w, m->slot);
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
    if (slot->app >= SPACES_MAX)
        return;
    if (w->space[slot->app]->icpt.host)
        tell_slot(w, m->slot, wants_host(m) ? MLN_PORT_GONE : MLN_PORT_HOST);
    if (dated) /* since when it is protected means something else now */
        mln_shown_forget(w->space[slot->app]);
    look_now(w, w->space[slot->app]);
}

static void on_synced(struct warden *w);

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
        leave(w, m->slot);
    else if (m->op == MLN_WORKLOAD_SYNCED)
        on_synced(w);
    else if (m->op == MLN_WORKLOAD_NONE)
        mln_hooks_not_ours(w->hooks, m->id);
    else if (m->op == MLN_WORKLOAD_POLICY)
        mln_hooks_note_closed(w->o->state_dir, w->has_closed = m->flags & MLN_WORKLOAD_FAIL_CLOSED,
                              mln_workload_tail(m, len));
    mln_hooks_look(w->hooks);
}

/* One a turn: it may take 20 ms, and workers wait for sockets. */
static void on_workloads(struct mln_io *io, uint32_t events)
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

static int open_link(struct warden *w)
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
static void link_courier(struct warden *w)
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

static void policy(struct mln_source *s)
{
    struct warden *w = of(s);

    if (w->linked)
        mln_scout_link_policy(w->link, mln_supervisor_policy(s->sup, NULL, NULL));
}

static void child_died(struct mln_source *s, pid_t pid, int status)
{
    struct warden *w = of(s);

    if (w->linked && mln_scout_link_child_died(w->link, pid, status))
        return;
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i] && mln_space_child_ended(w->space[i], pid, status)) {
            rules_loaded(w, w->space[i]);
            return;
        }
}

/* ---- workers ---- */

static int give_nothing(struct mln_source *s, unsigned w)
{
    (void)s;
    (void)w;
    return 0; /* once it is ready */
}

static void each_space(struct warden *w, void (*fn)(struct mln_space *s, unsigned worker),
                       unsigned worker)
{
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i])
            fn(w->space[i], worker);
}

static void worker_ready(struct mln_source *s, unsigned worker)
{
    each_space(of(s), mln_space_tell, worker);
}

static void forget_worker(struct mln_space *s, unsigned worker)
{
    s->told[worker] = s->done[worker] = 0;
}

static void worker_died(struct mln_source *s, unsigned worker)
{
    struct warden *w = of(s);

    each_space(w, forget_worker, worker);
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i] && w->space[i]->closing)
            finish(w, w->space[i]);
}

static void again(struct mln_source *s)
{
    struct warden *w = of(s);

    for (unsigned worker = 0; worker < mln_supervisor_workers(s->sup); worker++)
        each_space(w, mln_space_tell, worker);
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i])
            tell_states(w, w->space[i]);
}

static bool within_rate(struct warden *w, unsigned worker, uint64_t n)
{
    uint64_t second = mln_loop_now(mln_supervisor_loop(w->base.sup)) / MLN_NSEC_PER_SEC;

    if (second != w->worker[worker].second) {
        w->worker[worker].second = second;
        w->worker[worker].sockets = 0;
    }
    w->worker[worker].sockets += n;
    return w->worker[worker].sockets <= SOCKETS_PER_SECOND;
}

static void give_sockets(struct warden *w, unsigned worker, struct mln_space *s,
                         const struct mln_wire *asked)
{
    uint64_t n = asked->arg;

    if (n == 0 || n > MLN_ICPT_BATCH_MAX || asked->index > 1 || s->closing || !s->told[worker])
        return;
    if (within_rate(w, worker, n))
        mln_space_give_sockets(s, worker, n, asked->index);
    else if (mln_supervisor_send(
                 w->base.sup, worker, MLN_WIRE_SOCKET,
                 (struct mln_wire){.app = s->app, .index = asked->index, .id = n, .arg = EAGAIN},
                 NULL, 0) < 0)
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u sockets=lost", worker);
}

/* A connection came for a port that the worker does not know: something began to listen there. A
 * worker cannot make us look all the time: what it must wait for is told when it is found. */
static void look_for_port(struct warden *w, unsigned worker, struct mln_space *s, uint16_t port)
{
    mln_nsec now = mln_now_mono();

    if (s->closing || !s->told[worker] || mln_space_has_port(s, port) ||
        !mln_space_catches_others(s))
        return;
    if (now < s->may_look) {
        mln_timer_arm(mln_supervisor_loop(w->base.sup), &s->look, s->may_look - now);
        return;
    }
    look_now(w, s);
    if (!mln_space_has_port(s, port))
        mln_space_tell_no_port(s, worker, port);
}

static void synced(struct warden *w, unsigned worker, struct mln_space *s, uint64_t version)
{
    mln_space_done(s, worker, version);
    if (s->closing) {
        finish(w, s);
        return;
    }
    mln_hooks_look(w->hooks);
    tell_states(w, s);
}

static void message(struct mln_source *source, unsigned worker, const struct mln_wire *m)
{
    struct warden *w = of(source);
    struct mln_space *s = m->app < SPACES_MAX ? w->space[m->app] : NULL;

    if (!s)
        return;
    if (m->type == MLN_WIRE_WANT)
        give_sockets(w, worker, s, m);
    else if (m->type == MLN_WIRE_SYNC)
        synced(w, worker, s, m->id);
    else if (m->type == MLN_WIRE_LOOK)
        look_for_port(w, worker, s, (uint16_t)m->arg);
    else if (m->type == MLN_WIRE_SEEN && !s->closing) {
        mln_space_seen(s, (uint16_t)m->arg, m->index);
        tell_states(w, s);
    }
}

/* ---- an upgrade ---- */

static int send_space(int fd, const struct mln_space *s)
{
    const struct mln_handover_msg m = {.type = MLN_HANDOVER_SPACE,
                                       .key = s->key,
                                       .had_fwmark_accept = s->icpt.had_fwmark_accept,
                                       .rules = (s->icpt.closed ? MLN_HANDOVER_CLOSED : 0u) |
                                                (s->icpt.blind ? MLN_HANDOVER_BLIND : 0u)};
    const int fds[] = {s->icpt.ns, s->listener, s->icpt.alive};

    return mln_handover_send(fd, m, fds, 3);
}

/* All that the new defender needs. The rules stay, and so do we until it says that it serves. */
static int send_all(struct warden *w, int fd)
{
    const int bans = mln_supervisor_bans(w->base.sup);
    int r =
        mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_LOCK}, &w->lock, 1);

    if (r == 0)
        r = mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_BANS}, &bans, 1);
    for (uint32_t i = 0; i < SPACES_MAX && r == 0; i++)
        if (w->space[i] && !w->space[i]->closing && w->space[i]->icpt.installed)
            r = send_space(fd, w->space[i]);
    return r < 0 ? r
                 : mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_END}, NULL,
                                     0);
}

static void drop_heir(struct warden *w)
{
    if (w->heir.fd < 0)
        return;
    mln_io_del(mln_supervisor_loop(w->base.sup), &w->heir);
    mln_fd_close(&w->heir.fd);
}

static void on_heir(struct mln_io *io, uint32_t events)
{
    struct warden *w = (struct warden *)(void *)((char *)io - offsetof(struct warden, heir));
    struct mln_handover_msg m;
    int fds[3];
    int r = mln_handover_receive(io->fd, &m, fds);

    (void)events;
    for (int i = 0; i < r; i++)
        (void)close(fds[i]);
    drop_heir(w);
    if (r < 0 || m.type != MLN_HANDOVER_SERVING) {
        mln_hooks_pause(w->hooks, false);
        mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("effect", "we go on"));
        return;
    }
    mln_log0(MLN_LOG_INFO, "taken_over");
    w->handed = true;
    mln_supervisor_stop(w->base.sup);
}

static void on_upgrade(struct mln_io *io, uint32_t events)
{
    struct warden *w = (struct warden *)(void *)((char *)io - offsetof(struct warden, upgrade));
    MLN_CLEANUP_FD int fd = mln_handover_accept(io->fd);

    (void)events;
    if (fd < 0 || w->heir.fd >= 0 || w->stopping)
        return;
    int r = send_all(w, fd);
    w->heir = (struct mln_io){.fd = mln_fd_take(&fd), .ready = on_heir};
    if (r == 0)
        r = mln_io_add(mln_supervisor_loop(w->base.sup), &w->heir, MLN_IO_READ);
    if (r < 0) {
        mln_fd_close(&w->heir.fd);
        mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("why", strerror(-r)),
                MLN_KVS("effect", "we go on"));
    } else {
        mln_hooks_pause(w->hooks, true); /* a container that we protect now would not be known */
    }
}

static int open_upgrade(struct warden *w)
{
    int fd = mln_handover_listen(w->o->state_dir);

    if (fd < 0)
        return fd;
    w->upgrade = (struct mln_io){.fd = fd, .ready = on_upgrade};
    return mln_io_add(mln_supervisor_loop(w->base.sup), &w->upgrade, MLN_IO_READ);
}

/* What the old defender had. Who is in it, and which rules hold, the scout tells anew. */
static int adopt(struct warden *w, const struct mln_handover_msg *m, int fds[3])
{
    struct mln_space *s = new_space(w, &fds[0], &m->key);

    if (!s)
        return -ENOMEM;
    mln_space_adopt(s, fds[1], fds[2], m);
    return 0;
}

static int take_over(struct warden *w)
{
    struct mln_handover_msg m = {.type = 0};

    w->heir.fd = mln_handover_connect(w->o->state_dir);
    if (w->heir.fd < 0)
        return w->heir.fd;
    for (int r = 0; r == 0 && m.type != MLN_HANDOVER_END;) {
        int fds[3] = {-1, -1, -1};
        int n = mln_handover_receive(w->heir.fd, &m, fds);
        if (n == 1 && m.type == MLN_HANDOVER_LOCK)
            w->lock = mln_fd_take(&fds[0]);
        else if (n == 3 && m.type == MLN_HANDOVER_SPACE)
            r = adopt(w, &m, fds);
        else if (n == 1 && m.type == MLN_HANDOVER_BANS)
            w->bans = mln_fd_take(&fds[0]);
        else if (n < 0 || m.type != MLN_HANDOVER_END)
            r = n < 0 ? n : -EPROTO;
        if (r < 0)
            return r;
    }
    return w->lock < 0 ? -EPROTO : 0;
}

/* We serve: the old one may go. */
static void say_serving(struct warden *w)
{
    if (mln_handover_send(w->heir.fd, (struct mln_handover_msg){.type = MLN_HANDOVER_SERVING}, NULL,
                          0) < 0)
        mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("effect", "the old defender is gone"));
    mln_fd_close(&w->heir.fd);
    w->taking_over = false;
}

/* What nobody is in belongs to containers that ended meanwhile. */
static void close_empty(struct mln_timer *t)
{
    struct warden *w = (struct warden *)(void *)((char *)t - offsetof(struct warden, empty));

    for (uint32_t i = 0; i < SPACES_MAX; i++) {
        struct mln_space *s = w->space[i];
        if (!s || s->members || s->closing)
            continue;
        mln_space_close(s);
        finish(w, s);
    }
}

/* Everything that runs was told. */
static void on_synced(struct warden *w)
{
    mln_timer_arm(mln_supervisor_loop(w->base.sup), &w->empty, EMPTY_S * MLN_NSEC_PER_SEC);
    mln_hooks_ask_again(w->hooks);
}

/* ---- hooks ---- */

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
    const struct mln_space *s = slot->app < SPACES_MAX ? w->space[slot->app] : NULL;

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

static int open_hooks(struct warden *w)
{
    static const struct mln_hooks_ops ops = {
        .ask = ask_scout, .judge = judge, .count = count_hooks};

    return mln_hooks_new(mln_supervisor_loop(w->base.sup), w->o->state_dir, &ops, w, &w->hooks);
}

/* ---- life ---- */

static int open_lock(struct mln_source *s)
{
    struct warden *w = of(s);
    int r;

    if (w->o->takeover && (r = take_over(w)) == 0) {
        w->taking_over = true;
        return 0;
    }
    if (w->o->takeover && r != -ECONNREFUSED && r != -ENOENT)
        return mln_supervisor_complain(s, "--takeover", r, "the running defender goes on");
    r = w->lock = mln_lock_take(w->o->state_dir);
    return r < 0 ? mln_supervisor_complain(
                       s, w->o->state_dir, r,
                       r == -EBUSY ? "another defender runs; --takeover replaces it" : NULL)
                 : 0;
}

static int open_warden(struct mln_source *s)
{
    struct warden *w = of(s);
    struct mln_buf why = {0};
    int r = mln_netns_own(&w->own);

    if (r < 0)
        return mln_supervisor_complain(s, "/proc/self/ns/net", r, NULL);
    if (getpid() == 1)
        return mln_supervisor_complain(s, "no container's processes can be seen", -ESRCH,
                                       "start its own container with --pid host (hostPID: true)");
    MLN_CLEANUP_FD int init = mln_netns_open(1, 0, &w->init);
    if (init < 0) /* some machines do not show it */
        w->init = w->own;
    r = mln_fwmark_accept_unlock();
    if (r < 0)
        return mln_supervisor_complain(s, "/proc/sys is read-only", r, "it needs CAP_SYS_ADMIN");
    r = open_lock(s);
    if (r)
        return r;
    r = mln_icpt_redirect.probe(&why);
    if (r < 0) {
        char text[256];
        (void)snprintf(text, sizeof(text), "%.*s", MLN_SV_ARG(mln_buf_sv(&why)));
        mln_buf_done(&why);
        return mln_supervisor_complain(s, "interception is not possible here", r, text);
    }
    r = w->status = mln_local_listen(w->o->state_dir, MLN_LOCAL_SOCKET_NAME);
    w->status_inode = mln_local_inode(w->o->state_dir, MLN_LOCAL_SOCKET_NAME);
    if (r >= 0)
        r = open_upgrade(w);
    if (r >= 0)
        r = open_hooks(w);
    if (r < 0)
        return mln_supervisor_complain(s, w->o->state_dir, r, "its sockets cannot be made");
    if (w->o->workloads_fd < 0)
        return (r = open_link(w)) < 0 ? mln_supervisor_complain(s, "cannot start", r, NULL) : 0;
    w->workloads = (struct mln_io){.fd = w->o->workloads_fd, .ready = on_workloads};
    r = mln_fd_nonblock(w->workloads.fd);
    if (r == 0)
        r = mln_fd_cloexec(w->workloads.fd, true);
    if (r == 0)
        r = mln_io_add(mln_supervisor_loop(s->sup), &w->workloads, MLN_IO_READ);
    return r < 0 ? mln_supervisor_complain(s, "--workloads-fd", r, NULL) : 0;
}

static void all_ready(struct mln_source *s)
{
    const struct mln_node_options *o = mln_supervisor_options(s->sup);
    char workers[16];

    (void)snprintf(workers, sizeof(workers), "%u", o->workers);
    mln_log(MLN_LOG_INFO, "ready", MLN_KVS("workers", workers),
            MLN_KVS("backend", mln_icpt_redirect.name),
            MLN_KVS("policy", o->policy ? o->policy : "built-in"),
            MLN_KVS("audit_log", o->audit_log ? o->audit_log : "none"));
    if (of(s)->taking_over)
        say_serving(of(s));
}

/* Once: it puts them into a table that outlives it. */
static void pass_bans(struct warden *w)
{
    if (w->bans >= 0 && mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_BANS,
                                                    (struct mln_wire){.arg = 0}, &w->bans, 1) < 0)
        mln_log(MLN_LOG_WARN, "bans_not_taken_over",
                MLN_KVS("effect", "who was banned is served again"));
    mln_fd_close(&w->bans);
}

static void courier_started(struct mln_source *s)
{
    struct warden *w = of(s);

    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i])
            mln_shown_forget(w->space[i]);
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++)
        w->slot[i].notes = 0;
    mln_hooks_tell(w->hooks);
    pass_bans(w);
    link_courier(w);
    again(s);
}

static void stopping(struct mln_source *s)
{
    struct warden *w = of(s);

    w->stopping = true;
    mln_hooks_stop(w->hooks, !w->handed);
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        if (w->space[i] && !w->space[i]->closing && !w->handed)
            mln_space_release(w->space[i]);
}

static void close_warden(struct mln_source *s)
{
    struct warden *w = of(s);

    for (uint32_t i = 0; i < SPACES_MAX; i++) {
        if (!w->space[i])
            continue;
        if (w->handed || w->taking_over) /* what is installed belongs to the other one */
            w->space[i]->icpt.installed = false;
        mln_space_free(w->space[i]);
        free(w->space[i]);
        w->space[i] = NULL;
    }
    w->link = mln_scout_link_free(w->link);
    w->hooks = mln_hooks_free(w->hooks);
    mln_timer_disarm(mln_supervisor_loop(w->base.sup), &w->empty);
    if (w->status >= 0 && !w->handed)
        mln_local_unlink(w->o->state_dir, MLN_LOCAL_SOCKET_NAME, w->status_inode);
    mln_fd_close(&w->upgrade.fd);
    mln_fd_close(&w->heir.fd);
    mln_fd_close(&w->status);
    mln_fd_close(&w->lock);
    mln_fd_close(&w->bans);
}

/* Drained, without children: who started us would start us again if we ended. */
static void wait_for_signal(void)
{
    sigset_t set;
    int sig;

    mln_log0(MLN_LOG_INFO, "lingering");
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)sigwait(&set, &sig);
}

int mln_defender_run(const struct mln_defender_options *o)
{
    static const struct mln_source_ops ops = {
        .command = "defender",
        .profile = "transparent",
        .shares_metrics = true,
        .open = open_warden,
        .give = give_nothing,
        .message = message,
        .worker_ready = worker_ready,
        .worker_died = worker_died,
        .all_ready = all_ready,
        .again = again,
        .policy = policy,
        .child_died = child_died,
        .courier_started = courier_started,
        .stopping = stopping,
        .close = close_warden,
    };
    struct warden *w = calloc(1, sizeof(*w));

    if (!w)
        return 3;
    w->base.ops = &ops;
    w->o = o;
    w->empty.fire = close_empty;
    w->lock = w->status = w->bans = w->workloads.fd = w->upgrade.fd = w->heir.fd = -1;
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++)
        w->slot[i].app = UINT32_MAX;
    int code = mln_supervisor_run(&o->node, &w->base);
    if (w->handed && o->linger && !w->base.signalled)
        wait_for_signal();
    free(w);
    return code;
}
