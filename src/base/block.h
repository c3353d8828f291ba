/* Sixteen bytes at a time: which of them are of a kind, as a bit each (bit i: byte i). Reads
 * MLN_BLOCK bytes whatever the answer. Thread-safe: no state. */
#ifndef MLN_BASE_BLOCK_H
#define MLN_BASE_BLOCK_H

#include "base/base.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { MLN_BLOCK = 16 };
#define MLN_BLOCK_ALL 0xffffU

#if defined(__SSE2__)
typedef __m128i mln_block;

static inline mln_block mln_block_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Two words, the first byte in the lowest of the first. */
static inline mln_block mln_block_of(uint64_t first, uint64_t second)
{
    return _mm_set_epi64x((long long)second, (long long)first);
}

static inline uint64_t mln_block_first(mln_block b)
{
    return (uint64_t)_mm_cvtsi128_si64(b);
}

static inline uint64_t mln_block_second(mln_block b)
{
    return (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(b, b));
}

static inline unsigned mln_block_eq(mln_block b, char c)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(b, _mm_set1_epi8(c)));
}

/* Bytes that are one of five. */
static inline unsigned mln_block_eq5(mln_block b, char c0, char c1, char c2, char c3, char c4)
{
    mln_block m = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8(c0)), _mm_cmpeq_epi8(b, _mm_set1_epi8(c1))),
        _mm_or_si128(_mm_cmpeq_epi8(b, _mm_set1_epi8(c2)), _mm_cmpeq_epi8(b, _mm_set1_epi8(c3))));

    return (unsigned)_mm_movemask_epi8(_mm_or_si128(m, _mm_cmpeq_epi8(b, _mm_set1_epi8(c4))));
}

/* Bytes from `first` to `last`, both as unsigned. */
static inline unsigned mln_block_in(mln_block b, char first, char last)
{
    mln_block off = _mm_sub_epi8(b, _mm_set1_epi8(first));

    return (unsigned)_mm_movemask_epi8(
        _mm_cmpeq_epi8(_mm_min_epu8(off, _mm_set1_epi8((char)(last - first))), off));
}

/* Each byte with bit 0x20 set: ASCII letters in lower case, digits as they are. */
static inline mln_block mln_block_low(mln_block b)
{
    return _mm_or_si128(b, _mm_set1_epi8(0x20));
}

/* Bytes that are the same in both. */
static inline unsigned mln_block_same(mln_block a, mln_block b)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
}

/* Answers that are put together before they become bits: 0xff for a byte that is of the kind. */
static inline mln_block mln_block_is(mln_block b, char c)
{
    return _mm_cmpeq_epi8(b, _mm_set1_epi8(c));
}

static inline mln_block mln_block_or(mln_block a, mln_block b)
{
    return _mm_or_si128(a, b);
}

static inline mln_block mln_block_and(mln_block a, mln_block b)
{
    return _mm_and_si128(a, b);
}

static inline unsigned mln_block_bits(mln_block is)
{
    return (unsigned)_mm_movemask_epi8(is);
}

/* Each `from` becomes `to`. */
static inline mln_block mln_block_replace(mln_block b, char from, char to)
{
    mln_block is = _mm_cmpeq_epi8(b, _mm_set1_epi8(from));

    return _mm_xor_si128(b, _mm_and_si128(is, _mm_set1_epi8((char)(from ^ to))));
}

static inline void mln_block_store(char *p, mln_block b)
{
    _mm_storeu_si128((__m128i *)(void *)p, b);
}
#else
typedef struct {
    unsigned char byte[MLN_BLOCK];
} mln_block;

static inline mln_block mln_block_load(const char *p)
{
    mln_block b;

    memcpy(b.byte, p, MLN_BLOCK);
    return b;
}

static inline mln_block mln_block_of(uint64_t first, uint64_t second)
{
    const uint64_t words[2] = {mln_le64(first), mln_le64(second)};
    mln_block b;

    memcpy(b.byte, words, MLN_BLOCK);
    return b;
}

static inline uint64_t mln_block_first(mln_block b)
{
    uint64_t w;

    memcpy(&w, b.byte, sizeof(w));
    return mln_le64(w);
}

