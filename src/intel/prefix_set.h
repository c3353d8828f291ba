/* Sets of network prefixes: a sorted array of prefixes that contain each other nowhere, searched by
 * halves. IPv4 and IPv6 in one set (base/addr.h). */
#ifndef MLN_INTEL_PREFIX_SET_H
#define MLN_INTEL_PREFIX_SET_H

#include "base/addr.h"

/* Sorts p[0..n) in place and drops what another prefix contains; the new count. */
size_t mln_prefix_set_build(struct mln_prefix *p, size_t n);
/* True when a prefix of the built set has the address. O(log n), no allocation. */
bool mln_prefix_set_has(const struct mln_prefix *p, size_t n, const struct mln_addr *a) MLN_PURE;

#endif
