/* First line: a regular expression; the rest: a text. An error points into the expression, what was
 * compiled passes the check, and steps stay linear. */
#include "engine/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_sv text = mln_sv(data, size), pattern = mln_sv_split(&text, '\n');
    struct mln_buf program = {0};
    size_t offset = 0;
    uint64_t steps = 0;
    const char *why = NULL;

    if (size > 65536)
        return 0;
    int r = mln_regex_compile(pattern, data && size && data[0] & 1, &program, &offset, &why);
    MLN_REQUIRE(r == 0 || (why && offset <= pattern.len));
    if (r == 0) {
        MLN_REQUIRE(mln_regex_ok((const void *)program.p, program.len / 8));
        (void)mln_regex_search((const void *)program.p, text, &steps);
        MLN_REQUIRE(steps <= (text.len + 2) * (MLN_REGEX_POSITIONS_MAX + 1));
    }
    mln_buf_done(&program);
    return 0;
}
