/* Network namespaces: found by a process, known by what the kernel calls them, entered for a
 * moment. A container id is no key: pods and `--network container:` share one namespace. One
 * thread. */
#ifndef MLN_INTERCEPT_NETNS_H
#define MLN_INTERCEPT_NETNS_H

#include "base/base.h"

struct mln_netns_key {
    uint64_t dev, inode; /* of /proc/PID/ns/net */
};

/* Opens the namespace of a process and says which one it is. `start_time` (field 22 of
 * /proc/PID/stat, 0: not known) is compared *after* the open, since PIDs are reused: -ESRCH when
 * another process has the number by now. A close-on-exec descriptor, or a negative errno. */
int mln_netns_open(uint32_t pid, uint64_t start_time, struct mln_netns_key *ret);
/* The namespace that this process is in. */
int mln_netns_own(struct mln_netns_key *ret);
bool mln_netns_key_eq(const struct mln_netns_key *a, const struct mln_netns_key *b) MLN_PURE;

/* Field 22 of /proc/PID/stat. 0 or a negative errno. */
int mln_proc_start_time(uint32_t pid, uint64_t *ret) MLN_WARN_UNUSED;

/* Calls fn in the namespace behind `ns_fd` and comes back, whatever fn does. What fn returned, or
 * the errno of entering. A way back that is closed ends the process: nothing may run on in the
 * namespace of a tenant. Needs CAP_SYS_ADMIN. */
int mln_netns_call(int ns_fd, int (*fn)(void *arg), void *arg) MLN_WARN_UNUSED;

#endif
