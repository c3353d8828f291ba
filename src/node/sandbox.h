/* Locking a process in before it reads the first hostile byte. */
#ifndef MLN_NODE_SANDBOX_H
#define MLN_NODE_SANDBOX_H

#include "base/base.h"

enum mln_sandbox_profile {
    MLN_SANDBOX_WORKER,      /* sockets it has, memory, time, randomness */
    MLN_SANDBOX_COURIER,     /* the same, and fsync */
    MLN_SANDBOX_SCOUT,       /* as a worker */
    MLN_SANDBOX_LISTS,       /* files it has open, memory, one answer in a sealed memory file */
    MLN_SANDBOX_TRANSPARENT, /* a worker that binds and connects the sockets it is given */
};

struct mln_sandbox_state {
    const char *user, *root, *net, *caps, *seccomp; /* what holds, in a word each */
};

/* Applies all that this kernel and user permit, in order: namespaces, empty root, user,
 * capabilities, no new privileges, Landlock, limits, system calls. 0, or a negative errno when even
 * the part that needs no right (no new privileges, limits, system calls) failed. */
int mln_sandbox_enter(enum mln_sandbox_profile profile,
                      struct mln_sandbox_state *ret) MLN_WARN_UNUSED;
/* For the feeder: it keeps the network, reads what names and certificates need, and writes below
 * `dir`; it cannot become another program. */
int mln_sandbox_enter_feeder(int dir, struct mln_sandbox_state *ret) MLN_WARN_UNUSED;
/* For the log: what holds; a warning when it could be more. `event`: "worker_sandboxed". */
void mln_sandbox_log(const char *event, const struct mln_sandbox_state *s);

#endif
