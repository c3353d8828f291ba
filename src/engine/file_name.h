/* What a file's name says, to the several programs that will read it. */
#ifndef MLN_ENGINE_FILE_NAME_H
#define MLN_ENGINE_FILE_NAME_H

#include "engine/file_kinds.h"

enum mln_name_sign {
    MLN_FILENAME_SERVER = 1 << 0, /* a web server may run it, or take it for its configuration */
    MLN_FILENAME_CUT = 1 << 1,    /* only when what stands behind is cut off: NUL, "::$DATA", "." */
    MLN_FILENAME_INSIDE = 1 << 2, /* such an extension in front of the last one */
    MLN_FILENAME_PROGRAM = 1 << 3, /* a program that looks like a document: "a.pdf.exe" */
    MLN_FILENAME_TURNED = 1 << 4,  /* characters that turn the direction of what follows */
};

struct mln_name {
    mln_kinds kinds; /* by the last extension, after cuts */
    unsigned signs;  /* MLN_FILENAME_* */
    bool bare;       /* without an extension */
};
/* The name as it was sent: folders, percent escapes and all; any length. */
struct mln_name mln_name_read(struct mln_sv name);

#endif
