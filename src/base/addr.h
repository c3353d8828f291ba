/* Network addresses and prefixes. IPv4 is kept as IPv4-mapped IPv6 (::ffff:a.b.c.d), so that one
 * comparison serves both families. */
#ifndef MLN_BASE_ADDR_H
#define MLN_BASE_ADDR_H

#include "base/base.h"

struct mln_addr {
    uint8_t b[16]; /* network order */
};

struct mln_prefix {
    struct mln_addr addr; /* bits past `bits` are zero */
    uint8_t bits;         /* 0-128; an IPv4 /n is 96 + n */
};

enum { MLN_ADDR_TEXT = 48, MLN_ADDR_PORT_TEXT = MLN_ADDR_TEXT + 8 };

/* "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; no brackets, no zone. 0 or -EINVAL. */
int mln_addr_parse(struct mln_sv s, struct mln_addr *ret) MLN_WARN_UNUSED;
/* "192.0.2.0/24", "2001:db8::/32", or a single address. Host bits set is -EINVAL. */
int mln_prefix_parse(struct mln_sv s, struct mln_prefix *ret) MLN_WARN_UNUSED;
/* "127.0.0.1:8080", "[::1]:8080", ":8080" (any address). 0 or -EINVAL. */
int mln_addr_port_parse(struct mln_sv s, struct mln_addr *ret, uint16_t *ret_port) MLN_WARN_UNUSED;

/* Dotted quad for IPv4-mapped, RFC 5952 form otherwise. Returns out. */
const char *mln_addr_format(const struct mln_addr *a, char out[MLN_ADDR_TEXT]);
/* The counterpart of mln_addr_port_parse. Returns out. */
const char *mln_addr_port_format(const struct mln_addr *a, uint16_t port,
                                 char out[MLN_ADDR_PORT_TEXT]);
bool mln_addr_is_v4(const struct mln_addr *a) MLN_PURE;
bool mln_addr_eq(const struct mln_addr *a, const struct mln_addr *b) MLN_PURE;
/* Not of the internet: private, loopback, link-local, shared by carriers, this network; also behind
 * a translator (64:ff9b::/96). */
bool mln_addr_is_private(const struct mln_addr *a) MLN_PURE;
bool mln_prefix_has(const struct mln_prefix *p, const struct mln_addr *a) MLN_PURE;

#endif
