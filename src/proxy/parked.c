/* Connections for a port that is not known yet: somebody began to listen there a moment ago. They
 * wait, unread, until the port is told, which the first of them asks for. */
#include <unistd.h>

#include "base/log.h"
#include "proxy/conn.h"

enum { PARKED_MAX = 256, PATIENCE_MS = 2000 };

struct parked {
    struct parked *next;
    struct listener *l;
    struct caller who;
    int fd;
    mln_nsec until;
};

static void give_up(struct mln_dataplane *d, struct parked *p)
{
    mln_count(d->cfg.counters, MLN_CNT_CONNS_STRAY);
    (void)close(p->fd);
    free(p);
}

static bool is_asked_for(const struct listener *l, uint16_t port)
{
    for (const struct parked *p = l->dp->parked; p; p = p->next)
        if (p->l == l && p->who.dst_port == port)
            return true;
    return false;
}

bool parked_add(struct listener *l, int fd, const struct caller *who)
{
    struct mln_dataplane *d = l->dp;
    bool asked = is_asked_for(l, who->dst_port);
    struct parked *p =
        d->cfg.unknown && d->n_parked < PARKED_MAX && !d->draining ? calloc(1, sizeof(*p)) : NULL;

    if (!p)
        return false;
    if (!asked && d->cfg.unknown(d->cfg.arg, l->app, who->dst_port) < 0) {
        free(p);
        return false;
    }
    *p = (struct parked){.next = d->parked,
                         .l = l,
                         .who = *who,
                         .fd = fd,
                         .until = mln_loop_now(d->cfg.loop) + PATIENCE_MS * MLN_NSEC_PER_MSEC};
    d->parked = p;
    if (d->n_parked++ == 0)
        mln_timer_arm(d->cfg.loop, &d->parked_timer, PATIENCE_MS * MLN_NSEC_PER_MSEC);
    return true;
}

/* Takes those out that `fits` says, oldest first. */
static struct parked *take_out(struct mln_dataplane *d,
                               bool (*fits)(const struct parked *p, const void *arg),
                               const void *arg)
{
    struct parked *out = NULL;

    for (struct parked **at = &d->parked; *at;) {
        struct parked *p = *at;
        if (!fits(p, arg)) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        p->next = out;
        out = p;
        d->n_parked--;
    }
    return out;
}

struct port_of {
    const struct listener *l;
    uint16_t port;
};

static bool is_for_port(const struct parked *p, const void *arg)
{
    const struct port_of *w = arg;

    return p->l == w->l && p->who.dst_port == w->port;
}

void parked_told(struct listener *l, uint16_t port, bool known)
{
    struct parked *out =
        l->dp->parked ? take_out(l->dp, is_for_port, &(struct port_of){l, port}) : NULL;

    while (out) {
        struct parked *p = out;
        out = p->next;
        if (!known) {
            give_up(l->dp, p);
            continue;
        }
        struct caller who = p->who;
        int fd = p->fd;
        free(p);
        listener_accepted(l, fd, &who);
    }
}

static bool is_of(const struct parked *p, const void *arg)
{
    return !arg || p->l == arg;
}

static bool is_late(const struct parked *p, const void *arg)
{
    return p->until <= *(const mln_nsec *)arg;
}

static void give_up_all(struct mln_dataplane *d, struct parked *out)
{
    while (out) {
        struct parked *p = out;
        out = p->next;
        give_up(d, p);
    }
}

void parked_close(struct mln_dataplane *d, const struct listener *l)
{
    give_up_all(d, take_out(d, is_of, l));
}

void parked_late(struct mln_timer *t)
{
    struct mln_dataplane *d = MLN_OWNER(t, struct mln_dataplane, parked_timer);
    mln_nsec now = mln_loop_now(d->cfg.loop);

    give_up_all(d, take_out(d, is_late, &now));
    if (d->n_parked)
        mln_timer_arm(d->cfg.loop, &d->parked_timer, PATIENCE_MS * MLN_NSEC_PER_MSEC / 4);
}
