/* The detector of paths on any bytes: it keeps to its steps, and what it reports lies in the view.
 */
#include "engine/scan.h"
#include "engine/value.h"

enum { STEPS_PER_BYTE = 64, STEPS_MIN = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte is the location. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > MLN_VIEW_BYTES_MAX)
        return 0;
    struct mln_budget budget = {.steps_left = STEPS_PER_BYTE * (uint64_t)size + STEPS_MIN};
    struct mln_detect_ctx ctx = {
        .loc = data[0] % MLN_LOC_MAX, .name = MLN_SV("file"), .budget = &budget};
    struct mln_sv s = mln_sv(data + 1, size - 1);
    struct mln_view v = {.p = data + 1, .n = (uint32_t)s.len, .classes = mln_byte_classes(s)};
    struct mln_findings f;

    mln_findings_clear(&f);
    mln_detect_traversal(&v, &ctx, &f);
    MLN_REQUIRE(!budget.exhausted);
    for (uint32_t i = 0; i < f.n; i++)
        MLN_REQUIRE((uint64_t)f.hit[i].off + f.hit[i].len <= v.n);
    return 0;
}
