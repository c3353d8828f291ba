#include "engine/expr_test.h"

#include "engine/regex.h"

static bool compare_numbers(enum mln_expr_compare c, int64_t a, int64_t b)
{
    switch (c) {
    case MLN_CMP_EQ:
        return a == b;
    case MLN_CMP_NE:
        return a != b;
    case MLN_CMP_LT:
        return a < b;
    case MLN_CMP_LE:
        return a <= b;
    case MLN_CMP_GT:
        return a > b;
    case MLN_CMP_GE:
        return a >= b;
    default:
        return false;
    }
}

static bool is_among(const struct mln_snapshot *s, struct mln_snap_span set, struct mln_sv text)
{
    for (uint32_t i = 0; i < set.count; i++)
        if (mln_sv_eq(mln_snap_str(s, mln_snap_refs(s, set.first + i)), text))
            return true;
    return false;
}

static bool compare_texts(struct mln_expr_ctx *x, const struct mln_snap_op *o, struct mln_sv text)
{
    struct mln_sv operand = mln_snap_str(x->snap, o->text);

    switch (o->compare) {
    case MLN_CMP_EXISTS:
        return true;
    case MLN_CMP_EQ:
        return mln_sv_eq(text, operand);
    case MLN_CMP_NE:
        return !mln_sv_eq(text, operand);
    case MLN_CMP_CONTAINS:
        return mln_sv_find(text, operand) != SIZE_MAX;
    case MLN_CMP_STARTS:
        return mln_sv_starts(text, operand);
    case MLN_CMP_ENDS:
        return mln_sv_ends(text, operand);
    case MLN_CMP_MATCHES:
        return mln_regex_search(mln_snap_regex(x->snap, o->set), text, &x->steps);
    case MLN_CMP_IN:
        return is_among(x->snap, o->set, text);
    default:
        return false;
    }
}

static bool counts(const struct mln_snap_op *o)
{
    return o->n_functions && o->function[o->n_functions - 1] == MLN_FUNCTION_COUNT;
}

static bool holds_for(struct mln_expr_ctx *x, const struct mln_snap_op *o, struct mln_sv text)
{
    for (uint8_t i = 0; i < o->n_functions; i++) {
        enum mln_expr_function f = (enum mln_expr_function)o->function[i];
        if (f == MLN_FUNCTION_LEN)
            return compare_numbers((enum mln_expr_compare)o->compare, (int64_t)text.len, o->number);
        struct mln_sv changed = mln_expr_apply(x->scratch, f, text);
        if (changed.p)
            text = changed;
        else if (text.len)
            x->no_memory = true;
    }
    return compare_texts(x, o, text);
}

bool mln_expr_take(struct mln_expr_ctx *x, const struct mln_snap_op *o, struct mln_sv text,
                   struct mln_tally *tally)
{
    if (!text.p)
        return false;
    tally->n++;
    bool holds = !counts(o) && holds_for(x, o, text);
    tally->n_true += holds;
    return holds;
}

void mln_expr_take_number(const struct mln_snap_op *o, int64_t number, struct mln_tally *tally)
{
    tally->n++;
    tally->n_true += compare_numbers((enum mln_expr_compare)o->compare, number, o->number);
}

bool mln_expr_answer(const struct mln_snap_op *o, struct mln_tally tally)
{
    if (counts(o))
        return compare_numbers((enum mln_expr_compare)o->compare, tally.n, o->number);
    return o->all ? tally.n && tally.n_true == tally.n : tally.n_true > 0;
}
