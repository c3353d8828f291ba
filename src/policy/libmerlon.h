/* The public engine with what only this project's own tools may ask for: another model, and to
 * look on. */
#ifndef MLN_POLICY_LIBMERLON_H
#define MLN_POLICY_LIBMERLON_H

#include "engine/txn.h"
#include "merlon/merlon.h"

/* As merlon_engine_new. */
struct merlon_engine *merlon_engine_open(const struct mln_engine_config *cfg);

#endif
