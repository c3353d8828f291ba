#include "node/handover.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"

enum { VERSION = 1, SEND_S = 5, RECEIVE_MS = 10000, FDS = 3 };

static int address(const char *state_dir, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    return snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/takeover", state_dir) >=
                   (int)sizeof(ret->sun_path)
               ? -ENAMETOOLONG
               : 0;
}

static int new_socket(int flags)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);

    return fd < 0 ? -errno : fd;
}

int mln_handover_listen(const char *state_dir)
{
    struct sockaddr_un a;
    MLN_CLEANUP_FD int fd = new_socket(SOCK_NONBLOCK);
    int r = address(state_dir, &a);

    if (fd < 0 || r < 0)
        return fd < 0 ? fd : r;
    (void)unlink(a.sun_path);
    mode_t before = umask(0177);
    r = bind(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 1) < 0 ? -errno : 0;
    (void)umask(before);
    return r < 0 ? r : mln_fd_take(&fd);
}

int mln_handover_accept(int listener)
{
    const struct timeval limit = {.tv_sec = SEND_S};
    struct ucred who;
    socklen_t len = sizeof(who);
    MLN_CLEANUP_FD int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return -errno;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 || who.uid != geteuid())
        return -EPERM;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return mln_fd_take(&fd);
}

int mln_handover_connect(const char *state_dir)
{
    struct sockaddr_un a;
    MLN_CLEANUP_FD int fd = new_socket(0);
    int r = address(state_dir, &a);

    if (fd < 0 || r < 0)
        return fd < 0 ? fd : r;
    if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

int mln_handover_send(int fd, struct mln_handover_msg m, const int *fds, size_t n)
{
    m.version = VERSION;
    return mln_scm_send(fd, &m, sizeof(m), fds, n);
}

int mln_handover_receive(int fd, struct mln_handover_msg *m, int ret_fds[3])
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    size_t n = 0;

    if (poll(&p, 1, RECEIVE_MS) <= 0)
        return -ETIMEDOUT;
    int r = mln_scm_recv(fd, m, sizeof(*m), ret_fds, FDS, &n);
    if (r == (int)sizeof(*m) && m->version == VERSION)
        return (int)n;
    for (size_t i = 0; i < n; i++)
        (void)close(ret_fds[i]);
    return r < 0 ? r : -EPROTO;
}
