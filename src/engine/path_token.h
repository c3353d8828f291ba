/* Spellings of dots and separators in paths. The lanes (value.h) undo real encodings; what is left
 * here are spellings that no standard knows but that careless decoders, or generators of attack
 * lists, do: overlong forms with wrong continuation bytes, hex literals, broken escapes. */
#ifndef MLN_ENGINE_PATH_TOKEN_H
#define MLN_ENGINE_PATH_TOKEN_H

#include "base/base.h"

enum mln_path_kind { MLN_PATH_CHAR, MLN_PATH_DOT, MLN_PATH_SEP };

struct mln_path_token {
    uint8_t kind; /* enum mln_path_kind */
    uint8_t len;  /* bytes of input, at least 1 */
    bool odd;     /* not the plain character */
};

/* The token at p; n >= 1 bytes may be read. */
struct mln_path_token mln_path_token(const uint8_t *p, size_t n) MLN_PURE;

/* True for bytes that are always a MLN_PATH_CHAR of length 1. */
extern const bool mln_path_plain[256];

#endif
