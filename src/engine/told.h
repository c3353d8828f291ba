/* What a sentence tells of without being it: I tried "SELECT name FROM users" and it works; it lies
 * in C:\Windows\System32\spool. What stands in it is no evidence for the trained model; structural
 * detectors read it all the same. */
#ifndef MLN_ENGINE_TOLD_H
#define MLN_ENGINE_TOLD_H

#include "engine/shown_code.h"

/* Finds such things as blocks of code; false when there are none, or hardly a word around. */
bool mln_told_find(struct mln_sv text, struct mln_shown_code *ret);

/* ---- kinds; each gives where what starts at i ends, or 0 ---- */

/* Behind words and a quote that opens (a space in front of it, none behind) no statement continues
 * an application's query: that takes an operator, a bracket, UNION or a semicolon first, and the
 * quote that closes it leaves a string of its own behind. */
size_t mln_told_quoted_query(struct mln_sv s, size_t i);
/* SELECT … FROM … behind names in a row, which stand in no expression. */
size_t mln_told_inline_query(struct mln_sv s, size_t i);
/* "<style>p { margin: 0 }</style>": a sheet that loads nothing and runs nothing. */
size_t mln_told_sheet(struct mln_sv s, size_t i);

#endif
