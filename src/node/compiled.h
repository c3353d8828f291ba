/* What the compile child makes, as a worker has it: a snapshot and the lists beside it, mapped,
 * checked and bound to each other, with the TLS of its certificates. */
#ifndef MLN_NODE_COMPILED_H
#define MLN_NODE_COMPILED_H

#include "proxy/dataplane.h"

/* A policy in use with one reference, unmapped with its last one, from its descriptors: policy,
 * private keys and, when there are three, lists. Keeps none of them, and the keys only as long as
 * TLS is made of them. `tickets` outlives it. NULL with the reason, of which the most likely ones
 * are: a blob is not sealed, not of this build, or without a rule. */
struct mln_policy_ref *mln_compiled_map(const int *fds, size_t n,
                                        const struct mln_tls_tickets *tickets,
                                        char reterr_why[128]);

#endif
