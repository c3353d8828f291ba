/* Which ports of a namespace are protected, by whose rule. */
#include "node/space.h"

static struct mln_space_port *find(struct mln_space_plan *p, uint16_t port)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (p->port[i].port == port)
            return &p->port[i];
    return NULL;
}

static bool is_declared(const struct mln_workload_msg *m)
{
    return m->flags & MLN_WORKLOAD_PORTS_DECLARED;
}

/* Another rule names the same port: it is refused, and that is said. */
static void refuse(struct mln_space_plan *p, const struct mln_space_port *taken,
                   const struct mln_workload_msg *m)
{
    if (taken->rule == m->rule || taken->discovered || !is_declared(m))
        return;
    if (p->n_conflicts == MLN_SPACE_CONFLICTS_MAX) {
        p->more_slot = m->slot;
        p->more = true;
        return;
    }
    p->conflict[p->n_conflicts].port = taken->port;
    p->conflict[p->n_conflicts++].slot = m->slot;
}

/* The first to ask for a port has it. */
static void add(struct mln_space_plan *p, uint16_t port, const struct mln_workload_msg *m,
                const struct mln_listening *l)
{
    const struct mln_space_port *taken = find(p, port);
    uint32_t at = p->n;

    if (port == 0 || port == mln_icpt_names.port)
        return;
    if (taken) {
        refuse(p, taken, m);
        return;
    }
    if (p->n == MLN_ICPT_PORTS_MAX) {
        p->more_slot = m->slot;
        p->more = true;
        return;
    }
    for (; at > 0 && p->port[at - 1].port > port; at--)
        p->port[at] = p->port[at - 1];
    p->port[at] = (struct mln_space_port){
        .port = port,
        .closed = m->flags & MLN_WORKLOAD_FAIL_CLOSED,
        .discovered = !is_declared(m),
        .refuse_other = m->flags & MLN_WORKLOAD_REFUSE_OTHER,
        .listening = mln_port_set_has(&l->tcp, port),
        .slot = m->slot,
        .rule = m->rule,
        .revision = m->revision,
        .answers = m->answers,
    };
    p->n++;
}

static void add_declared(struct mln_space_plan *p, const struct mln_workload_msg *m,
                         const struct mln_listening *l)
{
    for (uint32_t i = 0; i < m->n_ports; i++)
        add(p, m->ports[i], m, l);
}

static void add_hints(struct mln_space_plan *p, const struct mln_workload_msg *m,
                      const struct mln_listening *l, bool young)
{
    for (uint32_t i = 0; i < m->n_ports; i++)
        if (young || mln_port_set_has(&l->tcp, m->ports[i]))
            add(p, m->ports[i], m, l);
}

/* Those that we had before first: who opens many ports shall not push out what is protected. */
static void add_found(struct mln_space_plan *p, const struct mln_workload_msg *m,
                      const struct mln_listening *l, const struct mln_space_port *before,
                      uint32_t n_before)
{
    for (uint32_t i = 0; i < n_before; i++)
        if (mln_port_set_has(&l->tcp, before[i].port))
            add(p, before[i].port, m, l);
    for (uint16_t port = 0; !p->more && (port = mln_port_set_next(&l->tcp, port)) != 0;)
        add(p, port, m, l);
}

static bool protects(const struct mln_workload_msg *m)
{
    return m->rule != MLN_WORKLOAD_NO_RULE && !(m->flags & MLN_WORKLOAD_MODE_OFF);
}

void mln_space_plan(const struct mln_workload_msg *const *members, size_t n,
                    const struct mln_listening *l, bool young, const struct mln_space_port *before,
                    uint32_t n_before, struct mln_space_plan *ret)
{
    ret->n = ret->n_conflicts = 0;
    ret->more = false;
    for (size_t i = 0; i < n; i++) /* what is declared comes before what is found */
        if (protects(members[i]) && is_declared(members[i]))
            add_declared(ret, members[i], l);
    for (size_t i = 0; i < n; i++)
        if (protects(members[i]) && !is_declared(members[i]))
            add_hints(ret, members[i], l, young);
    for (size_t i = 0; i < n; i++)
        if (protects(members[i]) && !is_declared(members[i]))
            add_found(ret, members[i], l, before, n_before);
}

enum mln_icpt_others mln_space_others(const struct mln_workload_msg *const *members, size_t n,
                                      const struct mln_space_plan *plan)
{
    enum mln_icpt_others others = MLN_ICPT_OTHERS_PASS;

    for (size_t i = 0; i < n && !plan->more; i++) {
        if (!protects(members[i]) || is_declared(members[i]))
            continue;
        if (members[i]->flags & MLN_WORKLOAD_FAIL_CLOSED)
            return MLN_ICPT_OTHERS_CATCH_CLOSED;
        others = MLN_ICPT_OTHERS_CATCH;
    }
    return others;
}

int mln_space_member_order(const void *a, const void *b)
{
    const struct mln_workload_msg *x = *(const struct mln_workload_msg *const *)a;
    const struct mln_workload_msg *y = *(const struct mln_workload_msg *const *)b;

    return x->rule != y->rule ? (x->rule < y->rule ? -1 : 1)
                              : (x->slot > y->slot) - (x->slot < y->slot);
}

bool mln_space_has_mesh(const struct mln_listening *l)
{
    static const uint16_t sidecars[][2] = {{15001, 15006}, {4140, 4143}}; /* outbound, inbound */

    for (size_t i = 0; i < MLN_ARRAY_LEN(sidecars); i++)
        if (mln_port_set_has(&l->tcp, sidecars[i][0]) && mln_port_set_has(&l->tcp, sidecars[i][1]))
            return true;
    return false;
}
