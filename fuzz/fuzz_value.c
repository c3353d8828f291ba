/* One value through lanes and detectors: the first byte is the location. Steps stay in bounds. */
#include "base/arena.h"
#include "engine/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;

    if (size < 1)
        return 0;
    struct mln_budget budget = {.steps_left = (uint64_t)size * 64 * MLN_VIEWS_MAX + 100000};
    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, mln_sv(data + 1, size - 1), (enum mln_location)(data[0] % MLN_LOC_MAX),
                      MLN_SV("q"), &budget, &views, &f);
    MLN_REQUIRE(!budget.exhausted);
    for (uint32_t i = 0; i < f.n; i++)
        MLN_REQUIRE((uint64_t)f.hit[i].off <= views.v[f.hit[i].view].n);
    mln_arena_done(&a);
    return 0;
}
