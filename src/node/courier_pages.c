#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "audit/prometheus.h"
#include "base/fd.h"
#include "base/log.h"
#include "node/courier_priv.h"

enum {
    QUESTION_MS = 200,
    ANSWER_MS = 800,        /* for all of it, however slowly it is read */
    LOCAL_ANSWER_MS = 3000, /* to a command of this machine, whose answer may be long */
};

/* ---- metrics and state ---- */

static void write_log_metrics(const struct courier *c, struct mln_buf *out)
{
    const struct mln_log_file *logs[] = {&c->audits, &c->accesses};

    mln_buf_add_str(
        out, "# HELP merlon_log_lost_total Lines dropped: the reader was behind, or the disk full\n"
             "# TYPE merlon_log_lost_total counter\n");
    for (unsigned i = 0; i < MLN_ARRAY_LEN(logs); i++)
        mln_buf_addf(out, "merlon_log_lost_total{log=\"%s\"} %llu\n", logs[i]->name,
                     (unsigned long long)logs[i]->lost);
}

static void write_metrics(struct courier *c, struct mln_buf *out)
{
    const struct mln_counters *all[MLN_WORKERS_MAX];

    for (unsigned i = 0; i < c->n; i++)
        all[i] = c->worker[i].counters;
    mln_prometheus_write(out, all, c->n);
    write_log_metrics(c, out);
    mln_syslog_metrics(&c->syslog, out);
    mln_apps_bypass_metrics(c->apps, out);
    mln_bans_metrics(c->bans, mln_now_wall(), out);
    mln_feed_states_metrics(&c->feeds, mln_now_wall(), out);
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
    mln_buf_add_char(out, ',');
    mln_feed_states_json(&c->feeds, mln_now_wall(), out);
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

static const struct page {
    const char *path, *type;
    unsigned doors; /* bits of enum courier_door */
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
    (void)snprintf(text, sizeof(text), "bans were lifted: %.*s", MLN_SV_ARG(who));
    courier_say(c, mln_sv_str(text));
    return true;
}

static void answer(struct courier *c, int fd, struct mln_sv request, enum courier_door door)
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
    unsigned ms = door == DOOR_METRICS ? ANSWER_MS : LOCAL_ANSWER_MS;
    if (mln_fd_write_within(fd, mln_buf_sv(&head), ms) < 0)
        mln_log0(MLN_LOG_DEBUG, "metrics_client_gone");
    mln_buf_done(&body);
    mln_buf_done(&head);
}

void courier_serve(struct courier *c, int listener, enum courier_door door)
{
    MLN_CLEANUP_FD int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char buf[2048];

    if (fd < 0 || poll(&p, 1, QUESTION_MS) <= 0)
        return;
    ssize_t n = recv(fd, buf, sizeof(buf), 0);
    if (n > 0)
        answer(c, fd, mln_sv(buf, (size_t)n), door);
}
