/* A relay that copies bytes and looks at none: the floor for anything that stands in between.
 * usage: relay LISTEN_PORT UPSTREAM_PORT [BUSY]
 * UPSTREAM_PORT 0: in a container's namespace, behind the rules of `merlon defender`
 * (docs/adr/0010): to where the client wanted to go, from its address. BUSY: microseconds of work
 * that it does between two looks at its sockets, all the time. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNS = 65536, SO_ORIGINAL_DST = 80, CLIENT_MARK = 0x4d46, UPSTREAM_MARK = 0x4d45 };

static int peer[CONNS];
static char *pending[CONNS]; /* towards that descriptor, when it did not take all */
static size_t pending_len[CONNS];
static int ep;

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((unsigned short)strtoul(port, NULL, 10))};

    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    return a;
}

static void watch(int op, int fd, unsigned events)
{
    struct epoll_event e = {.events = events, .data = {.fd = fd}};

    epoll_ctl(ep, op, fd, &e);
}

static void drop(int fd)
{
    int other = peer[fd];

    free(pending[fd]);
    free(pending[other]);
    pending[fd] = pending[other] = NULL;
    close(fd);
    close(other);
    peer[fd] = peer[other] = 0;
}

static void push(int fd)
{
    while (pending_len[fd]) {
        ssize_t w = send(fd, pending[fd], pending_len[fd], MSG_NOSIGNAL);
        if (w <= 0)
            return;
        pending_len[fd] -= (size_t)w;
        memmove(pending[fd], pending[fd] + w, pending_len[fd]);
    }
    watch(EPOLL_CTL_MOD, fd, EPOLLIN);
    watch(EPOLL_CTL_MOD, peer[fd], EPOLLIN);
}

static void copy(int fd)
{
    static char buf[65536];
    ssize_t r = recv(fd, buf, sizeof(buf), 0);

    if (r < 0 && errno == EAGAIN)
        return;
    if (r <= 0) {
        drop(fd);
        return;
    }
    ssize_t w = send(peer[fd], buf, (size_t)r, MSG_NOSIGNAL);
    if (w == r)
        return;
    int to = peer[fd];
    w = w < 0 ? 0 : w;
    pending[to] = realloc(pending[to], sizeof(buf));
    pending_len[to] = (size_t)(r - w);
    memcpy(pending[to], buf + w, pending_len[to]);
    watch(EPOLL_CTL_MOD, to, EPOLLIN | EPOLLOUT);
    watch(EPOLL_CTL_MOD, fd, 0);
}

/* 0: it stands, or soon will: what is sent meanwhile waits for EPOLLOUT. */
static int begin(int fd, const struct sockaddr_in *to)
{
    return connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 || errno == EINPROGRESS ? 0
                                                                                              : -1;
}

static int connect_to(const struct sockaddr_in *up)
{
    int u = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (u >= 0 && begin(u, up) == 0)
        return u;
    if (u >= 0)
        close(u);
    return -1;
}

/* As the client, to where it wanted to go. */
static int connect_for(int client, const struct sockaddr_in *from)
{
    struct sockaddr_in to;
    socklen_t len = sizeof(to);
    int one = 1, mark = UPSTREAM_MARK;

    if (getsockopt(client, IPPROTO_IP, SO_ORIGINAL_DST, &to, &len) < 0)
        return -1;
    int u = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (u < 0)
        return -1;
    setsockopt(u, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(u, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
    setsockopt(u, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof(one));
    setsockopt(u, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo"));
    if (bind(u, (const struct sockaddr *)from, sizeof(*from)) == 0 && begin(u, &to) == 0)
        return u;
    close(u);
    return -1;
}

static void work_for(long nsec)
{
    struct timespec from, now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((now.tv_sec - from.tv_sec) * 1000000000 + now.tv_nsec - from.tv_nsec < nsec);
}

int main(int argc, char **argv)
{
    long busy = argc > 3 ? strtol(argv[3], NULL, 10) * 1000 : 0;
    struct sockaddr_in a = loopback(argc > 1 ? argv[1] : "9001"),
                       up = loopback(argc > 2 ? argv[2] : "9000"), from;
    int one = 1, mark = CLIENT_MARK, s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    socklen_t len = sizeof(from);
    struct epoll_event ev[256];

    signal(SIGPIPE, SIG_IGN);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* accepted ones inherit it */
    if (!up.sin_port) {
        a.sin_addr.s_addr = INADDR_ANY;
        setsockopt(s, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
    }
    if (bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 4096))
        return 1;
    ep = epoll_create1(0);
    watch(EPOLL_CTL_ADD, s, EPOLLIN);
    for (;;) {
        int n = epoll_wait(ep, ev, 256, busy ? 0 : -1);
        for (int i = 0; i < n; i++) {
            int fd = ev[i].data.fd;
            if (fd != s) {
                if ((ev[i].events & EPOLLOUT) && peer[fd])
                    push(fd);
                if ((ev[i].events & (EPOLLIN | EPOLLHUP)) && peer[fd])
                    copy(fd);
                continue;
            }
            for (int c; (c = accept4(s, (struct sockaddr *)&from, &len, SOCK_NONBLOCK)) >= 0;) {
                int u = up.sin_port ? connect_to(&up) : connect_for(c, &from);
                if (u < 0) {
                    close(c);
                    continue;
                }
                setsockopt(u, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
                peer[c] = u;
                peer[u] = c;
                watch(EPOLL_CTL_ADD, c, EPOLLIN);
                watch(EPOLL_CTL_ADD, u, EPOLLIN);
            }
        }
        if (busy)
            work_for(busy);
    }
}
