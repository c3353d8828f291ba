/* Questions to a runtime that wait, are being asked, or are to be asked again. The queue owns them:
 * malloc'ed structures that begin with a struct mln_job. */
#ifndef MLN_RUNTIME_JOBS_H
#define MLN_RUNTIME_JOBS_H

#include "base/time.h"
#include "runtime/workload.h"

enum { MLN_JOBS_MAX = 2 * MLN_WORKLOADS_MAX };
#define MLN_JOB_BACKOFF (100 * MLN_NSEC_PER_MSEC)

struct mln_job {
    bool running, again; /* again: something happened while it was being asked */
    unsigned tries;
    mln_nsec not_before;
};

struct mln_jobs {
    struct mln_job *v[MLN_JOBS_MAX];
    unsigned n;
};

/* False when `most` wait already; the job stays the caller's. */
bool mln_jobs_add(struct mln_jobs *q, struct mln_job *j, unsigned most);
/* Takes it out and frees it. */
void mln_jobs_drop(struct mln_jobs *q, struct mln_job *j);
void mln_jobs_clear(struct mln_jobs *q);
/* It was asked for once more: an answer that is on its way does not count. */
static inline void mln_job_renew(struct mln_job *j)
{
    j->again = j->running;
}
/* Answered: done, unless something happened meanwhile. */
void mln_jobs_finish(struct mln_jobs *q, struct mln_job *j);
/* Not answered as it should be: later again. False when it was tried often enough, and dropped. */
bool mln_jobs_retry(struct mln_jobs *q, struct mln_job *j, mln_nsec now);
static inline bool mln_job_waits(const struct mln_job *j, mln_nsec now)
{
    return !j->running && j->not_before <= now;
}
/* The first moment after `now` at which one may be asked again, or `else_at` when that is sooner.
 */
mln_nsec mln_jobs_next(const struct mln_jobs *q, mln_nsec now, mln_nsec else_at);

#endif
