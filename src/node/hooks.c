#include "node/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "runtime/workload.h"

enum {
    HOOKS_MAX = 1024,   /* at a time, those that are only watched included */
    QUESTION_MS = 1000, /* from the connection to the question */
    WATCH_S = 60
};

/* One container. First without a question, then unanswered, then watched. */
struct hook {
    struct hook *next;
    struct mln_hooks *all;
    struct mln_io conn;    /* fd -1: answered */
    struct mln_io process; /* a pidfd; -1: none yet */
    struct mln_timer over;
    struct mln_hook_ask a; /* pid 0: not asked yet */
    uint8_t id[32];
    mln_nsec asked;
};

struct mln_hooks {
    struct mln_loop *loop;
    struct mln_doors *doors;
    const struct mln_hooks_ops *ops;
    void *ctx;
    struct mln_io listener; /* fd -1: stopped */
    bool paused;            /* it is not in the loop */
    struct hook *first;
    unsigned n;
    uint64_t counts[MLN_HOOK_VERDICT_MAX];
};

static int path_in(const char *state_dir, const char *name, char *out, size_t cap)
{
    return snprintf(out, cap, "%s/%s", state_dir, name) >= (int)cap ? -ENAMETOOLONG : 0;
}

static void close_io(struct mln_hooks *h, struct mln_io *io)
{
    if (io->fd < 0)
        return;
    mln_io_del(h->loop, io);
    mln_fd_close(&io->fd);
}

static void drop(struct hook *k)
{
    struct mln_hooks *h = k->all;

    for (struct hook **at = &h->first; *at; at = &(*at)->next)
        if (*at == k) {
            *at = k->next;
            break;
        }
    h->n--;
    close_io(h, &k->conn);
    close_io(h, &k->process);
    mln_timer_disarm(h->loop, &k->over);
    free(k);
}

/* ---- counts ---- */

static void count_away(struct mln_hooks *h)
{
    char path[4096];
    struct stat st;

    if (path_in(h->doors->dir, MLN_HOOK_AWAY_FILE, path, sizeof(path)) < 0 ||
        lstat(path, &st) < 0 || (uint64_t)st.st_size == h->counts[MLN_HOOK_AWAY])
        return;
    h->counts[MLN_HOOK_AWAY] = (uint64_t)st.st_size;
    h->ops->count(h->ctx, MLN_HOOK_AWAY, h->counts[MLN_HOOK_AWAY]);
}

void mln_hooks_tell(struct mln_hooks *h)
{
    for (unsigned v = 1; v < MLN_HOOK_VERDICT_MAX; v++)
        if (h->counts[v])
            h->ops->count(h->ctx, (enum mln_hook_verdict)v, h->counts[v]);
}

/* ---- answers ---- */

/* The hook is not needed any more; the process is watched for a while. */
static void watch(struct hook *k)
{
    close_io(k->all, &k->conn);
    mln_timer_arm(k->all->loop, &k->over, WATCH_S * MLN_NSEC_PER_SEC);
}

static void answer(struct hook *k, enum mln_hook_verdict v)
{
    const struct mln_hook_answer m = {.version = MLN_HOOK_VERSION, .verdict = v};
    struct mln_hooks *h = k->all;
    mln_nsec took = mln_loop_now(h->loop) - k->asked;
    bool good = v <= MLN_HOOK_NO_PORT;

    if (mln_scm_send(k->conn.fd, &m, sizeof(m), NULL, 0) < 0)
        mln_log0(MLN_LOG_DEBUG, "hook_gone");
    mln_logf(good ? MLN_LOG_DEBUG : MLN_LOG_WARN, "hook", "id=%.12s verdict=%s after_ms=%llu",
             k->a.id, mln_hook_verdict_name(v), (unsigned long long)(took / MLN_NSEC_PER_MSEC));
    h->ops->count(h->ctx, v, ++h->counts[v]);
    count_away(h);
    watch(k);
}

static void judge(struct hook *k, bool last)
{
    enum mln_hook_verdict v = k->all->ops->judge(k->all->ctx, k->a.pid, k->id, last);

    if (v)
        answer(k, v);
}

static bool waits(const struct hook *k)
{
    return k->conn.fd >= 0 && k->a.pid;
}

void mln_hooks_look(struct mln_hooks *h)
{
    for (struct hook *k = h->first; k; k = k->next)
        if (waits(k))
            judge(k, false);
}

void mln_hooks_not_ours(struct mln_hooks *h, const uint8_t id[32])
{
    for (struct hook *k = h->first; k; k = k->next)
        if (waits(k) && memcmp(k->id, id, sizeof(k->id)) == 0)
            answer(k, MLN_HOOK_NO_RULE);
}

void mln_hooks_ask_again(struct mln_hooks *h)
{
    for (struct hook *k = h->first; k; k = k->next)
        if (k->a.pid)
            h->ops->ask(h->ctx, &k->a);
}

/* ---- questions ---- */

static void on_over(struct mln_timer *t)
{
    struct hook *k = MLN_OWNER(t, struct hook, over);

    if (waits(k))
        judge(k, true);
    else
        drop(k);
}

static void on_process(struct mln_io *io, uint32_t events)
{
    struct hook *k = MLN_OWNER(io, struct hook, process);

    (void)events;
    k->a.ended = 1;
    k->all->ops->ask(k->all->ctx, &k->a);
    drop(k);
}

/* False: there is no such process (any more), or none that we can see. */
static bool watch_process(struct hook *k)
{
    int fd = (int)syscall(SYS_pidfd_open, k->a.pid, 0);

    k->process = (struct mln_io){.fd = fd, .ready = on_process};
    if (fd >= 0 && mln_fd_cloexec(fd, true) == 0 &&
        mln_io_add(k->all->loop, &k->process, MLN_IO_READ) == 0)
        return true;
    mln_log(MLN_LOG_WARN, "hook_process", MLN_KVS("why", strerror(errno)),
            MLN_KVS("hint", "the defender must see the processes of the host"));
    mln_fd_close(&k->process.fd);
    return false;
}

