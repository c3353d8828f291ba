#include "node/scout_link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/scout_gate.h"
#include "node/watchdog.h"
#include "runtime/containerd_ask.h"
#include "runtime/docker_ask.h"

enum {
    GATES = 24, /* nine at a time, and some that are on their way out */
    MESSAGES_PER_TURN = 256,
    WORKLOADS_PER_TURN = 1, /* one may take 20 ms, and workers wait for sockets */
};

struct mln_scout_link {
    struct mln_scout_link_config cfg;
    struct mln_io control, workloads; /* fd -1: no scout */
    struct mln_timer restart, watch;
    struct mln_scout_gate gate[GATES];
    struct {
        bool used, gone;
        struct mln_workload_msg m;
    } told[MLN_WORKLOADS_MAX]; /* what a new scout is told first */
    uint32_t next_told;        /* MLN_WORKLOADS_MAX + 1: all of it */
    int policy;
    pid_t pid; /* 0: not running */
    mln_nsec started;
    mln_nsec pinged; /* no answer yet since then, 0: none is due */
    unsigned backoff_ms;
};

static int send_wire(struct mln_scout_link *l, enum mln_wire_type type, struct mln_wire m,
                     const int *fd)
{
    return mln_child_send(l->control.fd, type, m, fd, fd ? 1 : 0);
}

/* ---- questions to the runtime ---- */

static struct mln_scout_gate *find_gate(struct mln_scout_link *l, uint64_t id)
{
    for (unsigned i = 0; i < GATES; i++)
        if (l->gate[i].id == id)
            return &l->gate[i];
    return NULL;
}

static const char *socket_path(const struct mln_scout_link *l, uint32_t kind)
{
    return kind == MLN_RUNTIME_DOCKER       ? l->cfg.docker_socket
           : kind == MLN_RUNTIME_CONTAINERD ? l->cfg.containerd_socket
                                            : NULL;
}

static void open_gate(struct mln_scout_link *l, const struct mln_wire *m)
{
    struct mln_scout_gate *g = find_gate(l, 0);
    const char *path = socket_path(l, m->app);
    MLN_CLEANUP_FD int pipe = -1;
    int r = !path              ? -EPROTONOSUPPORT
            : m->id == 0 || !g ? -EMFILE
                               : mln_scout_gate_open(g, l->cfg.loop, path, m->id, &pipe);

    if (r == 0)
        g->kind = (enum mln_runtime_kind)m->app;
    if (send_wire(l, MLN_WIRE_SOCKET,
                  (struct mln_wire){.id = m->id, .arg = r < 0 ? (uint64_t)-r : 0},
                  r < 0 ? NULL : &pipe) < 0) { /* it asks again */
        mln_log0(MLN_LOG_WARN, "scout_busy");
        if (r == 0)
            mln_scout_gate_close(g);
    }
}

/* Written for this runtime, and for no other one. */
static void write_to(struct mln_scout_link *l, uint64_t conn, enum mln_runtime_kind kind,
                     const char *request, size_t len)
{
    struct mln_scout_gate *g = conn ? find_gate(l, conn) : NULL;

    if (g && g->kind == kind)
        mln_scout_gate_write(g, request, len);
}

static void ask_docker(struct mln_scout_link *l, const struct mln_docker_ask *a)
{
    char text[MLN_DOCKER_ASK_TEXT_MAX];

    write_to(l, a->conn, MLN_RUNTIME_DOCKER, text, mln_docker_ask_text(a, text));
}

static void ask_containerd(struct mln_scout_link *l, const struct mln_containerd_ask *a)
{
    char text[MLN_CONTAINERD_ASK_TEXT_MAX];

    write_to(l, a->conn, MLN_RUNTIME_CONTAINERD, text, mln_containerd_ask_text(a, text));
}

/* ---- the scout's sockets ---- */

static void close_io(struct mln_scout_link *l, struct mln_io *io)
{
    if (io->fd < 0)
        return;
    mln_io_del(l->cfg.loop, io);
    mln_fd_close(&io->fd);
}

static void hang_up(struct mln_scout_link *l)
{
    mln_timer_disarm(l->cfg.loop, &l->watch);
    close_io(l, &l->control);
    close_io(l, &l->workloads);
    for (unsigned i = 0; i < GATES; i++)
        mln_scout_gate_close(&l->gate[i]);
}

/* It is gone, or as good as: SIGCHLD does the rest. */
static void give_up(struct mln_scout_link *l)
{
    hang_up(l);
    if (l->pid)
        (void)kill(l->pid, SIGKILL);
}

static void on_watch(struct mln_timer *t)
{
    struct mln_scout_link *l = MLN_OWNER(t, struct mln_scout_link, watch);

    if (!mln_watchdog_turn(&l->pinged, mln_loop_now(l->cfg.loop), l->control.fd)) {
        mln_timer_arm(l->cfg.loop, t, MLN_PING_S * MLN_NSEC_PER_SEC);
        return;
    }
    mln_logf(MLN_LOG_ERROR, "scout_hangs", "seconds=%d", MLN_HANG_S);
    give_up(l);
}

