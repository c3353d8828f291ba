/* Code that a text shows rather than is: fenced or in backticks (Markdown), within <pre>, <code>
 * and the like, with sentences around it. A shell command, a PHP tag or a statement there is an
 * author's example; whatever needs no more than being stored or shown to do harm is not covered. */
#ifndef MLN_ENGINE_SHOWN_CODE_H
#define MLN_ENGINE_SHOWN_CODE_H

#include "engine/detect.h"

enum { MLN_SHOWN_MAX = 256 }; /* a window of Markdown may hold a word in backticks in each line */

struct mln_shown_code {
    struct {
        uint32_t start, end;
    } block[MLN_SHOWN_MAX];
    uint32_t n;
    bool expressions; /* "${", "<%", "<?" …: what is filled in or run wherever it stands */
};

/* Finds the blocks of a view; false when it shows no code. */
bool mln_shown_code_find(const struct mln_view *v, struct mln_shown_code *ret);
/* Whether off lies in a block. */
bool mln_shown_code_at(const struct mln_shown_code *c, size_t off) MLN_PURE;
/* Whether `s` means nothing at off, because it lies in a block of c. */
bool mln_shown_code_covers(const struct mln_shown_code *c, enum mln_signal s,
                           const struct mln_view *v, size_t off) MLN_PURE;

#endif
