/* What the runtime has written down of a container that it is about to start: annotations of
 * Kubernetes' runtimes in the bundle, Docker's own file. For starts that no defender can judge. */
#ifndef MLN_NODE_HOOK_FACTS_H
#define MLN_NODE_HOOK_FACTS_H

#include "runtime/closed.h"

struct mln_hook_facts {
    struct mln_buf config, docker; /* what the views look into */
    struct mln_start_facts f;
};

/* Reads BUNDLE/config.json and, when its container has files of Docker, config.v2.json beside them.
 * What is not there or not understood stays unknown. */
void mln_hook_facts_read(const char *bundle, struct mln_sv id, struct mln_hook_facts *ret);
void mln_hook_facts_done(struct mln_hook_facts *facts);

#endif
