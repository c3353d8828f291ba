#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit/counters.h"
#include "audit/ring.h"
#include "base/fd.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/last_words.h"
#include "node/notify.h"
#include "node/supervisor_priv.h"
#include "node/ticket_keys.h"
#include "node/watchdog.h"

enum { MESSAGES_PER_TURN = 256 };

/* ---- what they are given ---- */

/* The keys and the lists that belong to it are beside it. */
static int send_policy(const struct mln_supervisor *s, int fd)
{
    const struct mln_compiled_fds *p = &s->policy.in_use;
    const int fds[] = {p->policy, p->keys, p->lists};

    return mln_child_send(fd, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, fds,
                          p->lists >= 0 ? 3 : 2);
}

static int send_tickets(const struct mln_supervisor *s, int fd)
{
    return mln_child_send(fd, MLN_WIRE_TICKETS, (struct mln_wire){.arg = 0}, &s->workers.tickets,
                          1);
}

static int send_poison(int fd, uint64_t print)
{
    return mln_child_send(fd, MLN_WIRE_POISON, (struct mln_wire){.id = print}, NULL, 0);
}

static int send_bypass(int fd, const char *rule, mln_nsec until)
{
    const struct mln_wire m = {.id = mln_bypass_key(mln_sv_str(rule)), .arg = until};

    return mln_child_send(fd, MLN_WIRE_BYPASS, m, NULL, 0);
}

/* The newest policy. A worker that cannot take it now gets it once its queue has room. */
static void give_policy(struct sup_worker *w)
{
    bool was_due = w->policy_due;

    w->policy_due = w->control.fd >= 0 && send_policy(w->s, w->control.fd) < 0;
    if (!w->policy_due)
        return;
    if (!was_due)
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u policy=later", w->index);
    sup_later(w->s);
}

static void give_tickets(struct sup_worker *w)
{
    w->tickets_due = w->control.fd >= 0 && send_tickets(w->s, w->control.fd) < 0;
    if (w->tickets_due)
        sup_later(w->s);
}

/* All that is off or was: a worker that did not hear of a change hears of it now. */
static void give_bypasses(struct sup_worker *w)
{
    const struct mln_bypass *b = &w->s->bypass;

    w->bypass_due = false;
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (b->off[i].used && w->control.fd >= 0 &&
            send_bypass(w->control.fd, b->off[i].name, b->off[i].until) < 0)
            w->bypass_due = true;
    if (w->bypass_due)
        sup_later(w->s);
}

void sup_workers_give_policy(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++)
        give_policy(&s->workers.one[i]);
}

void sup_workers_give_bypass(struct mln_supervisor *s, const char *rule, mln_nsec until)
{
    for (unsigned i = 0; i < s->workers.n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        if (w->pid && w->control.fd >= 0 && send_bypass(w->control.fd, rule, until) < 0) {
            w->bypass_due = true;
            sup_later(s);
        }
    }
}

void sup_workers_send_due(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        if (w->policy_due)
            give_policy(w);
        if (w->bypass_due)
            give_bypasses(w);
        if (w->tickets_due)
            give_tickets(w);
    }
}

static void rotate(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, workers.rotate);

    if (mln_ticket_keys_rotate(&s->workers.tickets) == 0)
        for (unsigned i = 0; i < s->workers.n; i++)
            give_tickets(&s->workers.one[i]);
    mln_timer_arm(s->loop, t, MLN_TICKET_KEYS_S * MLN_NSEC_PER_SEC);
}

/* ---- what they say ---- */

static void all_ready(struct mln_supervisor *s)
{
    if (s->workers.announced)
        return;
    for (unsigned i = 0; i < s->workers.n; i++)
        if (!s->workers.one[i].ready)
            return;
    s->workers.announced = true;
    s->source->ops->all_ready(s->source);
    mln_notify("READY=1");
    sup_courier_tell(s, MLN_EVENT_STARTED);
}

static void worker_ready(struct sup_worker *w)
{
    struct mln_source *source = w->s->source;

    w->ready = true;
    if (source->ops->worker_ready)
        source->ops->worker_ready(source, w->index);
    all_ready(w->s);
}

