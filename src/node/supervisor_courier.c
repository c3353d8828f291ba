#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/sockets.h"
#include "node/supervisor_priv.h"
#include "node/syslog.h"

enum { SYSLOG_PAUSE_MS = 100 }; /* between two sockets for a receiver of audits */

static int send_courier(const struct mln_supervisor *s, enum mln_wire_type type, struct mln_wire m,
                        const int *fds, size_t n)
{
    return mln_child_send(s->courier.control.fd, type, m, fds, n);
}

static void warn_busy(void)
{
    mln_log0(MLN_LOG_WARN, "courier_busy");
}

void sup_courier_tell(struct mln_supervisor *s, enum mln_node_event event)
{
    if (s->courier.control.fd >= 0 &&
        send_courier(s, MLN_WIRE_EVENT, (struct mln_wire){.arg = event}, NULL, 0) < 0)
        warn_busy();
}

/* ---- logs ---- */

/* Not waiting is a state that all holders of a pipe or terminal share: hence one of our own. */
static int without_waiting(int fd)
{
    struct stat st;
    char path[32];

    if (fstat(fd, &st) < 0 || !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
        return fd;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own < 0) /* another user's: the courier looks whether there is room */
        return fd;
    (void)close(fd);
    return own;
}

static int open_log(const char *path)
{
    int fd = strcmp(path, "-") == 0 ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
                                    : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

    return fd < 0 ? -errno : without_waiting(fd);
}

static int first_log(struct mln_supervisor *s, const char *path, int *log, const char *hint)
{
    if (!path)
        return 0;
    *log = open_log(path);
    return *log < 0 ? mln_supervisor_complain(s->source, path, *log, hint) : 0;
}

static void give_logs(struct mln_supervisor *s)
{
    const int logs[] = {s->courier.audit, s->courier.access};

    s->courier.log_due = false;
    for (unsigned i = 0; i < MLN_ARRAY_LEN(logs); i++)
        if (logs[i] >= 0 && s->courier.control.fd >= 0 &&
            send_courier(s, MLN_WIRE_LOG, (struct mln_wire){.index = i}, &logs[i], 1) < 0)
            s->courier.log_due = true;
    if (s->courier.log_due)
        sup_later(s);
}

static void reopen_log(const char *path, int *log)
{
    if (!path || strcmp(path, "-") == 0)
        return;
    int fd = open_log(path);
    if (fd < 0) {
        mln_log(MLN_LOG_ERROR, "audit_log_not_reopened", MLN_KVS("path", path),
                MLN_KVS("why", strerror(-fd)), MLN_KVS("kept", "old"));
        return;
    }
    mln_fd_close(log);
    *log = fd;
    mln_log(MLN_LOG_INFO, "audit_log_reopened", MLN_KVS("path", path));
}

void sup_courier_reopen_logs(struct mln_supervisor *s)
{
    reopen_log(s->o->audit_log, &s->courier.audit);
    reopen_log(s->o->access_log, &s->courier.access);
    give_logs(s);
}

void sup_courier_send_due(struct mln_supervisor *s)
{
    if (s->courier.log_due)
        give_logs(s);
}

/* ---- bypasses ---- */

static int tell_bypass(struct mln_supervisor *s, const char *name, mln_nsec until, uint32_t uid,
                       bool again)
{
    const struct mln_wire m = {
        .id = mln_bypass_key(mln_sv_str(name)), .arg = until, .index = uid, .slot = again};
    MLN_CLEANUP_FD int fd = mln_memfd_sealed("bypass", mln_sv_str(name));

    return fd < 0 ? fd : send_courier(s, MLN_WIRE_BYPASS, m, &fd, 1);
}

void sup_courier_tell_bypass(struct mln_supervisor *s, const char *rule, mln_nsec until,
                             uint32_t uid)
{
    if (s->courier.control.fd >= 0 && tell_bypass(s, rule, until, uid, false) < 0)
        warn_busy();
}

static void tell_bypasses(struct mln_supervisor *s)
{
    const struct mln_bypass *b = &s->bypass;

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (b->off[i].until &&
            tell_bypass(s, b->off[i].name, b->off[i].until, b->off[i].uid, true) < 0)
            warn_busy();
}

void sup_courier_tell_feed(struct mln_supervisor *s, const struct mln_feed_msg *msg)
{
    if (s->courier.control.fd >= 0 &&
        mln_scm_send(s->courier.control.fd, msg, sizeof(*msg), NULL, 0) < 0)
        warn_busy();
}

/* ---- syslog ---- */

/* Also why there is no socket: the courier asks again, ever more rarely. */
static int give_syslog(struct mln_supervisor *s)
{
    const struct mln_syslog_target *t = &s->o->syslog;
    struct mln_wire m = {.index = t->transport, .slot = t->format};
    mln_nsec now = mln_now_mono(), made = s->courier.syslog_made;
    bool soon = made && now - made < SYSLOG_PAUSE_MS * MLN_NSEC_PER_MSEC;
    MLN_CLEANUP_FD int fd = soon ? -EAGAIN : mln_syslog_socket(t);

    if (!soon)
        s->courier.syslog_made = now;
    m.arg = fd < 0 ? (uint64_t)-fd : 0;
    return send_courier(s, MLN_WIRE_SYSLOG, m, &fd, fd >= 0);
}

static void stop_listening(struct mln_supervisor *s)
{
    if (s->courier.control.ready)
        mln_io_del(s->loop, &s->courier.control);
    s->courier.control.ready = NULL;
}

/* It is taken for hostile: it may ask for a socket, and no sooner than SYSLOG_PAUSE_MS after it got
 * one. */
