/* The members of a ZIP archive, by the local and central headers that pass by (APPNOTE 4.3.7 and
 * 4.3.12): readers follow either. Nothing is unpacked. */
#ifndef MLN_ENGINE_ZIP_MEMBERS_H
#define MLN_ENGINE_ZIP_MEMBERS_H

#include "base/base.h"

enum {
    MLN_ZIP_NAME_MAX = 1024,              /* bytes of a name that are looked at */
    MLN_ZIP_LOOK = 46 + MLN_ZIP_NAME_MAX, /* a header and its name */
};

enum mln_zip_sign {
    MLN_ZIP_CLIMBS = 1 << 0,  /* a name leaves the folder that it is unpacked to */
    MLN_ZIP_LINK = 1 << 1,    /* a symbolic link */
    MLN_ZIP_SCRIPT = 1 << 2,  /* something that a server may run */
    MLN_ZIP_PROGRAM = 1 << 3, /* something that people may run */
    MLN_ZIP_NESTED = 1 << 4,  /* an archive */
    MLN_ZIP_OFFICE = 1 << 5,  /* "[Content_Types].xml": what Office makes */
    MLN_ZIP_MACRO = 1 << 6,   /* "vbaProject.bin" */
    MLN_ZIP_PHAR = 1 << 7,    /* ".phar/": what PHP takes for one of its archives */
};

struct mln_zip {
    unsigned signs;
    uint32_t members;          /* in the central directory */
    uint64_t packed, unpacked; /* bytes, as the directory says */
};
/* Headers that begin in the first n bytes of w, which goes on by MLN_ZIP_LOOK bytes unless the file
 * ends. Signs seen for the first time: their bits in *ret_new, the name that showed the last of
 * them in *ret_name. */
void mln_zip_find(struct mln_sv w, size_t n, struct mln_zip *z, unsigned *ret_new,
                  struct mln_sv *ret_name);

#endif
