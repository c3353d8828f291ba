/* Listeners, the set of connections, policies, drain. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "proxy/conn.h"

static void reap(void *arg)
{
    struct mln_dataplane *d = arg;

    while (d->dead_conns) {
        struct conn *c = d->dead_conns;
        d->dead_conns = c->next;
        bufs_give(&d->bufs, &c->in);
        free(c);
    }
    while (d->dead_ups) {
        struct upstream *u = d->dead_ups;
        d->dead_ups = u->next;
        bufs_give(&d->bufs, &u->in);
        free(u);
    }
    if (d->draining && d->n_conns == 0 && d->drained) {
        void (*drained)(void *) = d->drained;
        d->drained = NULL;
        drained(d->drained_arg);
    }
}

static void set_listeners(struct mln_dataplane *d, uint32_t events)
{
    /* EPOLLEXCLUSIVE registrations cannot be modified: taken out and put in again */
    for (struct listener *l = d->listeners; l; l = l->next) {
        mln_io_del(d->cfg.loop, &l->io);
        if (events && mln_io_add(d->cfg.loop, &l->io, events | MLN_IO_EXCLUSIVE) < 0)
            mln_log0(MLN_LOG_ERROR, "listener_lost");
    }
}

static void accept_again(struct mln_timer *t)
{
    struct mln_dataplane *d =
        (struct mln_dataplane *)(void *)((char *)t - offsetof(struct mln_dataplane, accept_pause));

    d->accept_paused = false;
    if (!d->draining)
        set_listeners(d, MLN_IO_READ);
}

/* Out of descriptors or memory: leave the queue alone for a moment instead of spinning on it. */
static void pause_accept(struct mln_dataplane *d)
{
    mln_count(d->cfg.counters, MLN_CNT_LIMIT_FDS);
    if (d->accept_paused)
        return;
    d->accept_paused = true;
    set_listeners(d, 0);
    mln_timer_arm(d->cfg.loop, &d->accept_pause, 100 * MLN_NSEC_PER_MSEC);
}

/* A quarter of the descriptors is left for connections to applications: a client that was taken can
 * be served, and a socket that the supervisor sends is never lost for want of a number. */
static bool descriptors_short(const struct mln_dataplane *d)
{
    return d->n_conns + d->n_ups >= d->fds_most / 4 * 3;
}

static void to_addr(const struct sockaddr_storage *ss, struct mln_addr *ret, uint16_t *ret_port)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    *ret = (struct mln_addr){{0}};
    if (ss->ss_family == AF_INET) {
        const struct sockaddr_in *a = (const struct sockaddr_in *)(const void *)ss;
        memcpy(ret->b, mapped, sizeof(mapped));
        memcpy(ret->b + 12, &a->sin_addr, 4);
        *ret_port = ntohs(a->sin_port);
    } else {
        const struct sockaddr_in6 *a = (const struct sockaddr_in6 *)(const void *)ss;
        memcpy(ret->b, &a->sin6_addr, 16);
        *ret_port = ntohs(a->sin6_port);
    }
}

static void on_acceptable(struct mln_io *io, uint32_t events)
{
    struct listener *l = (struct listener *)(void *)io;
    struct mln_dataplane *d = l->dp;

    (void)events;
    for (unsigned i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage ss;
        struct mln_addr peer;
        uint16_t port;
        socklen_t len = sizeof(ss);
        if (descriptors_short(d)) {
            pause_accept(d);
            return;
        }
        int fd = accept4(io->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
                pause_accept(d);
            if (errno == ECONNABORTED || errno == EINTR)
                continue;
            return;
        }
        mln_count(d->cfg.counters, MLN_CNT_CONNS_ACCEPTED);
        if (d->n_conns >= d->cfg.max_conns) {
            mln_count(d->cfg.counters, MLN_CNT_LIMIT_CONNS);
            mln_count(d->cfg.counters, MLN_CNT_CONNS_REFUSED);
            (void)close(fd);
            continue;
        }
        to_addr(&ss, &peer, &port);
        conn_accept(l, fd, &peer, port);
    }
}

