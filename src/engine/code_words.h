/* Words of server-side languages that matter to detect_code: functions when called, names when
 * they merely occur. */
#ifndef MLN_ENGINE_CODE_WORDS_H
#define MLN_ENGINE_CODE_WORDS_H

#include "base/base.h"

struct mln_code_word {
    const char *word; /* lower case */
    uint16_t signal;  /* enum mln_signal */
};
/* Case-insensitive; NULL when the word is of no interest. */
const struct mln_code_word *mln_code_call(struct mln_sv name);
/* As above, by whole name or by a prefix that ends in '.', e.g. "java.lang.". */
const struct mln_code_word *mln_code_name(struct mln_sv name);

#endif
