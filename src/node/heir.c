#include "node/heir.h"

#include <errno.h>
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

static void on_word(struct mln_io *io, uint32_t events)
{
    struct mln_heir *h = MLN_OWNER(io, struct mln_heir, one);
    struct mln_handover_msg m;
    int fds[3];
    int r = mln_handover_receive(io->fd, &m, fds);

    (void)events;
    for (int i = 0; i < r; i++)
        (void)close(fds[i]);
    drop(h, &h->one);
    if (r < 0 || m.type != MLN_HANDOVER_SERVING) {
        pending(h, false);
        mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("effect", "we go on"));
        return;
    }
    mln_log0(MLN_LOG_INFO, "taken_over");
    h->serves(h->arg);
}

static void on_knock(struct mln_io *io, uint32_t events)
{
    struct mln_heir *h = MLN_OWNER(io, struct mln_heir, door);
    MLN_CLEANUP_FD int fd = mln_handover_accept(io->fd);

    (void)events;
    if (fd < 0 || h->one.fd >= 0)
        return;
    int r = h->give(h->arg, fd);
    h->one = (struct mln_io){.fd = mln_fd_take(&fd), .ready = on_word};
    if (r == 0)
        r = mln_io_add(h->loop, &h->one, MLN_IO_READ);
    if (r == 0) {
        pending(h, true);
        return;
    }
    mln_fd_close(&h->one.fd);
    mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("why", strerror(-r)),
            MLN_KVS("effect", "we go on"));
}

int mln_heir_open(struct mln_heir *h, const char *state_dir)
{
    int fd = mln_handover_listen(state_dir);

    h->one.fd = -1;
    h->door = (struct mln_io){.fd = fd < 0 ? -1 : fd, .ready = on_knock};
    return fd < 0 ? fd : mln_io_add(h->loop, &h->door, MLN_IO_READ);
}

void mln_heir_close(struct mln_heir *h)
{
    drop(h, &h->door);
    drop(h, &h->one);
}
