/* What the files of runtime/containerd.h share: containerd.c has connections and asks,
 * containerd_answers.c reads answers and events, and reports. */
#ifndef MLN_RUNTIME_CONTAINERD_PRIV_H
#define MLN_RUNTIME_CONTAINERD_PRIV_H

#include "runtime/containerd.h"
#include "runtime/containerd_ns.h"
#include "runtime/grpc.h"
#include "runtime/jobs.h"

enum { CONTAINERD_NAMESPACES_MAX = 32 };

struct job {
    struct mln_job base; /* first */
    enum mln_containerd_what what;
    char ns[MLN_CONTAINERD_NAME_MAX + 1], id[MLN_CONTAINERD_NAME_MAX + 1];
};

enum conn_state { CONN_CLOSED, CONN_CONNECTING, CONN_BUSY };

struct conn {
    enum conn_state state;
    struct mln_grpc grpc;
    struct job *job; /* NULL for the events */
    struct mln_buf answer;
    bool answered; /* there is one message in it */
    mln_nsec deadline;
};

struct mln_containerd {
    const struct mln_containerd_ops *ops;
    void *ctx;
    mln_nsec mono;
    struct conn conn[MLN_CONTAINERD_CONNS];
    struct mln_jobs jobs;
    struct mln_ns ns[CONTAINERD_NAMESPACES_MAX];
    unsigned n_ns;
    mln_nsec retry_at, backoff, reconcile_at;
    bool syncing, synced; /* as in runtime/docker.c */
};

/* ---- containerd_answers.c ---- */

/* Questions that wait, the oldest first. */
struct job *containerd_job_at(const struct mln_containerd *d, unsigned i);
/* Asked for once, however often it is wanted; what has no room any more the next list finds. */
void containerd_add_job(struct mln_containerd *d, enum mln_containerd_what what, const char *ns,
                        struct mln_sv id);
/* Not answered, for that reason; j may be gone. */
void containerd_retry_job(struct mln_containerd *d, struct job *j, int why);
/* All lists of a namespace. */
void containerd_ask_all_of(struct mln_containerd *d, const struct mln_ns *ns);

/* NULL: it is not known; make: there are too many. */
struct mln_ns *containerd_find_ns(struct mln_containerd *d, struct mln_sv name);
struct mln_ns *containerd_make_ns(struct mln_containerd *d, struct mln_sv name);
/* Tells of one, or all of a namespace, if enough is known. */
void containerd_report(struct mln_containerd *d, struct mln_ns *ns, struct mln_ns_container *e);
void containerd_report_ns(struct mln_containerd *d, struct mln_ns *ns);
/* Its process is gone, which is told if it was. */
void containerd_end_process(struct mln_containerd *d, struct mln_ns_container *e);

/* 0, or a negative errno: it cannot be read. */
int containerd_take_answer(struct mln_containerd *d, const struct job *j,
                           struct mln_sv answer) MLN_WARN_UNUSED;
/* Lists of the namespace that are on their way are older than what happens now. */
void containerd_outdate_lists(struct mln_containerd *d, const struct mln_ns *ns);
void containerd_on_task_event(struct mln_containerd *d, struct mln_ns *ns,
                              const struct mln_containerd_event *e);
/* One message of the stream of events; arg: struct mln_containerd. */
void containerd_on_event(void *arg, struct mln_sv message);

#endif
