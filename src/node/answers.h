/* What a rule asks of the workload, answered for one container (engine/expr_workload.h). */
#ifndef MLN_NODE_ANSWERS_H
#define MLN_NODE_ANSWERS_H

#include "engine/snapshot.h"
#include "runtime/container.h"

/* `image` may be NULL: its names are not known. `node` is the name of this machine. */
uint64_t mln_answers(const struct mln_snapshot *snap, const struct mln_snap_rule *rule,
                     const struct mln_container *c, const struct mln_image *image,
                     struct mln_sv node);

#endif
