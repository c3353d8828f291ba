#include "node/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/counters.h"
#include "audit/ring.h"
#include "base/fd.h"
#include "intel/bans.h"
#include "io/loop.h"
#include "io/scm.h"
#include "io/tls.h"
#include "node/bypass.h"
#include "node/children.h"
#include "node/compile.h"
#include "node/feeds.h"
#include "node/last_words.h"
#include "node/local_socket.h"
#include "node/notify.h"
#include "node/poison.h"
#include "node/sockets.h"
#include "node/syslog.h"
#include "node/watchdog.h"

enum {
    BACKOFF_MIN_MS = 50,
    BACKOFF_MAX_MS = 5000,
    BUSY_MS = 20,          /* until what a full queue refused is sent again */
    SYSLOG_PAUSE_MS = 100, /* between two sockets for a receiver of audits */
    HEALTHY_S = 30,
    WATCH_DELAY_MS = 200,
    TICKET_S = 3600,       /* a key of session tickets is the newest for so long */
    CERTIFICATE_S = 43200, /* certificates are looked at again, for those that end soon */
};

struct child {
    struct mln_io control;
    struct mln_timer restart;
    struct mln_supervisor *s;
    pid_t pid; /* 0: not running */
    unsigned index;
    bool ready, policy_due, tickets_due, bypass_due; /* due: its queue was full */
    bool aborted;                                    /* it hung and was told to end */
    int ring, counters;                              /* memfds: outlive the process */
    mln_nsec started;
    mln_nsec pinged; /* no answer yet since then, 0: none is due */
    unsigned backoff_ms;
};

struct mln_supervisor {
    const struct mln_node_options *o;
    struct mln_source *source;
    struct mln_loop *loop;
    struct child worker[MLN_WORKERS_MAX];
    unsigned n;
    pid_t courier;
    int courier_fd, bell, audit, access, metrics, policy, keys, folders, lists, tickets, signals,
        watch;
    struct mln_io signal_io, watch_io, courier_io;
    struct mln_timer reload, stop, send_again, courier_restart, ping, rotate, look_again;
    mln_nsec courier_started, syslog_made;
    struct mln_bypass bypass;
    unsigned courier_backoff_ms;
    unsigned alive;
    bool stopping, announced, log_due;
    bool watched;               /* the policy is read since its folder changed */
    struct mln_compile compile; /* one at a time */
    bool compile_again;         /* asked for while one runs */
    bool compile_asked;         /* by SIGHUP: an answer is expected */
    int first;                  /* how the first one ended; 1: not yet */
    struct mln_feeds feeds;
    int bans, bans_to_read; /* their table, for the courier and for workers */
    int bans_api;           /* what `merlon bans` asks; -1: nothing */
    uint64_t bans_inode;
    uint64_t ticket;                   /* of the news of feeds that the running one has seen */
    uint64_t revision, lists_revision; /* in use */
    unsigned rules;                    /* in the policy */
    struct mln_poison poison;
    uint64_t poison_secret;
    int exit_code;
};

/* ---- messages ---- */

static int send_msg(int fd, enum mln_wire_type type, struct mln_wire m, const int *fds, size_t n)
{
    m.version = MLN_WIRE_VERSION;
    m.type = type;
    return mln_scm_send(fd, &m, sizeof(m), fds, n);
}

