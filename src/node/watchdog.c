#include "node/watchdog.h"

#include "io/scm.h"
#include "node/wire.h"

bool mln_watchdog_turn(mln_nsec *pinged, mln_nsec now, int control_fd)
{
    const struct mln_wire ping = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_PING};

    if (*pinged)
        return now - *pinged > MLN_HANG_S * MLN_NSEC_PER_SEC;
    *pinged = now; /* a queue that takes no ping is one that nobody reads */
    (void)!mln_scm_send(control_fd, &ping, sizeof(ping), NULL, 0);
    return false;
}
