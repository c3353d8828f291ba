/* Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef MLN_BASE_UTF8_H
#define MLN_BASE_UTF8_H

#include "base/base.h"

/* Length of the code point at the start of s (1-4) and its value, or 0 when invalid or cut. */
size_t mln_utf8_decode(struct mln_sv s, uint32_t *ret_cp);
/* Writes cp as UTF-8 to out (room for 4), returns the length; 0 for a surrogate or > U+10FFFF. */
size_t mln_utf8_encode(uint32_t cp, char *out);
/* True for code points that change how a terminal, a page or an editor shows the text around them:
 * controls, marks of direction, ends of lines. */
bool mln_utf8_is_control(uint32_t cp);
/* Offset of the first invalid byte, or s.len when all is well. */
size_t mln_utf8_check(struct mln_sv s) MLN_PURE;

#endif
