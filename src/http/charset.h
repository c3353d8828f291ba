/* Character sets of bodies: which ones leave ASCII where it is, and UTF-16 and UTF-32 undone. */
#ifndef MLN_HTTP_CHARSET_H
#define MLN_HTTP_CHARSET_H

#include "base/base.h"

/* True when every ASCII byte of a text in this charset is that character and every ASCII character
 * that byte, so that it can be read as it stands. Unknown names are not. */
bool mln_charset_keeps_ascii(struct mln_sv name) MLN_PURE;

enum mln_wide {
    MLN_WIDE_NONE,
    MLN_WIDE_UTF16LE,
    MLN_WIDE_UTF16BE,
    MLN_WIDE_UTF32LE,
    MLN_WIDE_UTF32BE
};

/* What the first bytes of a text are in, by their byte order mark or by where their NULs are
 * (RFC 4627 section 3). NONE for fewer than four bytes. */
enum mln_wide mln_wide_detect(struct mln_sv first) MLN_PURE;

/* UTF-16 or UTF-32 to UTF-8, in any pieces. Zeroed, then `kind` set. */
struct mln_wide_reader {
    uint8_t kind, n; /* n: bytes of an unfinished unit */
    uint16_t high;   /* a surrogate that waits for its other half */
    unsigned char unit[4];
};
/* Calls out(self, piece). What is no character becomes U+FFFD. 0 or what `out` returned. */
int mln_wide_feed(struct mln_wide_reader *w, struct mln_sv in,
                  int (*out)(void *self, struct mln_sv piece), void *self) MLN_WARN_UNUSED;

#endif
