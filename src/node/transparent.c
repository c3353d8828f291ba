#include "node/transparent.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/icpt.h"
#include "intercept/sockets.h"
#include "io/scm.h"

enum {
    LEAST = 2, /* sockets of an application that nobody uses */
    MOST = 8 * MLN_ICPT_BATCH_MAX,
    TICK_S = 5, /* after so long without demand there are half as many */
    TRIES = 64, /* ports tried for one connection */
    FIRST_PORT = 1024
};

enum kind { KIND_LO, KIND_LINK_LOCAL, KINDS };

/* Sockets of one kind of one application, and who waits for one, first come first served. */
struct reserve {
    int fds[MOST];
    uint32_t n, asked;
    uint32_t level; /* how many there should be: grows with the demand */
    bool used;      /* since the last tick */
    struct mln_supply_want *first, **last;
};

struct mln_transparent {
    struct mln_supply base; /* first */
    int control_fd;
    struct mln_loop *loop;
    struct mln_timer tick;
    struct mln_counters *counters;
    uint64_t seed;
    struct reserve *apps[MLN_DATAPLANE_APPS_MAX]; /* KINDS each */
};

static bool is_link_local(const struct mln_addr *a)
{
    return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static enum kind kind_of(const struct mln_supply_want *w)
{
    return is_link_local(&w->client) || is_link_local(&w->dst) ? KIND_LINK_LOCAL : KIND_LO;
}

/* ---- asking ahead ---- */

static void ask(struct mln_transparent *t, uint32_t app, struct reserve *r)
{
    uint32_t have = r->n + r->asked;

    while (have < r->level) {
        uint32_t n = MLN_MIN(r->level - have, (uint32_t)MLN_ICPT_BATCH_MAX);
        const struct mln_wire m = {.version = MLN_WIRE_VERSION,
                                   .type = MLN_WIRE_WANT,
                                   .app = app,
                                   .index = (uint32_t)(r - t->apps[app]),
                                   .arg = n};
        if (mln_scm_send(t->control_fd, &m, sizeof(m), NULL, 0) < 0)
            return; /* the next one asks again */
        r->asked += n;
        have += n;
    }
}

static int pop(struct mln_transparent *t, uint32_t app, struct reserve *r)
{
    int fd = r->n ? r->fds[--r->n] : -1;

    r->used = true;
    if (fd < 0)
        r->level = MLN_MIN(MLN_MAX(r->level * 2, 1u), (uint32_t)MOST);
    if (r->n + r->asked <= r->level / 2) /* half of it at once, not one by one */
        ask(t, app, r);
    return fd;
}

/* ---- binding and connecting ---- */

static socklen_t to_sockaddr(const struct mln_addr *a, uint16_t port, struct sockaddr_in6 *ret)
{
    *ret = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
    memcpy(&ret->sin6_addr, a->b, sizeof(ret->sin6_addr)); /* IPv4 as ::ffff:a.b.c.d */
    return sizeof(*ret);
}

/* The client's own port first; then any (splitmix64). */
static uint16_t port_of_try(struct mln_transparent *t, const struct mln_supply_want *w)
{
    if (w->tries == 0)
        return w->client_port;
    uint64_t z = t->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint16_t)(FIRST_PORT + (z ^ z >> 31) % (65536 - FIRST_PORT));
}

/* The address belongs to this connection alone, or to no client at all. */
static bool port_taken(int err)
{
    return err == EADDRINUSE || err == EACCES;
}

/* From the container's own address to itself. */
static int try_link_local(struct mln_transparent *t, struct mln_supply_want *w, int fd)
{
    struct sockaddr_in6 from, to;
    socklen_t len = to_sockaddr(&w->dst, 0, &from);

    (void)to_sockaddr(&w->dst, w->dst_port, &to);
    from.sin6_scope_id = to.sin6_scope_id = w->scope;
    mln_count(t->counters, MLN_CNT_UP_OTHER_ADDRESS);
    if (bind(fd, (const struct sockaddr *)&from, len) < 0)
        return -errno;
    return connect(fd, (const struct sockaddr *)&to, len) == 0 || errno == EINPROGRESS ? 0 : -errno;
}

/* 0: connecting. -EAGAIN: the socket is of no more use, another port may be. Else a last errno. */
static int try_socket(struct mln_transparent *t, struct mln_supply_want *w, int fd)
{
    struct sockaddr_in6 from, to;
    socklen_t to_len = to_sockaddr(&w->dst, w->dst_port, &to);

    for (; w->tries < TRIES; w->tries++) {
        socklen_t len = to_sockaddr(&w->client, port_of_try(t, w), &from);
        if (bind(fd, (const struct sockaddr *)&from, len) == 0)
            break;
        if (!port_taken(errno))
            return -errno;
    }
    if (w->tries == TRIES)
        return -EADDRNOTAVAIL;
    if (w->tries++)
        mln_count(t->counters, MLN_CNT_UP_OTHER_PORT);
    if (connect(fd, (const struct sockaddr *)&to, to_len) == 0 || errno == EINPROGRESS)
        return 0;
    return errno == EADDRNOTAVAIL || errno == EADDRINUSE ? -EAGAIN : -errno;
}

static void enqueue(struct reserve *r, struct mln_supply_want *w)
{
    w->next = NULL;
    *r->last = w;
    r->last = &w->next;
}

