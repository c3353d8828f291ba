/* A run: a stretch of a value that reads as one path. The scanner canonicalises it while it goes:
 * dot segments are resolved, so what is left in `canon` is the target. */
#ifndef MLN_ENGINE_PATH_RUN_H
#define MLN_ENGINE_PATH_RUN_H

#include "base/base.h"

enum { MLN_PATH_CANON_MAX = 192 };

struct mln_path_run {
    size_t start, end; /* in the value */
    unsigned seps;     /* separators */
    unsigned ups;      /* plain ".." segments */
    unsigned odd;      /* segments of dots with something added, or of more than two dots */
    unsigned adjacent; /* longest row of the two above */
    unsigned zigzag;   /* single dots between separators of different kinds */
    unsigned mixed;    /* of `ups`: those between separators of different kinds */
    unsigned spelled;  /* dots and separators in disguise */
    int depth;         /* segments below the start */
    int below;         /* how far above the start the path went at worst, >= 0 */
    bool absolute;     /* starts with a separator or a drive */
    bool climbed;      /* `canon` is what follows a climb above the start */
    bool url;          /* scheme and authority came before; `absolute` only for file: */
    bool param;        /* stands alone in the value, or after '=' or '&' */
    bool quoted;       /* follows a quote or bracket */
    char canon[MLN_PATH_CANON_MAX];
    size_t canon_n;
};

/* Reads the next run at or after `from`; its end, > from, or n when there is none (then seps is
 * 0). Steps are linear in what was passed over. */
size_t mln_path_run(const uint8_t *p, size_t n, size_t from, struct mln_path_run *ret);

/* From where on runs have to be read when what ends before `from` was read: in front of it, up to
 * the value's end (n) at most, are only runs without a dot or separator. `from` when the next one
 * is near. */
size_t mln_path_skip(const uint8_t *p, size_t n, size_t from);

#endif
