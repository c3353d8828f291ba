/* Regular expressions of custom rules: compiled once with the policy, matched in linear time.
 *
 *   a \. \d \w \s \D \W \S \n \r \t \xHH   .  [a-z0-9] [^/]   ( ) (?: )   |   * + ? {m} {m,} {m,n}
 *   ^ and $: start and end of the text
 *
 * A match may lie anywhere in the text unless ^ or $ tie it down. No back-references, look-around
 * or \b. Glushkov's construction (Glushkov 1961; Navarro and Raffinot 2001): one bit per position,
 * one step per byte, at most 256 positions after repetitions are expanded. Compiling takes a
 * bounded number of steps, too: the text may be a policy's that somebody else wrote. */
#ifndef MLN_ENGINE_REGEX_H
#define MLN_ENGINE_REGEX_H

#include "base/buf.h"

enum {
    MLN_REGEX_PATTERN_MAX = 16 << 10,
    MLN_REGEX_POSITIONS_MAX = 256,
    MLN_REGEX_SETS_MAX = MLN_REGEX_POSITIONS_MAX / 64,
    MLN_REGEX_SYMBOLS = 258, /* the bytes, the start and the end of the text */
};

/* A program is n_words of 64 bits, position-independent: what this lays over the first of them,
 * then sets of `width` words each: the positions that may come first, those that may come last,
 * those that take each symbol, and for each position those that may follow it. */
struct mln_regex {
    uint32_t positions;
    uint16_t width;
    uint16_t empty; /* the empty text matches */
    uint64_t set[];
};

/* Appends the program to `out`, whose length is a multiple of 8. 0; -ENOMEM; or -EINVAL with the
 * offset at which what is wrong begins, and why (static text). */
int mln_regex_compile(struct mln_sv pattern, bool fold, struct mln_buf *out, size_t *reterr_offset,
                      const char **reterr_why) MLN_WARN_UNUSED;
/* Whether n_words at p are a program that can be run. */
bool mln_regex_ok(const uint64_t *p, size_t n_words);
/* Whether it matches somewhere in the text. O(text * positions), no allocation. Steps that were
 * taken are added to *steps. */
bool mln_regex_search(const struct mln_regex *re, struct mln_sv text, uint64_t *steps);

#endif
