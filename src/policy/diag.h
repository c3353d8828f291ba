/* Collecting diagnostics. */
#ifndef MLN_POLICY_DIAG_H
#define MLN_POLICY_DIAG_H

#include "policy/policy.h"

struct mln_node;

/* Adds one; text is formatted. Out of memory is counted as an error without text. */
void mln_diag_add(struct mln_diags *d, enum mln_diag_level level, const char *file, uint32_t line,
                  uint32_t column, const char *path, const char *fmt, ...) MLN_PRINTF(7, 8);
/* The candidate nearest to `word` by edit distance (at most 2, or a third of the length), or NULL.
 */
const char *mln_nearest(struct mln_sv word, const char *const *candidates, size_t n);

#endif
