/* Growable byte buffer on the heap, with a limit and a sticky error: append without checking,
 * look at mln_buf_failed() once at the end. One owner, one thread. */
#ifndef MLN_BASE_BUF_H
#define MLN_BASE_BUF_H

#include "base/base.h"

struct mln_buf {
    char *p;
    size_t len, cap;
    size_t limit_bytes; /* 0 = SIZE_MAX */
    bool failed;        /* sticky: no memory or limit passed; later appends do nothing */
};

#define MLN_BUF_INIT ((struct mln_buf){0})

void mln_buf_done(struct mln_buf *b);
/* Empties it and forgets a failure; the memory is kept. */
void mln_buf_clear(struct mln_buf *b);
/* Room for n more bytes; the pointer to write to, or NULL (then failed is set). The caller adds
 * what it wrote to b->len. */
char *mln_buf_reserve(struct mln_buf *b, size_t n);
void mln_buf_add(struct mln_buf *b, const void *p, size_t n);
void mln_buf_add_sv(struct mln_buf *b, struct mln_sv s);
void mln_buf_add_str(struct mln_buf *b, const char *s);
void mln_buf_add_char(struct mln_buf *b, char c);
void mln_buf_add_u64(struct mln_buf *b, uint64_t v);
void mln_buf_addf(struct mln_buf *b, const char *fmt, ...) MLN_PRINTF(2, 3);
/* Drops n bytes at the front (memmove). */
void mln_buf_consume(struct mln_buf *b, size_t n);

static inline bool mln_buf_failed(const struct mln_buf *b)
{
    return b->failed;
}
static inline struct mln_sv mln_buf_sv(const struct mln_buf *b)
{
    return mln_sv(b->p ? b->p : "", b->len);
}

/* Appends s inside JSON quotes (quotes included). Invalid UTF-8, C0, DEL, U+2028/9 and bidi
 * controls are written as \u escapes (invalid bytes as \u00XX), so the text is inert in a
 * terminal, a page and a log. */
void mln_buf_add_json(struct mln_buf *b, struct mln_sv s);
/* Appends s with & < > " ' as character references; C0 but \t \n and invalid UTF-8 as U+FFFD. */
void mln_buf_add_html(struct mln_buf *b, struct mln_sv s);

#endif
