#include "node/bypass.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "node/wire.h"

/* ---- what is off ---- */

static unsigned find(const struct mln_bypass *b, const char *name)
{
    unsigned i = 0;

    while (i < MLN_BYPASS_MAX && !(b->off[i].until && strcmp(b->off[i].name, name) == 0))
        i++;
    return i;
}

static void await_end(struct mln_bypass *b)
{
    mln_nsec first = UINT64_MAX, now = mln_now_mono();

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (b->off[i].until)
            first = MLN_MIN(first, b->off[i].until);
    if (first == UINT64_MAX)
        mln_timer_disarm(b->loop, &b->end);
    else
        mln_timer_arm(b->loop, &b->end, first > now ? first - now : 0);
}

static void over(struct mln_bypass *b, unsigned i, uint32_t uid)
{
    b->off[i].until = 0;
    b->changed(b, b->off[i].name, 0, uid);
}

static void on_end(struct mln_timer *t)
{
    struct mln_bypass *b = MLN_OWNER(t, struct mln_bypass, end);
    mln_nsec now = mln_now_mono();

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (b->off[i].until && b->off[i].until <= now)
            over(b, i, b->off[i].uid);
    await_end(b);
}

static int begin(struct mln_bypass *b, const struct mln_bypass_request *q, uint32_t uid)
{
    unsigned i = find(b, q->name);

    if (q->seconds == 0 || q->seconds > MLN_BYPASS_SECONDS_MAX)
        return -EINVAL;
    for (unsigned k = 0; i == MLN_BYPASS_MAX && k < MLN_BYPASS_MAX; k++)
        if (!b->off[k].until)
            i = k;
    if (i == MLN_BYPASS_MAX)
        return -ENOSPC;
    memcpy(b->off[i].name, q->name, sizeof(q->name));
    b->off[i].until = mln_now_mono() + q->seconds * MLN_NSEC_PER_SEC;
    b->off[i].uid = uid;
    b->off[i].used = true;
    b->changed(b, q->name, b->off[i].until, uid);
    await_end(b);
    return 0;
}

static int end(struct mln_bypass *b, const char *name, uint32_t uid)
{
    unsigned i = find(b, name);

    if (i == MLN_BYPASS_MAX)
        return -ENOENT;
    over(b, i, uid);
    await_end(b);
    return 0;
}

/* ---- who asks ---- */

static bool is_whole(const struct mln_bypass_request *q)
{
    return q->version == MLN_WIRE_VERSION && memchr(q->name, '\0', sizeof(q->name));
}

static void list(const struct mln_bypass *b, struct mln_bypass_answer *a)
{
    mln_nsec now = mln_now_mono();

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++) {
        if (b->off[i].until <= now)
            continue;
        memcpy(a->off[a->n].name, b->off[i].name, sizeof(a->off[0].name));
        a->off[a->n++].seconds = (b->off[i].until - now + MLN_NSEC_PER_SEC - 1) / MLN_NSEC_PER_SEC;
    }
}

/* The socket's mode lets nobody else in; the kernel says who it is all the same. */
static int decide(struct mln_bypass *b, int fd, const struct mln_bypass_request *q)
{
    struct ucred peer = {.uid = UINT32_MAX};
    socklen_t len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
        (peer.uid != 0 && peer.uid != geteuid()))
        return -EPERM;
    switch (q->op) {
    case MLN_BYPASS_LIST:
        return 0;
    case MLN_BYPASS_BEGIN:
        return begin(b, q, peer.uid);
    case MLN_BYPASS_END:
        return end(b, q->name, peer.uid);
    default:
        return -EPROTO;
    }
}

/* One question a connection; an operator's command sends it at once. */
static void on_ready(struct mln_io *io, uint32_t events)
{
    struct mln_bypass *b = MLN_OWNER(io, struct mln_bypass, io);
    const struct timeval limit = {.tv_usec = 100000};
    MLN_CLEANUP_FD int fd = accept4(io->fd, NULL, NULL, SOCK_CLOEXEC);
    struct mln_bypass_request q;
    struct mln_bypass_answer a = {0};

    (void)events;
    if (fd < 0)
        return;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ssize_t n = recv(fd, &q, sizeof(q), 0);
    a.error = n == (ssize_t)sizeof(q) && is_whole(&q) ? decide(b, fd, &q) : -EPROTO;
    list(b, &a);
    n = send(fd, &a, sizeof(a), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0)
        mln_log0(MLN_LOG_DEBUG, "bypass_client_gone");
}

int mln_bypass_open(struct mln_bypass *b, struct mln_loop *loop, struct mln_doors *doors)
{
    b->loop = loop;
    b->doors = doors;
    b->end.fire = on_end;
    b->io = (struct mln_io){.fd = -1, .ready = on_ready};
    if (!doors->dir)
        return 0;
    int fd = mln_doors_open(doors, MLN_BYPASS_SOCKET_NAME, SOCK_SEQPACKET, 0600);
    if (fd < 0)
        return fd;
    b->io.fd = fd;
    return mln_io_add(loop, &b->io, MLN_IO_READ);
}

void mln_bypass_close(struct mln_bypass *b)
{
    if (!b->loop || b->io.fd < 0)
        return;
    mln_timer_disarm(b->loop, &b->end);
    mln_io_del(b->loop, &b->io);
    mln_doors_remove(b->doors, MLN_BYPASS_SOCKET_NAME);
    mln_fd_close(&b->io.fd);
}

/* ---- the asking side ---- */

int mln_bypass_ask(const char *dir, const struct mln_bypass_request *q,
                   struct mln_bypass_answer *ret)
{
    const struct timeval limit = {.tv_sec = 5};
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int n = snprintf(a.sun_path, sizeof(a.sun_path), "%s/" MLN_BYPASS_SOCKET_NAME, dir);
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    if (fd < 0 || n >= (int)sizeof(a.sun_path))
        return fd < 0 ? -errno : -ENAMETOOLONG;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || send(fd, q, sizeof(*q), 0) < 0)
        return -errno;
    ssize_t got = recv(fd, ret, sizeof(*ret), 0);
    if (got != (ssize_t)sizeof(*ret) || ret->n > MLN_BYPASS_MAX)
        return got < 0 ? -errno : -EPROTO;
    for (uint32_t i = 0; i < ret->n; i++)
        ret->off[i].name[MLN_BYPASS_NAME_MAX - 1] = '\0';
    return 0;
}
