/* Small searches that several detectors share. All ASCII case-insensitive, all linear. */
#ifndef MLN_ENGINE_SCAN_H
#define MLN_ENGINE_SCAN_H

#include "engine/detect.h"

static inline struct mln_sv mln_view_sv(const struct mln_view *v)
{
    return mln_sv(v->p, v->n);
}
/* Offset of a word at or after `from` that stands alone (no [A-Za-z0-9_] on either side when the
 * word itself starts or ends in one), or SIZE_MAX. `word` in lower case. */
size_t mln_scan_word(struct mln_sv s, struct mln_sv word, size_t from) MLN_PURE;
/* Offset of `needle` (lower case) at or after `from`, or SIZE_MAX. */
size_t mln_scan_find(struct mln_sv s, struct mln_sv needle, size_t from) MLN_PURE;

/* The first of two bytes at or after i, or s.len. */
size_t mln_scan_either(struct mln_sv s, size_t i, char a, char b) MLN_PURE;

/* ---- which words a view can hold at all ---- */

/* One pass over a view notes, by hash, which four neighbouring bytes (letters folded) occur in it:
 * a word that starts with four others is not in it. That saves a pass for each of the hundreds of
 * words that are looked for. */
enum { MLN_QUAD = 4, MLN_QUAD_BITS_MIN = 8, MLN_QUAD_BITS_MAX = 14 };

static inline uint32_t mln_quad_slot(uint32_t quad, unsigned shift)
{
    return quad * UINT32_C(0x9e3779b1) >> shift;
}
static inline uint32_t mln_quad_of(const void *p)
{
    uint32_t quad;

    memcpy(&quad, p, sizeof(quad));
    return quad | UINT32_C(0x20202020);
}
static inline bool mln_view_has_quad(const struct mln_view *v, const char *p)
{
    return !v->quads || v->quads[mln_quad_slot(mln_quad_of(p), v->quad_shift)];
}

/* Bits of a slot's number that suit a text of n bytes; there are 1 << bits slots. */
static inline unsigned mln_quad_bits(size_t n)
{
    unsigned bits = MLN_QUAD_BITS_MIN;

    while (bits < MLN_QUAD_BITS_MAX && n * 8 > (size_t)1 << bits)
        bits++;
    return bits;
}

/* False only when the view has no `needle` (lower case) in either case. */
bool mln_view_may_have(const struct mln_view *v, struct mln_sv needle) MLN_PURE;
/* As mln_scan_find from the start of the view. */
size_t mln_view_search(const struct mln_view *v, struct mln_sv needle) MLN_PURE;
static inline size_t mln_view_find(const struct mln_view *v, struct mln_sv needle)
{
    return needle.len >= MLN_QUAD && !mln_view_has_quad(v, needle.p) ? SIZE_MAX
                                                                     : mln_view_search(v, needle);
}
/* The same for a word of a table, of at least two bytes. */
static inline size_t mln_view_find_str(const struct mln_view *v, const char *word)
{
    return word[2] && word[3] && !mln_view_has_quad(v, word) ? SIZE_MAX
                                                             : mln_view_search(v, mln_sv_str(word));
}

/* First offset at or after i that is not white space. */
size_t mln_scan_skip_space(struct mln_sv s, size_t i) MLN_PURE;
/* True when s has `word` (lower case) at i. */
bool mln_scan_at(struct mln_sv s, size_t i, struct mln_sv word) MLN_PURE;
/* The same for a word of a table. */
static inline bool mln_scan_at_str(struct mln_sv s, size_t i, const char *word)
{
    return i < s.len && mln_lower(s.p[i]) == word[0] && mln_scan_at(s, i, mln_sv_str(word));
}

/* Whether `word` is one of the `n`: as written, or in any case. */
static inline bool mln_scan_among(struct mln_sv word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_eq_str(word, words[i]))
            return true;
    return false;
}
static inline bool mln_scan_iamong(struct mln_sv word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ieq_str(word, words[i]))
            return true;
    return false;
}

#endif