int mln_dataplane_new(struct mln_dataplane **ret, const struct mln_dataplane_config *cfg)
{
    struct mln_dataplane *d = calloc(1, sizeof(*d));
    struct rlimit files;

    if (!d)
        return -ENOMEM;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur > UINT32_MAX)
        files.rlim_cur = UINT32_MAX;
    d->fds_most = (uint32_t)(files.rlim_cur - MLN_MIN(files.rlim_cur, (rlim_t)FDS_KEPT));
    d->cfg = *cfg;
    d->conns.next = d->conns.prev = &d->conns;
    d->idle.next = d->idle.prev = &d->idle;
    d->accept_pause.fire = accept_again;
    mln_loop_after_turn(cfg->loop, reap, d);
    *ret = d;
    return 0;
}

int mln_dataplane_listen(struct mln_dataplane *d, int fd, uint32_t app, uint16_t app_port)
{
    struct listener *l = calloc(1, sizeof(*l));
    int one = 1;

    if (!l)
        return -ENOMEM;
    /* accepted sockets inherit it: one call instead of one per connection */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    l->io = (struct mln_io){.fd = fd, .ready = on_acceptable};
    l->dp = d;
    l->app = app;
    l->app_port = app_port;
    int r = mln_io_add(d->cfg.loop, &l->io, MLN_IO_READ | MLN_IO_EXCLUSIVE);
    if (r < 0) {
        free(l);
        return r;
    }
    l->next = d->listeners;
    d->listeners = l;
    return 0;
}

static void policy_unref(struct mln_policy_ref *p)
{
    if (p && --p->refs == 0)
        p->gone(p);
}

void mln_dataplane_policy(struct mln_dataplane *d, struct mln_policy_ref *p)
{
    policy_unref(d->policy);
    d->policy = p;
    mln_count(d->cfg.counters, MLN_CNT_SNAPSHOT_SWAPS);
}

static void drain_over(struct mln_timer *t)
{
    struct mln_dataplane *d =
        (struct mln_dataplane *)(void *)((char *)t - offsetof(struct mln_dataplane, drain_timer));

    for (struct conn *c = d->conns.next, *next; c != &d->conns; c = next) {
        next = c->next;
        conn_close(c);
    }
}

void mln_dataplane_drain(struct mln_dataplane *d, mln_nsec deadline, void (*drained)(void *arg),
                         void *arg)
{
    if (d->draining)
        return;
    d->draining = true;
    d->drained = drained;
    d->drained_arg = arg;
    set_listeners(d, 0);
    d->drain_timer.fire = drain_over;
    mln_timer_arm(d->cfg.loop, &d->drain_timer, deadline);
    for (struct conn *c = d->conns.next, *next; c != &d->conns; c = next) {
        next = c->next;
        c->close_after = true;
        if (c->state == CONN_HEAD && c->in.len == 0)
            conn_close(c);
    }
}

struct mln_dataplane *mln_dataplane_free(struct mln_dataplane *d)
{
    if (!d)
        return NULL;
    while (d->conns.next != &d->conns)
        conn_close(d->conns.next);
    while (d->idle.next != &d->idle)
        upstream_close(d->idle.next);
    d->draining = false;
    reap(d);
    while (d->listeners) {
        struct listener *l = d->listeners;
        d->listeners = l->next;
        mln_io_del(d->cfg.loop, &l->io);
        free(l);
    }
    for (uint32_t i = 0; i < d->n_arenas; i++) {
        mln_arena_done(d->arenas[i]);
        free(d->arenas[i]);
    }
    mln_timer_disarm(d->cfg.loop, &d->accept_pause);
    mln_timer_disarm(d->cfg.loop, &d->drain_timer);
    mln_timer_disarm(d->cfg.loop, &d->idle_timer);
    bufs_done(&d->bufs);
    policy_unref(d->policy);
    free(d);
    return NULL;
}