static void tell_courier(struct mln_supervisor *s, enum mln_node_event event)
{
    if (s->courier_fd >= 0 &&
        send_msg(s->courier_fd, MLN_WIRE_EVENT, (struct mln_wire){.arg = event}, NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}

mln_nsec mln_supervisor_backoff(mln_nsec lived, unsigned *ms)
{
    *ms = lived > HEALTHY_S * MLN_NSEC_PER_SEC || !*ms ? BACKOFF_MIN_MS
                                                       : MLN_MIN(*ms * 2, (unsigned)BACKOFF_MAX_MS);
    return *ms * MLN_NSEC_PER_MSEC;
}

/* ---- workers ---- */

static void on_worker(struct mln_io *io, uint32_t events);
static void later(struct mln_supervisor *s);

/* The keys and the lists that belong to it are beside it. */
static int send_policy(const struct mln_supervisor *s, int fd)
{
    const int fds[] = {s->policy, s->keys, s->lists};

    return send_msg(fd, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, fds, s->lists >= 0 ? 3 : 2);
}

static int send_tickets(const struct mln_supervisor *s, int fd)
{
    return send_msg(fd, MLN_WIRE_TICKETS, (struct mln_wire){.arg = 0}, &s->tickets, 1);
}

/* All that is off or was: a worker that did not hear of a change hears of it now. */
static void give_bypasses(struct child *w)
{
    w->bypass_due = false;
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++) {
        const struct mln_wire m = {.id = mln_bypass_key(mln_sv_str(w->s->bypass.off[i].name)),
                                   .arg = w->s->bypass.off[i].until};
        if (w->s->bypass.off[i].used && w->control.fd >= 0 &&
            send_msg(w->control.fd, MLN_WIRE_BYPASS, m, NULL, 0) < 0)
            w->bypass_due = true;
    }
    if (w->bypass_due)
        later(w->s);
}

static int give_start(struct mln_supervisor *s, struct child *w)
{
    const int init[] = {w->ring, w->counters, s->bell};
    int fd = w->control.fd;
    int r = send_msg(fd, MLN_WIRE_INIT,
                     (struct mln_wire){.index = w->index,
                                       .arg = s->o->max_conns,
                                       .more = s->o->held_bytes,
                                       .app = s->access >= 0,
                                       .id = s->poison_secret,
                                       .log_level = s->o->log_level},
                     init, 3);

    if (r == 0)
        r = send_msg(fd, MLN_WIRE_BANS, (struct mln_wire){.arg = 0}, &s->bans_to_read, 1);
    if (r == 0)
        r = send_tickets(s, fd);
    if (r == 0)
        r = send_policy(s, fd);
    for (unsigned i = 0; i < s->poison.used && r == 0; i++)
        if (mln_poison_has(&s->poison, s->poison.known[i].print, mln_loop_now(s->loop)))
            r = send_msg(fd, MLN_WIRE_POISON, (struct mln_wire){.id = s->poison.known[i].print},
                         NULL, 0);
    if (r == 0)
        r = s->source->ops->give(s->source, w->index);
    if (r == 0)
        r = send_msg(fd, MLN_WIRE_START, (struct mln_wire){.arg = 0}, NULL, 0);
    if (r == 0)
        give_bypasses(w); /* read before the first request */
    return r;
}

static void start_worker(struct child *w)
{
    struct mln_supervisor *s = w->s;
    int fd = -1;
    const char *const args[] = {s->source->ops->profile, NULL};
    pid_t pid = mln_child_spawn("worker", args, &fd);

    w->started = mln_loop_now(s->loop);
    if (pid < 0) {
        mln_log(MLN_LOG_ERROR, "worker_not_started", MLN_KVS("why", strerror((int)-pid)));
        mln_timer_arm(s->loop, &w->restart, BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
        return;
    }
    w->pid = pid;
    w->ready = w->policy_due = w->tickets_due = w->bypass_due = w->aborted = false;
    w->pinged = 0;
    w->control = (struct mln_io){.fd = fd, .ready = on_worker};
    s->alive++;
    if (give_start(s, w) < 0 || mln_io_add(s->loop, &w->control, MLN_IO_READ) < 0)
        (void)kill(pid, SIGKILL);
}

static void restart_worker(struct mln_timer *t)
{
    struct child *w = MLN_OWNER(t, struct child, restart);

    if (!w->s->stopping)
        start_worker(w);
}

static void all_ready(struct mln_supervisor *s)
{
    if (s->announced)
        return;
    for (unsigned i = 0; i < s->n; i++)
        if (!s->worker[i].ready)
            return;
    s->announced = true;
    s->source->ops->all_ready(s->source);
    mln_notify("READY=1");
    tell_courier(s, MLN_EVENT_STARTED);
}

static void worker_ready(struct child *w)
{
    struct mln_source *source = w->s->source;

    w->ready = true;
    if (source->ops->worker_ready)
        source->ops->worker_ready(source, w->index);
    all_ready(w->s);
}

static void on_worker(struct mln_io *io, uint32_t events)
{
    struct child *w = (struct child *)(void *)io;

    (void)events;
    for (unsigned i = 0; i < 256; i++) {
        struct mln_wire m;
        size_t n;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);
        if (r == -EAGAIN)
            return;
        if (r <= 0) { /* it is gone, or as good as: SIGCHLD does the rest */
            mln_io_del(w->s->loop, io);
            (void)close(io->fd);
            io->fd = -1;
            (void)kill(w->pid, SIGKILL);
            return;
        }
        if (r != (int)sizeof(m) || m.version != MLN_WIRE_VERSION)
            continue;
        if (m.type == MLN_WIRE_READY)
            worker_ready(w);
        else if (m.type == MLN_WIRE_PING)
            w->pinged = 0;
        else
            w->s->source->ops->message(w->s->source, w->index, &m);
    }
}

/* What it read when it crashed; the second time nobody reads the like any more. */
static void hear_last_words(struct mln_supervisor *s, const struct child *w, int status)
{
    const off_t at = offsetof(struct mln_counters, died_of);
    const uint64_t none = 0;
    uint64_t print = 0;

    if (!mln_last_words_possible(status) ||
        pread(w->counters, &print, sizeof(print), at) != (ssize_t)sizeof(print) || !print ||
        pwrite(w->counters, &none, sizeof(none), at) != (ssize_t)sizeof(none) ||
        !mln_poison_died(&s->poison, print, mln_loop_now(s->loop)))
        return;
    mln_logf(MLN_LOG_ERROR, "request_kills_workers", "print=%016llx refused_s=%d",
             (unsigned long long)print, MLN_POISON_KEPT_S);
    for (unsigned i = 0; i < s->n; i++)
        if (s->worker[i].control.fd >= 0)
            (void)!send_msg(s->worker[i].control.fd, MLN_WIRE_POISON,
                            (struct mln_wire){.id = print}, NULL, 0);
}

static void worker_died(struct mln_supervisor *s, struct child *w, int status)
{
    mln_nsec lived = mln_loop_now(s->loop) - w->started;
    bool ready = w->ready;

    w->pid = 0;
    w->ready = false;
    s->alive--;
    if (w->control.fd >= 0) {
        mln_io_del(s->loop, &w->control);
        (void)close(w->control.fd);
        w->control.fd = -1;
    }
    if (s->stopping) {
        if (s->alive == 0)
            mln_loop_stop(s->loop);
        return;
    }
    mln_logf(MLN_LOG_ERROR, "worker_died", "index=%u signal=%d exit=%d", w->index,
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    if (!s->announced && !ready) { /* what fails at the first start fails again */
        s->exit_code = 3;
        s->stopping = true;
        for (unsigned i = 0; i < s->n; i++)
            if (s->worker[i].pid)
                (void)kill(s->worker[i].pid, SIGKILL);
        if (s->alive == 0)
            mln_loop_stop(s->loop);
        return;
    }
    tell_courier(s, MLN_EVENT_WORKER_DIED);
    hear_last_words(s, w, status);
    if (s->source->ops->worker_died)
        s->source->ops->worker_died(s->source, w->index);
    mln_timer_arm(s->loop, &w->restart, mln_supervisor_backoff(lived, &w->backoff_ms));
}

/* ---- workers that hang ---- */

static void ping(struct child *w)
{
    if (!w->ready || w->control.fd < 0 ||
        !mln_watchdog_turn(&w->pinged, mln_loop_now(w->s->loop), w->control.fd))
        return;
    (void)kill(w->pid, w->aborted ? SIGKILL : SIGABRT); /* at first it may still say why */
    if (!w->aborted)
        mln_logf(MLN_LOG_ERROR, "worker_hangs", "index=%u seconds=%d", w->index, MLN_HANG_S);
    w->aborted = true;
}

static void ping_all(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, ping);

    for (unsigned i = 0; i < s->n; i++)
        ping(&s->worker[i]);
    mln_timer_arm(s->loop, t, MLN_PING_S * MLN_NSEC_PER_SEC);
}

/* ---- the policy ---- */

static void replace(int *old, int *fd)
{
    mln_fd_close(old);
    *old = mln_fd_take(fd);
}

/* It is the policy in use from now on; its descriptors are taken. */
static void adopt(struct mln_supervisor *s, struct mln_compiled_fds *c)
{
    replace(&s->policy, &c->policy);
    replace(&s->keys, &c->keys);
    replace(&s->folders, &c->folders);
    replace(&s->lists, &c->lists);
    s->revision = c->revision;
    s->lists_revision = c->lists_revision;
    s->rules = c->rules;
}

static void later(struct mln_supervisor *s)
{
    mln_timer_arm(s->loop, &s->send_again, BUSY_MS * MLN_NSEC_PER_MSEC);
}

/* The newest policy. A worker that cannot take it now gets it once its queue has room. */
static void give_policy(struct child *w)
{
    bool was_due = w->policy_due;

    w->policy_due = w->control.fd >= 0 && send_policy(w->s, w->control.fd) < 0;
    if (!w->policy_due)
        return;
    if (!was_due)
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u policy=later", w->index);
    later(w->s);
}

static void reload_policy(struct mln_timer *t);

/* The lines of the compile child say where. */
static const char *policy_fault(int err)
{
    return err == -EINVAL      ? "it has errors"
           : err == -ETIMEDOUT ? "it could not be read in time"
                               : strerror(-err);
}

static void watch_folders(struct mln_supervisor *s);

static void refuse_policy(struct mln_supervisor *s, int err)
{
    mln_log(MLN_LOG_ERROR, "policy_refused",
            MLN_KVS("policy", s->o->policy ? s->o->policy : "built-in"),
            MLN_KVS("why", policy_fault(err)), MLN_KVS("kept", "old"));
    tell_courier(s, MLN_EVENT_POLICY_BAD);
}

static void use_policy(struct mln_supervisor *s, struct mln_compiled_fds *c)
{
    bool same = c->revision == s->revision && !s->compile_asked;

    adopt(s, c);
    watch_folders(s);
    for (unsigned i = 0; i < s->n; i++)
        give_policy(&s->worker[i]);
    if (same) { /* what is known by that revision goes on */
        mln_logf(MLN_LOG_INFO, "lists_loaded", "networks=%u", c->networks);
        tell_courier(s, MLN_EVENT_LISTS);
        return;
    }
    if (s->source->ops->policy)
        s->source->ops->policy(s->source);
    mln_logf(MLN_LOG_INFO, "policy_loaded", "rules=%u", s->rules);
    tell_courier(s, MLN_EVENT_POLICY);
    mln_feeds_policy(&s->feeds, c->fetched);
}

static void compile_done(void *arg, int r, struct mln_compiled_fds *c)
{
    struct mln_supervisor *s = arg;

    if (s->first > 0) {
        s->first = r;
        if (r == 0) {
            adopt(s, c);
            mln_feeds_policy(&s->feeds, c->fetched);
        }
        return;
    }
    if (r < 0)
        refuse_policy(s, r);
    else if (c->revision != s->revision || c->lists_revision != s->lists_revision ||
             s->compile_asked) /* else another file of the folder changed */
        use_policy(s, c);
    if (r == 0)
        mln_feeds_judged(&s->feeds, s->ticket, c->bad);
    if (r == 0 && c->bad)
        tell_courier(s, MLN_EVENT_FEED_BAD);
    s->compile_asked = false;
    if (s->compile_again) {
        s->compile_again = false;
        reload_policy(&s->reload);
    }
}

static int compile_policy(struct mln_supervisor *s)
{
    const struct mln_node_options *o = s->o;
    const char *const args[] = {o->policy ? o->policy : "", o->tls_cert, o->tls_key, NULL};

    s->ticket = s->feeds.ticket;
    return mln_compile_start(&s->compile, args, s->feeds.dir);
}

/* Nothing runs before there is a policy. */
static int first_policy(struct mln_supervisor *s)
{
    s->first = 1;
    int r = compile_policy(s);
    while (r == 0 && s->first > 0)
        r = mln_loop_turn(s->loop, MLN_NSEC_PER_SEC);
    return r < 0 ? r : s->first;
}

static void reload_policy(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, reload);

    s->compile_asked = s->compile_asked || !s->watched;
    if (mln_compile_is_running(&s->compile)) {
        s->compile_again = true;
        return;
    }
    s->watched = false;
    int r = compile_policy(s);
    if (r < 0) {
        refuse_policy(s, r);
        s->compile_asked = false;
    }
}

