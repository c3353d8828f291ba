/* Many words looked for at once (Aho and Corasick 1975): one step per byte, whatever the words.
 * ASCII case does not count. Bytes that no word holds share a column, so that the table is small.
 */
#ifndef MLN_ENGINE_WORDS_H
#define MLN_ENGINE_WORDS_H

#include "base/base.h"

struct mln_words;

enum { MLN_WORDS_MAX = 256, MLN_WORDS_STATES_MAX = 8192 };

/* Words of 1 to 255 bytes, at most MLN_WORDS_MAX, all together shorter than MLN_WORDS_STATES_MAX.
 * NULL without memory or beyond these. Read-only afterwards: many scans may share it. */
struct mln_words *mln_words_new(const struct mln_sv *words, size_t n);
struct mln_words *mln_words_free(struct mln_words *w);

/* Where a scan stands; zeroed at the start of a text. */
struct mln_words_scan {
    uint32_t state;
};
/* Goes on in the text from *i and stops behind the first word that ends there: its index, or -1
 * with *i at the end of the text. Of words that end at one place the longest is told. */
int mln_words_next(const struct mln_words *w, struct mln_words_scan *s, struct mln_sv text,
                   size_t *i);
/* How many bytes up to here may be the beginning of a word. */
size_t mln_words_pending(const struct mln_words *w, const struct mln_words_scan *s);

#endif
