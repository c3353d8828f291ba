/* The template detector on raw bytes, without lanes: delimiters and lookups that nest, overlap and
 * never end. Places lie within the value and the steps within 64 a byte. */
#include "engine/scan.h"
#include "engine/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { STEPS_BASE = 4096 };
    struct mln_view v = {.p = data, .n = (uint32_t)size};
    struct mln_budget budget = {.steps_left = (uint64_t)size * 64 + STEPS_BASE};
    struct mln_detect_ctx ctx = {.loc = MLN_LOC_QUERY, .name = MLN_SV("q"), .budget = &budget};
    struct mln_findings f;

    if (size > MLN_VIEW_BYTES_MAX)
        return 0;
    v.classes = mln_byte_classes(mln_sv(data, size));
    mln_findings_clear(&f);
    mln_detect_template(&v, &ctx, &f);
    MLN_REQUIRE(!budget.exhausted);
    for (uint32_t i = 0; i < f.n; i++)
        MLN_REQUIRE((size_t)f.hit[i].off <= size);
    return 0;
}
