/* Files that are written into a text: "data:image/png;base64,iVBORw0…", or base64 that begins like
 * a file. */
#ifndef MLN_ENGINE_FILE_TEXT_H
#define MLN_ENGINE_FILE_TEXT_H

#include "base/base.h"

enum { MLN_FILE_TEXT_LEAD = 128 }; /* bytes of a text that decide */

enum mln_file_text { MLN_FILE_TEXT_NO, MLN_FILE_TEXT_MORE, MLN_FILE_TEXT_YES };
/* By the first bytes of a text; MORE: they do not decide yet. With YES *ret_at is where its base64
 * begins and *ret_type its media type with parameters, absent when none is declared. */
enum mln_file_text mln_file_text_read(struct mln_sv lead, size_t *ret_at, struct mln_sv *ret_type);

#endif