/* A list was fetched: as if a file beside the policy had changed. */
static void on_news(void *arg)
{
    struct mln_supervisor *s = arg;

    s->watched = true;
    reload_policy(&s->reload);
}

static void on_watch(struct mln_io *io, uint32_t events)
{
    struct mln_supervisor *s = MLN_OWNER(io, struct mln_supervisor, watch_io);
    char buf[4096];

    (void)events;
    while (read(io->fd, buf, sizeof(buf)) > 0)
        ;
    /* editors write in several steps: look once they are done; a folder that never rests must not
     * put it off */
    s->watched = true;
    if (!s->reload.deadline)
        mln_timer_arm(s->loop, &s->reload, WATCH_DELAY_MS * MLN_NSEC_PER_MSEC);
}

static const uint32_t watched = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE;

/* Those that certificates, keys and lists came from. One that is watched already stays so; one that
 * is not needed any more costs a look now and then. */
static void watch_folders(struct mln_supervisor *s)
{
    struct mln_buf text = {0};
    struct mln_sv left;

    if (s->watch < 0 || lseek(s->folders, 0, SEEK_SET) < 0 ||
        mln_fd_read_all(s->folders, &text) < 0) {
        mln_buf_done(&text);
        return;
    }
    left = mln_buf_sv(&text);
    while (left.len) {
        struct mln_sv dir = mln_sv_split(&left, '\0'); /* each ends with its NUL */
        if (dir.len && inotify_add_watch(s->watch, dir.p, watched) < 0)
            mln_log(MLN_LOG_WARN, "folder_not_watched",
                    MLN_KVS("hint", "send SIGHUP after a change"));
    }
    mln_buf_done(&text);
}

