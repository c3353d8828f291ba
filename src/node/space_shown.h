/* What the courier was told of the ports of a namespace, and what is still to be told: protected
 * ports, and those that nobody asked to protect. */
#ifndef MLN_NODE_SPACE_SHOWN_H
#define MLN_NODE_SPACE_SHOWN_H

#include "intercept/icpt.h"
#include "intercept/ports.h"
#include "node/wire.h"
#include "runtime/workload.h"

struct mln_space;

enum { MLN_SHOWN_MAX = MLN_ICPT_PORTS_MAX + MLN_LISTENING_MAX };

struct mln_shown_port {
    uint16_t port;
    uint8_t state; /* enum mln_port_state */
    uint32_t slot;
};
struct mln_shown {
    struct mln_shown_port idle[MLN_LISTENING_MAX]; /* not protected, and why */
    uint32_t n_idle;
    struct mln_shown_port told[MLN_SHOWN_MAX]; /* the courier has heard this */
    uint32_t n_told;
};

/* Ports that listen and that no member asks to protect: of the first member without protection. */
void mln_shown_idle(struct mln_space *s, const struct mln_workload_msg *const *members, size_t n,
                    const struct mln_listening *l);
/* Tells what changed: `tell` sends one state (MLN_PORT_GONE: no more), false when it could not. */
void mln_shown_tell(struct mln_space *s, bool (*tell)(void *ctx, const struct mln_shown_port *port),
                    void *ctx);
/* A new courier has heard nothing. */
void mln_shown_forget(struct mln_space *s);

#endif
