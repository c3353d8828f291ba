/* Leaks in response bodies, looked for as the body goes by. */
#ifndef MLN_ENGINE_LEAK_H
#define MLN_ENGINE_LEAK_H

#include "engine/words.h"

/* The words that are looked for: built once, shared by all transactions of an engine, freed with
 * mln_words_free. NULL without memory. */
struct mln_words *mln_leak_words_new(void);

#endif
