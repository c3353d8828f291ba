#include "node/watchdog.h"

#include "node/children.h"

bool mln_watchdog_turn(mln_nsec *pinged, mln_nsec now, int control_fd)
{
    if (*pinged)
        return now - *pinged > MLN_HANG_S * MLN_NSEC_PER_SEC;
    *pinged = now; /* a queue that takes no ping is one that nobody reads */
    (void)!mln_child_send(control_fd, MLN_WIRE_PING, (struct mln_wire){.arg = 0}, NULL, 0);
    return false;
}
