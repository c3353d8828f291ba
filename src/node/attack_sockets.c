/* The hostile worker of a defender: it has bind and connect, the listener of one container, what it
 * accepts and unconnected sockets of both kinds, and tries to reach with them, and with whatever
 * else it holds, what is not its business. What must hold it are the rules in the namespace (chain
 * contain) and that its sockets are bound to lo, but for those to link-local clients. The addresses
 * are those of tests/scenario/test_breakout.py, which also watches the targets. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/time.h"
#include "io/scm.h"
#include "node/attack.h"

enum {
    LINK_INDEX = 9, /* of the application's device */
    LINK_LOCALS = 2,
    DESCRIPTORS = 64, /* more than a worker has that serves nobody yet */
    HELD_MAX = 64
};
#define PATIENCE (150 * MLN_NSEC_PER_MSEC)
#define ACCEPT_PATIENCE (2 * MLN_NSEC_PER_SEC)

static const struct target {
    const char *name, *addr;
    uint16_t port;
} targets[] = {
    {"protected", "10.77.0.2", 8080}, /* must be possible: it is what the sockets are for */
    {"outside", "10.77.0.1", 7000},
    {"outside6", "fd77::1", 7000},
    {"metadata", "169.254.169.254", 7000},
    {"tenant", "10.78.0.2", 7000},
    {"outside_link", "fe80::77", 7000},
    {"unprotected", "10.77.0.2", 7001},
    {"unprotected6", "fd77::2", 7001},
    {"loopback", "127.0.0.1", 7001},
    {"outside_protected_port", "10.77.0.1", 8080},
};

static struct sockaddr_in6 to_sockaddr(const char *text, uint16_t port)
{
    struct sockaddr_in6 ret = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct mln_addr a = {{0}};

    (void)!mln_addr_parse(mln_sv_str(text), &a);
    memcpy(&ret.sin6_addr, a.b, sizeof(a.b));
    if (IN6_IS_ADDR_LINKLOCAL(&ret.sin6_addr))
        ret.sin6_scope_id = LINK_INDEX;
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

/* Each, fresh at first, then used again. The first target it is for: protected, and reached. */
static void try_held(const int *fds, size_t n, const char *with, const char *with_again,
                     struct mln_buf *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 2 == 0)
            bind_client(fds[i]);
        attempt(fds[i], with, &targets[0], out);
        disconnect(fds[i]);
        for (size_t k = 1; k < MLN_ARRAY_LEN(targets); k++) {
            attempt(fds[i], with_again, &targets[k], out);
            disconnect(fds[i]);
        }
    }
}

/* Of clients by IPv4 and by IPv6 in turn: such a socket keeps to its family. */
static void try_accepted(int listener, struct mln_buf *out)
{
    for (size_t i = 2; i < 2 * MLN_ARRAY_LEN(targets); i++) {
        int fd = accept_one(listener);
        disconnect(fd);
        attempt(fd, "accepted", &targets[i / 2], out);
        (void)close(fd);
    }
}

/* It listens no more, and can connect. */
static void try_listener(int listener, struct mln_buf *out)
{
    for (size_t i = 1; i < MLN_ARRAY_LEN(targets); i++) {
        disconnect(listener);
        attempt(listener, "listener", &targets[i], out);
    }
}

/* A name of the machine's without a file. */
static bool reaches_local(int fd)
{
    static const struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "\0merlon-breakout"};

    return connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
}

/* Whatever else it holds: its control socket, what it writes logs and audits to. */
static void try_others(const int *not_these, size_t n, struct mln_buf *out)
{
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        bool seen = false;
        for (size_t i = 0; i < n; i++)
            seen = seen || not_these[i] == fd;
        if (seen)
            continue;
        if (reaches_local(fd))
            mln_buf_addf(out, "%sother:local", out->len ? "," : "");
        for (size_t k = 1; k < MLN_ARRAY_LEN(targets); k++) {
            const struct sockaddr_in6 to = to_sockaddr(targets[k].addr, targets[k].port);
            if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS)
                mln_buf_addf(out, "%sother:%s", out->len ? "," : "", targets[k].name);
        }
    }
}

static void attack(int listener, const int *lo, size_t n_lo, const int *link, size_t n_link)
{
    struct mln_buf reached = {0};
    int held[2 * HELD_MAX + 1];
    size_t n = 0;

    mln_log0(MLN_LOG_INFO, "attack_begins");
    for (size_t i = 0; i < n_lo; i++)
        held[n++] = lo[i];
    for (size_t i = 0; i < n_link; i++)
        held[n++] = link[i];
    held[n++] = listener;
    try_held(lo, n_lo, "upstream", "upstream_again", &reached);
    try_held(link, n_link, "link_upstream", "link_upstream_again", &reached);
    try_accepted(listener, &reached);
    try_listener(listener, &reached);
    try_others(held, n, &reached);
    mln_logf(MLN_LOG_INFO, "attack_sockets", "upstreams=%zu link_upstreams=%zu reached=%.*s", n_lo,
             n_link, MLN_SV_ARG(mln_buf_sv(&reached)));
    mln_buf_done(&reached);
}

bool mln_attack_sockets(int listener, const struct mln_wire *m, const int *fds, size_t n)
{
    static int lo[HELD_MAX];
    static size_t n_lo;

    if (m->index == 1) {
        attack(listener, lo, n_lo, fds, MLN_MIN(n, (size_t)HELD_MAX));
        return true;
    }
    if (n_lo)
        return false;
    n_lo = MLN_MIN(n, (size_t)HELD_MAX);
    memcpy(lo, fds, n_lo * sizeof(*fds));
    const struct mln_wire ask = {.version = MLN_WIRE_VERSION,
                                 .type = MLN_WIRE_WANT,
                                 .app = m->app,
                                 .index = 1,
                                 .arg = LINK_LOCALS};
    MLN_REQUIRE(mln_scm_send(MLN_CONTROL_FD, &ask, sizeof(ask), NULL, 0) >= 0);
    return false;
}
