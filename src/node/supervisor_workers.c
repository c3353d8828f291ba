/* Workers from their start to their death, and what they say. */
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

static void rotate(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, workers.rotate);

    if (mln_ticket_keys_rotate(&s->workers.tickets) == 0)
        for (unsigned i = 0; i < s->workers.n; i++)
            sup_give_tickets(&s->workers.one[i]);
    mln_timer_arm(s->loop, t, MLN_TICKET_KEYS_S * MLN_NSEC_PER_SEC);
}

/* ---- what they say ---- */

static void all_ready(struct mln_supervisor *s)
{
    if (s->workers.announced || s->stopping)
        return;
    for (unsigned i = 0; i < s->workers.n; i++)
        if (!s->workers.one[i].ready)
            return;
    s->workers.announced = true;
    int r = mln_doors_show(&s->doors);
    if (r < 0)
        mln_log(MLN_LOG_ERROR, "sockets_not_shown", MLN_KVS("why", strerror(-r)),
                MLN_KVS("state_dir", s->doors.dir));
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
    if (sup_give_start(w) < 0 || mln_io_add(s->loop, &w->control, MLN_IO_READ) < 0)
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
    sup_give_poison(s, print);
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
