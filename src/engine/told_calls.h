/* Calls of functions that a text tells of, and those of a first lesson: nothing that would run. */
#ifndef MLN_ENGINE_TOLD_CALLS_H
#define MLN_ENGINE_TOLD_CALLS_H

#include "base/base.h"

/* "don't exec('x') any more": the name at `start` ends where the bracket opens, which closes at
 * `close`, and on both sides are words that no language has there. */
bool mln_told_call(struct mln_sv s, size_t start, size_t open, size_t close) MLN_PURE;

/* "print('hello')", "printf("%d\n", sum);": the call is all of the value and prints words, or what
 * has a name without signs. */
bool mln_told_print(struct mln_sv s, size_t start, size_t open) MLN_PURE;

/* "<cfoutput> in a loop", "<cfquery> tutorial", "the <%@ Register %> directive": ColdFusion prints
 * what stands between signs "#", queries what stands in front of an end tag, and a control is
 * registered by attributes. `tag` was found at `at`. */
bool mln_told_page_tag(struct mln_sv s, size_t at, struct mln_sv tag) MLN_PURE;

#endif
