#include "node/space_shown.h"

#include "node/space.h"

static bool is_planned(const struct mln_space *s, uint16_t port)
{
    for (uint32_t i = 0; i < s->n_ports; i++)
        if (s->port[i].port == port)
            return true;
    return false;
}

static const struct mln_workload_msg *unprotected(const struct mln_workload_msg *const *members,
                                                  size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (members[i]->rule == MLN_WORKLOAD_NO_RULE || members[i]->flags & MLN_WORKLOAD_MODE_OFF)
            return members[i];
    return NULL;
}

void mln_shown_idle(struct mln_space *s, const struct mln_workload_msg *const *members, size_t n,
                    const struct mln_listening *l)
{
    const struct mln_workload_msg *m = unprotected(members, n);

    s->shown.n_idle = 0;
    for (uint32_t i = 0; m && i < l->n; i++)
        if (!is_planned(s, l->port[i]) && l->port[i] != mln_icpt_names.port)
            s->shown.idle[s->shown.n_idle++] = (struct mln_shown_port){
                .port = l->port[i],
                .state = m->rule == MLN_WORKLOAD_NO_RULE ? MLN_PORT_NO_RULE : MLN_PORT_OFF,
                .slot = m->slot,
            };
}

static uint32_t collect(const struct mln_space *s, struct mln_shown_port now[MLN_SHOWN_MAX])
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->n_ports; i++)
        now[n++] = (struct mln_shown_port){.port = s->port[i].port,
                                           .state = mln_space_state(s, &s->port[i]),
                                           .slot = s->port[i].slot};
    for (uint32_t i = 0; i < s->shown.n_idle; i++)
        now[n++] = s->shown.idle[i];
    return n;
}

static const struct mln_shown_port *find(const struct mln_shown_port *v, uint32_t n,
                                         const struct mln_shown_port *p)
{
    for (uint32_t i = 0; i < n; i++)
        if (v[i].port == p->port && v[i].slot == p->slot)
            return &v[i];
    return NULL;
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
        if ((before && before->state == now[i].state) || tell(ctx, &now[i]))
            heard[n_heard++] = now[i];
        else if (before)
            heard[n_heard++] = *before;
    }
    memcpy(s->shown.told, heard, n_heard * sizeof(heard[0]));
    s->shown.n_told = n_heard;
}

void mln_shown_forget(struct mln_space *s)
{
    s->shown.n_told = 0;
}
