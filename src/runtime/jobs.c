#include "runtime/jobs.h"

enum { TRIES_MAX = 5 };

bool mln_jobs_add(struct mln_jobs *q, struct mln_job *j, unsigned most)
{
    if (q->n >= MLN_MIN(most, (unsigned)MLN_JOBS_MAX))
        return false;
    q->v[q->n++] = j;
    return true;
}

void mln_jobs_drop(struct mln_jobs *q, struct mln_job *j)
{
    for (unsigned i = 0; i < q->n; i++)
        if (q->v[i] == j) {
            memmove(&q->v[i], &q->v[i + 1], (q->n - i - 1) * sizeof(struct mln_job *));
            q->n--;
            break;
        }
    free(j);
}

void mln_jobs_clear(struct mln_jobs *q)
{
    while (q->n)
        free(q->v[--q->n]);
}

void mln_jobs_finish(struct mln_jobs *q, struct mln_job *j)
{
    if (!j->again) {
        mln_jobs_drop(q, j);
        return;
    }
    j->running = j->again = false;
    j->tries = 0;
}

bool mln_jobs_retry(struct mln_jobs *q, struct mln_job *j, mln_nsec now)
{
    if (++j->tries >= TRIES_MAX) {
        mln_jobs_drop(q, j);
        return false;
    }
    j->running = j->again = false;
    j->not_before = now + MLN_JOB_BACKOFF * j->tries;
    return true;
}

mln_nsec mln_jobs_next(const struct mln_jobs *q, mln_nsec now, mln_nsec else_at)
{
    for (unsigned i = 0; i < q->n; i++)
        if (!q->v[i]->running && q->v[i]->not_before > now)
            else_at = MLN_MIN(else_at, q->v[i]->not_before);
    return else_at;
}
