#include "engine/value.h"

void mln_value_inspect(struct mln_arena *scratch, struct mln_sv value, enum mln_location loc,
                       struct mln_sv name, struct mln_budget *budget, struct mln_findings *out)
{
    struct mln_view v = {.p = (const uint8_t *)value.p, .n = (uint32_t)value.len};
    struct mln_detect_ctx ctx = {.loc = loc, .name = name, .budget = budget};
    (void)scratch;
    for (size_t i = 0; i < mln_detector_fns_n; i++)
        mln_detector_fns[i].run(&v, &ctx, out);
}
