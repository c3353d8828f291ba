/* What kind of file it is by its extension, its declared type and its first bytes. Pure functions
 * over constant tables. */
#ifndef MLN_ENGINE_FILE_KINDS_H
#define MLN_ENGINE_FILE_KINDS_H

#include "base/base.h"

enum mln_file_kind {
#define X(sym, name, family, extensions, types) MLN_FILE_##sym,
#include "engine/file_kinds.def"
#undef X
    MLN_FILE_MAX
};
_Static_assert(MLN_FILE_MAX <= 64, "kinds are bits");

/* X(SYMBOL, name, first kind, last kind). SCRIPT: what servers run; PROGRAM: what people run; PAGE:
 * what browsers run. */
#define MLN_FILE_FAMILIES(X)                                                                       \
    X(DOCUMENT, "documents", PDF, EPUB)                                                            \
    X(OFFICE, "office", DOC, RTF)                                                                  \
    X(IMAGE, "images", JPEG, SVG)                                                                  \
    X(MEDIA, "media", AVI, FLAC)                                                                   \
    X(ARCHIVE, "archives", ZIP, APK)                                                               \
    X(FONT, "fonts", FONT, FONT)                                                                   \
    X(TEXT, "texts", TEXT, SOURCE)                                                                 \
    X(PAGE, "pages", HTML, HTML)                                                                   \
    X(SCRIPT, "scripts", SCRIPT, SCRIPT)                                                           \
    X(PROGRAM, "programs", PROGRAM, PROGRAM)

enum mln_file_family {
#define X(sym, name, first, last) MLN_FAMILY_##sym,
    MLN_FILE_FAMILIES(X)
#undef X
        MLN_FAMILY_MAX
};

/* Bit per kind; 0: nothing is known. */
typedef uint64_t mln_kinds;
#define MLN_KIND(sym) ((mln_kinds)1 << MLN_FILE_##sym)
/* From one kind to another, in the order of the table. */
#define MLN_KINDS(first, last) ((MLN_KIND(last) << 1) - MLN_KIND(first))

const char *mln_file_kind_name(enum mln_file_kind k);
const char *mln_file_family_name(enum mln_file_family f);
/* All kinds of a family. */
static inline mln_kinds mln_file_family(enum mln_file_family f)
{
    static const mln_kinds sets[] = {
#define X(sym, name, first, last) MLN_KINDS(first, last),
        MLN_FILE_FAMILIES(X)
#undef X
    };

    return sets[f];
}
/* All kinds of the families that kinds of the set belong to. */
mln_kinds mln_file_relatives(mln_kinds set);
/* The family of a kind, as the table of kinds has it. */
enum mln_file_family mln_file_family_of(enum mln_file_kind k);
/* By a name of kind, family or extension; 0 when there is none: words of a policy. */
mln_kinds mln_file_word(struct mln_sv word);

/* By extension without its dot, any case. */
mln_kinds mln_file_by_extension(struct mln_sv ext);
/* By media type without parameters. "application/octet-stream" and the like say nothing: 0. */
mln_kinds mln_file_by_type(struct mln_sv type);

enum { MLN_FILE_HEAD = 1024 }; /* bytes that tell the kind, where there are as many */
/* By the first bytes. TEXT with other bits: it is text and looks like that, too. */
mln_kinds mln_file_by_content(struct mln_sv head);

#endif
