/* How long a namespace is left alone after a look at what listens there. Pure. */
#ifndef MLN_NODE_LOOK_H
#define MLN_NODE_LOOK_H

#include "base/time.h"

enum {
    MLN_LOOK_SHARE = 4, /* one part of so many of the time is for looks */
    MLN_LOOK_MOST_MS = 2000,
    MLN_LOOK_SELDOM_S = 60,
    MLN_LOOK_FAILED_S = 3600, /* where rules cannot be installed */
};

struct mln_look {
    mln_nsec own, whole; /* what it took: on our processor, by the clock */
    bool young;          /* its containers may still be opening their ports */
    bool installed;
    mln_nsec failed_cost; /* of a try to install rules; 0: it went well */
    uint32_t spaces;      /* > 0: that are looked at */
    uint32_t failing;     /* of these, where such a try failed last */
};

/* Looks of all namespaces together take a quarter of a CPU at most: where one is costly, because
 * somebody opened thousands of ports there, it comes less often. A look may also wait, for the
 * processor or for whoever changes rules: both of them most while many containers start, and then
 * a pause for all of them would leave a port that opens meanwhile unseen. So what a young one waits
 * for is its own matter. Tries that fail take a quarter of the time together, too. `usual`: the
 * pause where nothing of this counts. */
mln_nsec mln_look_pause(const struct mln_look *l, mln_nsec usual) MLN_PURE;

#endif