static void hang_up(struct sup_worker *w)
{
    if (w->control.fd < 0)
        return;
    mln_io_del(w->s->loop, &w->control);
    mln_fd_close(&w->control.fd);
}

static void on_worker(struct mln_io *io, uint32_t events)
{
    struct sup_worker *w = MLN_OWNER(io, struct sup_worker, control);

    (void)events;
    for (unsigned i = 0; i < MESSAGES_PER_TURN; i++) {
        struct mln_wire m;
        size_t n;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);
        if (r == -EAGAIN)
            return;
        if (r <= 0) { /* it is gone, or as good as: SIGCHLD does the rest */
            hang_up(w);
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

/* ---- start ---- */

static int give_start(struct mln_supervisor *s, struct sup_worker *w)
{
    const struct mln_poison *poison = &s->workers.poison;
    const int init[] = {w->ring, w->counters, s->bell};
    int fd = w->control.fd;
    int r = mln_child_send(fd, MLN_WIRE_INIT,
                           (struct mln_wire){.index = w->index,
                                             .arg = s->o->max_conns,
                                             .more = s->o->held_bytes,
                                             .app = s->courier.access >= 0,
                                             .id = s->workers.poison_secret,
                                             .log_level = s->o->log_level},
                           init, 3);

    if (r == 0)
        r = mln_child_send(fd, MLN_WIRE_BANS, (struct mln_wire){.arg = 0}, &s->bans.to_read, 1);
    if (r == 0)
        r = send_tickets(s, fd);
    if (r == 0)
        r = send_policy(s, fd);
    for (unsigned i = 0; i < poison->used && r == 0; i++)
        if (mln_poison_has(poison, poison->known[i].print, mln_loop_now(s->loop)))
            r = send_poison(fd, poison->known[i].print);
    if (r == 0)
        r = s->source->ops->give(s->source, w->index);
    if (r == 0)
        r = mln_child_send(fd, MLN_WIRE_START, (struct mln_wire){.arg = 0}, NULL, 0);
    if (r == 0)
        give_bypasses(w); /* read before the first request */
    return r;
}

static void start_worker(struct sup_worker *w)
{
    struct mln_supervisor *s = w->s;
    int fd = -1;
    const char *const args[] = {s->source->ops->profile, NULL};
    pid_t pid = mln_child_spawn("worker", args, &fd);

    w->started = mln_loop_now(s->loop);
    if (pid < 0) {
        mln_log(MLN_LOG_ERROR, "worker_not_started", MLN_KVS("why", strerror((int)-pid)));
        mln_timer_arm(s->loop, &w->restart, MLN_CHILD_BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
        return;
    }
    w->pid = pid;
    w->ready = w->policy_due = w->tickets_due = w->bypass_due = w->aborted = false;
    w->pinged = 0;
    w->control = (struct mln_io){.fd = fd, .ready = on_worker};
    s->workers.alive++;
    if (give_start(s, w) < 0 || mln_io_add(s->loop, &w->control, MLN_IO_READ) < 0)
        (void)kill(pid, SIGKILL);
}

static void restart_worker(struct mln_timer *t)
{
    struct sup_worker *w = MLN_OWNER(t, struct sup_worker, restart);

    if (!w->s->stopping)
        start_worker(w);
}

/* ---- death ---- */

/* What it read when it crashed; the second time nobody reads the like any more. */
static void hear_last_words(struct mln_supervisor *s, const struct sup_worker *w, int status)
{
    const off_t at = offsetof(struct mln_counters, died_of);
    const uint64_t none = 0;
    uint64_t print = 0;

    if (!mln_last_words_possible(status) ||
        pread(w->counters, &print, sizeof(print), at) != (ssize_t)sizeof(print) || !print ||
        pwrite(w->counters, &none, sizeof(none), at) != (ssize_t)sizeof(none) ||
        !mln_poison_died(&s->workers.poison, print, mln_loop_now(s->loop)))
        return;
    mln_logf(MLN_LOG_ERROR, "request_kills_workers", "print=%016llx refused_s=%d",
             (unsigned long long)print, MLN_POISON_KEPT_S);
    for (unsigned i = 0; i < s->workers.n; i++)
        if (s->workers.one[i].control.fd >= 0)
            (void)!send_poison(s->workers.one[i].control.fd, print);
}

static void stop_if_last(struct mln_supervisor *s)
{
    if (s->workers.alive == 0)
        mln_loop_stop(s->loop);
}

static void worker_died(struct mln_supervisor *s, struct sup_worker *w, int status)
{
    mln_nsec lived = mln_loop_now(s->loop) - w->started;
    bool ready = w->ready;

    w->pid = 0;
    w->ready = false;
    s->workers.alive--;
    hang_up(w);
    if (s->stopping) {
        stop_if_last(s);
        return;
    }
    mln_logf(MLN_LOG_ERROR, "worker_died", "index=%u signal=%d exit=%d", w->index,
             WIFSIGNALED(status) ? WTERMSIG(status) : 0,
             WIFEXITED(status) ? WEXITSTATUS(status) : 0);
    if (!s->workers.announced && !ready) { /* what fails at the first start fails again */
        s->exit_code = 3;
        s->stopping = true;
        sup_workers_kill(s);
        stop_if_last(s);
        return;
    }
    sup_courier_tell(s, MLN_EVENT_WORKER_DIED);
    hear_last_words(s, w, status);
    if (s->source->ops->worker_died)
        s->source->ops->worker_died(s->source, w->index);
    mln_timer_arm(s->loop, &w->restart, mln_child_backoff(lived, &w->backoff_ms));
}

bool sup_workers_child_died(struct mln_supervisor *s, pid_t pid, int status)
{
    for (unsigned i = 0; i < s->workers.n; i++)
        if (s->workers.one[i].pid == pid) {
            worker_died(s, &s->workers.one[i], status);
            return true;
        }
    return false;
}

static void ping(struct sup_worker *w)
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
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, workers.ping);

    for (unsigned i = 0; i < s->workers.n; i++)
        ping(&s->workers.one[i]);
    mln_timer_arm(s->loop, t, MLN_PING_S * MLN_NSEC_PER_SEC);
}

/* ---- all of them ---- */

void sup_workers_init(struct mln_supervisor *s, unsigned n)
{
    s->workers.n = n;
    s->workers.tickets = -1;
    s->workers.rotate.fire = rotate;
    s->workers.ping.fire = ping_all;
    mln_random(&s->workers.poison_secret, sizeof(s->workers.poison_secret));
    for (unsigned i = 0; i < n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        w->s = s;
        w->index = i;
        w->control.fd = w->ring = w->counters = -1;
        w->restart.fire = restart_worker;
    }
}

int sup_workers_open(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        w->ring = mln_memfd_shared("merlon-ring", mln_ring_size(MLN_RING_BYTES_DEFAULT));
        w->counters = mln_memfd_shared("merlon-counters", sizeof(struct mln_counters));
        if (w->ring < 0 || w->counters < 0)
            return w->ring < 0 ? w->ring : w->counters;
    }
    return mln_ticket_keys_new(&s->workers.tickets);
}

