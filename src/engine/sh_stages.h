/* Queries in stages, as the languages of logs and metrics write them: "source | where a > 3 | sort
 * b".
 */
#ifndef MLN_ENGINE_SH_STAGES_H
#define MLN_ENGINE_SH_STAGES_H

#include "engine/sh_line.h"

/* Whether the word `w` behind a '|' starts a stage that a shell has a command for as well: what
 * follows it is a condition or names, and others are stages of a query that no shell knows. */
bool mln_sh_is_query_stage(struct mln_sv s, const struct mln_sh_word *w) MLN_PURE;

#endif
