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
    HELD_MAX = 64,
    SHOTS_MAX = 2 * HELD_MAX + 1
};
#define PATIENCE MLN_NSEC_PER_SEC               /* of one volley; on a busy machine, too */
#define ACCEPT_PATIENCE (30 * MLN_NSEC_PER_SEC) /* for all that the test connects */

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

/* For each but the first, one of either family. */
enum { ACCEPTED = 2 * (MLN_ARRAY_LEN(targets) - 1) };

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

static void disconnect(int fd)
{
    const struct sockaddr nothing = {.sa_family = AF_UNSPEC};

    (void)!connect(fd, &nothing, sizeof(nothing));
}

/* An attack takes longer than a worker may be silent. To be called all the time. */
static void seem_alive(void)
{
    const struct mln_wire m = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_PING};
    static mln_nsec last;
    mln_nsec now = mln_now_mono();

    if (now - last < MLN_NSEC_PER_SEC)
        return;
    last = now;
    (void)!mln_scm_send(MLN_CONTROL_FD, &m, sizeof(m), NULL, 0);
}

/* ---- volleys ---- */

/* A socket that tries to reach something. */
struct shot {
    int fd;
    const char *with;
    const struct target *at;
    bool over;
};
struct volley {
    struct shot shot[SHOTS_MAX];
    size_t n;
    struct mln_buf *reached;
};

static void add_shot(struct volley *v, int fd, const char *with, const struct target *at)
{
    if (fd >= 0 && v->n < SHOTS_MAX)
        v->shot[v->n++] = (struct shot){.fd = fd, .with = with, .at = at};
}

/* Connects, or hears how that goes; writes, once a connection came about. */
static void go_on(struct shot *s, struct mln_buf *reached)
{
    const struct sockaddr_in6 to = to_sockaddr(s->at->addr, s->at->port);
    int r = connect(s->fd, (const struct sockaddr *)&to, sizeof(to));

    if (r < 0 && (errno == EINPROGRESS || errno == EALREADY))
        return;
    s->over = true;
    if ((r == 0 || errno == EISCONN) && write(s->fd, "stolen", 6) == 6)
        mln_buf_addf(reached, "%s%s:%s", reached->len ? "," : "", s->with, s->at->name);
}

/* All at once, since what is held back says nothing: it takes all of PATIENCE to know. */
static void fire(struct volley *v)
{
    mln_nsec end = mln_now_mono() + PATIENCE;
    size_t open = v->n;

    while (open && mln_now_mono() < end) {
        open = 0;
        for (size_t i = 0; i < v->n; i++) {
            if (!v->shot[i].over)
                go_on(&v->shot[i], v->reached);
            open += !v->shot[i].over;
        }
        seem_alive();
    }
    for (size_t i = 0; i < v->n; i++)
        disconnect(v->shot[i].fd);
    v->n = 0;
}

/* ---- what it holds ---- */

struct held {
    const int *lo, *link;
    size_t n_lo, n_link;
    int listener;
    int accepted[ACCEPTED];
    size_t n_accepted;
};

/* Connections of the test, of clients by IPv4 and by IPv6 in turn: such a socket keeps to its
 * family. They come when the test has made all ready, and nothing is tried before. */
static void accept_all(struct held *h)
{
    mln_nsec end = mln_now_mono() + ACCEPT_PATIENCE;

    for (size_t i = 0; i < ACCEPTED; i++) {
        while ((h->accepted[i] = accept4(h->listener, NULL, NULL, SOCK_NONBLOCK)) < 0 &&
               mln_now_mono() < end)
            seem_alive();
        disconnect(h->accepted[i]);
        h->n_accepted += h->accepted[i] >= 0;
    }
}

/* Fresh, and for what they are for. */
static void try_upstreams(const struct held *h, struct volley *v)
{
    for (size_t i = 0; i < h->n_lo; i++) {
        if (i % 2 == 0)
            bind_client(h->lo[i]);
        add_shot(v, h->lo[i], "upstream", &targets[0]);
    }
    for (size_t i = 0; i < h->n_link; i++) {
        if (i % 2 == 0)
            bind_client(h->link[i]);
        add_shot(v, h->link[i], "link_upstream", &targets[0]);
    }
    fire(v);
}

/* Used ones, and the listener, which listens no more, towards everything else. */
static void try_again(const struct held *h, struct volley *v)
{
    disconnect(h->listener);
    for (size_t k = 1; k < MLN_ARRAY_LEN(targets); k++) {
        for (size_t i = 0; i < h->n_lo; i++)
            add_shot(v, h->lo[i], "upstream_again", &targets[k]);
        for (size_t i = 0; i < h->n_link; i++)
            add_shot(v, h->link[i], "link_upstream_again", &targets[k]);
        add_shot(v, h->listener, "listener", &targets[k]);
        fire(v);
    }
}

static void try_accepted(const struct held *h, struct volley *v)
{
    for (size_t i = 0; i < ACCEPTED; i++)
        add_shot(v, h->accepted[i], "accepted", &targets[1 + i / 2]);
    fire(v);
    for (size_t i = 0; i < ACCEPTED; i++)
        if (h->accepted[i] >= 0)
            (void)close(h->accepted[i]);
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

static void attack(struct held *h)
{
    struct mln_buf reached = {0};
    struct volley v = {.reached = &reached};
    int not_these[2 * HELD_MAX + 1];
    size_t n = 0;

    mln_log0(MLN_LOG_INFO, "attack_begins");
    for (size_t i = 0; i < h->n_lo; i++)
        not_these[n++] = h->lo[i];
    for (size_t i = 0; i < h->n_link; i++)
        not_these[n++] = h->link[i];
    not_these[n++] = h->listener;
    accept_all(h);
    try_accepted(h, &v);
    try_upstreams(h, &v);
    try_again(h, &v);
    try_others(not_these, n, &reached);
    mln_logf(MLN_LOG_INFO, "attack_sockets",
             "upstreams=%zu link_upstreams=%zu accepted=%zu reached=%.*s", h->n_lo, h->n_link,
             h->n_accepted, MLN_SV_ARG(mln_buf_sv(&reached)));
    mln_buf_done(&reached);
}

bool mln_attack_sockets(int listener, const struct mln_wire *m, const int *fds, size_t n)
{
    static int lo[HELD_MAX];
    static size_t n_lo;

    if (m->index == 1) {
        struct held h = {.lo = lo,
                         .n_lo = n_lo,
                         .link = fds,
                         .n_link = MLN_MIN(n, (size_t)HELD_MAX),
                         .listener = listener};
        attack(&h);
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
