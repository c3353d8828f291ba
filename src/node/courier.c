/* The courier: audits out of the rings into the log, counters onto /metrics. Trusts no worker. */
#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "audit/prometheus.h"
#include "audit/record.h"
#include "audit/ring.h"
#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/apps.h"
#include "node/bans.h"
#include "node/children.h"
#include "node/sandbox.h"
#include "node/syslog.h"

enum { POLL_MS = 50, RECORDS_PER_TURN = 4096, LAST_TURNS = 4 };

struct courier {
    struct {
        struct mln_ring ring;
        const struct mln_counters *counters;
    } worker[MLN_WORKERS_MAX];
    unsigned n;
    int bell, log, metrics;
    int access;       /* the access log, or -1 */
    int meta, status; /* of a defender: from the scout, for `merlon apps`; else -1 */
    int bans_api;     /* for `merlon bans`, or -1 */
    struct mln_bans *bans;
    mln_nsec lifted; /* the last time: what happened before bans nobody again */
    struct mln_apps *apps;
    mln_nsec started;
    bool dirty, stopping;
    mln_nsec last_sync;
    uint64_t nonsense;
    struct mln_buf out, lines;
    struct mln_syslog syslog;
    char record[MLN_AUDIT_RECORD_MAX];
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

static int start_message(struct courier *c, const struct mln_wire *m, int *fds, size_t n)
{
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
        c->access = fds[0];
        return 0;
    }
    if (m->type != MLN_WIRE_INIT || n < 1)
        return -EPROTO;
    mln_log_setup((enum mln_log_level)m->log_level, "courier");
    size_t next = 1;
    c->bell = fds[0];
    c->log = m->app && next < n ? fds[next++] : -1;
    c->metrics = next < n ? fds[next] : -1;
    return 0;
}

/* ---- audits ---- */

static void write_access(struct courier *c)
{
    int r = c->access >= 0 ? mln_fd_write_all(c->access, c->lines.p, c->lines.len) : 0;

    if (r < 0)
        mln_log(MLN_LOG_ERROR, "access_write_failed", MLN_KVS("why", strerror(-r)));
    mln_buf_clear(&c->lines);
}

static void write_out(struct courier *c)
{
    if (c->log >= 0 && c->out.len) {
        int r = mln_fd_write_all(c->log, c->out.p, c->out.len);
        if (r < 0)
            mln_log(MLN_LOG_ERROR, "audit_write_failed", MLN_KVS("why", strerror(-r)),
                    MLN_KVS("effect", "these audits are lost"));
        c->dirty = true;
    }
    mln_buf_clear(&c->out);
}

static void take_records(struct courier *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        for (unsigned k = 0; k < RECORDS_PER_TURN; k++) {
            struct mln_audit_record r;
            int n = mln_ring_get(&c->worker[i].ring, c->record, sizeof(c->record));
            if (n == 0)
                break;
            if (n < 0 || mln_audit_decode(mln_sv(c->record, (size_t)n), &r) < 0) {
                c->nonsense++;
                mln_logf(MLN_LOG_WARN, "audit_nonsense", "worker=%u total=%llu", i,
                         (unsigned long long)c->nonsense);
                continue;
            }
            mln_apps_fill(c->apps, &r);
            if (r.kind == MLN_AUDIT_ACCESS) {
                mln_access_json(&r, &c->lines);
                if (c->lines.len > 65536)
                    write_access(c);
                continue;
            }
            if (r.last > c->lifted)
                mln_bans_take(c->bans, &r, mln_now_wall());
            mln_audit_json(&r, &c->out);
            mln_syslog_add(&c->syslog, &r);
            if (c->out.len > 65536)
                write_out(c);
        }
    }
    write_out(c);
    if (c->lines.len)
        write_access(c);
}

/* Durable within a second. */
static void sync_log(struct courier *c)
{
    mln_nsec now = mln_now_mono();

    if (!c->dirty || now - c->last_sync < MLN_NSEC_PER_SEC)
        return;
    c->last_sync = now;
    c->dirty = false;
    (void)fdatasync(c->log); /* a pipe or a terminal cannot, and need not */
}

static struct mln_audit_record *new_state(void)
{
    struct mln_audit_record *r = calloc(1, sizeof(*r));
    uint8_t random[10];

