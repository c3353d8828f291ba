/* Evidence in noise. Random bytes (an encrypted, compressed or binary upload, read as a form or
 * carried in a field) hold by chance whatever is short enough: of ")(!" one is to be expected in
 * 16 MiB, of a separator and a short command one in some 100 KiB. So in a value that is noise only
 * such stretches are evidence as are longer runs of text than chance makes in what was read so far.
 *
 * A stretch is weighed in bits: a byte of ASCII text is one for it (twice as frequent in text as in
 * random bytes), any other byte two against it. Stretches of b bits then occur in n random bytes
 * about n * 2^-b times, with any content (Karlin and Altschul 1990); at the start and the end of a
 * value only as often as there are values. */
#ifndef MLN_ENGINE_CHANCE_H
#define MLN_ENGINE_CHANCE_H

#include "engine/detect.h"

enum { MLN_STRETCHES_MAX = 32 };

/* The parts of a view that chance did not make. */
struct mln_stretches {
    struct {
        uint32_t start, end;
    } at[MLN_STRETCHES_MAX];
    uint32_t n;
};

/* Counts a value of the request that is not plain and lies in no other: before the memory of clean
 * values is asked, or what is evidence would depend on earlier requests. */
void mln_chance_count(struct mln_budget *b, struct mln_sv value);
/* Counts it as noise if it is, and says so: it must not be remembered, or it would count once. */
bool mln_chance_count_noise(struct mln_budget *b, struct mln_sv value);
/* Whether the bytes hold more control bytes than text does. */
bool mln_has_noise(struct mln_sv s) MLN_PURE;
/* Whether most of what was counted is noise. */
bool mln_chance_is_noise(const struct mln_budget *b) MLN_PURE;
/* False when the view is text: all of it may be evidence. */
bool mln_stretches_find(const struct mln_view *v, const struct mln_budget *b,
                        struct mln_stretches *ret);
/* Whether what stands at [off, off+len) begins or ends in a stretch. */
bool mln_stretches_hold(const struct mln_stretches *s, size_t off, size_t len) MLN_PURE;

#endif
