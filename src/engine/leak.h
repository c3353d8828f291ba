/* Leaks in response bodies, looked for as the body goes by. */
#ifndef MLN_ENGINE_LEAK_H
#define MLN_ENGINE_LEAK_H

#include "base/base.h"

struct mln_leak_words; /* what is looked for: built once, shared by all transactions of an engine */
struct mln_leak_words *mln_leak_words_new(void);
struct mln_leak_words *mln_leak_words_free(struct mln_leak_words *w);

#endif
