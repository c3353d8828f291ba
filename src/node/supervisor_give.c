/* What workers are given: at their start, when something changed, and again when their queue was
 * full. */
#include "node/children.h"
#include "node/supervisor_priv.h"

/* The keys and the lists that belong to it are beside it. */
static int send_policy(const struct mln_supervisor *s, int fd)
{
    const struct mln_compiled_fds *p = &s->policy.in_use;
    const int fds[] = {p->policy, p->keys, p->lists};

    return mln_child_send(fd, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, fds,
                          p->lists >= 0 ? 3 : 2);
}

static int send_tickets(const struct mln_supervisor *s, int fd)
{
    return mln_child_send(fd, MLN_WIRE_TICKETS, (struct mln_wire){.arg = 0}, &s->workers.tickets,
                          1);
}

static int send_poison(int fd, uint64_t print)
{
    return mln_child_send(fd, MLN_WIRE_POISON, (struct mln_wire){.id = print}, NULL, 0);
}

static int send_bypass(int fd, const char *rule, mln_nsec until)
{
    const struct mln_wire m = {.id = mln_bypass_key(mln_sv_str(rule)), .arg = until};

    return mln_child_send(fd, MLN_WIRE_BYPASS, m, NULL, 0);
}

/* The newest policy. A worker that cannot take it now gets it once its queue has room. */
static void give_policy(struct sup_worker *w)
{
    bool was_due = w->policy_due;

    w->policy_due = w->control.fd >= 0 && send_policy(w->s, w->control.fd) < 0;
    if (!w->policy_due)
        return;
    if (!was_due)
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u policy=later", w->index);
    sup_later(w->s);
}

void sup_give_tickets(struct sup_worker *w)
{
    w->tickets_due = w->control.fd >= 0 && send_tickets(w->s, w->control.fd) < 0;
    if (w->tickets_due)
        sup_later(w->s);
}

/* All that is off or was: a worker that did not hear of a change hears of it now. */
static void give_bypasses(struct sup_worker *w)
{
    const struct mln_bypass *b = &w->s->bypass;

    w->bypass_due = false;
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (b->off[i].used && w->control.fd >= 0 &&
            send_bypass(w->control.fd, b->off[i].name, b->off[i].until) < 0)
            w->bypass_due = true;
    if (w->bypass_due)
        sup_later(w->s);
}

void sup_workers_give_policy(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++)
        give_policy(&s->workers.one[i]);
}

void sup_workers_give_bypass(struct mln_supervisor *s, const char *rule, mln_nsec until)
{
    for (unsigned i = 0; i < s->workers.n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        if (w->pid && w->control.fd >= 0 && send_bypass(w->control.fd, rule, until) < 0) {
            w->bypass_due = true;
            sup_later(s);
        }
    }
}

void sup_workers_send_due(struct mln_supervisor *s)
{
    for (unsigned i = 0; i < s->workers.n; i++) {
        struct sup_worker *w = &s->workers.one[i];
        if (w->policy_due)
            give_policy(w);
        if (w->bypass_due)
            give_bypasses(w);
        if (w->tickets_due)
            sup_give_tickets(w);
    }
}

void sup_give_poison(struct mln_supervisor *s, uint64_t print)
{
    for (unsigned i = 0; i < s->workers.n; i++)
        if (s->workers.one[i].control.fd >= 0)
            (void)!send_poison(s->workers.one[i].control.fd, print);
}

int sup_give_start(struct sup_worker *w)
{
    struct mln_supervisor *s = w->s;
    const struct mln_poison *poison = &s->workers.poison;
    const int init[] = {w->ring, w->counters, s->bell};
    int fd = w->control.fd;
    int r = mln_child_send(fd, MLN_WIRE_INIT,
                           (struct mln_wire){.index = w->index,
                                             .arg = s->o->max_conns,
                                             .more = s->o->held_bytes,
                                             .app = s->courier.access >= 0,
                                             .id = s->workers.poison_secret,
                                             .log_level = s->o->log_level},
                           init, 3);

    if (r == 0)
        r = mln_child_send(fd, MLN_WIRE_BANS, (struct mln_wire){.arg = 0}, &s->bans.to_read, 1);
    if (r == 0)
        r = send_tickets(s, fd);
    if (r == 0)
        r = send_policy(s, fd);
    for (unsigned i = 0; i < poison->used && r == 0; i++)
        if (mln_poison_has(poison, poison->known[i].print, mln_loop_now(s->loop)))
            r = send_poison(fd, poison->known[i].print);
    if (r == 0)
        r = s->source->ops->give(s->source, w->index);
    if (r == 0)
        r = mln_child_send(fd, MLN_WIRE_START, (struct mln_wire){.arg = 0}, NULL, 0);
    if (r == 0)
        give_bypasses(w); /* read before the first request */
    return r;
}
