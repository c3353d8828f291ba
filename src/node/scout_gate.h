/* One connection of a scout to a runtime, as the warden keeps it: requests are written here,
 * answers are moved into a pipe whose other end the scout has. */
#ifndef MLN_NODE_SCOUT_GATE_H
#define MLN_NODE_SCOUT_GATE_H

#include "io/loop.h"
#include "runtime/workload.h"

struct mln_scout_gate {
    struct mln_io socket, pipe; /* fd -1: closed; pipe: the end that is written */
    struct mln_loop *loop;
    uint64_t id; /* of the scout's request; 0: not in use */
    enum mln_runtime_kind kind;
    bool reading; /* the socket is in the loop */
};

/* Connects. *ret_pipe is the end for the scout, owned by the caller. 0 or a negative errno. */
int mln_scout_gate_open(struct mln_scout_gate *g, struct mln_loop *loop, const char *path,
                        uint64_t id, int *ret_pipe) MLN_WARN_UNUSED;
/* Writes a request. What cannot be written closes the gate. */
void mln_scout_gate_write(struct mln_scout_gate *g, const char *request, size_t len);
void mln_scout_gate_close(struct mln_scout_gate *g);

#endif
