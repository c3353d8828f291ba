#include "io/scm.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int mln_scm_pair(int ret_fds[2])
{
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret_fds) < 0
               ? -errno
               : 0;
}

int mln_scm_send(int fd, const void *msg, size_t len, const int *fds, size_t n_fds)
{
    struct iovec iov = {.iov_base = (void *)(uintptr_t)msg, .iov_len = len};
    union {
        char buf[CMSG_SPACE(sizeof(int) * MLN_SCM_FDS_MAX)];
        struct cmsghdr align;
    } control;
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};

    if (n_fds > MLN_SCM_FDS_MAX)
        return -EINVAL;
    if (n_fds) {
        memset(&control, 0, sizeof(control));
        m.msg_control = control.buf;
        m.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
        memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
    }
    ssize_t n;
    do {
        n = sendmsg(fd, &m, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

/* Descriptors of one control message; what does not fit is closed at once. */
static void take_fds(const struct cmsghdr *c, int *ret_fds, size_t max_fds, size_t *n)
{
    size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

    for (size_t i = 0; i < count; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
        if (*n < max_fds)
            ret_fds[(*n)++] = fd;
        else
            (void)close(fd);
    }
}

int mln_scm_recv(int fd, void *msg, size_t cap, int *ret_fds, size_t max_fds, size_t *ret_n_fds)
{
    struct iovec iov = {.iov_base = msg, .iov_len = cap};
    union {
        char buf[CMSG_SPACE(sizeof(int) * MLN_SCM_FDS_MAX)];
        struct cmsghdr align;
    } control;
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = control.buf,
                       .msg_controllen = sizeof(control.buf)};
    ssize_t n;

    *ret_n_fds = 0;
    do {
        n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            take_fds(c, ret_fds, max_fds, ret_n_fds);
    if (!(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
        return (int)n;
    while (*ret_n_fds)
        (void)close(ret_fds[--*ret_n_fds]);
    return m.msg_flags & MSG_TRUNC ? -EBADMSG : -EMFILE;
}
