#include "base/pairs.h"

#include "base/block.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static void add_byte(uint8_t low[16], uint8_t high[16], char c, uint8_t bit)
{
    low[(unsigned char)c & 15] |= bit;
    high[(unsigned char)c >> 4] |= bit;
}

void mln_pairs_add(struct mln_pairs *set, char first, struct mln_sv seconds)
{
    uint8_t bit = (uint8_t)(1U << set->n);

    set->first[set->n++] = first;
    add_byte(set->first_low, set->first_high, first, bit);
    for (size_t i = 0; i < seconds.len; i++)
        add_byte(set->second_low, set->second_high, seconds.p[i], bit);
}

static bool may_begin(const struct mln_pairs *set, struct mln_sv s, size_t i)
{
    unsigned char a = (unsigned char)s.p[i], b;
    unsigned first = set->first_low[a & 15] & set->first_high[a >> 4];

    if (!first || i + 1 == s.len)
        return first != 0;
    b = (unsigned char)s.p[i + 1];
    return first & set->second_low[b & 15] & set->second_high[b >> 4];
}

/* Which bytes of a block are the first of a pair. */
static unsigned firsts(const struct mln_pairs *set, const char *p)
{
    mln_block b = mln_block_load(p), any = mln_block_is(b, set->first[0]);

    for (unsigned k = 1; k < set->n; k++)
        any = mln_block_or(any, mln_block_is(b, set->first[k]));
    return mln_block_bits(any);
}

static size_t next_narrow(const struct mln_pairs *set, struct mln_sv s, size_t i)
{
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK)
        for (unsigned left = firsts(set, s.p + i); left; left &= left - 1)
            if (may_begin(set, s, i + (unsigned)__builtin_ctz(left)))
                return i + (unsigned)__builtin_ctz(left);
    while (i < s.len && !may_begin(set, s, i))
        i++;
    return i;
}

#if defined(__x86_64__)
enum { WIDE = 32, STEP = 2 * WIDE };

struct tables {
    __m256i first_low, first_high, second_low, second_high;
};

__attribute__((target("avx2"))) static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

__attribute__((target("avx2"))) static inline __m256i twice(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)table));
}

/* The bits that each byte has. */
__attribute__((target("avx2"))) static inline __m256i bits_of(__m256i b, __m256i low, __m256i high)
{
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(b, 4), _mm256_set1_epi8(15));

    return _mm256_and_si256(_mm256_shuffle_epi8(low, b), _mm256_shuffle_epi8(high, upper));
}

/* Not zero: a pair may begin at that byte of the block at p, of which one byte more is read. */
__attribute__((target("avx2"))) static inline __m256i pairs_at(const struct tables *t,
                                                               const char *p)
{
    return _mm256_and_si256(bits_of(load(p), t->first_low, t->first_high),
                            bits_of(load(p + 1), t->second_low, t->second_high));
}

__attribute__((target("avx2"))) static inline uint32_t zeros(__m256i b)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, _mm256_setzero_si256()));
}

/* The first place at or behind i, or one from which fewer than STEP + 1 bytes are left. */
__attribute__((target("avx2"))) static size_t next_wide(const struct mln_pairs *set,
                                                        struct mln_sv s, size_t i)
{
    const struct tables t = {twice(set->first_low), twice(set->first_high), twice(set->second_low),
                             twice(set->second_high)};

    for (; s.len - i > STEP; i += STEP) {
        __m256i a = pairs_at(&t, s.p + i), b = pairs_at(&t, s.p + i + WIDE), any;
        any = _mm256_or_si256(a, b);
        if (!_mm256_testz_si256(any, any)) {
            uint64_t none = zeros(a) | (uint64_t)zeros(b) << WIDE;
            return i + (unsigned)__builtin_ctzll(~none);
        }
    }
    return i;
}

size_t mln_pairs_next(const struct mln_pairs *set, struct mln_sv s, size_t from)
{
    if (__builtin_cpu_supports("avx2"))
        from = next_wide(set, s, from);
    return next_narrow(set, s, from);
}
#else
size_t mln_pairs_next(const struct mln_pairs *set, struct mln_sv s, size_t from)
{
    return next_narrow(set, s, from);
}
#endif
