/* A client of tests/integration/test_hook.py that is there before the server: connects without
 * waiting, as fast as it can, and sends an attack to whoever accepts. Ends a while after the first
 * answer, or when its time is over. Prints how many connections were tried and made, and how often
 * it got which status. usage: hammer ADDRESS PORT SECONDS SECONDS_AFTER_THE_FIRST_ANSWER */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNS = 32, PATIENCE_MS = 20, ANSWER_MS = 8000 };

static struct pollfd p[CONNS];
static double deadline[CONNS];
static int asked[CONNS];
static unsigned long tried, made, reset, passed, blocked;
static struct sockaddr_in to = {.sin_family = AF_INET};

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void begin(unsigned i)
{
    p[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    p[i].events = POLLOUT;
    deadline[i] = now() + PATIENCE_MS / 1e3;
    asked[i] = 0;
    tried++;
    (void)connect(p[i].fd, (struct sockaddr *)&to, sizeof(to));
}

static void again(unsigned i)
{
    (void)close(p[i].fd);
    begin(i);
}

static void attack(unsigned i)
{
    static const char request[] = "GET /?q=1'+UNION+SELECT+password+FROM+users-- HTTP/1.1\r\nHost: "
                                  "a\r\nConnection: close\r\n\r\n";
    int err = 0;
    socklen_t len = sizeof(err);

    if (getsockopt(p[i].fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0 || err ||
        send(p[i].fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) {
        again(i);
        return;
    }
    made++;
    asked[i] = 1;
    p[i].events = POLLIN;
    deadline[i] = now() + ANSWER_MS / 1e3;
}

static void read_answer(unsigned i)
{
    char answer[4096];
    ssize_t n = recv(p[i].fd, answer, sizeof(answer), 0);

    if (n > 12 && memcmp(answer + 9, "200", 3) == 0)
        passed++;
    else if (n > 12 && memcmp(answer + 9, "403", 3) == 0)
        blocked++;
    else
        reset++;
    again(i);
}

int main(int argc, char **argv)
{
    double end = now() + (argc > 3 ? atof(argv[3]) : 5), first = 0;

    if (argc != 5 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
        return 2;
    to.sin_port = htons((unsigned short)strtoul(argv[2], NULL, 10));
    for (unsigned i = 0; i < CONNS; i++)
        begin(i);
    (void)printf("hammering\n");
    (void)fflush(stdout);
    while (now() < end && (!first || now() < first + atof(argv[4]))) {
        (void)poll(p, CONNS, 5);
        for (unsigned i = 0; i < CONNS; i++) {
            if (p[i].revents)
                (asked[i] ? read_answer : attack)(i);
            else if (now() > deadline[i])
                again(i);
        }
        if (!first && passed + blocked)
            first = now();
    }
    (void)printf("tried=%lu made=%lu reset=%lu passed=%lu blocked=%lu\n", tried, made, reset,
                 passed, blocked);
    return 0;
}
