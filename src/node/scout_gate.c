#include "node/scout_gate.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

enum { PIECE = 65536, PIECES_PER_TURN = 16 };

static int connect_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(a.sun_path))
        return -ENAMETOOLONG;
    memcpy(a.sun_path, path, strlen(path));
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

static void close_io(struct mln_scout_gate *g, struct mln_io *io)
{
    if (io == &g->pipe || g->reading)
        mln_io_del(g->loop, io);
    mln_fd_close(&io->fd);
}

void mln_scout_gate_close(struct mln_scout_gate *g)
{
    if (!g->id)
        return;
    close_io(g, &g->socket);
    close_io(g, &g->pipe);
    g->id = 0;
}

/* Reads on while the pipe has room, else waits for it: without the socket in the loop, which would
 * report its end over and over again. */
static int wait_for(struct mln_scout_gate *g, bool room)
{
    int r = mln_io_set(g->loop, &g->pipe, room ? 0 : (uint32_t)MLN_IO_WRITE);

    if (r < 0 || room == g->reading)
        return r;
    if (!room)
        mln_io_del(g->loop, &g->socket);
    else if ((r = mln_io_add(g->loop, &g->socket, MLN_IO_READ)) < 0)
        return r;
    g->reading = room;
    return 0;
}

static void move(struct mln_scout_gate *g)
{
    for (unsigned i = 0; i < PIECES_PER_TURN; i++) {
        ssize_t n =
            splice(g->socket.fd, NULL, g->pipe.fd, NULL, PIECE, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
        if (n > 0)
            continue;
        if (n < 0 && errno == EAGAIN) { /* no bytes, or no room: who knows */
            char byte;
            bool empty = recv(g->socket.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
            if (wait_for(g, empty) == 0)
                return;
        }
        mln_scout_gate_close(g); /* the end, for both sides */
        return;
    }
}

static void on_socket(struct mln_io *io, uint32_t events)
{
    (void)events;
    move(MLN_OWNER(io, struct mln_scout_gate, socket));
}

static void on_pipe(struct mln_io *io, uint32_t events)
{
    struct mln_scout_gate *g = MLN_OWNER(io, struct mln_scout_gate, pipe);

    if (events & (MLN_IO_ERROR | MLN_IO_HUP)) /* the scout closed it */
        mln_scout_gate_close(g);
    else
        move(g);
}

int mln_scout_gate_open(struct mln_scout_gate *g, struct mln_loop *loop, const char *path,
                        uint64_t id, int *ret_pipe)
{
    int ends[2];
    MLN_CLEANUP_FD int fd = connect_unix(path);

    if (fd < 0)
        return fd;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    *g = (struct mln_scout_gate){.loop = loop,
                                 .id = id,
                                 .reading = true,
                                 .socket = {.fd = mln_fd_take(&fd), .ready = on_socket},
                                 .pipe = {.fd = ends[1], .ready = on_pipe}};
    int r = mln_io_add(loop, &g->socket, MLN_IO_READ);
    if (r == 0 && (r = mln_io_add(loop, &g->pipe, 0)) < 0)
        mln_io_del(loop, &g->socket);
    if (r < 0) {
        mln_fd_close(&g->socket.fd);
        mln_fd_close(&ends[0]);
        mln_fd_close(&ends[1]);
        g->id = 0;
        return r;
    }
    *ret_pipe = ends[0];
    return 0;
}

void mln_scout_gate_write(struct mln_scout_gate *g, const char *request, size_t len)
{
    /* an idle connection has room for a request: what has none is not idle */
    if (send(g->socket.fd, request, len, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)len)
        mln_scout_gate_close(g);
}
