#include "node/heir.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "node/handover.h"

static void drop(struct mln_heir *h, struct mln_io *io)
{
    if (io->fd < 0)
        return;
    mln_io_del(h->loop, io);
    mln_fd_close(&io->fd);
}

static void pending(const struct mln_heir *h, bool is)
{
    if (h->pending)
        h->pending(h->arg, is);
}

static void say_failed(int err)
{
    mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("why", strerror(-err)),
            MLN_KVS("effect", "we go on"));
}

/* 0: not known. */
static pid_t peer_of(int fd)
{
    struct ucred peer = {.pid = 0};
    socklen_t n = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 ? peer.pid : 0;
}

static void on_word(struct mln_io *io, uint32_t events)
{
    struct mln_heir *h = MLN_OWNER(io, struct mln_heir, one);
    struct mln_handover_msg m;
    int fds[3];
    int r = mln_handover_receive(io->fd, &m, fds);

    (void)events;
    for (int i = 0; i < r; i++)
        (void)close(fds[i]);
    const pid_t by = peer_of(io->fd);
    drop(h, &h->one);
    if (r < 0 || m.type != MLN_HANDOVER_SERVING) {
        mln_doors_take_back(h->doors);
        pending(h, false);
        say_failed(r < 0 ? r : -EPROTO);
        return;
    }
    mln_doors_let_go(h->doors);
    mln_log0(MLN_LOG_INFO, "taken_over");
    h->serves(h->arg, by);
}

static int let_in(struct mln_heir *h)
{
    char user[16];
    uid_t uid = 0;
    int fd = mln_handover_accept(h->door.fd, &uid);

    (void)snprintf(user, sizeof(user), "%u", (unsigned)uid);
    if (fd == -EPERM)
        mln_log(MLN_LOG_WARN, "takeover_refused", MLN_KVS("why", "another user"),
                MLN_KVS("uid", user));
    else if (fd >= 0 && h->one.fd >= 0)
        mln_log(MLN_LOG_WARN, "takeover_refused", MLN_KVS("why", "another one is taking over"));
    return fd;
}

static void on_knock(struct mln_io *io, uint32_t events)
{
    struct mln_heir *h = MLN_OWNER(io, struct mln_heir, door);
    MLN_CLEANUP_FD int fd = let_in(h);

    (void)events;
    if (fd < 0 || h->one.fd >= 0)
        return;
    mln_doors_keep(h->doors); /* before it can put its own in their place */
    int r = h->give(h->arg, fd);
    h->one = (struct mln_io){.fd = mln_fd_take(&fd), .ready = on_word};
    if (r == 0)
        r = mln_io_add(h->loop, &h->one, MLN_IO_READ);
    if (r == 0) {
        pending(h, true);
        return;
    }
    mln_fd_close(&h->one.fd);
    mln_doors_take_back(h->doors);
    say_failed(r);
}

int mln_heir_open(struct mln_heir *h, struct mln_doors *doors)
{
    int fd = mln_doors_open(doors, MLN_TAKEOVER_SOCKET_NAME, SOCK_SEQPACKET, 0600);

    h->doors = doors;
    h->one.fd = -1;
    h->door = (struct mln_io){.fd = fd < 0 ? -1 : fd, .ready = on_knock};
    return fd < 0 ? fd : mln_io_add(h->loop, &h->door, MLN_IO_READ);
}

void mln_heir_close(struct mln_heir *h)
{
    if (h->door.fd >= 0)
        mln_doors_remove(h->doors, MLN_TAKEOVER_SOCKET_NAME);
    drop(h, &h->door);
    drop(h, &h->one);
}
