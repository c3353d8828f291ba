/* What the compile child makes, as a worker has it: a snapshot and the lists beside it, mapped,
 * checked and bound to each other. */
#ifndef MLN_NODE_COMPILED_H
#define MLN_NODE_COMPILED_H

#include "proxy/dataplane.h"

/* A policy in use with one reference, unmapped with its last one. `lists_fd` may be -1: none. Keeps
 * no descriptor. NULL when a blob is not sealed, not of this build, or without a rule. */
struct mln_policy_ref *mln_compiled_map(int policy_fd, int lists_fd);

#endif
