/* Whether a process still belongs to the container that was named with it: numbers of processes are
 * used again. Told by the kernel's text in /proc/PID/cgroup, version 1 and 2. */
#ifndef MLN_NODE_CGROUP_H
#define MLN_NODE_CGROUP_H

#include "base/base.h"

/* True when the text has ids of containers (64 hex digits), and `id` is none of them. Those that
 * `own` has, too, the text of this process, do not count: we may live in a container ourselves.
 * Paths without any, of runtimes that name their groups otherwise, say nothing. */
bool mln_cgroup_is_of_another(struct mln_sv text, struct mln_sv own, const uint8_t id[32]) MLN_PURE;
/* The same for a process. False when nothing can be read. */
bool mln_process_is_of_another(uint32_t pid, const uint8_t id[32]);

#endif