    if (!r)
        return NULL;
    mln_random(random, sizeof(random));
    r->time = r->first = r->last = mln_now_wall();
    r->event_id = mln_uuid7(r->time, random);
    r->revision = r->count = 1;
    r->kind = MLN_AUDIT_STATE;
    r->effect = MLN_EFFECT_ALLOW;
    r->mode = 2;
    r->replayable = MLN_REPLAY_NO;
    r->field.location = MLN_LOC_MAX;
    return r;
}

static void write_state(struct courier *c, struct mln_audit_record *r)
{
    mln_audit_json(r, &c->out);
    mln_syslog_add(&c->syslog, r);
    write_out(c);
    free(r);
}

/* Protection is off, or on again: by whom, until when. */
static void take_bypass(struct courier *c, const struct mln_wire *m, int fd)
{
    struct mln_buf name = {.limit_bytes = 256};
    char text[160], until[MLN_RFC3339_LEN + 1];
    mln_nsec now = mln_now_mono();
    struct mln_audit_record *r = NULL;

    if (fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && mln_fd_read_all(fd, &name) == 0) {
        mln_apps_bypass(c->apps, m->id, m->arg, mln_buf_sv(&name));
        r = m->slot ? NULL : new_state();
    }
    if (r) {
        mln_rfc3339(mln_now_wall() + (m->arg > now ? m->arg - now : 0), until);
        if (m->arg)
            (void)snprintf(text, sizeof(text), "protection is switched off until %s, by user %u",
                           until, m->index);
        else
            (void)snprintf(text, sizeof(text), "protection is on again");
        r->mode = m->arg ? 0 : 2;
        r->rule = name.len ? mln_buf_sv(&name) : MLN_SV("*");
        r->message = mln_sv_str(text);
        write_state(c, r);
    }
    mln_buf_done(&name);
}

static void write_event(struct courier *c, const struct mln_wire *m)
{
    static const char *const texts[MLN_EVENT_MAX] = {
        "started",
        "a worker died and was replaced",
        "a new policy is in use",
        "a policy was refused; the old one stays in use",
        "stopping",
        "the courier died and was replaced",
        "new lists of networks are in use",
        "a fetched list was refused; the last good one stays in use"};
    struct mln_audit_record *r = m->arg < MLN_EVENT_MAX ? new_state() : NULL;

    if (!r)
        return;
    r->message = mln_sv_str(texts[m->arg]);
    write_state(c, r);
}

/* ---- metrics and state ---- */

static void write_metrics(struct courier *c, struct mln_buf *out)
{
    const struct mln_counters *all[MLN_WORKERS_MAX];

    for (unsigned i = 0; i < c->n; i++)
        all[i] = c->worker[i].counters;
    mln_prometheus_write(out, all, c->n);
    mln_syslog_metrics(&c->syslog, out);
    mln_apps_bypass_metrics(c->apps, out);
    mln_bans_metrics(c->bans, mln_now_wall(), out);
    if (c->status >= 0)
        mln_apps_metrics(c->apps, out);
}

static uint64_t total(const struct courier *c, enum mln_counter which)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < c->n; i++)
        n += __atomic_load_n(&c->worker[i].counters->c[which], __ATOMIC_RELAXED);
    return n;
}

static void write_status(struct courier *c, struct mln_buf *out)
{
    mln_buf_addf(out, "{\"version\":\"" MLN_VERSION "\",\"uptime_s\":%llu,\"workers\":%u,",
                 (unsigned long long)((mln_now_mono() - c->started) / MLN_NSEC_PER_SEC), c->n);
    mln_apps_status_json(c->apps, out);
    mln_buf_addf(out, ",\"requests\":{\"forwarded\":%llu,\"blocked\":%llu,\"malformed\":%llu}}\n",
                 (unsigned long long)total(c, MLN_CNT_REQUESTS_FORWARDED),
                 (unsigned long long)total(c, MLN_CNT_REQUESTS_BLOCKED),
                 (unsigned long long)total(c, MLN_CNT_REQUESTS_REFUSED));
}

static void write_apps(struct courier *c, struct mln_buf *out)
{
    mln_apps_json(c->apps, out);
}

