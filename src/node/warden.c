#include "node/warden.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/route.h"
#include "node/lock.h"
#include "node/warden_priv.h"

enum {
    EMPTY_S = 5, /* a container may be starting when the runtime is asked first */
    AT_WORK_MAX = 16,
    CLEAR_S = 5
};

static void policy(struct mln_source *s)
{
    struct warden *w = warden_of(s);

    if (w->linked)
        mln_scout_link_policy(w->link, mln_supervisor_policy(s->sup, NULL, NULL));
}

static void place_freed(struct mln_space_places *p)
{
    struct warden *w = MLN_OWNER(p, struct warden, places);

    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i])
            mln_space_go_on(w->space[i]);
}

/* Where rules still wait to let new connections by, these come to our workers. */
static bool lets_by(const struct warden *w)
{
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i] && mln_space_releases(w->space[i]))
            return false;
    return true;
}

static void rules_changed(struct warden *w, struct mln_space *s)
{
    if (w->stopping && lets_by(w))
        mln_supervisor_let_go(w->base.sup);
    if (s->closing)
        warden_finish(w, s);
    else
        warden_rules_changed(w, s);
    place_freed(&w->places);
}

static void child_died(struct mln_source *s, pid_t pid, int status)
{
    struct warden *w = warden_of(s);

    if (w->linked && mln_scout_link_child_died(w->link, pid, status))
        return;
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i] && mln_space_child_ended(w->space[i], pid, status)) {
            rules_changed(w, w->space[i]);
            return;
        }
}

/* What nobody is in belongs to containers that ended meanwhile. */
static void close_empty(struct mln_timer *t)
{
    struct warden *w = (struct warden *)(void *)((char *)t - offsetof(struct warden, empty));

    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++) {
        struct mln_space *s = w->space[i];
        if (!s || s->members || s->closing)
            continue;
        mln_space_close(s);
        warden_finish(w, s);
    }
}

/* Everything that runs was told. */
void warden_synced(struct warden *w)
{
    mln_timer_arm(mln_supervisor_loop(w->base.sup), &w->empty, EMPTY_S * MLN_NSEC_PER_SEC);
    mln_hooks_ask_again(w->hooks);
}

static int open_lock(struct mln_source *s)
{
    struct warden *w = warden_of(s);
    char hint[160];
    uid_t uid = 0;
    int r = 0;

    if (w->o->takeover && (r = warden_take_over(w, &uid)) == 0) {
        w->taking_over = mln_supervisor_doors(s->sup)->hidden = true;
        return 0;
    }
    if (w->o->takeover && r != -ECONNREFUSED && r != -ENOENT)
        return mln_supervisor_complain(s, "--takeover", r,
                                       mln_handover_hint(r, uid, hint, sizeof(hint)));
    r = w->lock = mln_lock_take(w->o->node.state_dir);
    return r < 0 ? mln_supervisor_complain(
                       s, w->o->node.state_dir, r,
                       r == -EBUSY ? "another defender runs; --takeover replaces it" : NULL)
                 : 0;
}

static int open_warden(struct mln_source *s)
{
    struct warden *w = warden_of(s);
    struct mln_doors *doors = mln_supervisor_doors(s->sup);
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
    r = w->status = mln_doors_open(doors, MLN_STATUS_SOCKET_NAME, SOCK_STREAM, 0660);
    if (r >= 0)
        r = warden_open_upgrade(w);
    if (r >= 0)
        r = warden_open_hooks(w);
    if (r < 0)
        return mln_supervisor_complain(s, w->o->node.state_dir, r, "its sockets cannot be made");
    if (w->o->workloads_fd < 0)
        return (r = warden_open_link(w)) < 0 ? mln_supervisor_complain(s, "cannot start", r, NULL)
                                             : 0;
    w->workloads = (struct mln_io){.fd = w->o->workloads_fd, .ready = warden_on_workloads};
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
    if (warden_of(s)->taking_over)
        warden_say_serving(warden_of(s));
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
    struct warden *w = warden_of(s);

    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i])
            mln_shown_forget(w->space[i]);
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++)
        w->slot[i].notes = 0;
    mln_hooks_tell(w->hooks);
    pass_bans(w);
    warden_link_courier(w);
    warden_again(s);
}

static bool stopping(struct mln_source *s)
{
    struct warden *w = warden_of(s);

    w->stopping = true;
    mln_heir_close(&w->heir);
    mln_hooks_stop(w->hooks);
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i] && !w->space[i]->closing && !w->handed)
            mln_space_release(w->space[i]);
    return lets_by(w);
}

static void wait_for_all(struct warden *w)
{
    mln_nsec end = mln_now_mono() + CLEAR_S * MLN_NSEC_PER_SEC;

    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++) {
        mln_nsec now = mln_now_mono();
        if (w->space[i])
            mln_space_wait(w->space[i], (unsigned)((end - MLN_MIN(now, end)) / MLN_NSEC_PER_MSEC));
    }
}

/* Takes out what is not to outlive us: everywhere at once, since it may take long somewhere. */
static void clear_all(struct warden *w)
{
    w->places.most = WARDEN_SPACES_MAX;
    wait_for_all(w);
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i] && !mln_space_keeps_rules(w->space[i]))
            mln_space_clear(w->space[i]);
    wait_for_all(w);
}

static void close_warden(struct mln_source *s)
{
    struct warden *w = warden_of(s);

    if (!w->handed && !w->taking_over) /* else what is installed belongs to the other one */
        clear_all(w);

    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++) {
        if (!w->space[i])
            continue;
        mln_space_free(w->space[i]);
        free(w->space[i]);
        w->space[i] = NULL;
    }
    w->link = mln_scout_link_free(w->link);
    w->hooks = mln_hooks_free(w->hooks);
    mln_timer_disarm(mln_supervisor_loop(w->base.sup), &w->empty);
    mln_doors_remove(mln_supervisor_doors(w->base.sup), MLN_STATUS_SOCKET_NAME);
    mln_heir_close(&w->heir);
    mln_fd_close(&w->before);
    mln_fd_close(&w->status);
    mln_fd_close(&w->bans);
    mln_fd_close(&w->lock);
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
        .give = warden_give_nothing,
        .message = warden_message,
        .worker_ready = warden_worker_ready,
        .worker_died = warden_worker_died,
        .all_ready = all_ready,
        .again = warden_again,
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
    w->places = (struct mln_space_places){.most = AT_WORK_MAX, .freed = place_freed};
    w->lock = w->status = w->bans = w->workloads.fd = w->before = -1;
    w->heir = MLN_HEIR_NONE;
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++)
        w->slot[i].app = UINT32_MAX;
    int code = mln_supervisor_run(&o->node, &w->base);
    if (w->handed && o->linger && !w->base.signalled)
        wait_for_signal();
    free(w);
    return code;
}
