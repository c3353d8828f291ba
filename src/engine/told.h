/* Queries that a sentence tells of: I tried "SELECT name FROM users" and it works; did you mean
 * SELECT name FROM users? Behind words and a quote that opens (a space in front of it, none behind)
 * no statement continues an application's query: that takes an operator, a bracket, UNION or a
 * semicolon first, and the quote that closes it leaves a string of its own behind. Nor does one
 * behind three words in a row. What stands in it is then no evidence for the trained model;
 * structural detectors read it all the same. */
#ifndef MLN_ENGINE_TOLD_QUERY_H
#define MLN_ENGINE_TOLD_QUERY_H

#include "engine/shown_code.h"

/* Finds such queries as blocks of code; false when there are none, or hardly a word around. */
bool mln_told_query_find(struct mln_sv text, struct mln_shown_code *ret);

#endif
