/* Header rules of the policy: require, match, allow, deny by name. */
#include "engine/regex.h"
#include "engine/txn_priv.h"

static void report_rule(struct mln_txn *t, const struct mln_snap_header_rule *r, struct mln_sv name,
                        struct mln_sv value, const char *why)
{
    mln_report(t, &(struct mln_report){
                      .detector = MLN_DET_HEADERS_rule,
                      .loc = MLN_LOC_HEADER,
                      .name = name,
                      .value = value,
                      .length = (uint32_t)MLN_MIN(value.len, (size_t)MLN_MATCH_MAX),
                      .score = 100,
                      .message = why,
                      .action = r->action,
                  });
}

/* A rule on a repeated header must hold for every value. */
static const char *value_breaks(struct mln_txn *t, const struct mln_snap_header_rule *r,
                                struct mln_sv value)
{
    if (r->match.count && !mln_search(t, r->match, value))
        return "the header's value does not have the form that the policy asks for";
    if (r->allow.count && !mln_snap_globs_match(t->p.snap, r->allow, value, false))
        return "the header's value is not among those that the policy allows";
    if (r->deny.count && mln_snap_globs_match(t->p.snap, r->deny, value, false))
        return "the header's value is one that the policy refuses";
    return NULL;
}

static void check_rule(struct mln_txn *t, const struct mln_snap_header_rule *r)
{
    struct mln_sv name = mln_snap_str(t->p.snap, r->name);
    bool seen = false;

    for (uint32_t i = 0; i < t->head->n_fields; i++) {
        const struct mln_http_field *f = &t->head->fields[i];
        if ((f->flags & MLN_FIELD_DROPPED) || !mln_sv_glob(name, f->name, true))
            continue;
        seen = true;
        const char *why = value_breaks(t, r, f->value);
        if (why)
            report_rule(t, r, f->name, f->value, why);
    }
    if (r->require && !seen)
        report_rule(t, r, name, MLN_SV_NULL, "a header that the policy requires is missing");
}

void mln_check_header_rules(struct mln_txn *t)
{
    const struct mln_snap_span span = t->rule->headers;

    for (uint32_t i = 0; i < span.count; i++)
        check_rule(t, mln_snap_header_rule(t->p.snap, span.first + i));
}
