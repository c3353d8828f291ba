/* The courier: audits out of the rings into the log, counters onto /metrics. Trusts no worker. */
#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/courier_priv.h"
#include "node/sandbox.h"

enum {
    POLL_MS = 50,
    LAST_TURNS = 4,       /* more than rings can hold */
    METAS_PER_TURN = 256, /* of the scout */
};

static int take_worker(struct courier *c, const struct mln_wire *m, int *fds, size_t n)
{
    if (n != 2 || m->index >= MLN_WORKERS_MAX || m->index != c->n)
        return -EPROTO;
    int r = mln_ring_attach(fds[0], MLN_RING_BYTES_DEFAULT, false, &c->worker[c->n].ring);
    void *p = mmap(NULL, sizeof(struct mln_counters), PROT_READ, MAP_SHARED, fds[1], 0);
    if (r < 0 || p == MAP_FAILED)
        return r < 0 ? r : -errno;
    c->worker[c->n++].counters = p;
    (void)close(fds[0]);
    (void)close(fds[1]);
    return 0;
}

/* ---- what comes in ---- */

static void take_metas(struct courier *c)
{
    static char buf[MLN_META_MAX + 1];
    size_t n;

    for (unsigned i = 0; i < METAS_PER_TURN && c->meta >= 0; i++) {
        int r = mln_scm_recv(c->meta, buf, sizeof(buf), NULL, 0, &n);
        if (r == -EAGAIN)
            return;
        if (r == 0 || (r < 0 && r != -EBADMSG)) { /* it is gone; what it said stays */
            mln_fd_close(&c->meta);
            return;
        }
        if (r < 0 || mln_apps_take(c->apps, mln_sv(buf, (size_t)r)) < 0) {
            c->nonsense++;
            mln_log0(MLN_LOG_WARN, "scout_nonsense");
        }
    }
}

/* What only a defender sends, before the start or later. */
static void defender_message(struct courier *c, const struct mln_wire *m, int *fd)
{
    if (m->type == MLN_WIRE_META && *fd >= 0) { /* of a new scout, which keeps the slots */
        mln_fd_close(&c->meta);
        c->meta = mln_fd_take(fd);
    }
    if (m->type == MLN_WIRE_STATUS && *fd >= 0) {
        mln_fd_close(&c->status);
        c->status = mln_fd_take(fd);
    }
    if (m->type == MLN_WIRE_PORT_STATE || m->type == MLN_WIRE_NOTES)
        take_metas(c); /* of which container they are was said before them */
    if (m->type == MLN_WIRE_PORT_STATE)
        mln_apps_port(c->apps, m);
    if (m->type == MLN_WIRE_NOTES)
        mln_apps_notes(c->apps, m);
    if (m->type == MLN_WIRE_HOOKS)
        mln_apps_hooks(c->apps, m);
}

static void take_syslog(struct courier *c, const struct mln_wire *m, int fd)
{
    mln_syslog_take(&c->syslog, fd >= 0 ? fd : -(int)(m->arg ? m->arg : EIO), mln_now_mono());
}

static int take_bans(struct courier *c, int *fds, size_t n)
{
    if (n < 1)
        return -EPROTO;
    c->bans = mln_bans_map_to_write(fds[0]);
    mln_fd_close(&fds[0]);
    if (n > 1)
        c->bans_api = fds[1];
    return c->bans ? 0 : -errno;
}

