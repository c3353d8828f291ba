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

/* What running a document may cost, as far as its text says it. */
struct mln_graphql_size {
    uint32_t depth;   /* most selection sets within one another */
    uint32_t aliases; /* "a: field" in selections, each of which is run */
};

/* Measures `s`, from the start of a document or somewhere within one; signs within strings,
 * comments and brackets of arguments do not count. Linear. */
struct mln_graphql_size mln_graphql_measure(struct mln_sv s) MLN_PURE;
/* Whether `s` starts as an operation does: a selection or its keyword. */
bool mln_graphql_is_operation(struct mln_sv s) MLN_PURE;
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
