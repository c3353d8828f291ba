/* The table that is there as long as the warden is (`flags owner`): its one rule sets a bit in the
 * mark of every SYN, and without the bit the redirect of `fail: open` ports does not match. The
 * kernel takes the table away when its owner's socket closes, however the owner ended. */
#ifndef MLN_INTERCEPT_ALIVE_H
#define MLN_INTERCEPT_ALIVE_H

#include "intercept/icpt.h"

#define MLN_ALIVE_TABLE "merlon_alive"

/* In the namespace that the process is in. The socket that owns the table (its close removes it),
 * or a negative errno; kernels before 5.12 know no owners: -EOPNOTSUPP. */
int mln_alive_open(const struct mln_icpt_names *n);

#endif
