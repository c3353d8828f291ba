/* Files that are scripts to the programs that convert pictures and films. */
#ifndef MLN_ENGINE_FILE_CODERS_H
#define MLN_ENGINE_FILE_CODERS_H

#include "base/base.h"

/* What the first bytes of a file make such a program do beyond showing it, in words; NULL: nothing.
 * `svg`: where the file is, or is called, a drawing of that kind. */
const char *mln_file_coders(struct mln_sv head, bool svg);

#endif
