/* What a request may ask for in GraphQL: nesting, aliases, documents. */
#include "engine/graphql.h"
#include "engine/txn_priv.h"

/* Reports a limit the first time that `now` is over it and `before` was not. */
static void check_limit(struct mln_txn *t, enum mln_limit limit, uint64_t before, uint64_t now)
{
    uint64_t most = mln_txn_limit_of(t, limit);

    if (before <= most && now > most)
        (void)mln_txn_limit(t, limit, now);
}

static bool is_graphql_body(const struct mln_txn *t)
{
    return mln_sv_istarts(mln_http_get(t->head, MLN_NAME_CONTENT_TYPE),
                          MLN_SV("application/graphql"));
}

void mln_graphql_limits(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                        struct mln_sv value)
{
    bool carries = (loc == MLN_LOC_BODY && is_graphql_body(t)) ||
                   ((loc == MLN_LOC_JSON || loc == MLN_LOC_QUERY || loc == MLN_LOC_FORM ||
                     loc == MLN_LOC_MULTIPART) &&
                    mln_sv_ends(name, MLN_SV("query")));

    if (!carries)
        return;
    bool starts = mln_graphql_is_operation(value);
    if (!starts && !t->n_graphql_documents)
        return;
    struct mln_graphql_size size = mln_graphql_measure(value);
    uint32_t documents = t->n_graphql_documents, aliases = t->n_graphql_aliases;
    t->n_graphql_documents += starts;
    t->n_graphql_aliases += size.aliases;
    check_limit(t, MLN_LIMIT_graphql_documents, documents, t->n_graphql_documents);
    check_limit(t, MLN_LIMIT_graphql_aliases, aliases, t->n_graphql_aliases);
    check_limit(t, MLN_LIMIT_graphql_depth, t->graphql_depth, size.depth);
    t->graphql_depth = MLN_MAX(t->graphql_depth, size.depth);
}
