/* A policy of one rule, compiled, for tests of what works by it. */
#ifndef MLN_TESTS_ONE_RULE_H
#define MLN_TESTS_ONE_RULE_H

#include "engine/snapshot.h"
#include "policy/policy.h"

/* `spec`: the lines below spec. The snapshot points into the blob, which the caller frees. */
static inline void one_rule(const char *spec, struct mln_buf *blob, struct mln_snapshot *snap)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf text = {0};

    mln_buf_addf(&text, "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec:\n%s",
                 spec);
    assert_int_equal(mln_policy_load_text("t", mln_buf_sv(&text), &p, &diags), 0);
    assert_int_equal(mln_policy_compile(p, blob), 0);
    assert_int_equal(mln_snapshot_open(blob->p, blob->len, snap), 0);
    (void)mln_policy_free(p);
    mln_diags_done(&diags);
    mln_buf_done(&text);
}

#endif
