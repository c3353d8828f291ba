/* Listeners, the ports behind them and the rule of each, accepting. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "proxy/secure.h"

enum { LAST_ROUNDS = 8 }; /* of ACCEPTS each */

/* ---- ports and rules ---- */

void policy_unref(struct mln_policy_ref *p)
{
    if (p && --p->refs == 0)
        p->gone(p);
}

struct place *place_find(const struct listener *l, uint16_t port)
{
    for (struct place *p = l->places; p; p = p->next)
        if (p->port == port || !l->transparent)
            return p;
    return NULL;
}

struct mln_policy_ref *place_policy(const struct mln_dataplane *d, const struct place *p)
{
    return p->policy ? p->policy : d->policy;
}

const struct mln_snap_rule *place_rule(const struct mln_dataplane *d, const struct place *p)
{
    const struct mln_snapshot *snap = &place_policy(d, p)->snap;

    return p->policy ? &snap->rules[p->rule] : mln_snap_rule_first(snap);
}

uint64_t place_workload(const struct mln_dataplane *d, const struct place *p)
{
    const struct mln_snap_rule *rule = place_rule(d, p);

    return p->policy ? p->workload : rule ? rule->workload_none : 0;
}

/* Takes the newest policy if it is the one that the port's rule is an index of. */
static void pin(struct mln_dataplane *d, struct place *p)
{
    struct mln_policy_ref *newest = d->policy;

    if ((p->wanted && p->wanted != newest->snap.h->revision) ||
        p->wanted_rule >= newest->snap.n_rules)
        return;
    newest->refs++;
    policy_unref(p->policy);
    p->policy = newest;
    p->rule = p->wanted_rule;
    p->workload = p->wanted_workload;
}

void places_policy(struct mln_dataplane *d)
{
    for (struct listener *l = d->listeners; l; l = l->next)
        for (struct place *p = l->places; p && l->transparent; p = p->next)
            if (!p->gone)
                pin(d, p);
}

static struct listener *find(struct mln_dataplane *d, uint32_t app)
{
    return app < MLN_DATAPLANE_APPS_MAX ? d->by_app[app] : NULL;
}

/* The port's place, or one that is free, or a new one. */
static struct place *place_get(struct listener *l, uint16_t port)
{
    struct place *p = place_find(l, port);

    for (struct place *q = l->places; !p && q; q = q->next)
        if (q->gone && q->refs == 0)
            p = q;
    if (!p && (p = calloc(1, sizeof(*p)))) {
        p->next = l->places;
        l->places = p;
    }
    if (p && (p->gone || p->port != port)) { /* another application may listen there now */
        p->port = port;
        p->seen = 0;
        p->server_first = false;
    }
    return p;
}

void place_seen(const struct listener *l, struct place *p, unsigned bit)
{
    const struct mln_dataplane_config *cfg = &l->dp->cfg;

    if (p->seen & bit)
        return;
    p->seen |= (uint8_t)bit;
    if (cfg->seen)
        cfg->seen(cfg->arg, l->app, p->port, bit);
}

int mln_dataplane_port(struct mln_dataplane *d, const struct mln_dataplane_port *told)
{
    struct listener *l = find(d, told->app);

    if (!l || !l->transparent)
        return -ENOENT;
    struct place *p = place_get(l, told->port);
    if (!p)
        return -ENOMEM;
    p->gone = false;
    p->slot = told->slot;
    p->discovered = told->discovered;
    p->refuse_other = told->refuse_other;
    p->seen |= told->seen & MLN_SEEN_ALL;
    p->wanted = told->revision;
    p->wanted_rule = told->rule;
    p->wanted_workload = told->workload;
    pin(d, p);
    parked_told(l, told->port, true);
    return 0;
}

void mln_dataplane_port_gone(struct mln_dataplane *d, uint32_t app, uint16_t port)
{
    struct listener *l = find(d, app);
    struct place *p = l && l->transparent ? place_find(l, port) : NULL;

    if (p)
        p->gone = true;
    if (l)
        parked_told(l, port, false);
}

/* ---- accepting ---- */

void listeners_set(struct mln_dataplane *d, uint32_t events)
{
    /* EPOLLEXCLUSIVE registrations cannot be modified: taken out and put in again */
    for (struct listener *l = d->listeners; l; l = l->next) {
        mln_io_del(d->cfg.loop, &l->io);
        if (events && l->open && mln_io_add(d->cfg.loop, &l->io, events | MLN_IO_EXCLUSIVE) < 0)
            mln_log0(MLN_LOG_ERROR, "listener_lost");
    }
}

void accept_again(struct mln_timer *t)
{
    struct mln_dataplane *d = MLN_OWNER(t, struct mln_dataplane, accept_pause);

    d->accept_paused = false;
    if (!d->draining)
        listeners_set(d, MLN_IO_READ);
}

