/* Which ports of a namespace something listens on: from sock_diag(7), else from the text of
 * /proc/…/net/tcp, tcp6, udp and udp6. Who is in the namespace may open all of them: sets of bits,
 * so that no port hides behind others. */
#ifndef MLN_INTERCEPT_PORTS_H
#define MLN_INTERCEPT_PORTS_H

#include "base/base.h"

struct mln_port_set {
    uint64_t bits[65536 / 64];
};

struct mln_listening {
    struct mln_port_set tcp;
    struct mln_port_set udp; /* receive from anybody, as servers of QUIC do */
};

void mln_port_set_add(struct mln_port_set *s, uint16_t port);
bool mln_port_set_has(const struct mln_port_set *s, uint16_t port) MLN_PURE;
/* The first port above `after` (0: the first one), 0 when there is none. */
uint16_t mln_port_set_next(const struct mln_port_set *s, uint16_t after) MLN_PURE;

/* Adds the listening ports of one such file that can be reached from outside: sockets on a
 * loopback address are left out. Lines that are not understood are passed over. */
void mln_listening_parse(struct mln_sv text, bool udp, struct mln_port_set *ret);
/* Both families, in the namespace behind ns_fd. 0 or a negative errno. What is not known of UDP is
 * no error: the set is empty. */
int mln_listening_read(int ns_fd, struct mln_listening *ret) MLN_WARN_UNUSED;

#endif
