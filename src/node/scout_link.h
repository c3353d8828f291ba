/* The warden's side of the scout: starts and replaces it, hands on what it says, writes its
 * questions to the runtime and passes the answers back through pipes. Reads no byte of an answer:
 * they go from socket to pipe within the kernel. One thread, on the loop of the supervisor. */
#ifndef MLN_NODE_SCOUT_LINK_H
#define MLN_NODE_SCOUT_LINK_H

#include <sys/types.h>

#include "base/log.h"
#include "io/loop.h"
#include "runtime/hook.h"
#include "runtime/workload.h"

struct mln_scout_link_ops {
    /* A checked message (mln_workload_check), and its length. */
    void (*workload)(void *ctx, const struct mln_workload_msg *m, size_t len);
    /* The courier's end of a new socket for metadata, for MLN_WIRE_META; closed after the call. */
    void (*meta)(void *ctx, int fd);
};

struct mln_scout_link_config {
    struct mln_loop *loop;
    const struct mln_scout_link_ops *ops;
    void *ctx;
    const char *docker_socket, *containerd_socket; /* paths; stay; NULL: not followed */
    bool has_policy; /* false: the built-in one is for `merlon proxy`, nothing matches */
    enum mln_log_level log_level;
};

struct mln_scout_link;

/* NULL: no memory. Ignores SIGPIPE for this process and its children. */
struct mln_scout_link *mln_scout_link_new(const struct mln_scout_link_config *cfg);
/* Ends the scout. NULL is fine. */
struct mln_scout_link *mln_scout_link_free(struct mln_scout_link *l);
/* Starts the scout with this policy, of which it keeps a copy. 0 or a negative errno. */
int mln_scout_link_start(struct mln_scout_link *l, int policy_fd) MLN_WARN_UNUSED;
void mln_scout_link_policy(struct mln_scout_link *l, int policy_fd);
/* To the scout (DONE). 0, -EAGAIN (its queue is full), -ENOTCONN. */
int mln_scout_link_send(struct mln_scout_link *l, const struct mln_workload_msg *m) MLN_WARN_UNUSED;
/* A hook's question to the scout, or that the process of an earlier one ended. Lost when there is
 * no scout, or its queue is full: it is asked again when it says SYNCED. */
void mln_scout_link_hook(struct mln_scout_link *l, const struct mln_hook_ask *a);
/* A new courier is there: a new socket for metadata, by ops->meta. */
void mln_scout_link_courier(struct mln_scout_link *l);
/* True when it was the scout; it is started again after a pause, with the slots of the old one. */
bool mln_scout_link_child_died(struct mln_scout_link *l, pid_t pid, int status);

#endif