static void on_question(struct hook *k)
{
    struct mln_hooks *h = k->all;
    struct mln_hook_ask a;
    size_t n;
    int r = mln_scm_recv(k->conn.fd, &a, sizeof(a), NULL, 0, &n);

    if (r == -EAGAIN)
        return;
    if (r <= 0 || mln_hook_ask_check(&a, (size_t)r) < 0 || a.ended) {
        drop(k);
        return;
    }
    k->a = a;
    k->asked = mln_loop_now(h->loop);
    mln_workload_id(mln_sv_str(a.id), k->id);
    mln_timer_arm(h->loop, &k->over, a.limit_ms * MLN_NSEC_PER_MSEC * 9 / 10);
    if (!watch_process(k)) {
        judge(k, true);
        return;
    }
    h->ops->ask(h->ctx, &k->a);
    judge(k, false); /* the runtime's own word may have been faster */
}

static void on_conn(struct mln_io *io, uint32_t events)
{
    struct hook *k = MLN_OWNER(io, struct hook, conn);

    (void)events;
    if (!k->a.pid)
        on_question(k);
    else
        watch(k); /* it does not wait any more */
}

static bool is_of_root(int fd)
{
    struct ucred who;
    socklen_t len = sizeof(who);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
           (who.uid == 0 || who.uid == geteuid());
}

static void on_listener(struct mln_io *io, uint32_t events)
{
    struct mln_hooks *h = MLN_OWNER(io, struct mln_hooks, listener);
    MLN_CLEANUP_FD int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)events;
    if (fd < 0 || !is_of_root(fd))
        return;
    struct hook *k = h->n < HOOKS_MAX ? calloc(1, sizeof(*k)) : NULL;
    if (!k) {
        mln_logf(MLN_LOG_ERROR, "hooks_full", "max=%d", HOOKS_MAX);
        return;
    }
    *k = (struct hook){.next = h->first,
                       .all = h,
                       .conn = {.fd = mln_fd_take(&fd), .ready = on_conn},
                       .process.fd = -1,
                       .over.fire = on_over};
    h->first = k;
    h->n++;
    if (mln_io_add(h->loop, &k->conn, MLN_IO_READ) < 0) {
        mln_fd_close(&k->conn.fd);
        drop(k);
        return;
    }
    mln_timer_arm(h->loop, &k->over, QUESTION_MS * MLN_NSEC_PER_MSEC);
}

/* ---- life ---- */

int mln_hooks_new(struct mln_loop *loop, struct mln_doors *doors, const struct mln_hooks_ops *ops,
                  void *ctx, struct mln_hooks **ret)
{
    struct mln_hooks *h = calloc(1, sizeof(*h));

    if (!h)
        return -ENOMEM;
    int fd = mln_doors_open(doors, MLN_HOOK_SOCKET, SOCK_SEQPACKET, 0600);
    *h = (struct mln_hooks){.loop = loop,
                            .doors = doors,
                            .ops = ops,
                            .ctx = ctx,
                            .listener = {.fd = fd, .ready = on_listener}};
    int r = h->listener.fd < 0 ? h->listener.fd : mln_io_add(loop, &h->listener, MLN_IO_READ);
    if (r < 0) {
        mln_fd_close(&h->listener.fd);
        free(h);
        return r;
    }
    count_away(h);
    *ret = h;
    return 0;
}

static void drop_all(struct mln_hooks *h)
{
    for (struct hook *k = h->first, *next; k; k = next) {
        next = k->next;
        drop(k);
    }
}

void mln_hooks_pause(struct mln_hooks *h, bool on)
{
    if (h->listener.fd < 0 || h->paused == on)
        return;
    if (on) {
        mln_io_del(h->loop, &h->listener);
        drop_all(h);
    } else if (mln_io_add(h->loop, &h->listener, MLN_IO_READ) < 0) {
        return;
    }
    h->paused = on;
}

void mln_hooks_stop(struct mln_hooks *h)
{
    if (h->listener.fd < 0)
        return;
    mln_doors_remove(h->doors, MLN_HOOK_SOCKET);
    if (!h->paused)
        mln_io_del(h->loop, &h->listener);
    mln_fd_close(&h->listener.fd);
    drop_all(h);
}

struct mln_hooks *mln_hooks_free(struct mln_hooks *h)
{
    if (!h)
        return NULL;
    mln_hooks_stop(h);
    free(h);
    return NULL;
}

/* In one step: a hook reads the old text or the new one. */
static int write_closed(const char *path, struct mln_sv text)
{
    char next[4096];

    if (snprintf(next, sizeof(next), "%s.new", path) >= (int)sizeof(next))
        return -ENAMETOOLONG;
    (void)unlink(next);
    MLN_CLEANUP_FD int fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    int r = fd < 0 ? -errno : mln_fd_write_all(fd, text.p, text.len);
    return r == 0 && rename(next, path) < 0 ? -errno : r;
}

void mln_hooks_note_closed(const char *state_dir, bool closed, struct mln_sv text)
{
    char path[4096];

    if (path_in(state_dir, MLN_HOOK_CLOSED_FILE, path, sizeof(path)) < 0)
        return;
    int r = closed ? write_closed(path, text) : unlink(path) < 0 && errno != ENOENT ? -errno : 0;
    if (r < 0)
        mln_log(MLN_LOG_WARN, "fail_closed_not_noted", MLN_KVS("why", strerror(-r)));
}