static void write_bans(struct courier *c, struct mln_buf *out)
{
    mln_bans_json(c->bans, mln_now_wall(), out);
}

static void write_health(struct courier *c, struct mln_buf *out)
{
    (void)c;
    mln_buf_add_str(out, "ok\n");
}

/* Who asks: anybody who reaches the port of metrics; by the socket of the state, which names
 * tenants; by that of bans. */
enum door { DOOR_METRICS = 1, DOOR_STATUS = 2, DOOR_BANS = 4 };

static const struct page {
    const char *path, *type;
    unsigned doors; /* bits of enum door */
    void (*write)(struct courier *c, struct mln_buf *out);
} pages[] = {
    {"GET /metrics ", "text/plain; version=0.0.4", DOOR_METRICS | DOOR_STATUS, write_metrics},
    {"GET /healthz ", "text/plain", DOOR_METRICS | DOOR_STATUS, write_health},
    {"GET /v1/apps ", "application/json", DOOR_STATUS, write_apps},
    {"GET /v1/status ", "application/json", DOOR_STATUS, write_status},
    {"GET /v1/bans ", "application/json", DOOR_BANS, write_bans},
};

/* "DELETE /v1/bans/203.0.113.7 …", or all. Told in the audits. */
static bool lift_bans(struct courier *c, struct mln_sv request, struct mln_buf *out)
{
    const struct mln_sv verb = MLN_SV("DELETE /v1/bans/");
    struct mln_sv line = mln_sv_sub(request, verb.len, request.len);
    struct mln_sv who = mln_sv_split(&line, ' ');
    char text[MLN_ADDR_TEXT + 32];

    if (!mln_sv_starts(request, verb) || !mln_bans_lift_json(c->bans, who, mln_now_wall(), out))
        return false;
    c->lifted = mln_now_wall();
    struct mln_audit_record *r = new_state();
    if (!r)
        return true;
    (void)snprintf(text, sizeof(text), "bans were lifted: %.*s", MLN_SV_ARG(who));
    r->message = mln_sv_str(text);
    write_state(c, r);
    return true;
}

static void answer(struct courier *c, int fd, struct mln_sv request, enum door door)
{
    struct mln_buf body = {.limit_bytes = 32 << 20}, head = {0};
    const struct page *page = NULL;

    for (size_t i = 0; i < MLN_ARRAY_LEN(pages); i++)
        if (mln_sv_starts(request, mln_sv_str(pages[i].path)) && pages[i].doors & door)
            page = &pages[i];
    if (page)
        page->write(c, &body);
    bool found = page || (door == DOOR_BANS && lift_bans(c, request, &body));
    if (!found)
        mln_buf_add_str(&body, "try /metrics or /healthz\n");
    mln_buf_addf(&head,
                 "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: "
                 "%zu\r\nConnection: close\r\n\r\n",
                 found ? "200 OK" : "404 Not Found",
                 page    ? page->type
                 : found ? "application/json"
                         : "text/plain",
                 body.len);
    mln_buf_add_sv(&head, mln_buf_sv(&body));
    if (mln_fd_write_all(fd, head.p, head.len) < 0)
        mln_log0(MLN_LOG_DEBUG, "metrics_client_gone");
    mln_buf_done(&body);
    mln_buf_done(&head);
}

/* One client, a fifth of a second at most: the audits must not wait for it. */
static void serve(struct courier *c, int listener, enum door door)
{
    const struct timeval limit = {.tv_usec = 200000};
    MLN_CLEANUP_FD int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    char buf[2048];

    if (fd < 0)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    ssize_t n = recv(fd, buf, sizeof(buf), 0);
    if (n > 0)
        answer(c, fd, mln_sv(buf, (size_t)n), door);
}

/* ---- the scout ---- */

