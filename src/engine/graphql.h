/* GraphQL documents (GraphQL specification, section 2): their strings are what the application
 * takes out, the rest is names and signs. */
#ifndef MLN_ENGINE_GRAPHQL_H
#define MLN_ENGINE_GRAPHQL_H

#include "base/arena.h"

enum { MLN_GRAPHQL_LITERALS_MAX = 32 };

struct mln_graphql {
    struct mln_sv skeleton; /* the document, its strings empty */
    struct mln_sv literal[MLN_GRAPHQL_LITERALS_MAX];
    uint32_t n;
};

/* Whether `s` starts as a document that holds a string. */
bool mln_graphql_starts(struct mln_sv s) MLN_PURE;
/* The string that starts behind the quote at `open`, its escapes undone, in memory of `a`; *ret_end
 * at its closing quote or the end of s. */
struct mln_sv mln_graphql_literal(struct mln_arena *a, struct mln_sv s, size_t open,
                                  size_t *ret_end);
/* Takes `s` apart. False unless it is a document to its end: signs of GraphQL only, brackets that
 * pair, strings that close, no more of them than fit. */
bool mln_graphql_split(struct mln_arena *a, struct mln_sv s, struct mln_graphql *ret);

#endif
