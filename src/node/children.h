/* Starting children and talking to them, and their main functions. */
#ifndef MLN_NODE_CHILDREN_H
#define MLN_NODE_CHILDREN_H

#include <sys/types.h>

#include "base/time.h"
#include "node/wire.h"

enum { MLN_CHILD_ARGS_MAX = 3 };
/* Starts this program again under a role ("worker", "courier", "scout", "compile", "lists",
 * "feeder"), with extra arguments (ending in NULL; NULL: none), an empty environment, standard
 * streams as they are, and its end of a control socket at MLN_CONTROL_FD. *ret_fd is our end
 * (non-blocking, close-on-exec). The pid, or a negative errno. */
pid_t mln_child_spawn(const char *role, const char *const *args, int *ret_fd);
enum { MLN_CHILD_BACKOFF_MAX_MS = 5000 };
/* The pause before the next start of a child that lived so long: short at first, doubled as long as
 * it does not live. *ms is the caller's memory of it, 0 before the first death. */
mln_nsec mln_child_backoff(mln_nsec lived, unsigned *ms);
/* One message, of this version and type. 0, or a negative errno: -EAGAIN: its queue is full.
 * Descriptors stay open here. */
int mln_child_send(int fd, enum mln_wire_type type, struct mln_wire m, const int *fds,
                   size_t n) MLN_WARN_UNUSED;
/* In a child, before its loop runs: waits for one message. 0 or a negative errno. */
int mln_child_receive(struct mln_wire *m, int *ret_fds, size_t max_fds,
                      size_t *ret_n) MLN_WARN_UNUSED;
/* The same for all messages up to START: `take` is told of each, owns its descriptors, and returns
 * 0, 1 when that was START, or a negative errno. 0 or the first errno. */
int mln_child_take_start(int (*take)(void *arg, const struct mln_wire *m, int *fds, size_t n),
                         void *arg) MLN_WARN_UNUSED;

/* `source`: "transparent", or NULL for that of `merlon proxy`. */
int mln_worker_main(const char *source);
int mln_courier_main(void);
int mln_scout_main(void);
/* args: the policy's path or "", then certificate and key of --tls-cert and --tls-key. */
int mln_compile_main(int n_args, char **args);
int mln_lists_main(void);
int mln_feeder_main(void);

#endif
