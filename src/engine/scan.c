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
    for (size_t i = next_letter(s, needle.p[0], from); i != SIZE_MAX;
         i = next_letter(s, needle.p[0], i + 1))
        if (mln_scan_at(s, i, needle))
            return i;
    return SIZE_MAX;
}

static inline unsigned gram_slot(unsigned char a, unsigned char b)
{
    return ((a | 0x20u) * 31u + (b | 0x20u) * 131u) & (MLN_GRAM_WORDS * 64 - 1);
}

void mln_grams_build(struct mln_sv s, struct mln_grams *ret)
{
    memset(ret, 0, sizeof(*ret));
    for (size_t i = 1; i < s.len; i++) {
        unsigned slot = gram_slot((unsigned char)s.p[i - 1], (unsigned char)s.p[i]);
        ret->bits[slot >> 6] |= UINT64_C(1) << (slot & 63);
    }
}

size_t mln_view_find(const struct mln_view *v, struct mln_sv needle)
{
    if (needle.len > v->n)
        return SIZE_MAX;
    for (size_t i = 1; i < needle.len; i++) {
        unsigned slot = gram_slot((unsigned char)needle.p[i - 1], (unsigned char)needle.p[i]);
        if (!(v->grams.bits[slot >> 6] >> (slot & 63) & 1))
            return SIZE_MAX;
    }
    return mln_scan_find(mln_view_sv(v), needle, 0);
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
