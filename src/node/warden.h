/* The warden, the supervisor of `merlon defender`: protects the network namespaces of the
 * containers that it is told of. Privileged; parses neither what a client sent nor what a tenant
 * wrote. One thread. */
#ifndef MLN_NODE_WARDEN_H
#define MLN_NODE_WARDEN_H

#include "node/roles.h"

struct mln_defender_options {
    struct mln_node_options node;
    int workloads_fd; /* for tests: struct mln_workload_msg come from here, -1: from a runtime */
    const char *docker_socket, *containerd_socket; /* paths; NULL: not followed */
    bool takeover;                                 /* from the defender that runs, if one does */
    bool linger; /* once another has taken over, ends only by a signal */
};

/* Runs until SIGTERM or SIGINT. Exit code. */
int mln_defender_run(const struct mln_defender_options *o);
/* `merlon defender --cleanup`: takes what a crashed one left out of every namespace of the machine.
 * Exit code: 3 when one runs, or something could not be removed. */
int mln_defender_cleanup(const char *state_dir);

/* Of the network namespaces of the machine: where a crashed one left something, and where one that
 * runs protects. */
struct mln_left_over {
    unsigned looked_at, left, in_use;
};
/* Looks only. 0, -EPERM, or another negative errno. */
int mln_defender_left_over(struct mln_left_over *ret) MLN_WARN_UNUSED;

#endif
