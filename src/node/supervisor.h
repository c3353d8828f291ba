/* The supervisor of a node: holds the shared memory, starts and replaces children, swaps policies,
 * drains. It reads no byte that a client sent. Where connections come from and go to is the
 * business of a source: `merlon proxy` has one listener and one upstream, `merlon defender` has the
 * network namespaces of containers. One thread. */
#ifndef MLN_NODE_SUPERVISOR_H
#define MLN_NODE_SUPERVISOR_H

#include <sys/types.h>

#include "base/addr.h"
#include "io/loop.h"
#include "node/doors.h"
#include "node/roles.h"
#include "node/wire.h"

struct mln_supervisor;
struct mln_source;

/* Optional ones may be NULL. */
struct mln_source_ops {
    const char *command; /* "proxy": for messages to the user */
    const char *profile; /* extra argument of workers, or NULL */
    bool shares_metrics; /* the port may be that of another one for a while, who takes over */
    /* Before the first child starts, with the policy compiled. An exit code; what is wrong was
     * said. */
    int (*open)(struct mln_source *s);
    /* Worker `w` was started and knows nothing yet: sends it the listeners. They come before its
     * START. 0, or a negative errno: the worker is given up. */
    int (*give)(struct mln_source *s, unsigned w);
    /* A worker, taken for hostile, sent a message other than READY. */
    void (*message)(struct mln_source *s, unsigned w, const struct mln_wire *m);
    void (*worker_ready)(struct mln_source *s, unsigned w); /* optional */
    void (*worker_died)(struct mln_source *s, unsigned w);  /* optional */
    void (*all_ready)(struct mln_source *s);                /* once: writes the line that says so */
    /* optional: a message that a full queue refused may be sent again now */
    void (*again)(struct mln_source *s);
    void (*policy)(struct mln_source *s); /* optional: another one is in use */
    /* optional: a child that is neither worker nor courier ended */
    void (*child_died)(struct mln_source *s, pid_t pid, int status);
    void (*courier_started)(struct mln_source *s); /* optional: it knows nothing yet */
    /* optional: the end begins. Workers go on until no new connection comes to them any more, which
     * the source says by mln_supervisor_let_go, or for DRAIN_LATE_S; true: now. */
    bool (*stopping)(struct mln_source *s);
    void (*close)(struct mln_source *s); /* at the end, also after a failed open */
};
struct mln_source {
    const struct mln_source_ops *ops;
    struct mln_supervisor *sup; /* set by mln_supervisor_run */
    bool signalled;             /* set by it: SIGTERM or SIGINT came */
};

/* Runs until SIGTERM or SIGINT. Exit code. */
int mln_supervisor_run(const struct mln_node_options *o, struct mln_source *source);

/* ---- for the source ---- */

struct mln_loop *mln_supervisor_loop(struct mln_supervisor *s);
const struct mln_node_options *mln_supervisor_options(const struct mln_supervisor *s);
/* A source that takes over opens its own hidden; they are shown before ops->all_ready. */
struct mln_doors *mln_supervisor_doors(struct mln_supervisor *s);
/* To a worker, or to the courier. 0; -EAGAIN: its queue is full, ops->again is called before long;
 * -ENOTCONN: it is not there at the moment. Descriptors stay open here. */
int mln_supervisor_send(struct mln_supervisor *s, unsigned w, enum mln_wire_type type,
                        struct mln_wire m, const int *fds, size_t n_fds) MLN_WARN_UNUSED;
int mln_supervisor_tell_courier(struct mln_supervisor *s, enum mln_wire_type type,
                                struct mln_wire m, const int *fds, size_t n_fds) MLN_WARN_UNUSED;
unsigned mln_supervisor_workers(const struct mln_supervisor *s);
bool mln_supervisor_worker_alive(const struct mln_supervisor *s, unsigned w);
bool mln_supervisor_worker_ready(const struct mln_supervisor *s, unsigned w);
/* As if SIGTERM had come. */
void mln_supervisor_stop(struct mln_supervisor *s);
/* The same, since process `by` serves in our place. */
void mln_supervisor_taken_over(struct mln_supervisor *s, pid_t by);
/* After ops->stopping: new connections go elsewhere, workers are told to drain. */
void mln_supervisor_let_go(struct mln_supervisor *s);
/* It will be replaced: for a worker that does not do what it was told. */
void mln_supervisor_kill_worker(struct mln_supervisor *s, unsigned w);
/* The compiled policy in use; stays owned by the supervisor. */
int mln_supervisor_policy(const struct mln_supervisor *s, uint64_t *ret_revision,
                          unsigned *ret_rules);
/* The table of bans, for reading; stays owned by the supervisor. */
int mln_supervisor_bans(const struct mln_supervisor *s);
/* "merlon COMMAND: what: why; hint" on standard error. Returns 3. */
int mln_supervisor_complain(const struct mln_source *s, const char *what, int err,
                            const char *hint);

#endif
