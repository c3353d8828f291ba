/* The old one's side of an upgrade (node/handover.h): waits for whoever takes over, gives it what
 * it needs, and is told when it serves. */
#ifndef MLN_NODE_HEIR_H
#define MLN_NODE_HEIR_H

#include <sys/types.h>

#include "io/loop.h"
#include "node/doors.h"

struct mln_heir {
    struct mln_loop *loop;
    /* Sends all that it needs, MLN_HANDOVER_END last. 0, or a negative errno: we go on. */
    int (*give)(void *arg, int fd);
    /* Optional. It has it all and does not serve yet; or that is over, and we go on. */
    void (*pending)(void *arg, bool is);
    void (*serves)(void *arg, pid_t by); /* we may go */
    void *arg;
    struct mln_doors *doors;
    struct mln_io door; /* where it connects; fd -1: it cannot */
    struct mln_io one;  /* the one that did; fd -1: none */
};

#define MLN_HEIR_NONE ((struct mln_heir){.door.fd = -1, .one.fd = -1})

/* With the members above `doors` set. 0 or a negative errno. */
int mln_heir_open(struct mln_heir *h, struct mln_doors *doors) MLN_WARN_UNUSED;
/* Nobody takes over any more. */
void mln_heir_close(struct mln_heir *h);

#endif
