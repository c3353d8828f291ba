/* The worker's side of the socket supply of `merlon proxy`: asks the supervisor over the control
 * socket, which answers with a socket that is connecting to the configured upstream. */
#ifndef MLN_NODE_SUPPLY_H
#define MLN_NODE_SUPPLY_H

#include "node/wire.h"
#include "proxy/dataplane.h"

struct mln_node_supply {
    struct mln_supply base; /* first */
    int control_fd;
    uint64_t next_id;
    uint64_t ids[4096];
    struct mln_supply_want *wants[4096];
};
void mln_node_supply_init(struct mln_node_supply *s, int control_fd);
/* An answer came: fd >= 0, or -errno. An fd that nobody waits for any more is closed. */
void mln_node_supply_answer(struct mln_node_supply *s, uint64_t id, int fd);

#endif
