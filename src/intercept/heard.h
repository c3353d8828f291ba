/* What the servers of a network namespace speak, by how their answers begin. Nothing is sent and
 * nothing installed: a filter in the kernel looks at what leaves, picks answers of the ports that
 * are asked for, and hands over their headers and the first byte behind them, of which it has seen
 * that more fits. Needs CAP_NET_RAW. One thread. */
#ifndef MLN_INTERCEPT_HEARD_H
#define MLN_INTERCEPT_HEARD_H

#include "base/base.h"

enum { MLN_HEARD_PORTS_MAX = 32, MLN_HEARD_BYTES = 128 };

enum mln_heard {
    MLN_HEARD_NOTHING,
    MLN_HEARD_HTTP1, /* "HTTP/" */
    MLN_HEARD_TLS,   /* a ServerHello */
    MLN_HEARD_HTTP2, /* SETTINGS, in cleartext */
    _MLN_HEARD_MAX
};

/* A socket in the namespace behind `ns_fd`, which hears nothing yet. -EPERM: without the right.
 * It keeps the namespace alive. */
int mln_heard_open(int ns_fd);
/* From now on it hears these ports, 1 to MLN_HEARD_PORTS_MAX of them. 0 or a negative errno. */
int mln_heard_want(int fd, const uint16_t *ports, size_t n) MLN_WARN_UNUSED;
/* The next answer that it heard, of which port. MLN_HEARD_NOTHING: none is left. */
enum mln_heard mln_heard_next(int fd, uint16_t *ret_port);
/* The same of one packet as the filter cuts it; a packet that is none is NOTHING. */
enum mln_heard mln_heard_parse(const uint8_t *packet, size_t len, uint16_t *ret_port);
/* For people and programs: "HTTP/1", "TLS", "HTTP/2". NULL: nothing, or out of range. */
const char *mln_heard_name(uint64_t heard) MLN_PURE;

#endif
