/* One TEST of a custom rule on the values of its field, one after the other. It needs no
 * transaction: what a rule asks of the workload is answered when that is known (expr_workload.c).
 */
#ifndef MLN_ENGINE_EXPR_TEST_H
#define MLN_ENGINE_EXPR_TEST_H

#include "base/arena.h"
#include "engine/snapshot.h"

/* What texts are changed and matched with; belongs to the caller. */
struct mln_expr_ctx {
    const struct mln_snapshot *snap;
    struct mln_arena *scratch; /* of functions */
    uint64_t steps;            /* that matching took */
    bool no_memory;            /* a text was taken as it is, for want of memory */
};

/* What a test has seen so far. */
struct mln_tally {
    uint32_t n, n_true;
};

/* The next value of the field, absent: none. Whether the test holds for it. */
bool mln_expr_take(struct mln_expr_ctx *x, const struct mln_snap_op *o, struct mln_sv text,
                   struct mln_tally *tally);
/* The next value of a field that has numbers. */
void mln_expr_take_number(const struct mln_snap_op *o, int64_t number, struct mln_tally *tally);
/* All values were taken. */
bool mln_expr_answer(const struct mln_snap_op *o, struct mln_tally tally);

#endif
