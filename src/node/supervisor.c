#include "node/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/children.h"
#include "node/notify.h"
#include "node/sockets.h"
#include "node/supervisor_priv.h"

enum {
    BUSY_MS = 20,     /* until what a full queue refused is sent again */
    STOP_SPARE_S = 2, /* workers that are told to drain may be late by so much */
    DRAIN_LATE_S = 3, /* whether the source has let go or not */
    LAST_MS = 50      /* connections that are being made when it lets go */
};

/* ---- what a full queue refused ---- */

void sup_later(struct mln_supervisor *s)
{
    mln_timer_arm(s->loop, &s->send_again, BUSY_MS * MLN_NSEC_PER_MSEC);
}

static void send_again(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, send_again);

    sup_workers_send_due(s);
    sup_courier_send_due(s);
    if (s->source->ops->again)
        s->source->ops->again(s->source);
}

/* ---- bypass ---- */

static void bypass_changed(struct mln_bypass *b, const char *name, mln_nsec until, uint32_t uid)
{
    struct mln_supervisor *s = MLN_OWNER(b, struct mln_supervisor, bypass);
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
    sup_workers_give_bypass(s, name, until);
    sup_courier_tell_bypass(s, name, until, uid);
}

/* ---- stop ---- */

static void stop_now(struct mln_timer *t)
{
    sup_workers_kill(MLN_OWNER(t, struct mln_supervisor, stop));
}

static void drain_now(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, drain);

    s->draining = true;
    sup_workers_drain(s, s->o->drain);
    mln_timer_arm(s->loop, &s->stop, s->o->drain + STOP_SPARE_S * MLN_NSEC_PER_SEC);
}

void mln_supervisor_let_go(struct mln_supervisor *s)
{
    if (s->stopping && !s->draining)
        mln_timer_arm(s->loop, &s->drain, LAST_MS * MLN_NSEC_PER_MSEC);
}

/* The second time: at once. */
static void begin_stop(struct mln_supervisor *s)
{
    if (s->stopping) {
        stop_now(&s->stop);
        return;
    }
    s->stopping = true;
    if (!s->handed)
        mln_notify("STOPPING=1");
    mln_logf(MLN_LOG_INFO, "stopping", "drain_ms=%llu",
             (unsigned long long)(s->o->drain / MLN_NSEC_PER_MSEC));
    sup_courier_tell(s, MLN_EVENT_STOPPING);
    if (!s->source->ops->stopping || s->source->ops->stopping(s->source))
        drain_now(&s->drain);
    else
        mln_timer_arm(s->loop, &s->drain, DRAIN_LATE_S * MLN_NSEC_PER_SEC);
}

/* ---- upgrade ---- */

static void begin_upgrade(struct mln_supervisor *s)
{
    const char *why = NULL;

    if (s->stopping)
        why = "we stop";
    else if (!s->o->state_dir)
        why = "it takes a --state-dir";
    else if (getpid() == 1)
        why = "with process 1 its container would end; start a new container with --takeover";
    if (why)
        mln_log(MLN_LOG_WARN, "upgrade_failed", MLN_KVS("why", why), MLN_KVS("effect", "we go on"));
    else
        mln_upgrade_begin(&s->upgrade, s->o->argv);
}

/* ---- signals ---- */

static void reap(struct mln_supervisor *s)
{
    int status;

    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        if (!mln_upgrade_child_died(&s->upgrade, pid, status) &&
            !sup_courier_child_died(s, pid, status) && !sup_policy_child_died(s, pid) &&
            !sup_workers_child_died(s, pid, status) && s->source->ops->child_died)
            s->source->ops->child_died(s->source, pid, status);
}

static void on_signal(struct mln_io *io, uint32_t events)
{
    struct mln_supervisor *s = MLN_OWNER(io, struct mln_supervisor, signals);
    struct signalfd_siginfo info;

    (void)events;
    while (read(io->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGCHLD)
            reap(s);
        else if (info.ssi_signo == SIGHUP) {
            mln_policy_watch_forget(&s->policy.watch);
            sup_policy_reload(s, true);
        } else if (info.ssi_signo == SIGUSR1)
            sup_courier_reopen_logs(s);
        else if (info.ssi_signo == SIGUSR2)
            begin_upgrade(s);
        else {
            s->source->signalled = true;
            begin_stop(s);
        }
    }
}

static int take_signals(struct mln_supervisor *s)
{
    static const int signals[] = {SIGCHLD, SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGINT};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < MLN_ARRAY_LEN(signals); i++)
        (void)sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -errno;
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    s->signals = (struct mln_io){.fd = fd, .ready = on_signal};
    return mln_io_add(s->loop, &s->signals, MLN_IO_READ);
}

/* ---- start and end ---- */

static int init(struct mln_supervisor *s, const struct mln_node_options *o,
                struct mln_source *source)
{
    s->o = o;
    s->doors.dir = o->state_dir;
    s->source = source;
    source->sup = s;
    s->bell = s->signals.fd = s->bypass.io.fd = -1;
    s->bypass.changed = bypass_changed;
    s->bans = MLN_BANS_TABLE_NONE;
    s->stop.fire = stop_now;
    s->drain.fire = drain_now;
    s->send_again.fire = send_again;
    mln_upgrade_init(&s->upgrade);
    mln_log_setup(o->log_level, "supervisor");
    mln_raise_file_limit();
    int r = mln_loop_new(&s->loop);
    sup_workers_init(s, o->workers);
    sup_courier_init(s);
    sup_policy_init(s);
    return r < 0 ? mln_supervisor_complain(source, "cannot start", r, NULL) : 0;
}

