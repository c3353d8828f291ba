/* What the courier was told of the ports of a namespace, and what is still to be told: protected
 * ports, and those that nobody asked to protect. */
#ifndef MLN_NODE_SPACE_SHOWN_H
#define MLN_NODE_SPACE_SHOWN_H

#include "base/time.h"
#include "intercept/icpt.h"
#include "intercept/ports.h"
#include "node/wire.h"
#include "runtime/workload.h"

struct mln_space;
struct mln_space_plan;

enum { MLN_SHOWN_IDLE_MAX = 128, MLN_SHOWN_MAX = MLN_ICPT_PORTS_MAX + MLN_SHOWN_IDLE_MAX };

struct mln_shown_port {
    uint16_t port; /* 0: the container as a whole */
    bool udp;
    uint8_t state;  /* enum mln_port_state */
    uint8_t speaks; /* enum mln_heard */
    uint32_t slot;
    mln_nsec since; /* as in struct mln_space_port */
};
struct mln_shown {
    struct mln_shown_port idle[MLN_SHOWN_IDLE_MAX]; /* not protected, and why */
    uint32_t n_idle;
    struct mln_shown_port told[MLN_SHOWN_MAX]; /* the courier has heard this */
    uint32_t n_told;
};

/* What is not protected: ports that listen and that no member asks to protect (of the first member
 * without protection, else of the first whose rule names other ports), conflicts, UDP beside a
 * protected port, what did not fit. */
void mln_shown_idle(struct mln_space *s, const struct mln_workload_msg *const *members, size_t n,
                    const struct mln_listening *l, const struct mln_space_plan *plan);
/* Tells what changed: `tell` sends one state (MLN_PORT_GONE: no more), false when it could not. */
void mln_shown_tell(struct mln_space *s, bool (*tell)(void *ctx, const struct mln_shown_port *port),
                    void *ctx);
/* What was told of the states holds no more (a new courier, another start): all are told again. */
void mln_shown_forget(struct mln_space *s);

#endif
