/* Connections to applications that no request is on: for whichever client comes next or, where the
 * application knows its client by the connection, for that one. */
#include <errno.h>
#include <sys/socket.h>

#include "proxy/secure.h"

#define IDLE_MOST (60 * MLN_NSEC_PER_SEC) /* a pooled connection is kept this long */
#define IDLE_CHECK (5 * MLN_NSEC_PER_SEC)
/* A turn so young knows of its sockets what a look at one would say: an application that closes
 * takes longer to read what we send. */
#define LOOK_LASTS (MLN_NSEC_PER_MSEC / 4)

/* ---- in and out ---- */

void pool_leave(struct upstream *u)
{
    if (!u->next)
        return;
    u->prev->next = u->next;
    u->next->prev = u->prev;
    u->next = u->prev = NULL;
    u->dp->n_idle--;
    mln_count_add(u->dp->cfg.counters, MLN_CNT_G_UP_IDLE, (uint64_t)-1);
}

static void expire_idle(struct mln_timer *t)
{
    struct mln_dataplane *d = MLN_OWNER(t, struct mln_dataplane, idle_timer);
    mln_nsec now = mln_loop_now(d->cfg.loop);

    while (d->n_idle && d->idle.prev->idle_since + IDLE_MOST <= now)
        upstream_close(d->idle.prev);
    if (d->n_idle)
        mln_timer_arm(d->cfg.loop, t, IDLE_CHECK);
}

void pool_put(struct upstream *u, struct conn *c)
{
    struct mln_dataplane *d = u->dp;

    u->idle_since = mln_loop_now(d->cfg.loop);
    if (u->personal) {
        u->owner = c;
        c->own = u;
        return;
    }
    u->next = d->idle.next;
    u->prev = &d->idle;
    u->next->prev = u->prev->next = u;
    d->n_idle++;
    mln_count(d->cfg.counters, MLN_CNT_G_UP_IDLE);
    if (!d->idle_timer.deadline) {
        d->idle_timer.fire = expire_idle;
        mln_timer_arm(d->cfg.loop, &d->idle_timer, IDLE_CHECK);
    }
}

/* ---- for a request ---- */

/* One look at the socket: neither closed by the application nor with bytes that nobody asked for.
 */
static bool quiet(const struct upstream *u)
{
    char byte;
    ssize_t n;

    if (u->tls) { /* tickets may wait to be read; a byte that is read is of no more use */
        n = mln_tls_read(u->tls, &byte, 1); /* not into rbuf: the client's request is there */
        errno = (int)-n;
    } else {
        n = recv(u->io.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    }
    if (n > 0)
        mln_count(u->dp->cfg.counters, MLN_CNT_UP_UNSOLICITED);
    return n < 0 && errno == EAGAIN;
}

/* The loop has just looked at all sockets and had nothing to report of this one. `inspected` is the
 * newest time known. */
static bool seen_quiet(const struct upstream *u, const struct conn *c, mln_nsec turn)
{
    return u->idle_since != turn && mln_loop_saw_all(c->dp->cfg.loop) &&
           c->x.took.inspected < turn + LOOK_LASTS;
}

/* Whether the pooled connection is good for this request. The look costs a system call, so it is
 * kept for requests that cannot be sent again, unless the loop's own is as fresh, and for a
 * connection that went idle just now, whose application may still be sending. */
static bool usable(const struct upstream *u, const struct conn *c)
{
    mln_nsec now = mln_loop_now(c->dp->cfg.loop);
    mln_nsec most = u->idle_most ? MLN_MIN(u->idle_most, IDLE_MOST) : IDLE_MOST;

    if (u->idle_since + most <= now)
        return false;
    return (exchange_repeatable(c) && u->idle_since != now) || seen_quiet(u, c, now) || quiet(u);
}

static struct upstream *reuse(struct upstream *u)
{
    u->reused = true;
    mln_count(u->dp->cfg.counters, MLN_CNT_UP_REUSED);
    return u;
}

static bool leads_to(const struct upstream *u, const struct target *to)
{
    return u->tls ? to->ctx && mln_tls_is_for(u->tls, to->ctx, to->name) : !to->ctx;
}

/* The connection on which the application knows this client. NULL when there is none any more. */
static struct upstream *its_own(struct conn *c, const struct target *to)
{
    struct upstream *u = c->own;

    if (!u)
        return NULL;
    if (mln_io_reported(&u->io) || !leads_to(u, to) || !usable(u, c)) {
        upstream_close(u);
        return NULL;
    }
    c->own = NULL;
    u->owner = NULL;
    return reuse(u);
}

static struct upstream *anyones(struct conn *c, const struct target *to)
{
    struct mln_dataplane *d = c->dp;

    for (struct upstream *u = d->idle.next, *next; u != &d->idle; u = next) {
        next = u->next;
        /* what the loop is about to report of it is no answer to this request */
        if (u->app != c->listener->app || mln_io_reported(&u->io) || !leads_to(u, to))
            continue;
        if (!usable(u, c)) {
            upstream_close(u);
            continue;
        }
        pool_leave(u);
        return reuse(u);
    }
    return NULL;
}

struct upstream *pool_get(struct conn *c, const struct target *to)
{
    return c->own || c->listener->transparent ? its_own(c, to) : anyones(c, to);
}
