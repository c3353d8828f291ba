/* First line: a pattern; the rest: a text. What the check refuses matches nothing, and an error
 * points into the pattern. */
#include "engine/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_sv text = mln_sv(data, size), pattern = mln_sv_split(&text, '\n');
    size_t offset = 0;
    const char *why = NULL;

    if (size > 65536)
        return 0;
    bool good = mln_pattern_check(pattern, &offset, &why) == 0;
    MLN_REQUIRE(good || (why && offset <= pattern.len));
    bool match = mln_pattern_match(pattern, text);
    MLN_REQUIRE(good || !match);
    return 0;
}
