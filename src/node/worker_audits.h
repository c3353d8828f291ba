/* How records leave a worker: rolled up, encoded, into its ring, from which the courier writes
 * them. A flood of repeats, or of lines for the access log, gets at most half of the ring, so that
 * it crowds no first event out. One thread. */
#ifndef MLN_NODE_WORKER_AUDITS_H
#define MLN_NODE_WORKER_AUDITS_H

#include "audit/counters.h"
#include "audit/ring.h"
#include "audit/rollup.h"
#include "proxy/dataplane.h"

struct mln_worker_audits {
    struct mln_audit_sink sink;    /* first; for the data plane */
    struct mln_ring ring;          /* the owner's, as are the next three */
    struct mln_counters *counters; /* of what was put, rolled up and dropped */
    int bell;                      /* an eventfd that wakes the courier */
    struct mln_loop *loop;
    /* private */
    struct mln_rollup *rollup;
    enum mln_rollup_answer answer; /* to the record that is being put */
    struct mln_timer later;        /* of records that the roll-up keeps */
    struct mln_buf encoded;
};

/* The owner's fields are set. `access`: exchanges that ended have records, too. 0 or -ENOMEM. */
int mln_worker_audits_init(struct mln_worker_audits *a, bool access) MLN_WARN_UNUSED;
/* The loop has ended: what is kept is written, as far as there is room. */
void mln_worker_audits_flush(struct mln_worker_audits *a);
void mln_worker_audits_done(struct mln_worker_audits *a);

#endif
