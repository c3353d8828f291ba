#include "engine/expr_workload.h"

struct mln_workload_ask {
    struct mln_expr_ctx *x;
    const struct mln_snap_op *o;
    struct mln_tally tally;
};

void mln_workload_value(struct mln_workload_ask *ask, struct mln_sv value)
{
    (void)mln_expr_take(ask->x, ask->o, value, &ask->tally);
}

static bool answer(struct mln_expr_ctx *x, const struct mln_snap_op *o, mln_workload_tell tell,
                   const void *self)
{
    struct mln_workload_ask ask = {.x = x, .o = o};

    tell(self, (enum mln_expr_field)o->field, mln_snap_str(x->snap, o->key), &ask);
    mln_arena_reset(x->scratch, 0);
    return mln_expr_answer(o, ask.tally);
}

uint64_t mln_workload_answers(const struct mln_snapshot *snap, const struct mln_snap_rule *rule,
                              mln_workload_tell tell, const void *self, struct mln_arena *scratch)
{
    struct mln_expr_ctx x = {.snap = snap, .scratch = scratch};
    uint64_t bits = 0;

    for (uint32_t i = 0; i < rule->custom.count; i++) {
        const struct mln_snap_span code = mln_snap_custom(snap, rule->custom.first + i)->code;
        for (uint32_t k = 0; k < code.count; k++) {
            const struct mln_snap_op *o = mln_snap_op(snap, code.first + k);
            if (o->op == MLN_OP_TEST && mln_expr_is_of_workload((enum mln_expr_field)o->field) &&
                answer(&x, o, tell, self))
                bits |= UINT64_C(1) << o->workload_bit;
        }
    }
    return bits;
}
