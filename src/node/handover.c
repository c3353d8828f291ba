#include "node/handover.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/doors.h"

enum { VERSION = 1, SEND_S = 5, RECEIVE_MS = 10000, FDS = 3 };

static int address(const char *state_dir, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    return snprintf(ret->sun_path, sizeof(ret->sun_path), "%s/" MLN_TAKEOVER_SOCKET_NAME,
                    state_dir) >= (int)sizeof(ret->sun_path)
               ? -ENAMETOOLONG
               : 0;
}

/* The kernel says who is at the other end: nobody but us. */
static int check_peer(int fd, uid_t *ret_uid)
{
    struct ucred who = {.uid = UINT32_MAX};
    socklen_t len = sizeof(who);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0)
        return -errno;
    *ret_uid = who.uid;
    return who.uid == geteuid() ? 0 : -EPERM;
}

int mln_handover_accept(int listener, uid_t *ret_uid)
{
    const struct timeval limit = {.tv_sec = SEND_S};
    MLN_CLEANUP_FD int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    int r = fd < 0 ? -errno : check_peer(fd, ret_uid);

    if (r < 0)
        return r;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return mln_fd_take(&fd);
}

int mln_handover_connect(const char *state_dir, uid_t *ret_uid)
{
    struct sockaddr_un a;
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int r = fd < 0 ? -errno : address(state_dir, &a);

    if (r == 0)
        r = connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ? -errno
                                                                    : check_peer(fd, ret_uid);
    return r < 0 ? r : mln_fd_take(&fd);
}

const char *mln_handover_hint(int err, uid_t uid, char *buf, size_t cap)
{
    if (err == -EPERM)
        (void)snprintf(buf, cap,
                       "whoever listens there is user %u, and this one user %u: only one of the "
                       "same user is taken over",
                       (unsigned)uid, (unsigned)geteuid());
    else
        (void)snprintf(buf, cap, "the running one goes on%s",
                       err == -EACCES       ? "; it is another user's"
                       : err == -ECONNRESET ? "; its log says why"
                                            : "");
    return buf;
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
    return r < 0 ? r : r == 0 ? -ECONNRESET : -EPROTO;
}
