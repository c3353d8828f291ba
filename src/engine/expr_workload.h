/* What custom rules ask of the workload that requests go to (workload.image, …). That does not
 * change from request to request, so whoever knows the container answers, once, with a bit per
 * question: no worker needs its names and labels. */
#ifndef MLN_ENGINE_EXPR_WORKLOAD_H
#define MLN_ENGINE_EXPR_WORKLOAD_H

#include "engine/expr_test.h"

/* Hands each value of a field of the workload to mln_workload_value; none: it has none. */
struct mln_workload_ask;
typedef void (*mln_workload_tell)(const void *self, enum mln_expr_field f, struct mln_sv key,
                                  struct mln_workload_ask *ask);
void mln_workload_value(struct mln_workload_ask *ask, struct mln_sv value);

/* Bit i: what the TEST with workload_bit i of the rule's custom rules has for an answer. Memory of
 * `scratch` is taken and given back. Where there is no workload: the rule's workload_none. */
uint64_t mln_workload_answers(const struct mln_snapshot *snap, const struct mln_snap_rule *rule,
                              mln_workload_tell tell, const void *self, struct mln_arena *scratch);

#endif
