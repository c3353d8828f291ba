#include "engine/scan.h"

#include "base/block.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

size_t mln_scan_either(struct mln_sv s, size_t i, char a, char b)
{
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        mln_block block = mln_block_load(s.p + i);
        unsigned found = mln_block_eq(block, a) | mln_block_eq(block, b);
        if (found)
            return i + (size_t)__builtin_ctz(found);
    }
    while (i < s.len && s.p[i] != a && s.p[i] != b)
        i++;
    return MLN_MIN(i, s.len);
}

/* For a letter the bit in which its two cases differ, else 0: what a byte is or-ed with. */
static unsigned char case_bit(char c)
{
    return c >= 'a' && c <= 'z' ? 0x20 : 0;
}

#if defined(__SSE2__)
/* Bit i: the two bytes at p + i are those of `pair`, in either case. 17 bytes are read. */
static inline unsigned pair_mask(const char *p, const __m128i pair[2], const __m128i bits[2])
{
    __m128i a = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)p), bits[0]);
    __m128i b = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + 1)), bits[1]);

    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(_mm_cmpeq_epi8(a, pair[0]), _mm_cmpeq_epi8(b, pair[1])));
}

/* Looks at whole blocks of 16; *from is where it got to. */
static size_t find_by_blocks(struct mln_sv s, struct mln_sv needle, size_t *from)
{
    const __m128i pair[2] = {_mm_set1_epi8(needle.p[0]), _mm_set1_epi8(needle.p[1])};
    const __m128i bits[2] = {_mm_set1_epi8((char)case_bit(needle.p[0])),
                             _mm_set1_epi8((char)case_bit(needle.p[1]))};
    size_t i = *from;

    for (; i + 17 <= s.len; i += 16)
        for (unsigned m = pair_mask(s.p + i, pair, bits); m; m &= m - 1)
            if (mln_scan_at(s, i + (size_t)__builtin_ctz(m), needle))
                return i + (size_t)__builtin_ctz(m);
    *from = i;
    return SIZE_MAX;
}
#endif

size_t mln_scan_find(struct mln_sv s, struct mln_sv needle, size_t from)
{
    unsigned char bit = case_bit(needle.p[0]);

#if defined(__SSE2__)
    if (needle.len >= 2) {
        size_t at = find_by_blocks(s, needle, &from);
        if (at != SIZE_MAX)
            return at;
    }
#endif
    for (size_t i = from; i < s.len; i++)
        if (((unsigned char)s.p[i] | bit) == (unsigned char)needle.p[0] &&
            mln_scan_at(s, i, needle))
            return i;
    return SIZE_MAX;
}

bool mln_view_may_have(const struct mln_view *v, struct mln_sv needle)
{
    if (needle.len > v->n)
        return false;
    for (size_t i = 0; i + MLN_QUAD <= needle.len; i++)
        if (!mln_view_has_quad(v, needle.p + i))
            return false;
    return true;
}

size_t mln_view_search(const struct mln_view *v, struct mln_sv needle)
{
    return mln_view_may_have(v, needle) ? mln_scan_find(mln_view_sv(v), needle, 0) : SIZE_MAX;
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
