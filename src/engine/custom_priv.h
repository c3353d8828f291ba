/* Between the parts of custom rules: one test on the values of its field. */
#ifndef MLN_ENGINE_CUSTOM_PRIV_H
#define MLN_ENGINE_CUSTOM_PRIV_H

#include "engine/expr_test.h"
#include "engine/txn_priv.h"

struct mln_custom_evidence {
    enum mln_location loc;
    struct mln_sv name, value;
};

/* Of a transaction whose rule looks at the body: fields go by, so their tests are taken as they
 * come, and the body's first bytes are kept when a test wants them. */
struct mln_custom_state {
    struct mln_buf body, answer;
    bool wants_body, wants_answer, answer_decided;
    struct mln_custom_evidence evidence;
    uint32_t first, n;        /* CODE of all custom rules */
    struct mln_tally tally[]; /* n */
};

struct mln_custom_test {
    struct mln_txn *t;
    const struct mln_snap_op *o;
    struct mln_tally tally;
    struct mln_custom_evidence *evidence;
};

/* ---- custom_fields.c ---- */
/* The test has one value more of its field; where that was is the evidence when it fits. */
void mln_custom_take(struct mln_custom_test *test, struct mln_sv name, struct mln_sv text);
/* The same for all values that its field has by now; fields of the body went by before. */
void mln_custom_each_value(struct mln_custom_test *test);

#endif