/* Serves one want as far as there are sockets. False when it waits for more. */
static bool serve(struct mln_transparent *t, struct reserve *r, struct mln_supply_want *w)
{
    int err = -EAGAIN;

    while (err == -EAGAIN && w->tries < TRIES) {
        MLN_CLEANUP_FD int fd = pop(t, w->app, r);
        if (fd < 0)
            return false;
        err = kind_of(w) == KIND_LINK_LOCAL ? try_link_local(t, w, fd) : try_socket(t, w, fd);
        if (err == 0) {
            w->done(w, mln_fd_take(&fd));
            return true;
        }
    }
    mln_count(t->counters, MLN_CNT_UP_NO_PORT);
    w->done(w, err == -EAGAIN ? -EADDRNOTAVAIL : err);
    return true;
}

/* ---- the supply ---- */

static int want(struct mln_supply *base, struct mln_supply_want *w)
{
    struct mln_transparent *t = (struct mln_transparent *)(void *)base;

    if (!t->apps[w->app])
        return -ENOTCONN;
    struct reserve *r = &t->apps[w->app][kind_of(w)];
    w->tries = 0;
    if (r->first || !serve(t, r, w))
        enqueue(r, w);
    return 0;
}

static void cancel(struct mln_supply *base, struct mln_supply_want *w)
{
    struct mln_transparent *t = (struct mln_transparent *)(void *)base;
    struct reserve *r = t->apps[w->app] ? &t->apps[w->app][kind_of(w)] : NULL;

    for (struct mln_supply_want **at = r ? &r->first : NULL; at && *at; at = &(*at)->next)
        if (*at == w) {
            *at = w->next;
            if (!*at)
                r->last = at;
            return;
        }
}

static int original_dst(struct mln_supply *base, int fd, const struct mln_addr *peer,
                        struct mln_addr *ret, uint16_t *ret_port, uint32_t *ret_scope)
{
    (void)base;
    return mln_icpt_redirect.original_dst(fd, peer, ret, ret_port, ret_scope);
}

void mln_transparent_answer(struct mln_transparent *t, uint32_t app, uint32_t kind, const int *fds,
                            size_t n, uint64_t asked, int err)
{
    struct reserve *r =
        app < MLN_DATAPLANE_APPS_MAX && kind < KINDS && t->apps[app] ? &t->apps[app][kind] : NULL;
    size_t kept = 0;

    for (; r && kept < n && r->n < MOST; kept++)
        r->fds[r->n++] = fds[kept];
    for (size_t i = kept; i < n; i++)
        (void)close(fds[i]);
    if (!r)
        return;
    r->asked -= (uint32_t)MLN_MIN((uint64_t)r->asked, asked);
    while (r->first && (r->n || n == 0)) {
        struct mln_supply_want *w = r->first;
        r->first = w->next;
        if (!r->first)
            r->last = &r->first;
        if (n == 0) {
            w->done(w, -err);
        } else if (!serve(t, r, w)) { /* back to its place */
            w->next = r->first;
            if (!r->first)
                r->last = &w->next;
            r->first = w;
            return;
        }
    }
}

/* ---- applications ---- */

void mln_transparent_add(struct mln_transparent *t, uint32_t app)
{
    if (app >= MLN_DATAPLANE_APPS_MAX || t->apps[app])
        return;
    struct reserve *r = calloc(KINDS, sizeof(*r));
    if (!r)
        return;
    for (unsigned k = 0; k < KINDS; k++)
        r[k].last = &r[k].first;
    r[KIND_LO].level = LEAST;
    t->apps[app] = r;
    ask(t, app, r);
}

static void empty(struct reserve *r)
{
    while (r->first) {
        struct mln_supply_want *w = r->first;
        r->first = w->next;
        w->done(w, -ENOTCONN);
    }
    while (r->n)
        (void)close(r->fds[--r->n]);
}

void mln_transparent_remove(struct mln_transparent *t, uint32_t app)
{
    struct reserve *r = app < MLN_DATAPLANE_APPS_MAX ? t->apps[app] : NULL;

    if (!r)
        return;
    t->apps[app] = NULL;
    for (unsigned k = 0; k < KINDS; k++)
        empty(&r[k]);
    free(r);
}

static void shrink(struct reserve *r, uint32_t least)
{
    if (!r->used) {
        r->level = MLN_MAX(r->level / 2, least);
        while (r->n > r->level)
            (void)close(r->fds[--r->n]);
    }
    r->used = false;
}

static void on_tick(struct mln_timer *timer)
{
    struct mln_transparent *t = MLN_OWNER(timer, struct mln_transparent, tick);

    for (uint32_t app = 0; app < MLN_DATAPLANE_APPS_MAX; app++)
        if (t->apps[app]) {
            shrink(&t->apps[app][KIND_LO], LEAST);
            shrink(&t->apps[app][KIND_LINK_LOCAL], 0);
        }
    mln_timer_arm(t->loop, timer, TICK_S * MLN_NSEC_PER_SEC);
}

struct mln_transparent *mln_transparent_new(struct mln_loop *loop, int control_fd,
                                            struct mln_counters *counters)
{
    static const struct mln_supply_ops ops = {
        .want = want, .cancel = cancel, .original_dst = original_dst};
    struct mln_transparent *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    t->base.ops = &ops;
    t->control_fd = control_fd;
    t->counters = counters;
    mln_random(&t->seed, sizeof(t->seed));
    t->loop = loop;
    t->tick.fire = on_tick;
    mln_timer_arm(loop, &t->tick, TICK_S * MLN_NSEC_PER_SEC);
    return t;
}

struct mln_transparent *mln_transparent_free(struct mln_transparent *t)
{
    for (uint32_t app = 0; t && app < MLN_DATAPLANE_APPS_MAX; app++)
        mln_transparent_remove(t, app);
    if (t)
        mln_timer_disarm(t->loop, &t->tick);
    free(t);
    return NULL;
}

struct mln_supply *mln_transparent_supply(struct mln_transparent *t)
{
    return &t->base;
}
