/* The set of connections, policies, drain. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "proxy/slices.h"

static void reap(void *arg)
{
    struct mln_dataplane *d = arg;

    slices_turn(d);
    d->handshake_time = d->inspection_time = 0;
    while (d->dead_conns) {
        struct conn *c = d->dead_conns;
        d->dead_conns = c->next;
        bufs_give(&d->bufs, &c->in);
        mln_buf_done(&c->announced);
        free(c);
    }
    while (d->dead_ups) {
        struct upstream *u = d->dead_ups;
        d->dead_ups = u->next;
        bufs_give(&d->bufs, &u->in);
        free(u);
    }
    tunnels_reap(d);
    listeners_reap(d);
    if (d->draining && d->n_conns == 0 && d->drained) {
        void (*drained)(void *) = d->drained;
        d->drained = NULL;
        drained(d->drained_arg);
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
    d->rbuf = malloc(READ_BYTES);
    if (!d->rbuf || slices_init(d) < 0) {
        slices_done(d);
        free(d->rbuf);
        free(d);
        return -ENOMEM;
    }
    mln_random(&d->held.key, sizeof(d->held.key));
    d->conns.next = d->conns.prev = &d->conns;
    d->idle.next = d->idle.prev = &d->idle;
    d->accept_pause.fire = accept_again;
    d->parked_timer.fire = parked_late;
    mln_loop_after_turn(cfg->loop, reap, d);
    *ret = d;
    return 0;
}

struct mln_sv mln_dataplane_reading(const struct mln_dataplane *d)
{
    return d->reading;
}

void mln_dataplane_policy(struct mln_dataplane *d, struct mln_policy_ref *p)
{
    policy_unref(d->policy);
    d->policy = p;
    places_policy(d);
    mln_count(d->cfg.counters, MLN_CNT_SNAPSHOT_SWAPS);
}

static void drain_over(struct mln_timer *t)
{
    struct mln_dataplane *d = MLN_OWNER(t, struct mln_dataplane, drain_timer);

    for (struct conn *c = d->conns.next, *next; c != &d->conns; c = next) {
        next = c->next;
        conn_close(c);
    }
    tunnels_close(d, NULL);
}

#define FIRST_REQUEST MLN_NSEC_PER_SEC /* for the request that a new connection was made for */

/* A request is there that was not read yet. */
static bool has_bytes(const struct conn *c)
{
    char byte;

    return c->in.len || recv(c->io.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void mln_dataplane_drain(struct mln_dataplane *d, mln_nsec deadline, void (*drained)(void *arg),
                         void *arg)
{
    if (d->draining)
        return;
    listeners_last(d);
    d->draining = true;
    d->drained = drained;
    d->drained_arg = arg;
    listeners_set(d, 0);
    d->drain_timer.fire = drain_over;
    mln_timer_arm(d->cfg.loop, &d->drain_timer, deadline);
    for (struct conn *c = d->conns.next, *next; c != &d->conns; c = next) {
        next = c->next;
        c->close_after = true;
        if (c->state > CONN_HEAD || c->state == CONN_HANDSHAKE || c->running || has_bytes(c))
            continue;
        if (c->served) /* a client that keeps connections knows that they end */
            conn_close(c);
        else
            mln_timer_arm(d->cfg.loop, &c->timer, FIRST_REQUEST);
    }
}

struct mln_dataplane *mln_dataplane_free(struct mln_dataplane *d)
{
    if (!d)
        return NULL;
    while (d->conns.next != &d->conns)
        conn_close(d->conns.next);
    tunnels_close(d, NULL);
    while (d->idle.next != &d->idle)
        upstream_close(d->idle.next);
    d->draining = false;
    reap(d);
    listeners_free(d);
    for (uint32_t i = 0; i < d->n_arenas; i++) {
        mln_arena_done(d->arenas[i]);
        free(d->arenas[i]);
    }
    mln_timer_disarm(d->cfg.loop, &d->accept_pause);
    mln_timer_disarm(d->cfg.loop, &d->parked_timer);
    parked_close(d, NULL);
    mln_timer_disarm(d->cfg.loop, &d->drain_timer);
    mln_timer_disarm(d->cfg.loop, &d->idle_timer);
    slices_done(d);
    free(d->rbuf);
    bufs_done(&d->bufs);
    d->room = mln_tls_room_free(d->room);
    policy_unref(d->policy);
    free(d);
    return NULL;
}
