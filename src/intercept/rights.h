/* Whether a container could undo what is installed in its network namespace. Asked of the kernel,
 * not of the runtime: it knows of user namespaces, and of what a process has dropped. */
#ifndef MLN_INTERCEPT_RIGHTS_H
#define MLN_INTERCEPT_RIGHTS_H

#include "base/base.h"

/* CAP_NET_ADMIN over the namespace behind `ns_fd`: the process may use it, and its user namespace
 * is the one that the network belongs to, or ours, which stands above all that we see. False when
 * nothing can be learned. The caller needs CAP_SYS_PTRACE. */
bool mln_process_rules_net(uint32_t pid, int ns_fd);

#endif
