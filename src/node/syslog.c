#include "node/syslog.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "node/sockets.h"

enum {
    QUEUE_BYTES = 8 << 20,
    BACKOFF_FIRST_MS = 250,
    BACKOFF_MOST_MS = 30000,
    PATIENCE_MS = 30000, /* with a receiver that says nothing at all */
    ANSWER_S = 5         /* the supervisor has other things to do, but not for so long */
};

/* ---- the supervisor's side ---- */

int mln_syslog_parse(const char *text, struct mln_syslog_target *ret)
{
    struct mln_sv rest = mln_sv_str(text);
    struct mln_sv kind = mln_sv_split(&rest, ':');

    if (mln_sv_eq(kind, MLN_SV("unix"))) {
        ret->transport = MLN_SYSLOG_UNIX;
        ret->path = text + sizeof("unix:") - 1;
        return rest.len && rest.p[0] == '/' &&
                       rest.len < sizeof(((struct sockaddr_un *)0)->sun_path)
                   ? 0
                   : -EINVAL;
    }
    if (mln_sv_eq(kind, MLN_SV("udp")))
        ret->transport = MLN_SYSLOG_UDP;
    else if (mln_sv_eq(kind, MLN_SV("tcp")))
        ret->transport = MLN_SYSLOG_TCP;
    else
        return -EINVAL;
    int r = mln_addr_port_parse(rest, &ret->addr, &ret->port);
    return r < 0 || !ret->port ? -EINVAL : 0;
}

static int unix_socket(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    memcpy(un.sun_path, path, MLN_MIN(strlen(path), sizeof(un.sun_path) - 1));
    if (connect(fd, (const struct sockaddr *)&un, sizeof(un)) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

static int tcp_socket(const struct mln_syslog_target *t)
{
    int fd = mln_socket_connect(&t->addr, t->port);

    if (fd >= 0)
        mln_socket_patience(fd, PATIENCE_MS);
    return fd;
}

int mln_syslog_socket(const struct mln_syslog_target *t)
{
    switch (t->transport) {
    case MLN_SYSLOG_UNIX:
        return unix_socket(t->path);
    case MLN_SYSLOG_UDP:
        return mln_socket_datagram(&t->addr, t->port);
    case MLN_SYSLOG_TCP:
        return tcp_socket(t);
    default:
        return -EINVAL;
    }
}

/* ---- the courier's side ---- */

void mln_syslog_init(struct mln_syslog *s, enum mln_syslog_transport transport,
                     enum mln_syslog_format format)
{
    *s = (struct mln_syslog){.on = true, .format = format, .fd = -1, .pid = (unsigned)getppid()};
    if (gethostname(s->host, sizeof(s->host) - 1) < 0)
        s->host[0] = '\0';
    mln_outbox_init(&s->box, transport == MLN_SYSLOG_TCP, QUEUE_BYTES);
}

void mln_syslog_done(struct mln_syslog *s)
{
    mln_fd_close(&s->fd);
    mln_outbox_done(&s->box);
    mln_buf_done(&s->line);
}

/* One line in a log for each receiver that goes, not for each attempt. */
static void give_up(struct mln_syslog *s, int err, mln_nsec now)
{
    bool first = s->proved || !s->backoff_ms;

    mln_fd_close(&s->fd);
    s->backoff_ms =
        first ? BACKOFF_FIRST_MS : MLN_MIN(s->backoff_ms * 2, (unsigned)BACKOFF_MOST_MS);
    s->ask_again = now + s->backoff_ms * MLN_NSEC_PER_MSEC;
    s->proved = false;
    s->lost++;
    mln_log(first ? MLN_LOG_WARN : MLN_LOG_DEBUG, "syslog_lost", MLN_KVS("why", strerror(-err)),
            MLN_KVS("effect", "audits wait for it, up to 8 MiB"));
}

void mln_syslog_take(struct mln_syslog *s, int fd, mln_nsec now)
{
    if (!s->on || fd < 0) {
        if (s->on)
            give_up(s, fd, now);
        return;
    }
    mln_fd_close(&s->fd);
    s->fd = fd;
}

void mln_syslog_add(struct mln_syslog *s, const struct mln_audit_record *r)
{
    if (!s->on)
        return;
    mln_buf_clear(&s->line);
    mln_audit_syslog(r, s->format, mln_sv_str(s->host), s->pid, &s->line);
    if (mln_buf_failed(&s->line))
        s->box.dropped++;
    else
        mln_outbox_add(&s->box, mln_buf_sv(&s->line));
}

/* A receiver says nothing: what can be read of a stream is its end. */
static int look_for_end(struct mln_syslog *s)
{
    char said[256];
    ssize_t n = s->box.stream ? recv(s->fd, said, sizeof(said), MSG_DONTWAIT) : 1;

    if (n < 0 && errno == ENOTCONN) /* it is still being connected */
        return 0;
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? 0 : n < 0 ? -errno : -EPIPE;
}

bool mln_syslog_turn(struct mln_syslog *s, mln_nsec now)
{
    uint64_t sent = s->box.sent;

    if (!s->on)
        return false;
    if (s->fd < 0) {
        bool due = now >= s->ask_again;
        if (due)
            s->ask_again = now + ANSWER_S * MLN_NSEC_PER_SEC;
        return due;
    }
    int r = look_for_end(s);
    if (r == 0)
        r = mln_outbox_flush(&s->box, s->fd);
    if (s->box.sent > sent && !s->proved) {
        if (s->backoff_ms)
            mln_log0(MLN_LOG_INFO, "syslog_back");
        s->proved = true;
    }
    if (r < 0 && r != -EAGAIN)
        give_up(s, r, now);
    return false;
}

bool mln_syslog_waits(const struct mln_syslog *s)
{
    return s->on && mln_outbox_waiting(&s->box) > 0;
}

void mln_syslog_metrics(const struct mln_syslog *s, struct mln_buf *out)
{
    static const char total[] = "merlon_audit_sink_total{sink=\"syslog\",event=";

    if (!s->on)
        return;
    mln_buf_add_str(out, "# HELP merlon_audit_sink_total Audits on their way to a receiver\n"
                         "# TYPE merlon_audit_sink_total counter\n");
    mln_buf_addf(out, "%s\"sent\"} %llu\n", total, (unsigned long long)s->box.sent);
    mln_buf_addf(out, "%s\"dropped\"} %llu\n", total, (unsigned long long)s->box.dropped);
    mln_buf_addf(out, "%s\"lost_connection\"} %llu\n", total, (unsigned long long)s->lost);
    mln_buf_addf(out,
                 "# HELP merlon_audit_sink_waiting_bytes Audits that wait for a receiver\n"
                 "# TYPE merlon_audit_sink_waiting_bytes gauge\n"
                 "merlon_audit_sink_waiting_bytes{sink=\"syslog\"} %zu\n",
                 mln_outbox_waiting(&s->box));
}