static int start_message(void *arg, const struct mln_wire *m, int *fds, size_t n)
{
    struct courier *c = arg;

    if (m->type == MLN_WIRE_START)
        return c->bans ? 1 : -EPROTO;
    if (m->type == MLN_WIRE_META || m->type == MLN_WIRE_STATUS) {
        if (n != 1)
            return -EPROTO;
        defender_message(c, m, &fds[0]);
        return 0;
    }
    if (m->type == MLN_WIRE_SYSLOG) {
        mln_syslog_init(&c->syslog, (enum mln_syslog_transport)m->index,
                        m->slot ? MLN_SYSLOG_CEF : MLN_SYSLOG_RFC5424);
        take_syslog(c, m, n ? fds[0] : -1);
        return 0;
    }
    if (m->type == MLN_WIRE_WORKER)
        return take_worker(c, m, fds, n);
    if (m->type == MLN_WIRE_BANS)
        return take_bans(c, fds, n);
    if (m->type == MLN_WIRE_LOG && n == 1) {
        mln_log_file_open(&c->accesses, fds[0]);
        return 0;
    }
    if (m->type != MLN_WIRE_INIT || n < 1)
        return -EPROTO;
    mln_log_setup((enum mln_log_level)m->log_level, "courier");
    size_t next = 1;
    c->bell = fds[0];
    if (m->app && next < n)
        mln_log_file_open(&c->audits, fds[next++]);
    c->metrics = next < n ? fds[next] : -1;
    return 0;
}

/* ---- loop ---- */

/* False when there is no more, for now or for ever. */
static bool take_message(struct courier *c)
{
    struct mln_feed_msg msg;
    const struct mln_wire *m = &msg.m;
    size_t n = 0;
    MLN_CLEANUP_FD int fd = -1;
    int r = mln_scm_recv(MLN_CONTROL_FD, &msg, sizeof(msg), &fd, 1, &n);

    if (r == -EAGAIN)
        return false;
    if (r <= 0) { /* the supervisor is gone: one last look at the rings */
        c->stopping = true;
        return false;
    }
    if (mln_feed_states_take(&c->feeds, &msg, (size_t)r) || r != (int)sizeof(*m) ||
        m->version != MLN_WIRE_VERSION)
        return true;
    if (m->type == MLN_WIRE_EVENT)
        courier_say_event(c, m);
    defender_message(c, m, &fd);
    struct mln_log_file *log = m->index == 1 ? &c->accesses : &c->audits;
    if (m->type == MLN_WIRE_LOG && fd >= 0 && log->fd >= 0)
        courier_change_log(c, log, &fd);
    if (m->type == MLN_WIRE_BYPASS)
        courier_say_bypass(c, m, fd);
    if (m->type == MLN_WIRE_BANS && fd >= 0)
        mln_bans_inherit(c->bans, fd, mln_now_wall());
    if (m->type == MLN_WIRE_SYSLOG)
        take_syslog(c, m, mln_fd_take(&fd));
    return true;
}

static void on_control(struct courier *c)
{
    while (take_message(c))
        ;
}

/* The supervisor is asked when there is no socket that works; nothing here waits for one. */
static void serve_syslog(struct courier *c)
{
    if (mln_syslog_turn(&c->syslog, mln_now_mono()) &&
        mln_child_send(MLN_CONTROL_FD, MLN_WIRE_SYSLOG, (struct mln_wire){.arg = 0}, NULL, 0) < 0)
        mln_log0(MLN_LOG_DEBUG, "supervisor_busy"); /* asked again before long */
}

/* A receiver gets a second for what still waits when all else is done. */
static void last_syslog(struct courier *c)
{
    mln_nsec end = mln_now_mono() + MLN_NSEC_PER_SEC;

    while (mln_syslog_waits(&c->syslog) && c->syslog.fd >= 0 && mln_now_mono() < end) {
        struct pollfd p = {.fd = c->syslog.fd, .events = POLLOUT};
        (void)poll(&p, 1, POLL_MS);
        (void)mln_syslog_turn(&c->syslog, mln_now_mono());
    }
    mln_syslog_done(&c->syslog);
}

static struct pollfd reader_of(const struct mln_log_file *f)
{
    return (struct pollfd){.fd = mln_log_file_waiting(f) ? f->fd : -1, .events = POLLOUT};
}