/* Out of descriptors or memory: leave the queue alone for a moment instead of spinning on it. */
static void pause_accept(struct mln_dataplane *d)
{
    mln_count(d->cfg.counters, MLN_CNT_LIMIT_FDS);
    if (d->accept_paused)
        return;
    d->accept_paused = true;
    listeners_set(d, 0);
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

/* Where the connection wanted to go. False: nowhere, as when it was made to our own port. */
static bool find_dst(const struct listener *l, int fd, struct caller *who)
{
    struct mln_supply *s = l->dp->cfg.supply;

    return !l->transparent ||
           s->ops->original_dst(s, fd, &who->peer, &who->dst, &who->dst_port, &who->scope) == 0;
}

/* False: the port is not known. */
static bool find_place(struct listener *l, struct caller *who)
{
    who->place = place_find(l, who->dst_port);
    if ((!who->place || who->place->gone) && l->dp->cfg.catch_up) {
        l->dp->cfg.catch_up(l->dp->cfg.arg);
        who->place = place_find(l, who->dst_port);
    }
    if (!who->place || who->place->gone || l->dp->by_app[l->app] != l)
        return false;
    if (!l->transparent)
        who->dst_port = who->place->port;
    return true;
}

void listener_accepted(struct listener *l, int fd, struct caller *who)
{
    if (!find_place(l, who)) {
        if (l->transparent && l->dp->by_app[l->app] == l && parked_add(l, fd, who))
            return;
        mln_count(l->dp->cfg.counters, MLN_CNT_CONNS_STRAY);
        (void)close(fd);
    } else if (who->place->discovered) {
        tunnel_accept(l, fd, who);
    } else {
        conn_accept(l, fd, who, NULL, MLN_SV_NULL, false, secure_port(l->dp, who->place));
    }
}

static void on_acceptable(struct mln_io *io, uint32_t events)
{
    struct listener *l = (struct listener *)(void *)io;
    struct mln_dataplane *d = l->dp;

    (void)events;
    for (unsigned i = 0; i < ACCEPTS; i++) {
        struct sockaddr_storage ss;
        struct caller who = {.place = NULL};
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
        to_addr(&ss, &who.peer, &who.peer_port);
        if (find_dst(l, fd, &who)) {
            listener_accepted(l, fd, &who);
        } else {
            mln_count(d->cfg.counters, MLN_CNT_CONNS_STRAY);
            (void)close(fd);
        }
    }
}

void listeners_last(struct mln_dataplane *d)
{
    for (struct listener *l = d->listeners, *next; l; l = next) {
        next = l->next;
        for (unsigned i = 0; i < LAST_ROUNDS && l->open; i++)
            on_acceptable(&l->io, MLN_IO_READ);
    }
}

/* ---- listeners ---- */

static int open_listener(struct listener *l)
{
    struct mln_dataplane *d = l->dp;
    int r = l->open || d->draining || d->accept_paused
                ? 0
                : mln_io_add(d->cfg.loop, &l->io, MLN_IO_READ | MLN_IO_EXCLUSIVE);

    l->open = l->open || r == 0;
    return r;
}

int mln_dataplane_listen(struct mln_dataplane *d, int fd, uint32_t app, uint16_t app_port)
{
    if (app >= MLN_DATAPLANE_APPS_MAX || d->by_app[app])
        return app >= MLN_DATAPLANE_APPS_MAX ? -ERANGE : -EEXIST;
    struct listener *l = calloc(1, sizeof(*l));
    struct place *only = app_port ? calloc(1, sizeof(*only)) : NULL;
    int one = 1, r = -ENOMEM;

    if (l && (only || !app_port)) {
        /* accepted sockets inherit it: one call instead of one per connection */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        *l = (struct listener){.io = {.fd = fd, .ready = on_acceptable},
                               .dp = d,
                               .app = app,
                               .transparent = !app_port,
                               .places = only};
        r = only ? open_listener(l) : 0;
    }
    if (r < 0) {
        free(only);
        free(l);
        return r;
    }
    if (only)
        only->port = app_port;
    l->next = d->listeners;
    d->listeners = d->by_app[app] = l;
    return 0;
}

int mln_dataplane_open(struct mln_dataplane *d, uint32_t app)
{
    struct listener *l = find(d, app);

    return l ? open_listener(l) : -ENOENT;
}

static void free_listener(struct listener *l)
{
    while (l->places) {
        struct place *p = l->places;
        l->places = p->next;
        policy_unref(p->policy);
        free(p);
    }
    free(l);
}

void mln_dataplane_unlisten(struct mln_dataplane *d, uint32_t app)
{
    struct listener *l = find(d, app);

    if (!l)
        return;
    d->by_app[app] = NULL;
    for (struct listener **at = &d->listeners; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
    mln_io_del(d->cfg.loop, &l->io);
    (void)close(l->io.fd);
    for (struct conn *c = d->conns.next, *next; c != &d->conns; c = next) {
        next = c->next;
        if (c->listener == l)
            conn_close(c);
    }
    tunnels_close(d, l);
    parked_close(d, l);
    l->next = d->dead_listeners;
    d->dead_listeners = l;
}

void listeners_reap(struct mln_dataplane *d)
{
    while (d->dead_listeners) {
        struct listener *l = d->dead_listeners;
        d->dead_listeners = l->next;
        free_listener(l);
    }
}

void listeners_free(struct mln_dataplane *d)
{
    listeners_reap(d);
    while (d->listeners) {
        struct listener *l = d->listeners;
        d->listeners = l->next;
        mln_io_del(d->cfg.loop, &l->io);
        free_listener(l);
    }
}