static void take_metas(struct courier *c)
{
    static char buf[MLN_META_MAX + 1];
    size_t n;

    for (unsigned i = 0; i < 256; i++) {
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

/* ---- loop ---- */

/* What was written is made durable before the old file is let go. */
static void change_log(struct courier *c, const struct mln_wire *m, int *fd)
{
    if (m->index == 1) {
        mln_fd_close(&c->access);
        c->access = mln_fd_take(fd);
        return;
    }
    write_out(c);
    (void)fdatasync(c->log);
    mln_fd_close(&c->log);
    c->log = mln_fd_take(fd);
    c->dirty = false;
}

/* False when there is no more, for now or for ever. */
static bool take_message(struct courier *c)
{
    struct mln_wire m;
    size_t n = 0;
    MLN_CLEANUP_FD int fd = -1;
    int r = mln_scm_recv(MLN_CONTROL_FD, &m, sizeof(m), &fd, 1, &n);

    if (r == -EAGAIN)
        return false;
    if (r <= 0) { /* the supervisor is gone: one last look at the rings */
        c->stopping = true;
        return false;
    }
    if (r != (int)sizeof(m) || m.version != MLN_WIRE_VERSION)
        return true;
    if (m.type == MLN_WIRE_EVENT)
        write_event(c, &m);
    defender_message(c, &m, &fd);
    if (m.type == MLN_WIRE_LOG && fd >= 0 && (m.index == 1 ? c->access : c->log) >= 0)
        change_log(c, &m, &fd);
    if (m.type == MLN_WIRE_BYPASS)
        take_bypass(c, &m, fd);
    if (m.type == MLN_WIRE_BANS && fd >= 0)
        mln_bans_inherit(c->bans, fd, mln_now_wall());
    if (m.type == MLN_WIRE_SYSLOG)
        take_syslog(c, &m, mln_fd_take(&fd));
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
    const struct mln_wire m = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_SYSLOG};

    if (mln_syslog_turn(&c->syslog, mln_now_mono()) &&
        mln_scm_send(MLN_CONTROL_FD, &m, sizeof(m), NULL, 0) < 0)
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

static void wait_for_work(struct courier *c)
{
    struct pollfd p[] = {{.fd = MLN_CONTROL_FD, .events = POLLIN},
                         {.fd = c->bell, .events = POLLIN},
                         {.fd = c->metrics, .events = POLLIN},
                         {.fd = c->meta, .events = POLLIN},
                         {.fd = c->status, .events = POLLIN},
                         {.fd = c->syslog.on ? c->syslog.fd : -1,
                          .events = mln_syslog_waits(&c->syslog) ? POLLIN | POLLOUT : POLLIN},
                         {.fd = c->bans_api, .events = POLLIN}};
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
        serve(c, c->metrics, DOOR_METRICS);
    if (p[4].revents)
        serve(c, c->status, DOOR_STATUS);
    if (p[6].revents)
        serve(c, c->bans_api, DOOR_BANS);
}

int mln_courier_main(void)
{
    struct courier *c = calloc(1, sizeof(*c));
    const struct mln_wire ready = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_READY};
    struct mln_sandbox_state s;
    int r = 0;

    if (c) {
        c->meta = c->status = c->access = c->bans_api = -1;
        c->started = mln_now_mono();
        c->apps = mln_apps_new();
        r = c->apps ? 0 : -ENOMEM;
    }
    while (c && r == 0) {
        struct mln_wire m;
        int fds[4];
        size_t n;
        r = mln_child_receive(&m, fds, MLN_ARRAY_LEN(fds), &n);
        if (r == 0)
            r = start_message(c, &m, fds, n);
    }
    if (!c || r < 0 || mln_sandbox_enter(MLN_SANDBOX_COURIER, &s) < 0) {
        free(c);
        return 3;
    }
    mln_logf(mln_sandbox_is_whole(&s) ? MLN_LOG_INFO : MLN_LOG_WARN, "courier_sandboxed",
             "user=%s caps=%s root=%s net=%s seccomp=\"%s\"", s.user, s.caps, s.root, s.net,
             s.seccomp);
    r = mln_scm_send(MLN_CONTROL_FD, &ready, sizeof(ready), NULL, 0);
    while (r == 0 && !c->stopping) {
        wait_for_work(c);
        take_records(c);
        serve_syslog(c);
        sync_log(c);
    }
    for (unsigned i = 0; i < LAST_TURNS; i++) /* more than rings can hold */
        take_records(c);
    if (c->log >= 0)
        (void)fdatasync(c->log);
    last_syslog(c);
    mln_buf_done(&c->out);
    mln_buf_done(&c->lines);
    c->apps = mln_apps_free(c->apps);
    free(c);
    return 0;
}
