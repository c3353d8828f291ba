#include "node/sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"

static socklen_t to_sockaddr(const struct mln_addr *a, uint16_t port, struct sockaddr_storage *ss)
{
    memset(ss, 0, sizeof(*ss));
    if (mln_addr_is_v4(a)) {
        struct sockaddr_in *in = (struct sockaddr_in *)(void *)ss;
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, a->b + 12, 4);
        return sizeof(*in);
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)ss;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    memcpy(&in6->sin6_addr, a->b, 16);
    return sizeof(*in6);
}

static int new_socket(const struct mln_addr *a, int type)
{
    int fd = socket(mln_addr_is_v4(a) ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd < 0 ? -errno : fd;
}

int mln_socket_listen(const struct mln_addr *a, uint16_t port, int backlog, bool shared)
{
    struct sockaddr_storage ss;
    socklen_t len = to_sockaddr(a, port, &ss);
    MLN_CLEANUP_FD int fd = new_socket(a, SOCK_STREAM);
    int one = 1, zero = 0;

    if (fd < 0)
        return fd;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0)
        return -errno;
    if (!mln_addr_is_v4(a))
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
    if (bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, backlog) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

bool mln_socket_listens_at(int fd, const struct mln_addr *a, uint16_t port)
{
    struct sockaddr_storage want, is;
    socklen_t len = to_sockaddr(a, port, &want), is_len = sizeof(is);

    memset(&is, 0, sizeof(is));
    return getsockname(fd, (struct sockaddr *)&is, &is_len) == 0 && is_len == len &&
           memcmp(&want, &is, len) == 0;
}

int mln_socket_connect(const struct mln_addr *a, uint16_t port)
{
    struct sockaddr_storage ss;
    socklen_t len = to_sockaddr(a, port, &ss);
    MLN_CLEANUP_FD int fd = new_socket(a, SOCK_STREAM);
    int one = 1;

    if (fd < 0)
        return fd;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (struct sockaddr *)&ss, len) < 0 && errno != EINPROGRESS)
        return -errno;
    return mln_fd_take(&fd);
}

int mln_socket_datagram(const struct mln_addr *a, uint16_t port)
{
    struct sockaddr_storage ss;
    socklen_t len = to_sockaddr(a, port, &ss);
    MLN_CLEANUP_FD int fd = new_socket(a, SOCK_DGRAM);

    if (fd < 0)
        return fd;
    if (connect(fd, (struct sockaddr *)&ss, len) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

void mln_socket_patience(int fd, unsigned ms)
{
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

int mln_eventfd(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    return fd < 0 ? -errno : fd;
}

void mln_raise_file_limit(void)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return;
    l.rlim_cur = l.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &l);
}

const char *mln_socket_listen_hint(int err)
{
    switch (err) {
    case -EADDRINUSE:
        return "another program uses this port; ss -ltnp shows which";
    case -EACCES:
        return "ports below 1024 need root or CAP_NET_BIND_SERVICE";
    case -EADDRNOTAVAIL:
        return "this machine has no such address; ip address lists those that it has";
    default:
        return NULL;
    }
}