/* The folder of the policy: editors and config maps replace the file rather than write it. */
static bool watch_policy(struct mln_supervisor *s)
{
    char dir[4096];

    if (!s->o->policy)
        return true;
    (void)snprintf(dir, sizeof(dir), "%s", s->o->policy);
    char *slash = strrchr(dir, '/');
    if (slash && slash != dir)
        *slash = '\0';
    else
        (void)snprintf(dir, sizeof(dir), slash ? "/" : ".");
    return inotify_add_watch(s->watch, dir, watched) >= 0 &&
           (inotify_add_watch(s->watch, s->o->policy, watched) >= 0 || errno == ENOENT);
}

static void watch_files(struct mln_supervisor *s)
{
    s->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    s->watch_io = (struct mln_io){.fd = s->watch, .ready = on_watch};
    if (s->watch < 0 || mln_io_add(s->loop, &s->watch_io, MLN_IO_READ) < 0 || !watch_policy(s))
        mln_log(MLN_LOG_WARN, "policy_not_watched", MLN_KVS("hint", "send SIGHUP after a change"));
    watch_folders(s);
}

/* The compile child warns of certificates that end soon, each time that it runs. */
static void look_again(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, look_again);

    s->watched = true;
    reload_policy(&s->reload);
    mln_timer_arm(s->loop, t, CERTIFICATE_S * MLN_NSEC_PER_SEC);
}

/* ---- session tickets ---- */

static int make_tickets(struct mln_supervisor *s, const struct mln_tls_tickets *keys)
{
    int fd = mln_memfd_sealed("merlon-tickets", mln_sv(keys, sizeof(*keys)));

    if (fd < 0)
        return fd;
    mln_fd_close(&s->tickets);
    s->tickets = fd;
    return 0;
}

static int first_tickets(struct mln_supervisor *s)
{
    struct mln_tls_tickets keys;

    mln_random(&keys, sizeof(keys));
    int r = make_tickets(s, &keys);
    explicit_bzero(&keys, sizeof(keys));
    return r;
}

static void give_tickets(struct child *w)
{
    w->tickets_due = w->control.fd >= 0 && send_tickets(w->s, w->control.fd) < 0;
    if (w->tickets_due)
        later(w->s);
}

/* A new key seals; what the last ones sealed can still be opened. */
static void rotate(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, rotate);
    struct mln_tls_tickets keys;

    if (pread(s->tickets, &keys, sizeof(keys), 0) == (ssize_t)sizeof(keys)) {
        memmove(&keys.key[1], &keys.key[0], sizeof(keys) - sizeof(keys.key[0]));
        mln_random(&keys.key[0], sizeof(keys.key[0]));
        if (make_tickets(s, &keys) == 0)
            for (unsigned i = 0; i < s->n; i++)
                give_tickets(&s->worker[i]);
        explicit_bzero(&keys, sizeof(keys));
    }
    mln_timer_arm(s->loop, t, TICKET_S * MLN_NSEC_PER_SEC);
}

/* ---- the audit log ---- */

static int open_audit(const char *path)
{
    int fd = strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                                    : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    return fd < 0 ? -errno : fd;
}

static void give_log(struct mln_supervisor *s)
{
    const int logs[] = {s->audit, s->access};

    s->log_due = false;
    for (unsigned i = 0; i < MLN_ARRAY_LEN(logs); i++)
        if (logs[i] >= 0 && s->courier_fd >= 0 &&
            send_msg(s->courier_fd, MLN_WIRE_LOG, (struct mln_wire){.index = i}, &logs[i], 1) < 0)
            s->log_due = true;
    if (s->log_due)
        later(s);
}

