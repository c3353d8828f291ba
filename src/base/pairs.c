#include "base/pairs.h"

#include "base/block.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static unsigned half(char c)
{
    return (unsigned char)c & 15;
}

static void clear(struct mln_pairs *set)
{
    for (unsigned i = 0; i < MLN_ARRAY_LEN(set->first); i++)
        set->first[i] = (char)(i ^ 1);
}

void mln_pairs_add(struct mln_pairs *set, char first, struct mln_sv seconds)
{
    uint8_t bit = (uint8_t)(1U << set->n);
    char least = 0x7f;

    if (!set->n)
        clear(set);
    set->each[set->n++] = first;
    for (size_t i = 0; i < seconds.len; i++) {
        set->seconds[(unsigned char)seconds.p[i]] |= bit;
        least = MLN_MIN(least, seconds.p[i]);
    }
    set->first[half(first)] = first;
    set->below[half(first)] = (char)(least - 1);
    set->bit[half(first)] = bit;
}

/* s[i] is the first of a pair. */
static bool goes_on(const struct mln_pairs *set, struct mln_sv s, size_t i)
{
    return i + 1 == s.len ||
           (set->bit[half(s.p[i])] & set->seconds[(unsigned char)s.p[i + 1]]) != 0;
}

static bool begins(const struct mln_pairs *set, struct mln_sv s, size_t i)
{
    return set->first[half(s.p[i])] == s.p[i] && goes_on(set, s, i);
}

/* Which bytes of a block are the first of a pair. */
static unsigned firsts(const struct mln_pairs *set, const char *p)
{
    mln_block b = mln_block_load(p), any = mln_block_is(b, set->each[0]);

    for (unsigned k = 1; k < set->n; k++)
        any = mln_block_or(any, mln_block_is(b, set->each[k]));
    return mln_block_bits(any);
}

static size_t next_narrow(const struct mln_pairs *set, struct mln_sv s, size_t i)
{
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK)
        for (unsigned left = firsts(set, s.p + i); left; left &= left - 1)
            if (goes_on(set, s, i + (unsigned)__builtin_ctz(left)))
                return i + (unsigned)__builtin_ctz(left);
    while (i < s.len && !begins(set, s, i))
        i++;
    return i;
}

#if defined(__x86_64__)
enum { WIDE = 32, STEP = 2 * WIDE };

__attribute__((target("avx2"))) static inline __m256i load(const char *p)
{
    return _mm256_loadu_si256((const void *)p);
}

/* 0xff: the byte at p is the first of a pair, and the one behind it may be its second. A byte is
 * one of `first` when it is the one with its lower half; those from 0x80 on select a zero. */
__attribute__((target("avx2"))) static inline __m256i pairs_at(__m256i first, __m256i below,
                                                               const char *p)
{
    __m256i b = load(p), second = load(p + 1);

    return _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(first, b), b),
                            _mm256_cmpgt_epi8(second, _mm256_shuffle_epi8(below, b)));
}

__attribute__((target("avx2"))) static inline __m256i twice(const char table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)table));
}

/* The first place at or behind i, or one from which fewer than STEP + 1 bytes are left. */
__attribute__((target("avx2"))) static size_t next_wide(const struct mln_pairs *set,
                                                        struct mln_sv s, size_t i)
{
    const __m256i first = twice(set->first), below = twice(set->below);

    for (; s.len - i > STEP; i += STEP) {
        __m256i a = pairs_at(first, below, s.p + i), b = pairs_at(first, below, s.p + i + WIDE);
        __m256i any = _mm256_or_si256(a, b);
        if (_mm256_testz_si256(any, any))
            continue;
        uint64_t left =
            (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << WIDE;
        for (; left; left &= left - 1)
            if (goes_on(set, s, i + (unsigned)__builtin_ctzll(left)))
                return i + (unsigned)__builtin_ctzll(left);
    }
    return i;
}

size_t mln_pairs_next(const struct mln_pairs *set, struct mln_sv s, size_t from)
{
    bool wide = __builtin_cpu_supports("avx2") != 0;

    if (wide)
        from = next_wide(set, s, from);
    return wide && s.len - from > STEP ? from : next_narrow(set, s, from);
}
#else
size_t mln_pairs_next(const struct mln_pairs *set, struct mln_sv s, size_t from)
{
    return next_narrow(set, s, from);
}
#endif
