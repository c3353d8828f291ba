/* Policy text: loads, compiles and opens, or says why not. */
#include "engine/snapshot.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf blob = {0};

    if (mln_policy_load_text("fuzz.yaml", mln_sv(data, size), &p, &diags) == 0) {
        struct mln_snapshot s;
        MLN_REQUIRE(mln_policy_compile(p, &blob) == 0);
        MLN_REQUIRE(mln_snapshot_open(blob.p, blob.len, &s) == 0);
    } else {
        MLN_REQUIRE(diags.errors > 0);
    }
    (void)mln_policy_free(p);
    mln_diags_done(&diags);
    mln_buf_done(&blob);
    return 0;
}