/* What the operator asked for, and may have asked wrongly. */
static int open_all(struct mln_supervisor *s)
{
    int code = sup_policy_first(s);

    if (code == 0)
        code = sup_courier_open(s);
    if (code == 0)
        code = s->source->ops->open(s->source);
    if (code)
        return code;
    int r = mln_bypass_open(&s->bypass, s->loop, &s->doors);
    return r < 0 ? mln_supervisor_complain(s->source, s->o->state_dir, r,
                                           "the socket of merlon bypass cannot be made there")
                 : 0;
}

static int start(struct mln_supervisor *s)
{
    int r = mln_bans_table_open(&s->bans, &s->doors);

    if (r == 0)
        r = sup_workers_open(s);
    if (r == 0 && (s->bell = mln_eventfd()) < 0)
        r = s->bell;
    if (r == 0)
        r = take_signals(s);
    if (r == 0)
        r = sup_courier_start(s);
    return r < 0 ? mln_supervisor_complain(s->source, "cannot start", r, NULL) : 0;
}

static int serve(struct mln_supervisor *s)
{
    sup_policy_watch(s);
    sup_workers_start(s);
    int r = mln_loop_run(s->loop);
    if (r < 0) {
        mln_log(MLN_LOG_ERROR, "loop_failed", MLN_KVS("why", strerror(-r)));
        s->exit_code = 3;
    }
    if (s->courier.pid == 0 && sup_courier_start(s) < 0) /* it died on the way */
        mln_log0(MLN_LOG_ERROR, "audits_lost");
    if (r == 0 && s->exit_code)
        (void)fprintf(stderr, "merlon %s: the workers do not start; the lines above say why\n",
                      s->source->ops->command);
    return s->exit_code;
}

/* The process may live on (--linger). */
static void done(struct mln_supervisor *s)
{
    mln_bypass_close(&s->bypass);
    if (s->source->ops->close)
        s->source->ops->close(s->source);
    sup_courier_done(s);
    sup_policy_done(s);
    sup_workers_done(s);
    mln_bans_table_close(&s->bans, &s->doors);
    mln_fd_close(&s->bell);
    mln_fd_close(&s->signals.fd);
    s->loop = mln_loop_free(s->loop);
}

int mln_supervisor_run(const struct mln_node_options *o, struct mln_source *source)
{
    struct mln_supervisor *s = calloc(1, sizeof(*s));

    if (!s)
        return 3;
    int code = init(s, o, source);
    if (code == 0)
        code = open_all(s);
    if (code == 0)
        code = start(s);
    if (code == 0)
        code = serve(s);
    done(s);
    free(s);
    return code;
}

/* ---- for the source ---- */

struct mln_loop *mln_supervisor_loop(struct mln_supervisor *s)
{
    return s->loop;
}

struct mln_doors *mln_supervisor_doors(struct mln_supervisor *s)
{
    return &s->doors;
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
    int r = mln_child_send(fd, type, m, fds, n_fds);
    if (r == -EAGAIN)
        sup_later(s);
    return r == -EPIPE || r == -ECONNRESET ? -ENOTCONN : r;
}

int mln_supervisor_send(struct mln_supervisor *s, unsigned w, enum mln_wire_type type,
                        struct mln_wire m, const int *fds, size_t n_fds)
{
    return send_or_later(s, s->workers.one[w].control.fd, type, m, fds, n_fds);
}

int mln_supervisor_tell_courier(struct mln_supervisor *s, enum mln_wire_type type,
                                struct mln_wire m, const int *fds, size_t n_fds)
{
    return send_or_later(s, s->courier.control.fd, type, m, fds, n_fds);
}

unsigned mln_supervisor_workers(const struct mln_supervisor *s)
{
    return s->workers.n;
}

bool mln_supervisor_worker_alive(const struct mln_supervisor *s, unsigned w)
{
    return s->workers.one[w].pid && s->workers.one[w].control.fd >= 0;
}

bool mln_supervisor_worker_ready(const struct mln_supervisor *s, unsigned w)
{
    return s->workers.one[w].ready && mln_supervisor_worker_alive(s, w);
}

void mln_supervisor_stop(struct mln_supervisor *s)
{
    if (!s->stopping)
        begin_stop(s);
}

void mln_supervisor_taken_over(struct mln_supervisor *s, pid_t by)
{
    s->handed = mln_upgrade_taken_over(&s->upgrade, by);
    mln_supervisor_stop(s);
}

void mln_supervisor_kill_worker(struct mln_supervisor *s, unsigned w)
{
    if (s->workers.one[w].pid)
        (void)kill(s->workers.one[w].pid, SIGKILL);
}

int mln_supervisor_policy(const struct mln_supervisor *s, uint64_t *ret_revision,
                          unsigned *ret_rules)
{
    if (ret_revision)
        *ret_revision = s->policy.in_use.revision;
    if (ret_rules)
        *ret_rules = s->policy.in_use.rules;
    return s->policy.in_use.policy;
}

int mln_supervisor_bans(const struct mln_supervisor *s)
{
    return s->bans.to_read;
}

int mln_supervisor_complain(const struct mln_source *s, const char *what, int err, const char *hint)
{
    (void)fprintf(stderr, "merlon %s: %s: %s%s%s\n", s->ops->command, what, strerror(-err),
                  hint ? "; " : "", hint ? hint : "");
    return 3;
}
