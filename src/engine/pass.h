/* One view while a detector of several checks looks through it. Private to detectors. */
#ifndef MLN_ENGINE_PASS_H
#define MLN_ENGINE_PASS_H

#include "engine/detect.h"
#include "engine/scan.h"

struct mln_pass {
    const struct mln_view *v;
    struct mln_sv s; /* its bytes */
    struct mln_detect_ctx *ctx;
    struct mln_findings *out;
};

/* The len bytes at s[off] show `sig`. */
static inline void mln_pass_add(struct mln_pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

/* The same of the first `needle` there is (lower case); false when there is none. */
static inline bool mln_pass_add_if_found(struct mln_pass *p, enum mln_signal sig,
                                         struct mln_sv needle)
{
    size_t at = mln_view_find(p->v, needle);

    if (at == SIZE_MAX)
        return false;
    mln_pass_add(p, sig, at, needle.len);
    return true;
}

#endif