/* So do the readers of logs. */
static void last_lines(struct courier *c)
{
    mln_nsec end = mln_now_mono() + MLN_NSEC_PER_SEC;

    while (mln_log_file_waiting(&c->audits) + mln_log_file_waiting(&c->accesses) &&
           mln_now_mono() < end) {
        struct pollfd p[] = {reader_of(&c->audits), reader_of(&c->accesses)};
        (void)poll(p, MLN_ARRAY_LEN(p), POLL_MS);
        courier_take_records(c);
    }
    if (c->audits.fd >= 0)
        (void)fdatasync(c->audits.fd);
    mln_log_file_done(&c->audits);
    mln_log_file_done(&c->accesses);
}

static void wait_for_work(struct courier *c)
{
    struct pollfd p[] = {{.fd = MLN_CONTROL_FD, .events = POLLIN},
                         {.fd = c->bell, .events = POLLIN},
                         {.fd = c->metrics, .events = POLLIN},
                         {.fd = c->meta, .events = POLLIN},
                         {.fd = c->status, .events = POLLIN},
                         {.fd = c->syslog.on ? c->syslog.fd : -1,
                          .events = mln_syslog_waits(&c->syslog) ? POLLIN | POLLOUT : POLLIN},
                         {.fd = c->bans_api, .events = POLLIN},
                         reader_of(&c->audits),
                         reader_of(&c->accesses)};
    uint64_t rings;
    bool idle = true;

    for (unsigned i = 0; i < c->n; i++)
        idle = mln_ring_sleep(&c->worker[i].ring) && idle;
    if (poll(p, MLN_ARRAY_LEN(p), idle ? (c->dirty ? POLL_MS : 20 * POLL_MS) : 0) <= 0)
        return;
    if (p[1].revents && read(c->bell, &rings, sizeof(rings)) < 0)
        return;
    if (p[3].revents)
        take_metas(c);
    if (p[0].revents)
        on_control(c);
    if (p[2].revents)
        courier_serve(c, c->metrics, DOOR_METRICS);
    if (p[4].revents)
        courier_serve(c, c->status, DOOR_STATUS);
    if (p[6].revents)
        courier_serve(c, c->bans_api, DOOR_BANS);
}

/* All up to START. */
static int lock_in(void)
{
    struct mln_sandbox_state s;
    int r = mln_sandbox_enter(MLN_SANDBOX_COURIER, &s);

    if (r < 0) {
        mln_log(MLN_LOG_ERROR, "sandbox_failed", MLN_KVS("why", strerror(-r)));
        return r;
    }
    mln_sandbox_log("courier_sandboxed", &s);
    return mln_child_send(MLN_CONTROL_FD, MLN_WIRE_READY, (struct mln_wire){.arg = 0}, NULL, 0);
}

static void serve(struct courier *c)
{
    while (!c->stopping) {
        wait_for_work(c);
        courier_take_records(c);
        serve_syslog(c);
        courier_sync(c);
    }
    for (unsigned i = 0; i < LAST_TURNS; i++)
        courier_take_records(c);
    last_lines(c);
    last_syslog(c);
}

static struct courier *courier_free(struct courier *c)
{
    mln_buf_done(&c->line);
    c->apps = mln_apps_free(c->apps);
    free(c);
    return NULL;
}

static struct courier *courier_new(void)
{
    struct courier *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->bell = c->metrics = c->meta = c->status = c->bans_api = -1;
    c->audits = (struct mln_log_file){.fd = -1, .name = "audit", .failed = "audit_write_failed"};
    c->accesses =
        (struct mln_log_file){.fd = -1, .name = "access", .failed = "access_write_failed"};
    c->started = mln_now_mono();
    c->apps = mln_apps_new();
    return c->apps ? c : courier_free(c);
}

int mln_courier_main(void)
{
    struct courier *c = courier_new();

    if (!c)
        return 3;
    int r = mln_child_take_start(start_message, c);
    if (r == 0)
        r = lock_in();
    if (r == 0)
        serve(c);
    (void)courier_free(c);
    return r < 0 ? 3 : 0;
}
