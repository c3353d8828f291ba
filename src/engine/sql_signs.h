/* Signs of SQL injection that mean something wherever they stand in a value: an attached query, a
 * function that waits or reaches files, a second statement, names of system catalogues. */
#ifndef MLN_ENGINE_SQL_SIGNS_H
#define MLN_ENGINE_SQL_SIGNS_H

#include "engine/sql_tokens.h"

/* One reading of one window of a view. */
struct mln_sql_pass {
    const struct mln_view *v;
    struct mln_findings *out;
    struct mln_sql *q;
    struct mln_sv s;  /* the whole view */
    uint32_t base;    /* where the reading starts: 0, or behind a quote */
    bool quoted;      /* read behind a quote */
    bool framed;      /* … that by the look of it opens rather than closes: space "word */
    bool prose;       /* most of the value is plain words */
    bool broken;      /* a window before this one held what no expression can */
    bool first, last; /* the window starts, ends where the reading does */
};

/* Records `sig` at tokens [from, to). */
void mln_sql_add(struct mln_sql_pass *p, enum mln_signal sig, uint32_t from, uint32_t to);
/* Looks at every token of the window. */
void mln_sql_signs(struct mln_sql_pass *p);
/* sql_pieces.c: the value as a piece that ends early. */
void mln_sql_pieces(struct mln_sql_pass *p);
/* Whether tokens from i on look like a whole statement rather than a sentence that starts with the
 * same word. */
bool mln_sql_is_statement(const struct mln_sql_pass *p, uint32_t i);

#endif
