/* The public engine with what only this project's own tools may ask for: another model, and to
 * look on. */
#ifndef MLN_POLICY_LIBMERLON_H
#define MLN_POLICY_LIBMERLON_H

#include "engine/expr_workload.h"
#include "engine/txn.h"
#include "merlon/merlon.h"
#include "policy/policy.h"

/* As merlon_engine_new. */
struct merlon_engine *merlon_engine_open(const struct mln_engine_config *cfg);
/* Reads the lists beside the policy (mln_lists_read); once, before the first transaction. 0, or a
 * negative errno with diags. */
int merlon_policy_lists(struct merlon_policy *p, struct mln_diags *diags) MLN_WARN_UNUSED;
/* Requests go to this workload; without it, to none that is known. Before the first transaction. */
void merlon_policy_workload(struct merlon_policy *p, mln_workload_tell tell, const void *self);

#endif
