/* The sockets of a protected namespace, made here because a worker can make none. What is set on
 * them is checked when it is set, not when it is used: the worker binds and connects without any
 * right. */
#ifndef MLN_INTERCEPT_SOCKETS_H
#define MLN_INTERCEPT_SOCKETS_H

#include "intercept/icpt.h"

enum { MLN_ICPT_BATCH_MAX = 32 };

/* The listener for what is redirected, both families: close-on-exec, non-blocking, with the mark
 * that what it accepts inherits. A negative errno. */
int mln_icpt_listen(int ns_fd, const struct mln_icpt_names *n, int backlog);
/* Unconnected sockets towards the application, for both families: transparent, marked, and unless
 * they are for link-local addresses, which need a device of their own, bound to lo. The namespace
 * is entered once. How many were made (at most `want` and MLN_ICPT_BATCH_MAX), or a negative errno
 * when none. */
int mln_icpt_upstreams(int ns_fd, const struct mln_icpt_names *n, int *ret_fds, size_t want,
                       bool link_local);

#endif
