#include "node/space_shown.h"

#include "node/space.h"

static bool is_planned(const struct mln_space *s, uint16_t port)
{
    for (uint32_t i = 0; i < s->n_ports; i++)
        if (s->port[i].port == port)
            return true;
    return false;
}

static bool is_protecting(const struct mln_workload_msg *m)
{
    return m->rule != MLN_WORKLOAD_NO_RULE && !(m->flags & MLN_WORKLOAD_MODE_OFF);
}

static const struct mln_workload_msg *first(const struct mln_workload_msg *const *members, size_t n,
                                            bool protecting)
{
    for (size_t i = 0; i < n; i++)
        if (is_protecting(members[i]) == protecting)
            return members[i];
    return NULL;
}

/* False when it is full: what did not fit is said in the last place. */
static bool show(struct mln_shown *s, struct mln_shown_port p)
{
    if (s->n_idle == MLN_SHOWN_IDLE_MAX) {
        s->idle[MLN_SHOWN_IDLE_MAX - 1] =
            (struct mln_shown_port){.slot = p.slot, .state = MLN_PORT_MORE};
        return false;
    }
    s->idle[s->n_idle++] = p;
    return true;
}

/* The ports that a client of anybody takes for answers to itself are not those of a server. */
static bool is_served(uint16_t port, const struct mln_listening *l)
{
    enum { EPHEMERAL_FIRST = 32768 };

    return port < EPHEMERAL_FIRST || mln_port_set_has(&l->tcp, port);
}

/* In the network of the node only what has the number of a protected port can be told to be its. */
static void show_udp(struct mln_space *s, const struct mln_workload_msg *m,
                     const struct mln_listening *l)
{
    enum { SHOWN_MAX = 16 };
    unsigned n = 0;

    for (uint16_t port = 0; n < SHOWN_MAX && (port = mln_port_set_next(&l->udp, port)) != 0;)
        if (s->icpt.host ? is_planned(s, port) : is_served(port, l)) {
            (void)show(&s->shown,
                       (struct mln_shown_port){
                           .port = port, .udp = true, .state = MLN_PORT_UDP, .slot = m->slot});
            n++;
        }
}

static uint8_t why_not(const struct mln_workload_msg *m)
{
    return m->rule == MLN_WORKLOAD_NO_RULE    ? MLN_PORT_NO_RULE
           : m->flags & MLN_WORKLOAD_MODE_OFF ? MLN_PORT_OFF
                                              : MLN_PORT_NOT_NAMED;
}

static void show_tcp(struct mln_space *s, const struct mln_workload_msg *m,
                     const struct mln_listening *l)
{
    uint8_t state = why_not(m);

    for (uint16_t port = 0; (port = mln_port_set_next(&l->tcp, port)) != 0;)
        if (!is_planned(s, port) && port != mln_icpt_names.port &&
            !show(&s->shown,
                  (struct mln_shown_port){.port = port, .state = state, .slot = m->slot}))
            return;
}

static const struct mln_shown_port *find(const struct mln_shown_port *v, uint32_t n,
                                         const struct mln_shown_port *p)
{
    for (uint32_t i = 0; i < n; i++)
        if (v[i].port == p->port && v[i].udp == p->udp && v[i].slot == p->slot)
            return &v[i];
    return NULL;
}

static void keep_speaks(struct mln_shown *s, const struct mln_shown_port *before, uint32_t n)
{
    for (uint32_t i = 0; i < s->n_idle; i++) {
        const struct mln_shown_port *p = find(before, n, &s->idle[i]);
        s->idle[i].speaks = p ? p->speaks : 0;
    }
}

void mln_shown_idle(struct mln_space *s, const struct mln_workload_msg *const *members, size_t n,
                    const struct mln_listening *l, const struct mln_space_plan *plan)
{
    const struct mln_workload_msg *without = first(members, n, false),
                                  *with = first(members, n, true);
    struct mln_shown_port before[MLN_SHOWN_IDLE_MAX];
    uint32_t n_before = s->shown.n_idle;

    memcpy(before, s->shown.idle, sizeof(before));
    s->shown.n_idle = 0;
    for (uint32_t i = 0; i < plan->n_conflicts; i++)
        (void)show(&s->shown, (struct mln_shown_port){.port = plan->conflict[i].port,
                                                      .state = MLN_PORT_CONFLICT,
                                                      .slot = plan->conflict[i].slot});
    if (plan->more)
        (void)show(&s->shown,
                   (struct mln_shown_port){.state = MLN_PORT_MORE, .slot = plan->more_slot});
    if (with)
        show_udp(s, with, l);
    if (without)
        show_tcp(s, without, l);
    else if (with && !plan->more && !s->icpt.host) /* the node's network is everybody's */
        show_tcp(s, with, l);
    keep_speaks(&s->shown, before, n_before);
}

static uint32_t collect(const struct mln_space *s, struct mln_shown_port now[MLN_SHOWN_MAX])
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_ports; i++)
        now[n++] = (struct mln_shown_port){.port = s->port[i].port,
                                           .state = mln_space_state(s, &s->port[i]),
                                           .slot = s->port[i].slot,
                                           .since = s->port[i].since};
    for (uint32_t i = 0; i < s->shown.n_idle; i++)
        now[n++] = s->shown.idle[i];
    return n;
}

void mln_shown_tell(struct mln_space *s, bool (*tell)(void *ctx, const struct mln_shown_port *port),
                    void *ctx)
{
    struct mln_shown_port now[MLN_SHOWN_MAX], heard[MLN_SHOWN_MAX];
    uint32_t n = collect(s, now), n_heard = 0;

    for (uint32_t i = 0; i < s->shown.n_told; i++) {
        struct mln_shown_port gone = s->shown.told[i];
        gone.state = MLN_PORT_GONE;
        if (!find(now, n, &gone) && !tell(ctx, &gone) && n_heard < MLN_SHOWN_MAX)
            heard[n_heard++] = s->shown.told[i]; /* again later */
    }
    for (uint32_t i = 0; i < n && n_heard < MLN_SHOWN_MAX; i++) {
        const struct mln_shown_port *before = find(s->shown.told, s->shown.n_told, &now[i]);
        if ((before && before->state == now[i].state && before->speaks == now[i].speaks) ||
            tell(ctx, &now[i]))
            heard[n_heard++] = now[i];
        else if (before)
            heard[n_heard++] = *before;
    }
    memcpy(s->shown.told, heard, n_heard * sizeof(heard[0]));
    s->shown.n_told = n_heard;
}

void mln_shown_forget(struct mln_space *s)
{
    for (uint32_t i = 0; i < s->shown.n_told; i++) /* which ports were told stays known */
        s->shown.told[i].state = MLN_PORT_STATE_MAX;
}