static void on_courier(struct mln_io *io, uint32_t events)
{
    struct mln_supervisor *s = MLN_OWNER(io, struct mln_supervisor, courier.control);
    struct mln_wire m;
    size_t n;
    int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);

    (void)events;
    if (r == 0 || r == -ECONNRESET) {
        stop_listening(s);
        return;
    }
    if (r == (int)sizeof(m) && m.version == MLN_WIRE_VERSION && m.type == MLN_WIRE_SYSLOG &&
        s->o->syslog.transport && give_syslog(s) < 0)
        warn_busy();
}

/* ---- start and end ---- */

static int give_init(struct mln_supervisor *s)
{
    const struct sup_courier *c = &s->courier;
    int fds[3] = {s->bell, -1, -1};
    size_t n = 1;

    if (c->audit >= 0)
        fds[n++] = c->audit;
    if (c->metrics >= 0)
        fds[n++] = c->metrics;
    return send_courier(s, MLN_WIRE_INIT,
                        (struct mln_wire){.app = c->audit >= 0, .log_level = s->o->log_level}, fds,
                        n);
}

/* All that it must know before it locks itself in. */
static int give_start(struct mln_supervisor *s)
{
    const int bans[] = {s->bans.to_write, s->bans.api};
    int r = give_init(s);

    for (unsigned i = 0; i < s->workers.n && r == 0; i++) {
        const int shared[] = {s->workers.one[i].ring, s->workers.one[i].counters};
        r = send_courier(s, MLN_WIRE_WORKER, (struct mln_wire){.index = i}, shared, 2);
    }
    if (r == 0 && s->courier.access >= 0)
        r = send_courier(s, MLN_WIRE_LOG, (struct mln_wire){.index = 1}, &s->courier.access, 1);
    if (r == 0 && s->o->syslog.transport)
        r = give_syslog(s);
    if (r == 0)
        r = send_courier(s, MLN_WIRE_BANS, (struct mln_wire){.arg = 0}, bans,
                         s->bans.api >= 0 ? 2 : 1);
    return r == 0 ? send_courier(s, MLN_WIRE_START, (struct mln_wire){.arg = 0}, NULL, 0) : r;
}

int sup_courier_start(struct mln_supervisor *s)
{
    struct sup_courier *c = &s->courier;
    int fd = -1;

    c->log_due = false;
    c->started = mln_loop_now(s->loop);
    pid_t pid = mln_child_spawn("courier", NULL, &fd);
    if (pid < 0)
        return (int)pid;
    c->pid = pid;
    c->control = (struct mln_io){.fd = fd};
    int r = give_start(s);
    if (r == 0 && s->o->syslog.transport) { /* else it has nothing to say */
        c->control.ready = on_courier;
        r = mln_io_add(s->loop, &c->control, MLN_IO_READ);
    }
    if (r == 0)
        tell_bypasses(s);
    for (unsigned i = 0; i < s->policy.feeds.states.n && r == 0; i++)
        sup_courier_tell_feed(s, &s->policy.feeds.states.v[i]);
    if (r == 0 && s->source->ops->courier_started)
        s->source->ops->courier_started(s->source);
    return r;
}

static void restart(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, courier.restart);

    if (sup_courier_start(s) == 0)
        sup_courier_tell(s, MLN_EVENT_COURIER_DIED);
    else if (!s->courier.pid) /* else it ends for want of its start messages, and comes back here */
        mln_timer_arm(s->loop, t, MLN_CHILD_BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
}

static void hang_up(struct mln_supervisor *s)
{
    stop_listening(s);
    mln_fd_close(&s->courier.control.fd);
}

bool sup_courier_child_died(struct mln_supervisor *s, pid_t pid, int status)
{
    struct sup_courier *c = &s->courier;

    if (pid != c->pid)
        return false;
    c->pid = 0;
    hang_up(s);
    mln_logf(MLN_LOG_ERROR, "courier_died", "signal=%d exit=%d",
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    mln_timer_arm(s->loop, &c->restart,
                  mln_child_backoff(mln_loop_now(s->loop) - c->started, &c->backoff_ms));
    return true;
}

void sup_courier_init(struct mln_supervisor *s)
{
    struct sup_courier *c = &s->courier;

    c->control.fd = c->audit = c->access = c->metrics = -1;
    c->restart.fire = restart;
}

static int open_metrics(struct mln_supervisor *s)
{
    const struct mln_node_options *o = s->o;
    char what[MLN_ADDR_PORT_TEXT + 32], at[MLN_ADDR_PORT_TEXT];

    if (!o->has_metrics)
        return 0;
    s->courier.metrics =
        mln_socket_listen(&o->metrics_addr, o->metrics_port, 16, s->source->ops->shares_metrics);
    if (s->courier.metrics >= 0)
        return 0;
    (void)snprintf(what, sizeof(what), "cannot listen on %s (--metrics)",
                   mln_addr_port_format(&o->metrics_addr, o->metrics_port, at));
    return mln_supervisor_complain(s->source, what, s->courier.metrics,
                                   mln_socket_listen_hint(s->courier.metrics));
}

int sup_courier_open(struct mln_supervisor *s)
{
    int code = open_metrics(s);

    if (code == 0)
        code = first_log(s, s->o->audit_log, &s->courier.audit,
                         "the audit log cannot be opened for writing");
    if (code == 0)
        code = first_log(s, s->o->access_log, &s->courier.access,
                         "the access log cannot be opened for writing");
    return code;
}

void sup_courier_done(struct mln_supervisor *s)
{
    struct sup_courier *c = &s->courier;

    hang_up(s); /* its end of the story: it empties the rings and goes */
    if (c->pid > 0)
        (void)waitpid(c->pid, NULL, 0);
    mln_fd_close(&c->metrics);
    mln_fd_close(&c->audit);
    mln_fd_close(&c->access);
}