/* After a rotation: the courier goes on in a new file of the same name. */
static void reopen_log(const char *path, int *log)
{
    if (!path || strcmp(path, "-") == 0)
        return;
    int fd = open_audit(path);
    if (fd < 0) {
        mln_log(MLN_LOG_ERROR, "audit_log_not_reopened", MLN_KVS("path", path),
                MLN_KVS("why", strerror(-fd)), MLN_KVS("kept", "old"));
        return;
    }
    mln_fd_close(log);
    *log = fd;
    mln_log(MLN_LOG_INFO, "audit_log_reopened", MLN_KVS("path", path));
}

static void reopen_logs(struct mln_supervisor *s)
{
    reopen_log(s->o->audit_log, &s->audit);
    reopen_log(s->o->access_log, &s->access);
    give_log(s);
}

/* ---- bypass ---- */

static int tell_bypass(struct mln_supervisor *s, const char *name, mln_nsec until, uint32_t uid,
                       bool again)
{
    const struct mln_wire m = {
        .id = mln_bypass_key(mln_sv_str(name)), .arg = until, .index = uid, .slot = again};
    MLN_CLEANUP_FD int fd = mln_memfd_sealed("bypass", mln_sv_str(name));

    return fd < 0 ? fd : send_msg(s->courier_fd, MLN_WIRE_BYPASS, m, &fd, 1);
}

static void bypass_changed(struct mln_bypass *b, const char *name, mln_nsec until, uint32_t uid)
{
    struct mln_supervisor *s = MLN_OWNER(b, struct mln_supervisor, bypass);
    const struct mln_wire m = {.id = mln_bypass_key(mln_sv_str(name)), .arg = until};
    char seconds[24], who[16];
    const char *rule = *name ? name : "*";
    mln_nsec now = mln_now_mono();

    (void)snprintf(who, sizeof(who), "%u", uid);
    (void)snprintf(seconds, sizeof(seconds), "%llu",
                   (unsigned long long)((until > now ? until - now : 0) / MLN_NSEC_PER_SEC));
    if (until)
        mln_log(MLN_LOG_WARN, "bypass_begins", MLN_KVS("rule", rule), MLN_KVS("seconds", seconds),
                MLN_KVS("uid", who));
    else
        mln_log(MLN_LOG_WARN, "bypass_ends", MLN_KVS("rule", rule));
    for (unsigned i = 0; i < s->n; i++) {
        struct child *w = &s->worker[i];
        if (w->pid && w->control.fd >= 0 &&
            send_msg(w->control.fd, MLN_WIRE_BYPASS, m, NULL, 0) < 0) {
            w->bypass_due = true;
            later(s);
        }
    }
    if (s->courier_fd >= 0 && tell_bypass(s, name, until, uid, false) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}

static void tell_bypasses(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (s->bypass.off[i].until && tell_bypass(s, s->bypass.off[i].name, s->bypass.off[i].until,
                                                  s->bypass.off[i].uid, true) < 0)
            mln_log0(MLN_LOG_WARN, "courier_busy");
}

/* ---- syslog ---- */

/* Also why there is no socket: the courier asks again, ever more rarely. */
static int give_syslog(struct mln_supervisor *s)
{
    const struct mln_syslog_target *t = &s->o->syslog;
    struct mln_wire m = {.index = t->transport, .slot = t->format};
    mln_nsec now = mln_now_mono();
    bool soon = s->syslog_made && now - s->syslog_made < SYSLOG_PAUSE_MS * MLN_NSEC_PER_MSEC;
    MLN_CLEANUP_FD int fd = soon ? -EAGAIN : mln_syslog_socket(t);

    if (!soon)
        s->syslog_made = now;
    m.arg = fd < 0 ? (uint64_t)-fd : 0;
    return send_msg(s->courier_fd, MLN_WIRE_SYSLOG, m, &fd, fd >= 0);
}

static void forget_courier(struct mln_supervisor *s)
{
    if (s->courier_io.ready)
        mln_io_del(s->loop, &s->courier_io);
    s->courier_io.ready = NULL;
}

/* It is taken for hostile: it may ask for a socket, and no sooner than SYSLOG_PAUSE_MS after it got
 * one. */
static void on_courier(struct mln_io *io, uint32_t events)
{
    struct mln_supervisor *s = MLN_OWNER(io, struct mln_supervisor, courier_io);
    struct mln_wire m;
    size_t n;
    int r = mln_scm_recv(s->courier_fd, &m, sizeof(m), NULL, 0, &n);

    (void)events;
    if (r == 0 || r == -ECONNRESET) {
        forget_courier(s);
        return;
    }
    if (r == (int)sizeof(m) && m.version == MLN_WIRE_VERSION && m.type == MLN_WIRE_SYSLOG &&
        s->o->syslog.transport && give_syslog(s) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}

static void send_again(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, send_again);

    for (unsigned i = 0; i < s->n; i++) {
        if (s->worker[i].policy_due)
            give_policy(&s->worker[i]);
        if (s->worker[i].bypass_due)
            give_bypasses(&s->worker[i]);
        if (s->worker[i].tickets_due)
            give_tickets(&s->worker[i]);
    }
    if (s->log_due)
        give_log(s);
    if (s->source->ops->again)
        s->source->ops->again(s->source);
}

/* ---- signals ---- */

static void stop_now(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, stop);

    for (unsigned i = 0; i < s->n; i++)
        if (s->worker[i].pid)
            (void)kill(s->worker[i].pid, SIGKILL);
}

