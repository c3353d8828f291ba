/* Whether a child still turns: it is sent a PING, which it sends back. */
#ifndef MLN_NODE_WATCHDOG_H
#define MLN_NODE_WATCHDOG_H

#include "base/base.h"
#include "base/time.h"

enum {
    MLN_PING_S = 2,  /* how often it is asked */
    MLN_HANG_S = 10, /* one that does not answer for so long is replaced */
};

/* To be called every MLN_PING_S for a child that is READY. *pinged: since when an answer is due, 0:
 * none is, to be set by whoever receives it. True: it hangs. */
bool mln_watchdog_turn(mln_nsec *pinged, mln_nsec now, int control_fd) MLN_WARN_UNUSED;

#endif
