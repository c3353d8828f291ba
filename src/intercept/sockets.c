#include "intercept/sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"

static bool set(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* For both families, or for IPv4 where the kernel knows no other. */
static int new_socket(int *ret_family)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *ret_family = AF_INET6;
    if (fd < 0 && errno == EAFNOSUPPORT) {
        *ret_family = AF_INET;
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    return fd < 0 ? -errno : fd;
}

/* Whether new sockets of the namespace are for IPv6 alone unless told otherwise (bindv6only). */
static bool is_v6only(int fd)
{
    int value = 1;
    socklen_t len = sizeof(value);

    return getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, &len) < 0 || value;
}

struct listen_call {
    const struct mln_icpt_names *names;
    int backlog;
};

static int make_listener(void *arg)
{
    const struct listen_call *c = arg;
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(c->names->port)};
    struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(c->names->port)};
    int family;
    MLN_CLEANUP_FD int fd = new_socket(&family);

    if (fd < 0)
        return fd;
    if (!set(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
        !set(fd, SOL_SOCKET, SO_MARK, (int)c->names->client_mark))
        return -errno;
    if (family == AF_INET6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0))
        return -errno;
    int r = family == AF_INET6 ? bind(fd, (struct sockaddr *)&any6, sizeof(any6))
                               : bind(fd, (struct sockaddr *)&any4, sizeof(any4));
    if (r < 0 || listen(fd, c->backlog) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

int mln_icpt_listen(int ns_fd, const struct mln_icpt_names *n, int backlog)
{
    struct listen_call c = {.names = n, .backlog = backlog};

    return mln_netns_call(ns_fd, make_listener, &c);
}

/* IP_TRANSPARENT holds for both families. Bound to lo it reaches nothing off the node whatever
 * happens to the rules, and a port that it left in TIME_WAIT is free again for the same client
 * after a second (tcp_tw_reuse is on for lo). SO_REUSEADDR: an explicit bind would own the port for
 * that minute. */
static int make_upstream(const struct mln_icpt_names *n, bool link_local, bool *v6only)
{
    static const char lo[] = "lo";
    int family;
    MLN_CLEANUP_FD int fd = new_socket(&family);

    if (fd < 0)
        return fd;
    if (!set(fd, SOL_SOCKET, SO_REUSEADDR, 1) ||
        !set(fd, SOL_SOCKET, SO_MARK, (int)n->upstream_mark) ||
        !set(fd, IPPROTO_TCP, TCP_NODELAY, 1) || !set(fd, IPPROTO_IP, IP_TRANSPARENT, 1) ||
        (!link_local && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, lo, sizeof(lo)) < 0))
        return -errno;
    *v6only = *v6only && family == AF_INET6 && is_v6only(fd);
    if (*v6only && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0))
        return -errno;
    return mln_fd_take(&fd);
}

struct upstreams_call {
    const struct mln_icpt_names *names;
    int *fds;
    size_t want;
    bool link_local;
};

static int make_upstreams(void *arg)
{
    const struct upstreams_call *c = arg;
    bool v6only = true; /* until the first one says no */
    size_t n = 0;
    int r = 0;

    while (n < c->want && (r = make_upstream(c->names, c->link_local, &v6only)) >= 0)
        c->fds[n++] = r;
    return n ? (int)n : r;
}

int mln_icpt_upstreams(int ns_fd, const struct mln_icpt_names *n, int *ret_fds, size_t want,
                       bool link_local)
{
    struct upstreams_call c = {.names = n,
                               .fds = ret_fds,
                               .want = MLN_MIN(want, (size_t)MLN_ICPT_BATCH_MAX),
                               .link_local = link_local};

    return mln_netns_call(ns_fd, make_upstreams, &c);
}
