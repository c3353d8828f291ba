/* A pattern and a reference, parted by a line feed. */
#include <errno.h>

#include "runtime/image_ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_sv text = mln_sv(data, size), pattern = mln_sv_split(&text, '\n');
    struct mln_image_ref r, again;
    struct mln_arena a;

    mln_arena_init(&a, 1 << 20);
    (void)mln_image_pattern_matches_id(pattern, text);
    (void)mln_image_is_id(pattern, text);
    if (text.p && mln_image_ref_parse(text, &a, &r) == 0) {
        MLN_REQUIRE(mln_sv_ends(r.repository, r.familiar) && (r.tag.p || r.digest.p));
        MLN_REQUIRE(mln_image_pattern_matches(MLN_SV("*"), &r));
        (void)mln_image_pattern_matches(pattern, &r);
        /* what is normal stays as it is */
        MLN_REQUIRE(mln_image_ref_parse(r.repository, &a, &again) == -EINVAL ||
                    mln_sv_eq(again.repository, r.repository));
    }
    mln_arena_done(&a);
    return 0;
}
