/* The cross-site scripting detector on raw bytes, without lanes: places lie within the value, the
 * lexer and the folding stay within theirs, and the steps within 64 a byte. */
#include "engine/js_scan.h"
#include "engine/scan.h"
#include "engine/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lexer(struct mln_sv s)
{
    struct mln_js_lexer l = {.s = s};
    struct mln_js_token t;
    char out[256];
    size_t last = 0;

    while (mln_js_next(&l, &t)) {
        MLN_REQUIRE(l.at > last && l.at <= s.len);
        last = l.at;
    }
    MLN_REQUIRE(mln_js_fold(s, out, sizeof(out)) <= sizeof(out));
    struct mln_js_found f = mln_js_find_call(s);
    MLN_REQUIRE(f.off + f.len <= s.len);
    (void)mln_js_is_script(s);
}

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
    mln_detect_xss(&v, &ctx, &f);
    MLN_REQUIRE(!budget.exhausted);
    for (uint32_t i = 0; i < f.n; i++)
        MLN_REQUIRE((size_t)f.hit[i].off <= size);
    check_lexer(mln_sv(data, size));
    return 0;
}
