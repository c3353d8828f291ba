/* The application of tests/integration/test_hook.py: listens as soon as it runs, answers
 * everything, and says of each connection that did not come by way of Merlon, and of each attack,
 * that it was there. What comes by way of Merlon carries the mark of its sockets, which the
 * namespace hands on to what is accepted (tcp_fwmark_accept). usage: eager_app PORT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

enum { MARK = 0x4d45, CONNS = 1024 };

static struct pollfd p[CONNS + 1];
static unsigned n = 1;

static void drop(unsigned i)
{
    (void)close(p[i].fd);
    p[i] = p[--n];
}

static void take(void)
{
    int fd = accept4(p[0].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), mark = 0;
    socklen_t len = sizeof(mark);

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_MARK, &mark, &len) < 0 || mark != MARK)
        (void)printf("unprotected\n");
    if (n == CONNS + 1)
        (void)close(fd);
    else
        p[n++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void serve(unsigned i)
{
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nserved";
    char request[2048];
    ssize_t got = recv(p[i].fd, request, sizeof(request) - 1, 0);

    if (got > 0) {
        request[got] = '\0';
        if (strstr(request, "UNION"))
            (void)printf("attacked\n");
        (void)send(p[i].fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
    }
    drop(i);
}

int main(int argc, char **argv)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6,
                             .sin6_port = htons((unsigned short)strtoul(argv[argc - 1], NULL, 10))};
    int yes = 1;

    (void)setvbuf(stdout, NULL, _IOLBF, 4096);
    p[0] = (struct pollfd){.fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), .events = POLLIN};
    (void)setsockopt(p[0].fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(p[0].fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(p[0].fd, 4096) < 0) {
        (void)printf("cannot listen: %s\n", strerror(errno));
        return 1;
    }
    (void)printf("listening\n");
    while (poll(p, n, -1) > 0) {
        for (unsigned i = n; i-- > 1;)
            if (p[i].revents)
                serve(i);
        if (p[0].revents)
            take();
    }
    return 0;
}