static void take_wire(struct mln_scout_link *l, const struct mln_wire *m)
{
    switch (m->type) {
    case MLN_WIRE_READY: /* pings were too early before */
        mln_timer_arm(l->cfg.loop, &l->watch, MLN_PING_S * MLN_NSEC_PER_SEC);
        break;
    case MLN_WIRE_PING:
        l->pinged = 0;
        break;
    case MLN_WIRE_WANT:
        open_gate(l, m);
        break;
    default:
        break;
    }
}

static void on_control(struct mln_io *io, uint32_t events)
{
    struct mln_scout_link *l = MLN_OWNER(io, struct mln_scout_link, control);

    (void)events;
    for (unsigned i = 0; i < MESSAGES_PER_TURN; i++) {
        union {
            struct mln_wire wire;
            struct mln_docker_ask docker;
            struct mln_containerd_ask containerd;
        } m;
        size_t n;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);
        if (r == -EAGAIN)
            return;
        if (r <= 0) {
            give_up(l);
            return;
        }
        if (r == (int)sizeof(m.wire) && m.wire.version == MLN_WIRE_VERSION)
            take_wire(l, &m.wire);
        else if (mln_docker_ask_check(&m.docker, (size_t)r) == 0)
            ask_docker(l, &m.docker);
        else if (mln_containerd_ask_check(&m.containerd, (size_t)r) == 0)
            ask_containerd(l, &m.containerd);
    }
}

/* False: its queue is full, or it is gone. */
static bool tell(struct mln_scout_link *l, const struct mln_workload_msg *m)
{
    return mln_scm_send(l->workloads.fd, m, sizeof(*m), NULL, 0) == 0;
}

static bool tell_slot(struct mln_scout_link *l, uint32_t slot)
{
    struct mln_workload_msg m = l->told[slot].m;

    if (!l->told[slot].used || !tell(l, &m))
        return !l->told[slot].used;
    m.op = MLN_WORKLOAD_GONE;
    return !l->told[slot].gone || tell(l, &m); /* a PUT twice does no harm */
}

/* What the scout before this one told; as far as its queue takes it. */
static void recall(struct mln_scout_link *l)
{
    const struct mln_workload_msg all = {.version = MLN_WORKLOAD_VERSION,
                                         .op = MLN_WORKLOAD_SYNCED};

    while (l->next_told < MLN_WORKLOADS_MAX && tell_slot(l, l->next_told))
        l->next_told++;
    if (l->next_told == MLN_WORKLOADS_MAX && tell(l, &all))
        l->next_told++;
    bool more = l->next_told <= MLN_WORKLOADS_MAX;
    if (mln_io_set(l->cfg.loop, &l->workloads,
                   more ? MLN_IO_READ | MLN_IO_WRITE : (uint32_t)MLN_IO_READ) < 0)
        give_up(l);
}

static void remember(struct mln_scout_link *l, const struct mln_workload_msg *m)
{
    if (m->op == MLN_WORKLOAD_PUT) {
        l->told[m->slot].used = true;
        l->told[m->slot].gone = false;
        l->told[m->slot].m = *m;
    } else if (m->op == MLN_WORKLOAD_GONE) {
        l->told[m->slot].gone = true;
    }
}

static void on_workloads(struct mln_io *io, uint32_t events)
{
    struct mln_scout_link *l = MLN_OWNER(io, struct mln_scout_link, workloads);

    if (events & MLN_IO_WRITE)
        recall(l);
    for (unsigned i = 0; i < WORKLOADS_PER_TURN && io->fd >= 0; i++) {
        struct mln_workload_big m;
        size_t n;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);
        if (r == -EAGAIN)
            return;
        if (r <= 0) {
            give_up(l);
            return;
        }
        if (mln_workload_check(&m.m, (size_t)r) < 0) {
            mln_log0(MLN_LOG_ERROR, "workload_nonsense");
            continue;
        }
        remember(l, &m.m);
        l->cfg.ops->workload(l->cfg.ctx, &m.m, (size_t)r);
    }
}

/* ---- start ---- */

_Static_assert(sizeof(struct mln_wire) != sizeof(struct mln_hook_ask) &&
                   sizeof(struct mln_wire) != sizeof(struct mln_docker_ask) &&
                   sizeof(struct mln_wire) != sizeof(struct mln_containerd_ask) &&
                   sizeof(struct mln_docker_ask) != sizeof(struct mln_containerd_ask),
               "messages of the control socket are told apart by their size");

