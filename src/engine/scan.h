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
/* As mln_scan_find from the start of the view; most words are refused by its pairs alone. */
size_t mln_view_find(const struct mln_view *v, struct mln_sv needle) MLN_PURE;
/* False only when the view has no `needle` in either case. */
bool mln_view_may_have(const struct mln_view *v, struct mln_sv needle) MLN_PURE;
void mln_grams_build(struct mln_sv s, struct mln_grams *ret);
/* ret: MLN_TRIGRAM_WORDS words, all zero. */
void mln_trigrams_build(struct mln_sv s, uint64_t *ret);
/* First offset at or after i that is not white space. */
size_t mln_scan_skip_space(struct mln_sv s, size_t i) MLN_PURE;
/* True when s has `word` (lower case) at i. */
bool mln_scan_at(struct mln_sv s, size_t i, struct mln_sv word) MLN_PURE;

#endif