static inline uint64_t mln_block_second(mln_block b)
{
    uint64_t w;

    memcpy(&w, b.byte + sizeof(w), sizeof(w));
    return mln_le64(w);
}

static inline unsigned mln_block_in(mln_block b, char first, char last)
{
    unsigned m = 0;

    for (unsigned i = 0; i < MLN_BLOCK; i++)
        m |= (unsigned)(b.byte[i] >= (unsigned char)first && b.byte[i] <= (unsigned char)last) << i;
    return m;
}

static inline unsigned mln_block_eq(mln_block b, char c)
{
    return mln_block_in(b, c, c);
}

static inline unsigned mln_block_eq5(mln_block b, char c0, char c1, char c2, char c3, char c4)
{
    return mln_block_eq(b, c0) | mln_block_eq(b, c1) | mln_block_eq(b, c2) | mln_block_eq(b, c3) |
           mln_block_eq(b, c4);
}

static inline mln_block mln_block_low(mln_block b)
{
    for (unsigned i = 0; i < MLN_BLOCK; i++)
        b.byte[i] |= 0x20;
    return b;
}

static inline unsigned mln_block_same(mln_block a, mln_block b)
{
    unsigned m = 0;

    for (unsigned i = 0; i < MLN_BLOCK; i++)
        m |= (unsigned)(a.byte[i] == b.byte[i]) << i;
    return m;
}

static inline mln_block mln_block_is(mln_block b, char c)
{
    for (unsigned i = 0; i < MLN_BLOCK; i++)
        b.byte[i] = b.byte[i] == (unsigned char)c ? 0xff : 0;
    return b;
}

static inline mln_block mln_block_or(mln_block a, mln_block b)
{
    for (unsigned i = 0; i < MLN_BLOCK; i++)
        a.byte[i] |= b.byte[i];
    return a;
}

static inline mln_block mln_block_and(mln_block a, mln_block b)
{
    for (unsigned i = 0; i < MLN_BLOCK; i++)
        a.byte[i] &= b.byte[i];
    return a;
}

static inline unsigned mln_block_bits(mln_block is)
{
    return mln_block_eq(is, (char)0xff);
}

static inline mln_block mln_block_replace(mln_block b, char from, char to)
{
    for (unsigned i = 0; i < MLN_BLOCK; i++)
        b.byte[i] = b.byte[i] == (unsigned char)from ? (unsigned char)to : b.byte[i];
    return b;
}

static inline void mln_block_store(char *p, mln_block b)
{
    memcpy(p, b.byte, MLN_BLOCK);
}
#endif

static inline uint64_t mln_block_load64(const char *p)
{
    uint64_t w;

    memcpy(&w, p, sizeof(w));
    return mln_le64(w);
}

/* n < 16 bytes, no more are read; zeros behind them. Built in registers: what was stored in parts
 * is slow to load as a whole. */
static inline mln_block mln_block_load_part(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;

    if (n > 8)
        return mln_block_of(mln_block_load64(p), mln_block_load64(p + n - 8) >> (8 * (16 - n)));
    if (n == 8)
        return mln_block_of(mln_block_load64(p), 0);
    uint64_t w = 0;
    if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, p, sizeof(a));
        memcpy(&b, p + n - 4, sizeof(b));
        w = mln_le32(a) | (uint64_t)mln_le32(b) << (8 * (n - 4));
    } else if (n) {
        w = u[0] | (uint64_t)u[n / 2] << (8 * (n / 2)) | (uint64_t)u[n - 1] << (8 * (n - 1));
    }
    return mln_block_of(w, 0);
}

/* The bytes at s[i]: sixteen, or as many as there are with zeros behind them. */
static inline mln_block mln_block_at(struct mln_sv s, size_t i)
{
    return s.len - i >= MLN_BLOCK ? mln_block_load(s.p + i)
                                  : mln_block_load_part(s.p + i, s.len - i);
}

/* How many bytes from the first on have their bit set, 0 to 16. */
static inline unsigned mln_block_run(unsigned bits)
{
    return (unsigned)__builtin_ctz(~bits | 1U << MLN_BLOCK);
}

#endif
