/* What a shell expands to nothing within a word, and so is put there to break up a command's name.
 */
#ifndef MLN_ENGINE_SH_HOLLOW_H
#define MLN_ENGINE_SH_HOLLOW_H

#include "base/base.h"

/* Bytes of "$()", "<()", ">()", "``", "$@", "$1", "$u" or "${u}" at i behind a byte of a word, or
 * 0. Of variables only those with a short name are taken not to be set. */
size_t mln_sh_hollow(struct mln_sv s, size_t i) MLN_PURE;
/* "pi<()ng 127.0.0.1", "uname$u -a": a command's name at i with such holes in it, and something
 * behind it, or "who$@ami", "w'h'oami" as the whole of s. The offset behind the name, or 0. */
size_t mln_sh_hollow_command(struct mln_sv s, size_t i) MLN_PURE;

#endif
