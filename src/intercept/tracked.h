/* Connections that the kernel tracks in the namespace that the process is in. */
#ifndef MLN_INTERCEPT_TRACKED_H
#define MLN_INTERCEPT_TRACKED_H

#include "intercept/nft_msg.h"

/* Forgets those of TCP that were translated to our listener's port, and those to one of `ports` of
 * this namespace that nobody translated, marked or gave a zone: without rules the kernel hears of
 * no connection's end, and would take later ones by the same address and port for them. All others
 * are of no concern to us, and may be to somebody else. 0 or a negative errno. */
int mln_tracked_forget(uint16_t listener, const struct mln_port_set *ports) MLN_WARN_UNUSED;

#endif
