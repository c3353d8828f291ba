/* Which ports of a namespace are protected, by whose rule. */
#include "node/space.h"

static struct mln_space_port *find(struct mln_space_port *ports, uint32_t n, uint16_t port)
{
    for (uint32_t i = 0; i < n; i++)
        if (ports[i].port == port)
            return &ports[i];
    return NULL;
}

/* The first to ask for a port has it. */
static void add(struct mln_space_port *ports, uint32_t *n, uint16_t port,
                const struct mln_workload_msg *m, const struct mln_listening *l)
{
    uint32_t at = *n;

    if (*n == MLN_ICPT_PORTS_MAX || port == 0 || port == mln_icpt_names.port ||
        find(ports, *n, port))
        return;
    for (; at > 0 && ports[at - 1].port > port; at--)
        ports[at] = ports[at - 1];
    ports[at] = (struct mln_space_port){
        .port = port,
        .closed = m->flags & MLN_WORKLOAD_FAIL_CLOSED,
        .discovered = !(m->flags & MLN_WORKLOAD_PORTS_DECLARED),
        .refuse_other = m->flags & MLN_WORKLOAD_REFUSE_OTHER,
        .listening = mln_listening_has(l, port),
        .slot = m->slot,
        .rule = m->rule,
        .revision = m->revision,
    };
    (*n)++;
}

static bool protects(const struct mln_workload_msg *m)
{
    return m->rule != MLN_WORKLOAD_NO_RULE && !(m->flags & MLN_WORKLOAD_MODE_OFF);
}

static void add_own(struct mln_space_port *ports, uint32_t *n, const struct mln_workload_msg *m,
                    const struct mln_listening *l)
{
    for (uint32_t i = 0; i < m->n_ports; i++)
        add(ports, n, m->ports[i], m, l);
}

uint32_t mln_space_plan(const struct mln_workload_msg *const *members, size_t n,
                        const struct mln_listening *l, bool young,
                        struct mln_space_port ret[MLN_ICPT_PORTS_MAX])
{
    uint32_t count = 0;

    for (size_t i = 0; i < n; i++) /* what is declared comes before what is found */
        if (protects(members[i]) && members[i]->flags & MLN_WORKLOAD_PORTS_DECLARED)
            add_own(ret, &count, members[i], l);
    for (size_t i = 0; i < n; i++) {
        const struct mln_workload_msg *m = members[i];
        if (!protects(m) || m->flags & MLN_WORKLOAD_PORTS_DECLARED)
            continue;
        for (uint32_t k = 0; k < m->n_ports; k++)
            if (young || mln_listening_has(l, m->ports[k]))
                add(ret, &count, m->ports[k], m, l);
    }
    for (size_t i = 0; i < n; i++) {
        if (!protects(members[i]) || members[i]->flags & MLN_WORKLOAD_PORTS_DECLARED)
            continue;
        for (uint32_t k = 0; k < l->n; k++)
            add(ret, &count, l->port[k], members[i], l);
    }
    return count;
}

bool mln_space_has_mesh(const struct mln_listening *l)
{
    static const uint16_t sidecars[][2] = {{15001, 15006}, {4140, 4143}}; /* outbound, inbound */

    for (size_t i = 0; i < MLN_ARRAY_LEN(sidecars); i++)
        if (mln_listening_has(l, sidecars[i][0]) && mln_listening_has(l, sidecars[i][1]))
            return true;
    return false;
}