void mln_scout_link_courier(struct mln_scout_link *l)
{
    int ends[2];

    if (l->control.fd < 0 || mln_scm_pair(ends) < 0)
        return;
    if (send_wire(l, MLN_WIRE_META, (struct mln_wire){.arg = 0}, &ends[0]) < 0)
        mln_log0(MLN_LOG_WARN, "scout_busy");
    else
        l->cfg.ops->meta(l->cfg.ctx, ends[1]);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static int give_start(struct mln_scout_link *l)
{
    int ends[2];
    int r = mln_scm_pair(ends);
    unsigned kinds = (l->cfg.docker_socket ? (unsigned)MLN_RUNTIME_DOCKER : 0) |
                     (l->cfg.containerd_socket ? (unsigned)MLN_RUNTIME_CONTAINERD : 0);

    if (r < 0)
        return r;
    l->workloads = (struct mln_io){.fd = ends[0], .ready = on_workloads};
    l->next_told = 0;
    r = send_wire(
        l, MLN_WIRE_INIT,
        (struct mln_wire){.arg = kinds, .index = l->cfg.has_policy, .log_level = l->cfg.log_level},
        &ends[1]);
    (void)close(ends[1]);
    if (r == 0)
        r = send_wire(l, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, &l->policy);
    if (r == 0)
        r = mln_io_add(l->cfg.loop, &l->workloads, MLN_IO_READ | MLN_IO_WRITE);
    if (r < 0) {
        mln_fd_close(&l->workloads.fd);
        return r;
    }
    mln_scout_link_courier(l);
    return send_wire(l, MLN_WIRE_START, (struct mln_wire){.arg = 0}, NULL);
}

static int spawn(struct mln_scout_link *l)
{
    int fd = -1;
    pid_t pid = mln_child_spawn("scout", NULL, &fd);

    if (pid < 0)
        return (int)pid;
    l->pid = pid;
    l->pinged = 0;
    l->started = mln_loop_now(l->cfg.loop);
    l->control = (struct mln_io){.fd = fd, .ready = on_control};
    int r = mln_io_add(l->cfg.loop, &l->control, MLN_IO_READ);
    if (r < 0)
        mln_fd_close(&l->control.fd);
    else
        r = give_start(l);
    if (r < 0)
        give_up(l);
    return 0; /* whatever is wrong with it, it ends, and is started again */
}

static void restart(struct mln_timer *t)
{
    struct mln_scout_link *l = MLN_OWNER(t, struct mln_scout_link, restart);

    if (spawn(l) < 0)
        mln_timer_arm(l->cfg.loop, &l->restart, MLN_CHILD_BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
}

struct mln_scout_link *mln_scout_link_new(const struct mln_scout_link_config *cfg)
{
    struct mln_scout_link *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    (void)signal(SIGPIPE, SIG_IGN); /* splice(2) into a pipe that the scout has closed */
    l->cfg = *cfg;
    l->control.fd = l->workloads.fd = l->policy = -1;
    l->restart.fire = restart;
    l->watch.fire = on_watch;
    return l;
}

struct mln_scout_link *mln_scout_link_free(struct mln_scout_link *l)
{
    if (!l)
        return NULL;
    mln_timer_disarm(l->cfg.loop, &l->restart);
    give_up(l); /* it has nothing to bring to an end */
    if (l->pid)
        (void)waitpid(l->pid, NULL, 0);
    mln_fd_close(&l->policy);
    free(l);
    return NULL;
}

static int keep_policy(struct mln_scout_link *l, int policy_fd)
{
    int copy = fcntl(policy_fd, F_DUPFD_CLOEXEC, 0);

    if (copy < 0)
        return -errno;
    mln_fd_close(&l->policy);
    l->policy = copy;
    return 0;
}

int mln_scout_link_start(struct mln_scout_link *l, int policy_fd)
{
    int r = keep_policy(l, policy_fd);

    return r < 0 ? r : spawn(l);
}

/* A scout that does not take it is replaced: it must not go on with rules of yesterday. */
void mln_scout_link_policy(struct mln_scout_link *l, int policy_fd)
{
    if (keep_policy(l, policy_fd) < 0 ||
        (l->control.fd >= 0 &&
         send_wire(l, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, &l->policy) < 0))
        give_up(l);
}

int mln_scout_link_send(struct mln_scout_link *l, const struct mln_workload_msg *m)
{
    if (m->op == MLN_WORKLOAD_DONE)
        l->told[m->slot].used = l->told[m->slot].gone = false;
    return l->workloads.fd < 0 ? -ENOTCONN : mln_scm_send(l->workloads.fd, m, sizeof(*m), NULL, 0);
}

void mln_scout_link_hook(struct mln_scout_link *l, const struct mln_hook_ask *a)
{
    if (l->control.fd >= 0 && mln_scm_send(l->control.fd, a, sizeof(*a), NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "scout_busy");
}

bool mln_scout_link_child_died(struct mln_scout_link *l, pid_t pid, int status)
{
    if (!l->pid || pid != l->pid)
        return false;
    mln_nsec lived = mln_loop_now(l->cfg.loop) - l->started;
    l->pid = 0;
    hang_up(l);
    mln_logf(MLN_LOG_ERROR, "scout_died", "signal=%d exit=%d",
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    mln_timer_arm(l->cfg.loop, &l->restart, mln_child_backoff(lived, &l->backoff_ms));
    return true;
}
