/* Which TCP ports of a namespace something listens on: from sock_diag(7), else from the text of
 * /proc/…/net/tcp and tcp6. */
#ifndef MLN_INTERCEPT_PORTS_H
#define MLN_INTERCEPT_PORTS_H

#include "base/base.h"

enum { MLN_LISTENING_MAX = 64 };

struct mln_listening {
    uint16_t port[MLN_LISTENING_MAX]; /* ascending, each once */
    uint32_t n;
    bool more; /* there were more than fit */
};

/* Adds the listening ports of one such file that can be reached from outside: sockets on a
 * loopback address are left out. Lines that are not understood are passed over. */
void mln_listening_parse(struct mln_sv text, struct mln_listening *l);
/* Both families, in the namespace behind ns_fd. 0 or a negative errno. */
int mln_listening_read(int ns_fd, struct mln_listening *ret) MLN_WARN_UNUSED;
bool mln_listening_has(const struct mln_listening *l, uint16_t port) MLN_PURE;

#endif
