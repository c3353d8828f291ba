/* The text of a custom rule's `when:` -> operations. Grammar in docs/user/expressions.md. */
#ifndef MLN_POLICY_EXPR_H
#define MLN_POLICY_EXPR_H

#include "policy/schema.h"

struct mln_expr_error {
    size_t offset; /* of the byte in the text at which what is wrong begins */
    char why[256];
};

/* Compiles rule->when into rule->ops and sets rule->phase; lists of networks that the text gives
 * itself join the policy's. 0; -ENOMEM; or -EINVAL with *reterr. */
int mln_expr_compile(struct mln_reader_ctx *c, struct mln_model_custom *rule,
                     struct mln_expr_error *reterr) MLN_WARN_UNUSED;

#endif
