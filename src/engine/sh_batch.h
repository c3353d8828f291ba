/* Control words of the Windows command interpreter: FOR and IF are English too, but what follows
 * them in a batch line is not. */
#ifndef MLN_ENGINE_SH_BATCH_H
#define MLN_ENGINE_SH_BATCH_H

#include "base/base.h"

/* FOR [/D|/F|/L|/R] [options] %x IN (...) DO at the start of s; constant number of steps. */
bool mln_sh_batch_for(struct mln_sv s) MLN_PURE;
/* "start calc", "sc query": a command of Windows that is an English word, and what only it takes.
 */
bool mln_sh_batch_call(struct mln_sv s) MLN_PURE;
/* IF [/I] [NOT] and a condition that only a batch line has, at the start of s. */
bool mln_sh_batch_if(struct mln_sv s) MLN_PURE;

#endif
