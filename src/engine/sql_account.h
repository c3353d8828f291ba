/* Names of accounts that a quote ends, and words in front of an apostrophe. */
#ifndef MLN_ENGINE_SQL_ACCOUNT_H
#define MLN_ENGINE_SQL_ACCOUNT_H

#include "base/base.h"

/* "admin'#x", "admin' #x": `before` is one word and the quote that ends it as a string, in front of
 * a comment. "l'#art" leaves a vowel out, "boys' #1" is theirs, "rockin' #weekend" tags what people
 * write, and 5"# is a length. */
bool mln_sql_ends_name(struct mln_sv before, struct mln_sv comment) MLN_PURE;

#endif
