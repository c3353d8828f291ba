/* Patterns of header rules: a small regular language, matched in linear time over the whole text
 * (anchored at both ends; leading ^ and trailing $ are allowed and change nothing).
 *
 *   .  any byte        [a-z0-9_]  [^/]  classes        \d \w \s \. escapes
 *   *  +  ?  {m}  {m,}  {m,n} after one item           |  between whole alternatives
 *
 * No groups and no back-references. A pattern has at most 256 positions after expansion, in at most
 * 64 alternatives. */
#ifndef MLN_ENGINE_PATTERN_H
#define MLN_ENGINE_PATTERN_H

#include "base/base.h"

enum { MLN_PATTERN_POSITIONS_MAX = 256 };

/* 0, or -EINVAL with the offset at which what is wrong begins, and why (static text). */
int mln_pattern_check(struct mln_sv pattern, size_t *reterr_offset,
                      const char **reterr_why) MLN_WARN_UNUSED;
/* Whether the whole text matches. A pattern that does not pass the check matches nothing.
 * O(text * positions), no allocation. */
bool mln_pattern_match(struct mln_sv pattern, struct mln_sv text);

#endif
