/* What the files of runtime/docker.h share: docker.c has connections and asks, docker_answers.c
 * reads answers and reports. */
#ifndef MLN_RUNTIME_DOCKER_PRIV_H
#define MLN_RUNTIME_DOCKER_PRIV_H

#include "runtime/docker.h"
#include "runtime/docker_known.h"
#include "runtime/jobs.h"
#include "runtime/reply.h"

enum job_type { JOB_LIST, JOB_SUMMARY, JOB_CONTAINER, JOB_IMAGE };

struct job {
    struct mln_job base; /* first */
    enum job_type type;
    char id[MLN_CONTAINER_ID_MAX];
    size_t id_len;
    uint32_t pid; /* of a SUMMARY: told by containerd already */
};

enum conn_state { CONN_CLOSED, CONN_CONNECTING, CONN_IDLE, CONN_BUSY };

struct conn {
    enum conn_state state;
    struct mln_reply reply;
    struct job *job;
    mln_nsec deadline;
};

struct mln_docker {
    const struct mln_docker_ops *ops;
    void *ctx;
    mln_nsec mono, wall;
    struct conn conn[MLN_DOCKER_CONNS];
    struct mln_jobs jobs;
    struct docker_known known;
    mln_nsec retry_at, backoff, reconcile_at, query_at;
    bool syncing;   /* a list is under way whose end is to be told */
    bool synced;    /* it was told since the last connection */
    unsigned lists; /* since the last connection */
};

/* ---- docker_answers.c ---- */

struct mln_sv docker_job_id(const struct job *j);
struct job *docker_job_at(const struct mln_docker *d, unsigned i);
/* Asked for once, however often it is wanted. NULL when there are too many: the next list finds
 * it. */
struct job *docker_add_job(struct mln_docker *d, enum job_type type, struct mln_sv id);
/* Its answer was none, for that reason; j may be gone. */
void docker_retry_job(struct mln_docker *d, struct job *j, const char *what, int why);
/* Its answer has come; j may be gone. */
void docker_answered(struct mln_docker *d, struct job *j, const struct mln_reply *reply);
void docker_report(struct mln_docker *d, const struct mln_container *c);

/* ---- docker.c ---- */

/* Asks what is to be asked, as far as there are connections. */
void docker_pump(struct mln_docker *d);

#endif
