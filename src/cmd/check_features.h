/* What scoring saw in a value, as JSON: for `merlon check --features`. */
#ifndef MLN_CMD_CHECK_FEATURES_H
#define MLN_CMD_CHECK_FEATURES_H

#include "base/buf.h"
#include "engine/txn.h"

/* An observer (struct mln_engine_config) whose self is a struct mln_buf: adds one object for the
 * value, after a comma when it is not the first. */
void mln_check_observe(void *self, const struct mln_observed *o);

#endif
