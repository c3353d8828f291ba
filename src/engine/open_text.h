/* What is open at a place in a text: a tag, perhaps within the value of an attribute, or code that
 * is shown, fenced (Markdown) or within <pre> or <code>. A window of a long value that begins
 * there begins with it, lest the rest of a tag or of a listing be taken for a value of its own.
 * Pure functions, one pass, no memory; any thread. */
#ifndef MLN_ENGINE_OPEN_TEXT_H
#define MLN_ENGINE_OPEN_TEXT_H

#include "base/base.h"

enum { MLN_OPEN_TEXT_MAX = 160 };
struct mln_open_text {
    size_t opening_len;
    char opening[MLN_OPEN_TEXT_MAX]; /* opens the same again; of a listing, with words before it */
    const char *closing;             /* of a listing; NULL: none is open */
};

/* What is open at the end of `s`. */
void mln_open_text_find(struct mln_sv s, struct mln_open_text *ret);

#endif
