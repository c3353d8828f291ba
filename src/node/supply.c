#include "node/supply.h"

#include <errno.h>
#include <unistd.h>

#include "io/scm.h"

/* A want's slot is its id modulo the table: at most as many are outstanding. */
static int want(struct mln_supply *base, struct mln_supply_want *w)
{
    struct mln_node_supply *s = (struct mln_node_supply *)(void *)base;
    uint64_t id = s->next_id;
    size_t slot = (size_t)(id % MLN_ARRAY_LEN(s->wants));

    if (s->wants[slot])
        return -EBUSY;
    const struct mln_wire m = {
        .version = MLN_WIRE_VERSION, .type = MLN_WIRE_WANT, .id = id, .app = w->app};
    int r = mln_scm_send(s->control_fd, &m, sizeof(m), NULL, 0);
    if (r < 0)
        return r;
    s->next_id++;
    s->ids[slot] = id;
    s->wants[slot] = w;
    return 0;
}

static void cancel(struct mln_supply *base, struct mln_supply_want *w)
{
    struct mln_node_supply *s = (struct mln_node_supply *)(void *)base;

    for (size_t i = 0; i < MLN_ARRAY_LEN(s->wants); i++)
        if (s->wants[i] == w)
            s->wants[i] = NULL;
}

void mln_node_supply_init(struct mln_node_supply *s, int control_fd)
{
    static const struct mln_supply_ops ops = {.want = want, .cancel = cancel};

    memset(s, 0, sizeof(*s));
    s->base.ops = &ops;
    s->control_fd = control_fd;
}

void mln_node_supply_answer(struct mln_node_supply *s, uint64_t id, int fd)
{
    size_t slot = (size_t)(id % MLN_ARRAY_LEN(s->wants));
    struct mln_supply_want *w = s->ids[slot] == id ? s->wants[slot] : NULL;

    if (!w) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    s->wants[slot] = NULL;
    w->done(w, fd);
}
