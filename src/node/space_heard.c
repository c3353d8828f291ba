#include "node/space_heard.h"

#include <errno.h>

#include "base/fd.h"
#include "node/space.h"

enum { FIRST_S = 60, WINDOW_S = 4, WINDOWS = 16 };

/* Protected ones are known by what workers see. */
static bool is_open_question(const struct mln_shown_port *p)
{
    return p->port && !p->udp && !p->speaks &&
           (p->state == MLN_PORT_NO_RULE || p->state == MLN_PORT_OFF ||
            p->state == MLN_PORT_NOT_NAMED);
}

static void take_answers(struct mln_space *s)
{
    enum mln_heard heard;
    uint16_t port;

    while ((heard = mln_heard_next(s->heard.fd, &port)) != MLN_HEARD_NOTHING)
        for (uint32_t i = 0; i < s->shown.n_idle; i++)
            if (is_open_question(&s->shown.idle[i]) && s->shown.idle[i].port == port)
                s->shown.idle[i].speaks = (uint8_t)heard;
}

static bool has(const struct mln_space_heard *h, uint16_t port)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->ports[i] == port)
            return true;
    return false;
}

/* Which ports are to be heard. True when they are others than before. */
static bool want(struct mln_space *s, mln_nsec now)
{
    struct mln_space_heard *h = &s->heard, next = *h;

    next.n = 0;
    for (uint32_t i = 0; i < s->shown.n_idle && next.n < MLN_HEARD_PORTS_MAX; i++) {
        const struct mln_shown_port *p = &s->shown.idle[i];
        if (!is_open_question(p))
            continue;
        next.ports[next.n++] = p->port;
        if (!has(h, p->port))
            next.since = now;
    }
    bool other =
        next.n != h->n || memcmp(next.ports, h->ports, next.n * sizeof(next.ports[0])) != 0;
    *h = next;
    return other;
}

static bool is_time(const struct mln_space_heard *h, mln_nsec now)
{
    return now - h->since < FIRST_S * MLN_NSEC_PER_SEC ||
           now / (WINDOW_S * MLN_NSEC_PER_SEC) % WINDOWS == 0;
}

void mln_space_hear(struct mln_space *s)
{
    struct mln_space_heard *h = &s->heard;
    mln_nsec now = mln_loop_now(mln_supervisor_loop(s->source->sup));

    if (h->refused)
        return;
    if (h->fd >= 0)
        take_answers(s);
    bool other = want(s, now);
    if (h->n == 0 || !is_time(h, now)) {
        mln_space_deaf(s);
        return;
    }
    if (h->fd < 0) {
        h->fd = mln_heard_open(s->icpt.ns);
        h->refused = h->fd == -EPERM;
        other = true;
    }
    if (h->fd >= 0 && other && mln_heard_want(h->fd, h->ports, h->n) < 0)
        mln_space_deaf(s);
}

void mln_space_deaf(struct mln_space *s)
{
    mln_fd_close(&s->heard.fd);
}