static void begin_stop(struct mln_supervisor *s)
{
    uint64_t ms = s->o->drain / MLN_NSEC_PER_MSEC;

    if (s->stopping) {
        stop_now(&s->stop);
        return;
    }
    s->stopping = true;
    mln_notify("STOPPING=1");
    mln_logf(MLN_LOG_INFO, "stopping", "drain_ms=%llu", (unsigned long long)ms);
    tell_courier(s, MLN_EVENT_STOPPING);
    if (s->source->ops->stopping)
        s->source->ops->stopping(s->source);
    for (unsigned i = 0; i < s->n; i++) {
        mln_timer_disarm(s->loop, &s->worker[i].restart);
        if (s->worker[i].pid &&
            (s->worker[i].control.fd < 0 || send_msg(s->worker[i].control.fd, MLN_WIRE_DRAIN,
                                                     (struct mln_wire){.arg = ms}, NULL, 0) < 0))
            (void)kill(s->worker[i].pid, SIGKILL);
    }
    if (s->alive == 0)
        mln_loop_stop(s->loop);
    mln_timer_arm(s->loop, &s->stop, s->o->drain + 2 * MLN_NSEC_PER_SEC);
}

/* Audits wait in the rings for its successor. */
static void courier_died(struct mln_supervisor *s, int status)
{
    s->courier = 0;
    forget_courier(s);
    mln_fd_close(&s->courier_fd);
    mln_logf(MLN_LOG_ERROR, "courier_died", "signal=%d exit=%d",
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    mln_timer_arm(
        s->loop, &s->courier_restart,
        mln_supervisor_backoff(mln_loop_now(s->loop) - s->courier_started, &s->courier_backoff_ms));
}

static void reap(struct mln_supervisor *s)
{
    int status;

    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        bool ours = pid == s->courier;
        if (ours)
            courier_died(s, status);
        mln_compile_reaped(&s->compile, pid);
        ours = ours || mln_feeds_child_died(&s->feeds, pid);
        for (unsigned i = 0; i < s->n && !ours; i++)
            if (s->worker[i].pid == pid) {
                worker_died(s, &s->worker[i], status);
                ours = true;
            }
        if (!ours && s->source->ops->child_died)
            s->source->ops->child_died(s->source, pid, status);
    }
}

static void on_signal(struct mln_io *io, uint32_t events)
{
    struct mln_supervisor *s = MLN_OWNER(io, struct mln_supervisor, signal_io);
    struct signalfd_siginfo info;

    (void)events;
    while (read(io->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            reap(s);
        else if (info.ssi_signo == SIGHUP) {
            mln_timer_disarm(s->loop, &s->reload);
            s->watched = false;
            reload_policy(&s->reload);
        } else if (info.ssi_signo == SIGUSR1)
            reopen_logs(s);
        else {
            s->source->signalled = true;
            begin_stop(s);
        }
    }
}

static int take_signals(struct mln_supervisor *s)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    (void)sigaddset(&set, SIGHUP);
    (void)sigaddset(&set, SIGUSR1);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return -errno;
    s->signal_io = (struct mln_io){.fd = s->signals, .ready = on_signal};
    return mln_io_add(s->loop, &s->signal_io, MLN_IO_READ);
}

/* ---- start ---- */

static int start_courier(struct mln_supervisor *s)
{
    s->log_due = false;
    s->courier_started = mln_loop_now(s->loop);
    int fds[3] = {s->bell, -1, -1};
    size_t n = 1;
    int fd = -1;

    if (s->audit >= 0)
        fds[n++] = s->audit;
    if (s->metrics >= 0)
        fds[n++] = s->metrics;
    pid_t pid = mln_child_spawn("courier", NULL, &fd);
    if (pid < 0)
        return (int)pid;
    s->courier = pid;
    s->courier_fd = fd;
    int r = send_msg(fd, MLN_WIRE_INIT,
                     (struct mln_wire){.app = s->audit >= 0, .log_level = s->o->log_level}, fds, n);
    for (unsigned i = 0; i < s->n && r == 0; i++) {
        const int shared[] = {s->worker[i].ring, s->worker[i].counters};
        r = send_msg(fd, MLN_WIRE_WORKER, (struct mln_wire){.index = i}, shared, 2);
    }
    if (r == 0 && s->access >= 0)
        r = send_msg(fd, MLN_WIRE_LOG, (struct mln_wire){.index = 1}, &s->access, 1);
    if (r == 0 && s->o->syslog.transport)
        r = give_syslog(s);
    const int bans[] = {s->bans, s->bans_api};
    if (r == 0)
        r = send_msg(fd, MLN_WIRE_BANS, (struct mln_wire){.arg = 0}, bans,
                     s->bans_api >= 0 ? 2 : 1);
    if (r == 0)
        r = send_msg(fd, MLN_WIRE_START, (struct mln_wire){.arg = 0}, NULL, 0);
    if (r == 0 && s->o->syslog.transport) {
        s->courier_io = (struct mln_io){.fd = fd, .ready = on_courier};
        r = mln_io_add(s->loop, &s->courier_io, MLN_IO_READ);
    }
    if (r == 0)
        tell_bypasses(s);
    if (r == 0 && s->source->ops->courier_started)
        s->source->ops->courier_started(s->source);
    return r;
}

static void restart_courier(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, courier_restart);

    if (start_courier(s) == 0)
        tell_courier(s, MLN_EVENT_COURIER_DIED);
    else if (!s->courier) /* else it ends for want of its start messages, and comes back here */
        mln_timer_arm(s->loop, &s->courier_restart, BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
}

