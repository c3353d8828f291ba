/* Any text as the state of a container and as config.json: a hook that was added is found again,
 * and without it the text is what it was. As an array and as an object of Docker's, and as the
 * scopes that a defender left: what was understood of it lies within it. */
#include "runtime/closed.h"
#include "runtime/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char hook[] = "{\"path\":\"/fuzz\"}";
    struct mln_sv text = mln_sv(data, size);
    struct mln_oci_state s;
    struct mln_buf once = {0}, twice = {0};

    if (mln_oci_state_read(text, &s) == 0)
        MLN_REQUIRE(s.pid && s.id.len && s.bundle.len && s.id.p > text.p);
    if (mln_oci_add_hook(text, MLN_SV(hook), &once) == 0) {
        MLN_REQUIRE(mln_sv_find(mln_buf_sv(&once), MLN_SV(hook)) != SIZE_MAX);
        MLN_REQUIRE(once.len >= size || mln_sv_find(text, MLN_SV("null")) != SIZE_MAX);
        MLN_REQUIRE(mln_oci_add_hook(mln_buf_sv(&once), MLN_SV(hook), &twice) == 0);
        MLN_REQUIRE(mln_sv_eq(mln_buf_sv(&once), mln_buf_sv(&twice)));
    }
    struct mln_sv item, value;
    for (size_t at = 0; mln_oci_next(text, &at, &item);)
        MLN_REQUIRE(at <= size && item.p > text.p && item.p + item.len <= text.p + size);
    if (mln_oci_member(text, MLN_SV("Image"), &value) < 0)
        value = MLN_SV_NULL;
    const struct mln_start_facts f = {
        .image = mln_oci_text(value), .name = MLN_SV("a"), .labels = text};
    MLN_REQUIRE(mln_closed_match(text, &f) <= MLN_CLOSED_YES);
    mln_buf_done(&once);
    mln_buf_done(&twice);
    return 0;
}
