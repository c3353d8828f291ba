/* Connections that the kernel tracks in the namespace that the process is in. */
#ifndef MLN_INTERCEPT_TRACKED_H
#define MLN_INTERCEPT_TRACKED_H

#include "base/base.h"

/* Forgets those of TCP that were translated to our listener's port, and those that nobody
 * translated: without rules the kernel hears of no connection's end, and would take later ones by
 * the same address and port for them. What others translate stays, as it has to. 0 or a negative
 * errno. */
int mln_tracked_forget(uint16_t listener) MLN_WARN_UNUSED;

#endif