/* It outlives its writer. Opened anew for workers: what is open for reading cannot be mapped to
 * write. */
static int make_bans(struct mln_supervisor *s)
{
    const char *dir = s->o->state_dir;
    char path[64];

    s->bans = mln_memfd_shared("merlon-bans", mln_bans_size());
    if (s->bans < 0)
        return s->bans;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", s->bans);
    s->bans_to_read = open(path, O_RDONLY | O_CLOEXEC);
    if (s->bans_to_read < 0)
        return -errno;
    if (!dir)
        return 0;
    s->bans_api = mln_local_listen(dir, MLN_BANS_SOCKET_NAME);
    s->bans_inode = mln_local_inode(dir, MLN_BANS_SOCKET_NAME);
    return MLN_MIN(s->bans_api, 0);
}

static void close_bans(struct mln_supervisor *s)
{
    if (s->bans_api >= 0)
        mln_local_unlink(s->o->state_dir, MLN_BANS_SOCKET_NAME, s->bans_inode);
    mln_fd_close(&s->bans_api);
    mln_fd_close(&s->bans);
    mln_fd_close(&s->bans_to_read);
}

static int make_shared(struct mln_supervisor *s)
{
    int r = make_bans(s);

    if (r < 0)
        return r;
    s->bell = mln_eventfd();
    if (s->bell < 0)
        return s->bell;
    for (unsigned i = 0; i < s->n; i++) {
        struct child *w = &s->worker[i];
        w->s = s;
        w->index = i;
        w->control.fd = -1;
        w->restart.fire = restart_worker;
        w->ring = mln_memfd_shared("merlon-ring", mln_ring_size(MLN_RING_BYTES_DEFAULT));
        w->counters = mln_memfd_shared("merlon-counters", sizeof(struct mln_counters));
        if (w->ring < 0 || w->counters < 0)
            return w->ring < 0 ? w->ring : w->counters;
    }
    return 0;
}

static int policy_complaint(const struct mln_supervisor *s, int err)
{
    const char *path = s->o->policy ? s->o->policy : "the built-in policy";

    if (err != -EINVAL)
        return mln_supervisor_complain(s->source, path, err, "nothing was started");
    (void)fprintf(stderr, "merlon %s: %s%s has errors; nothing was started\n",
                  s->source->ops->command, s->o->policy ? "the policy " : "",
                  s->o->policy || !s->o->tls_cert ? path : "--tls-cert or --tls-key");
    return 1;
}

static int open_all(struct mln_supervisor *s)
{
    const struct mln_node_options *o = s->o;

    if (o->state_dir)
        s->feeds.dir = mln_feeds_dir(o->state_dir);
    int r = first_policy(s);
    if (r < 0)
        return policy_complaint(s, r);
    char metrics[MLN_ADDR_TEXT + 64], at[MLN_ADDR_TEXT + 8];
    (void)snprintf(metrics, sizeof(metrics), "cannot listen on %s (--metrics)",
                   mln_addr_port_text(&o->metrics_addr, o->metrics_port, at));
    s->metrics = -1;
    if (o->has_metrics && (s->metrics = mln_socket_listen(&o->metrics_addr, o->metrics_port, 16,
                                                          s->source->ops->shares_metrics)) < 0)
        return mln_supervisor_complain(s->source, metrics, s->metrics, mln_listen_hint(s->metrics));
    s->audit = -1;
    if (o->audit_log)
        s->audit = open_audit(o->audit_log);
    if (o->audit_log && s->audit < 0)
        return mln_supervisor_complain(s->source, o->audit_log, s->audit,
                                       "the audit log cannot be opened for writing");
    s->access = o->access_log ? open_audit(o->access_log) : -1;
    if (o->access_log && s->access < 0)
        return mln_supervisor_complain(s->source, o->access_log, s->access,
                                       "the access log cannot be opened for writing");
    s->bypass.changed = bypass_changed;
    r = s->source->ops->open(s->source);
    int b = r == 0 ? mln_bypass_open(&s->bypass, s->loop, o->state_dir) : 0;
    return b < 0 ? mln_supervisor_complain(s->source, o->state_dir, b,
                                           "the socket of merlon bypass cannot be made there")
                 : r;
}

static void wait_courier(struct mln_supervisor *s)
{
    forget_courier(s);
    mln_fd_close(&s->courier_fd); /* its end of the story: it empties the rings and goes */
    if (s->courier > 0)
        (void)waitpid(s->courier, NULL, 0);
}

