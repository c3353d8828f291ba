/* Policy routing of one namespace: packets with our mark come back over lo. In the namespace that
 * the process is in. 0 or a negative errno. */
#ifndef MLN_INTERCEPT_ROUTE_H
#define MLN_INTERCEPT_ROUTE_H

#include "intercept/icpt.h"

/* Rule and route of both families (IPv6 only where lo has it). What is there already is fine. */
int mln_route_add(const struct mln_icpt_names *n) MLN_WARN_UNUSED;
/* What is not there is fine. */
int mln_route_remove(const struct mln_icpt_names *n) MLN_WARN_UNUSED;
/* net.ipv4.tcp_fwmark_accept, which governs IPv6 as well: an accepted socket has the mark of its
 * SYN, so that the application's answers take the way back to us. */
int mln_fwmark_accept_get(bool *ret) MLN_WARN_UNUSED;
int mln_fwmark_accept_set(bool on) MLN_WARN_UNUSED;
/* Containers have /proc/sys read-only: makes it writable for this process and its children, in a
 * mount namespace of their own. Nothing to do elsewhere. One thread only. */
int mln_fwmark_accept_unlock(void) MLN_WARN_UNUSED;

#endif
