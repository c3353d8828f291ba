/* The hostile worker of a defender: it has bind and connect, the listener of one container, what it
 * accepts and unconnected sockets, and tries to reach with them what is not its business. What must
 * hold it are the rules in the namespace (chain contain) and that its sockets are bound to lo. The
 * addresses are those of tests/scenario/test_breakout.py, which also watches the targets. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/time.h"
#include "node/attack.h"

#define PATIENCE (150 * MLN_NSEC_PER_MSEC)
#define ACCEPT_PATIENCE (2 * MLN_NSEC_PER_SEC)

static const struct target {
    const char *name, *addr;
    uint16_t port;
} targets[] = {
    {"protected", "10.77.0.2", 8080}, /* must be possible: it is what the sockets are for */
    {"outside", "10.77.0.1", 7000},        {"outside6", "fd77::1", 7000},
    {"metadata", "169.254.169.254", 7000}, {"tenant", "10.78.0.2", 7000},
    {"unprotected", "10.77.0.2", 7001},    {"unprotected6", "fd77::2", 7001},
    {"loopback", "127.0.0.1", 7001},       {"outside_protected_port", "10.77.0.1", 8080},
};

static struct sockaddr_in6 to_sockaddr(const char *text, uint16_t port)
{
    struct sockaddr_in6 ret = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct mln_addr a = {{0}};

    (void)!mln_addr_parse(mln_sv_str(text), &a);
    memcpy(&ret.sin6_addr, a.b, sizeof(a.b));
    return ret;
}

/* From the client's address where it can be bound: what a connection to the application looks like.
 */
static void bind_client(int fd)
{
    const struct sockaddr_in6 from = to_sockaddr("10.77.0.1", 0);

    (void)!bind(fd, (const struct sockaddr *)&from, sizeof(from));
}

/* Connects and writes; whether a connection came about. */
static bool reaches(int fd, const struct target *t)
{
    const struct sockaddr_in6 to = to_sockaddr(t->addr, t->port);
    mln_nsec end = mln_now_mono() + PATIENCE;
    int r = connect(fd, (const struct sockaddr *)&to, sizeof(to));

    while (r < 0 && (errno == EINPROGRESS || errno == EALREADY) && mln_now_mono() < end)
        r = connect(fd, (const struct sockaddr *)&to, sizeof(to));
    if (r < 0 && errno != EISCONN)
        return false;
    return write(fd, "stolen", 6) == 6;
}

static void disconnect(int fd)
{
    const struct sockaddr nothing = {.sa_family = AF_UNSPEC};

    (void)!connect(fd, &nothing, sizeof(nothing));
}

static void attempt(int fd, const char *with, const struct target *t, struct mln_buf *out)
{
    if (fd >= 0 && reaches(fd, t))
        mln_buf_addf(out, "%s%s:%s", out->len ? "," : "", with, t->name);
}

/* A connection of the test, which it makes for this. */
static int accept_one(int listener)
{
    mln_nsec end = mln_now_mono() + ACCEPT_PATIENCE;
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) < 0 && mln_now_mono() < end)
        ;
    return fd;
}

void mln_attack_sockets(int listener, int *upstream, size_t n)
{
    struct mln_buf reached = {0};
    size_t next = 0;

    mln_log0(MLN_LOG_INFO, "attack_begins");
    for (size_t i = 0; next < n; i++, next++) {
        if (i % 2 == 0)
            bind_client(upstream[next]);
        attempt(upstream[next], "upstream", &targets[0], &reached);
        disconnect(upstream[next]);
        for (size_t k = 1; k < MLN_ARRAY_LEN(targets); k++) { /* and again, used */
            attempt(upstream[next], "upstream_again", &targets[k], &reached);
            disconnect(upstream[next]);
        }
    }
    for (size_t i = 1; i < MLN_ARRAY_LEN(targets); i++) {
        int fd = accept_one(listener);
        disconnect(fd);
        attempt(fd, "accepted", &targets[i], &reached);
        (void)close(fd);
    }
    for (size_t i = 1; i < MLN_ARRAY_LEN(targets); i++) {
        disconnect(listener); /* it listens no more, and can connect */
        attempt(listener, "listener", &targets[i], &reached);
    }
    mln_logf(MLN_LOG_INFO, "attack_sockets", "upstreams=%zu reached=%.*s", next,
             MLN_SV_ARG(mln_buf_sv(&reached)));
    mln_buf_done(&reached);
}