int mln_supervisor_run(const struct mln_node_options *o, struct mln_source *source)
{
    struct mln_supervisor *s = calloc(1, sizeof(*s));

    if (!s)
        return 3;
    s->o = o;
    s->source = source;
    source->sup = s;
    s->n = o->workers;
    s->courier_fd = s->policy = s->keys = s->folders = s->tickets = s->metrics = s->audit = -1;
    s->access = -1;
    s->watch = s->lists = s->compile.control.fd = -1;
    s->bans = s->bans_to_read = s->bans_api = -1;
    s->feeds = (struct mln_feeds){.control.fd = -1,
                                  .dir = -ENOENT,
                                  .policy = &s->policy,
                                  .log_level = o->log_level,
                                  .news = on_news,
                                  .arg = s};
    s->compile.done = compile_done;
    s->compile.arg = s;
    mln_random(&s->poison_secret, sizeof(s->poison_secret));
    s->reload.fire = reload_policy;
    s->rotate.fire = rotate;
    s->look_again.fire = look_again;
    s->stop.fire = stop_now;
    s->send_again.fire = send_again;
    s->courier_restart.fire = restart_courier;
    mln_log_setup(o->log_level, "supervisor");
    mln_raise_file_limit();
    int r = mln_loop_new(&s->loop);
    s->compile.loop = s->feeds.loop = s->loop;
    int code = r < 0 ? mln_supervisor_complain(source, "cannot start", r, NULL) : open_all(s);
    if (code == 0 && ((r = make_shared(s)) < 0 || (r = first_tickets(s)) < 0 ||
                      (r = take_signals(s)) < 0 || (r = start_courier(s)) < 0))
        code = mln_supervisor_complain(source, "cannot start", r, NULL);
    if (code == 0) {
        watch_files(s);
        mln_timer_arm(s->loop, &s->rotate, TICKET_S * MLN_NSEC_PER_SEC);
        mln_timer_arm(s->loop, &s->look_again, CERTIFICATE_S * MLN_NSEC_PER_SEC);
        s->ping.fire = ping_all;
        mln_timer_arm(s->loop, &s->ping, MLN_PING_S * MLN_NSEC_PER_SEC);
        for (unsigned i = 0; i < s->n; i++)
            start_worker(&s->worker[i]);
        r = mln_loop_run(s->loop);
        if (s->courier == 0 && start_courier(s) < 0) /* it died on the way */
            mln_log0(MLN_LOG_ERROR, "audits_lost");
        code = s->exit_code;
        if (s->exit_code)
            (void)fprintf(stderr, "merlon %s: the workers do not start; the lines above say why\n",
                          source->ops->command);
    }
    mln_bypass_close(&s->bypass);
    if (source->ops->close)
        source->ops->close(source);
    wait_courier(s);
    mln_compile_stop(&s->compile);
    mln_feeds_done(&s->feeds);
    close_bans(s);
    /* the process may live on (--linger) */
    mln_fd_close(&s->lists);
    mln_fd_close(&s->metrics);
    mln_fd_close(&s->audit);
    mln_fd_close(&s->access);
    mln_fd_close(&s->policy);
    s->loop = mln_loop_free(s->loop);
    free(s);
    return code;
}

/* ---- for the source ---- */

struct mln_loop *mln_supervisor_loop(struct mln_supervisor *s)
{
    return s->loop;
}

const struct mln_node_options *mln_supervisor_options(const struct mln_supervisor *s)
{
    return s->o;
}

static int send_or_later(struct mln_supervisor *s, int fd, enum mln_wire_type type,
                         struct mln_wire m, const int *fds, size_t n_fds)
{
    if (fd < 0)
        return -ENOTCONN;
    int r = send_msg(fd, type, m, fds, n_fds);
    if (r == -EAGAIN)
        later(s);
    return r == -EPIPE || r == -ECONNRESET ? -ENOTCONN : r;
}

int mln_supervisor_send(struct mln_supervisor *s, unsigned w, enum mln_wire_type type,
                        struct mln_wire m, const int *fds, size_t n_fds)
{
    return send_or_later(s, s->worker[w].control.fd, type, m, fds, n_fds);
}

int mln_supervisor_tell_courier(struct mln_supervisor *s, enum mln_wire_type type,
                                struct mln_wire m, const int *fds, size_t n_fds)
{
    return send_or_later(s, s->courier_fd, type, m, fds, n_fds);
}

unsigned mln_supervisor_workers(const struct mln_supervisor *s)
{
    return s->n;
}

bool mln_supervisor_worker_alive(const struct mln_supervisor *s, unsigned w)
{
    return s->worker[w].pid && s->worker[w].control.fd >= 0;
}

bool mln_supervisor_worker_ready(const struct mln_supervisor *s, unsigned w)
{
    return s->worker[w].ready && mln_supervisor_worker_alive(s, w);
}

void mln_supervisor_stop(struct mln_supervisor *s)
{
    if (!s->stopping)
        begin_stop(s);
}

void mln_supervisor_kill_worker(struct mln_supervisor *s, unsigned w)
{
    if (s->worker[w].pid)
        (void)kill(s->worker[w].pid, SIGKILL);
}

int mln_supervisor_policy(const struct mln_supervisor *s, uint64_t *ret_revision,
                          unsigned *ret_rules)
{
    if (ret_revision)
        *ret_revision = s->revision;
    if (ret_rules)
        *ret_rules = s->rules;
    return s->policy;
}

int mln_supervisor_bans(const struct mln_supervisor *s)
{
    return s->bans_to_read;
}

int mln_supervisor_complain(const struct mln_source *s, const char *what, int err, const char *hint)
{
    (void)fprintf(stderr, "merlon %s: %s: %s%s%s\n", s->ops->command, what, strerror(-err),
                  hint ? "; " : "", hint ? hint : "");
    return 3;
}

const char *mln_addr_port_text(const struct mln_addr *a, uint16_t port, char out[MLN_ADDR_TEXT + 8])
{
    char ip[MLN_ADDR_TEXT];

    (void)mln_addr_format(a, ip);
    (void)snprintf(out, MLN_ADDR_TEXT + 8, strchr(ip, ':') ? "[%s]:%u" : "%s:%u", ip, port);
    return out;
}

const char *mln_listen_hint(int err)
{
    switch (err) {
    case -EADDRINUSE:
        return "another program uses this port; ss -ltnp shows which";
    case -EACCES:
        return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case -EADDRNOTAVAIL:
        return "this machine has no such address; ip address lists those that it has";
    default:
        return NULL;
    }
}
