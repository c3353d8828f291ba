/* The application of the benchmark: answers every request with the same page, keep-alive, epoll,
 * one thread. Understands heads, Content-Length and chunked bodies as far as its clients here send
 * them. usage: origin PORT [BYTES [FILE [ADDRESS]]]
 * (default 1024 bytes; FILE: 8 bytes that count the answers; ADDRESS: to listen on, 127.0.0.1)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNS = 65536, HEAD_MAX = 65536 };

struct conn {
    char *head;
    size_t n;
    unsigned long long skip;    /* body bytes still to come */
    size_t sent;                /* of a large answer */
    int sending, chunked, last; /* last: it is closed after this answer */
};

static struct conn conns[CONNS];
struct text {
    char *p;
    size_t len;
};

static struct text answer, last_answer;
static int ep;
static unsigned long long uncounted, *answers = &uncounted;

static void close_conn(int fd)
{
    free(conns[fd].head);
    memset(&conns[fd], 0, sizeof(conns[fd]));
    close(fd);
}

static void send_some(int fd)
{
    struct conn *c = &conns[fd];
    const struct text *a = c->last ? &last_answer : &answer;

    while (c->sending) {
        ssize_t w = send(fd, a->p + c->sent, a->len - c->sent, MSG_NOSIGNAL);
        if (w < 0 && errno == EAGAIN) {
            struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data = {.fd = fd}};
            epoll_ctl(ep, EPOLL_CTL_MOD, fd, &e);
            return;
        }
        if (w < 0)
            return;
        c->sent += (size_t)w;
        if (c->sent == a->len) {
            c->sent = 0;
            c->sending--;
            ++*answers;
        }
    }
    if (c->last)
        close_conn(fd);
}

/* Takes complete requests out of the buffer. */
static void take(int fd)
{
    struct conn *c = &conns[fd];

    for (;;) {
        size_t skip = c->n < c->skip ? c->n : (size_t)c->skip;
        memmove(c->head, c->head + skip, c->n - skip);
        c->n -= skip;
        c->skip -= skip;
        if (c->skip)
            return;
        if (c->chunked) {
            char *end = memmem(c->head, c->n, "0\r\n\r\n", 5);
            if (!end) {
                if (c->n > 4) {
                    memmove(c->head, c->head + c->n - 4, 4);
                    c->n = 4;
                }
                return;
            }
            size_t used = (size_t)(end - c->head) + 5;
            memmove(c->head, c->head + used, c->n - used);
            c->n -= used;
            c->chunked = 0;
            c->sending++;
            continue;
        }
        char *end = c->n ? memmem(c->head, c->n, "\r\n\r\n", 4) : NULL;
        if (!end)
            break;
        *end = '\0';
        char *cl = strcasestr(c->head, "\ncontent-length:");
        c->skip = cl ? strtoull(cl + 16, NULL, 10) : 0;
        c->chunked = strcasestr(c->head, "\ntransfer-encoding:") != NULL;
        c->last = strcasestr(c->head, "\nconnection: close") != NULL;
        size_t used = (size_t)(end - c->head) + 4;
        memmove(c->head, c->head + used, c->n - used);
        c->n -= used;
        if (!c->chunked)
            c->sending++;
    }
    send_some(fd);
}

static void readable(int fd)
{
    struct conn *c = &conns[fd];

    if (!c->head && !(c->head = malloc(HEAD_MAX)))
        return;
    ssize_t r = recv(fd, c->head + c->n, HEAD_MAX - 1 - c->n, 0);
    if (r < 0 && errno == EAGAIN)
        return;
    if (r <= 0) {
        close_conn(fd);
        return;
    }
    c->n += (size_t)r;
    take(fd);
}

static struct text page(size_t body, const char *field)
{
    struct text t = {.p = malloc(body + 256)};

    t.len = (size_t)snprintf(
        t.p, 256, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n%sContent-Length: %zu\r\n\r\n",
        field, body);
    memset(t.p + t.len, 'x', body);
    t.len += body;
    return t;
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    size_t body = argc > 2 ? strtoul(argv[2], NULL, 10) : 1024;
    int one = 1, s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct epoll_event ev[256], e = {.events = EPOLLIN, .data = {.fd = s}};

    signal(SIGPIPE, SIG_IGN);
    int file = argc > 3 ? open(argv[3], O_RDWR) : -1;
    void *shared =
        file < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED)
        answers = shared;
    answer = page(body, "");
    last_answer = page(body, "Connection: close\r\n");
    a.sin_port = htons((unsigned short)strtoul(argc > 1 ? argv[1] : "9000", NULL, 10));
    inet_pton(AF_INET, argc > 4 ? argv[4] : "127.0.0.1", &a.sin_addr);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(s, (struct sockaddr *)&a, sizeof(a)) || listen(s, 4096))
        return 1;
    ep = epoll_create1(0);
    epoll_ctl(ep, EPOLL_CTL_ADD, s, &e);
    for (;;) {
        int n = epoll_wait(ep, ev, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = ev[i].data.fd;
            if (fd != s) {
                if (ev[i].events & EPOLLOUT)
                    send_some(fd);
                if (ev[i].events & EPOLLIN)
                    readable(fd);
                continue;
            }
            for (int c; (c = accept4(s, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
                setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
                struct epoll_event x = {.events = EPOLLIN, .data = {.fd = c}};
                epoll_ctl(ep, EPOLL_CTL_ADD, c, &x);
            }
        }
    }
}
