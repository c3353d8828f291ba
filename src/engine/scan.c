#include "engine/scan.h"

bool mln_scan_at(struct mln_sv s, size_t i, struct mln_sv word)
{
    return i <= s.len && mln_sv_istarts(mln_sv_sub(s, i, word.len), word);
}

size_t mln_scan_skip_space(struct mln_sv s, size_t i)
{
    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_SPACE))
        i++;
    return i;
}

/* Next offset of either case of c. */
static size_t next_letter(struct mln_sv s, char c, size_t from)
{
    char upper = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;

    for (size_t i = from; i < s.len; i++)
        if (s.p[i] == c || s.p[i] == upper)
            return i;
    return SIZE_MAX;
}

size_t mln_scan_find(struct mln_sv s, struct mln_sv needle, size_t from)
{
    for (size_t i = next_letter(s, needle.p[0], from); i != SIZE_MAX; i = next_letter(s, needle.p[0], i + 1))
        if (mln_scan_at(s, i, needle))
            return i;
    return SIZE_MAX;
}

static bool is_word(struct mln_sv s, size_t i)
{
    return i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_WORD);
}

size_t mln_scan_word(struct mln_sv s, struct mln_sv word, size_t from)
{
    bool left = mln_cc((unsigned char)word.p[0], MLN_CC_WORD);
    bool right = mln_cc((unsigned char)word.p[word.len - 1], MLN_CC_WORD);

    for (size_t i = mln_scan_find(s, word, from); i != SIZE_MAX; i = mln_scan_find(s, word, i + 1))
        if (!(left && i && is_word(s, i - 1)) && !(right && is_word(s, i + word.len)))
            return i;
    return SIZE_MAX;
}
