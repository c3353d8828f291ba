/* The table that is there as long as the warden is (`flags owner`): its one rule sets a bit in the
 * mark of every SYN, and without the bit the redirect of `fail: open` ports does not match. The
 * kernel takes the table away when its owner's socket closes, however the owner ended. */
#ifndef MLN_INTERCEPT_ALIVE_H
#define MLN_INTERCEPT_ALIVE_H

#include "intercept/icpt.h"

#define MLN_ALIVE_TABLE "merlon_alive"

/* In the namespace that the process is in: makes the table, whose owner is the netlink socket (its
 * last close removes it). 0 or a negative errno; kernels before 5.12 know no owners: -EOPNOTSUPP.
 */
int mln_alive_claim(int fd, const struct mln_icpt_names *n) MLN_WARN_UNUSED;
/* The same with a socket of its own, which is returned. */
int mln_alive_open(const struct mln_icpt_names *n);

#endif
