/* What has no business within a picture, a sound or a document: code, and the ends of archives. */
#ifndef MLN_ENGINE_FILE_MARKS_H
#define MLN_ENGINE_FILE_MARKS_H

#include "base/sieve.h"

/* X(SYMBOL, text) */
#define MLN_FILE_MARKS(X)                                                                          \
    X(PHP, "PHP code")                                                                             \
    X(ASP, "ASP or JSP code")                                                                      \
    X(SSI, "a server-side include")                                                                \
    X(SCRIPT, "a <script> element")                                                                \
    X(PHAR, "a PHP archive")                                                                       \
    X(ZIP, "a ZIP archive")                                                                        \
    X(RAR, "a RAR archive")                                                                        \
    X(SEVENZIP, "a 7z archive")                                                                    \
    X(HANDLER, "an event handler")                                                                 \
    X(SCHEME, "a javascript: address")                                                             \
    X(ENTITY, "an external XML entity")

enum mln_file_mark {
#define X(sym, text) MLN_MARK_##sym,
    MLN_FILE_MARKS(X)
#undef X
        MLN_MARK_MAX
};
const char *mln_file_mark_text(enum mln_file_mark m);

enum { MLN_MARK_LOOK = 128 }; /* bytes behind its start that decide on a mark */

struct mln_marks {
    bool markup;             /* set by the caller: HANDLER, SCHEME and ENTITY are looked for, too */
    bool last;               /* set by the caller: `at` is of the last one, else of the first */
    struct mln_sieve *sieve; /* set by the caller, with mln_marks_sieve */
    unsigned seen;           /* bit per mark */
    uint64_t at[MLN_MARK_MAX];
};
/* Adds how marks, and tags of any name, begin. */
void mln_marks_sieve(struct mln_sieve *v);
/* Marks that begin in the first n bytes of w, which goes on by MLN_MARK_LOOK bytes unless the file
 * ends; `base` is the place of w in the file. Linear in w, whatever it holds. */
void mln_marks_find(struct mln_sv w, size_t n, uint64_t base, struct mln_marks *m);

#endif