void sup_workers_start(struct mln_supervisor *s)
{
    mln_timer_arm(s->loop, &s->workers.rotate, MLN_TICKET_KEYS_S * MLN_NSEC_PER_SEC);
    mln_timer_arm(s->loop, &s->workers.ping, MLN_PING_S * MLN_NSEC_PER_SEC);
    for (unsigned i = 0; i < s->workers.n; i++)
        start_worker(&s->workers.one[i]);
}

void sup_workers_kill(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++)
        if (s->workers.one[i].pid)
            (void)kill(s->workers.one[i].pid, SIGKILL);
}

void sup_workers_drain(struct mln_supervisor *s, mln_nsec within)
{
    const struct mln_wire m = {.arg = within / MLN_NSEC_PER_MSEC};

    for (unsigned i = 0; i < s->workers.n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        mln_timer_disarm(s->loop, &w->restart);
        if (w->pid &&
            (w->control.fd < 0 || mln_child_send(w->control.fd, MLN_WIRE_DRAIN, m, NULL, 0) < 0))
            (void)kill(w->pid, SIGKILL);
    }
    stop_if_last(s);
}

void sup_workers_done(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++) {
        mln_fd_close(&s->workers.one[i].ring);
        mln_fd_close(&s->workers.one[i].counters);
    }
    mln_fd_close(&s->workers.tickets);
}
