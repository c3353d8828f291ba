/* One detector on any bytes, without lanes: it keeps to its steps, and what it reports lies in the
 * view. The first byte is the location, the second chooses the field's name. steps_min: for
 * what is short. */
#ifndef MLN_FUZZ_ONE_DETECTOR_H
#define MLN_FUZZ_ONE_DETECTOR_H

#include "engine/scan.h"
#include "engine/value.h"

static int one_detector(mln_detect_fn detect, uint64_t steps_min, const uint8_t *data, size_t size)
{
    static const char *const names[] = {"file", "q", "", "user[$ne]", "url", "constructor.x"};
    enum { STEPS_PER_BYTE = 64 };

    if (size < 2 || size > MLN_VIEW_BYTES_MAX)
        return 0;
    struct mln_budget budget = {.steps_left = STEPS_PER_BYTE * (uint64_t)size + steps_min};
    struct mln_detect_ctx ctx = {.loc = data[0] % MLN_LOC_MAX,
                                 .name = mln_sv_str(names[data[1] % MLN_ARRAY_LEN(names)]),
                                 .budget = &budget};
    struct mln_sv s = mln_sv(data + 2, size - 2);
    struct mln_view v = {.p = data + 2, .n = (uint32_t)s.len, .classes = mln_byte_classes(s)};
    struct mln_findings f;

    mln_findings_clear(&f);
    detect(&v, &ctx, &f);
    MLN_REQUIRE(!budget.exhausted);
    for (uint32_t i = 0; i < f.n; i++)
        MLN_REQUIRE((uint64_t)f.hit[i].off + f.hit[i].len <= v.n);
    return 0;
}

#endif
