/* What every file of Merlon may rely on: attributes, checks, views, errors.
 *
 * Three outcomes are kept apart everywhere:
 *   error    a negative errno value, outputs untouched;
 *   verdict  a successful result that says "attack";
 *   bug      MLN_UNEXPECTED(x): counted, ends one transaction, never the process.
 */
#ifndef MLN_BASE_BASE_H
#define MLN_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MLN_WARN_UNUSED __attribute__((warn_unused_result))
#define MLN_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define MLN_PURE __attribute__((pure))
#define MLN_NORETURN __attribute__((noreturn))
#define MLN_UNUSED __attribute__((unused))
#define MLN_CLEANUP(fn) __attribute__((cleanup(fn)))
#define MLN_LIKELY(x) __builtin_expect(!!(x), 1)
#define MLN_UNLIKELY(x) __builtin_expect(!!(x), 0)

#define MLN_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MLN_MIN(a, b) ((a) < (b) ? (a) : (b))
#define MLN_MAX(a, b) ((a) > (b) ? (a) : (b))

/* The struct that holds *ptr as its `member`: what a callback is given is a part of what it serves.
 */
#define MLN_OWNER(ptr, type, member)                                                               \
    ({                                                                                             \
        __typeof__(((type){0}).member) *mln_member_ = (ptr);                                       \
        (type *)(void *)((char *)mln_member_ - offsetof(type, member));                            \
    })

/* Move a pointer out of a variable: the variable is NULL afterwards. */
#define MLN_TAKE(ptr)                                                                              \
    ({                                                                                             \
        __typeof__(ptr) mln_take_ = (ptr);                                                         \
        (ptr) = NULL;                                                                              \
        mln_take_;                                                                                 \
    })

/* Memory can no longer be trusted: end the process. For invariants of our own data only, never
 * for anything that bytes from the network can cause. */
#define MLN_REQUIRE(x)                                                                             \
    do {                                                                                           \
        if (MLN_UNLIKELY(!(x)))                                                                    \
            mln_require_failed(#x, __FILE__, __LINE__);                                            \
    } while (0)

/* True when something happened that the code excludes. Counted (mln_bug_count); the caller ends
 * one transaction with -EPROTO and goes on. */
#define MLN_UNEXPECTED(x) (MLN_UNLIKELY(x) && mln_unexpected(#x, __FILE__, __LINE__))

MLN_NORETURN void mln_require_failed(const char *what, const char *file, int line);
bool mln_unexpected(const char *what, const char *file, int line);

/* Bugs seen by this process so far, and the text of the last one ("" when none). */
uint64_t mln_bug_count(void);
const char *mln_bug_last(void);

/* A view: bytes somebody else owns. p == NULL is absent, p != NULL with len == 0 is present and
 * empty; rules need the difference. The comment beside each view says what keeps it alive. */
struct mln_sv {
    const char *p;
    size_t len;
};

#define MLN_SV(lit) ((struct mln_sv){(lit), sizeof(lit) - 1})
#define MLN_SV_NULL ((struct mln_sv){NULL, 0})
/* For printf("%.*s"): clipped to INT_MAX by construction of all limits. */
#define MLN_SV_ARG(s) (int)(s).len, (s).p

static inline struct mln_sv mln_sv(const void *p, size_t len)
{
    return (struct mln_sv){p, len};
}

static inline struct mln_sv mln_sv_str(const char *s)
{
    return (struct mln_sv){s, s ? strlen(s) : 0};
}

static inline bool mln_sv_eq(struct mln_sv a, struct mln_sv b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

/* The part from `from` (clipped) of at most n bytes. */
static inline struct mln_sv mln_sv_sub(struct mln_sv s, size_t from, size_t n)
{
    if (from > s.len)
        from = s.len;
    if (n > s.len - from)
        n = s.len - from;
    return (struct mln_sv){s.p ? s.p + from : NULL, n};
}

/* ASCII case-insensitive: never the locale. */
bool mln_sv_ieq(struct mln_sv a, struct mln_sv b) MLN_PURE;
static inline bool mln_sv_starts(struct mln_sv s, struct mln_sv prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.p, prefix.p, prefix.len) == 0);
}
bool mln_sv_istarts(struct mln_sv s, struct mln_sv prefix) MLN_PURE;
static inline bool mln_sv_ends(struct mln_sv s, struct mln_sv suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.p + s.len - suffix.len, suffix.p, suffix.len) == 0);
}
/* Offset of the first `needle` (byte, or string), or SIZE_MAX. */
static inline size_t mln_sv_chr(struct mln_sv s, char c)
{
    const char *hit = s.len ? (const char *)memchr(s.p, c, s.len) : NULL;
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}
size_t mln_sv_find(struct mln_sv s, struct mln_sv needle) MLN_PURE;
size_t mln_sv_ifind(struct mln_sv s, struct mln_sv needle) MLN_PURE;
/* Without leading and trailing SP and HTAB (OWS, RFC 9110 section 5.6.3). */
struct mln_sv mln_sv_trim(struct mln_sv s) MLN_PURE;
/* Cuts the part before the first `sep` off *s and returns it; the whole rest when there is no
 * sep, after which *s is absent (p == NULL). */
struct mln_sv mln_sv_split(struct mln_sv *s, char sep);
/* Decimal digits only, at least one, no overflow. 0 or -EINVAL / -ERANGE. */
int mln_sv_u64(struct mln_sv s, uint64_t *ret) MLN_WARN_UNUSED;
/* Byte order of two views, as memcmp with the shorter one first. */
int mln_sv_cmp(struct mln_sv a, struct mln_sv b) MLN_PURE;

/* '*' stands for any run of bytes (also none), anywhere in the pattern; ASCII case folded when
 * `fold`. Linear in s.len * number of stars, no recursion. */
bool mln_sv_glob(struct mln_sv pattern, struct mln_sv s, bool fold) MLN_PURE;

/* Words that were copied from memory, as if their first byte were the lowest. */
static inline uint32_t mln_le32(uint32_t w)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap32(w);
#else
    return w;
#endif
}

static inline uint64_t mln_le64(uint64_t w)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(w);
#else
    return w;
#endif
}

/* ASCII classes without locale and without undefined behaviour on negative chars. */
enum {
    MLN_CC_DIGIT = 1 << 0,
    MLN_CC_ALPHA = 1 << 1,
    MLN_CC_HEX = 1 << 2,
    MLN_CC_SPACE = 1 << 3, /* SP HT LF VT FF CR */
    MLN_CC_TCHAR = 1 << 4, /* token character, RFC 9110 section 5.6.2 */
    MLN_CC_UPPER = 1 << 5,
    MLN_CC_WORD = 1 << 6, /* [A-Za-z0-9_] */
    MLN_CC_CTL = 1 << 7,  /* 0x00-0x1f and 0x7f */
};
extern const uint8_t mln_cc_table[256];

static inline bool mln_cc(unsigned char c, unsigned mask)
{
    return (mln_cc_table[c] & mask) != 0;
}
static inline char mln_lower(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_UPPER) ? (char)(c | 0x20) : c;
}

/* The same with a C string that is not empty, as tables of words have them: most are another word
 * by their first byte, and their length need not be known then. */
static inline bool mln_sv_eq_str(struct mln_sv s, const char *word)
{
    return s.len && s.p[0] == word[0] && mln_sv_eq(s, mln_sv_str(word));
}
static inline bool mln_sv_starts_str(struct mln_sv s, const char *prefix)
{
    return s.len && s.p[0] == prefix[0] && mln_sv_starts(s, mln_sv_str(prefix));
}
static inline bool mln_sv_ieq_str(struct mln_sv s, const char *word)
{
    return s.len && mln_lower(s.p[0]) == mln_lower(word[0]) && mln_sv_ieq(s, mln_sv_str(word));
}
static inline bool mln_sv_istarts_str(struct mln_sv s, const char *prefix)
{
    return s.len && mln_lower(s.p[0]) == mln_lower(prefix[0]) &&
           mln_sv_istarts(s, mln_sv_str(prefix));
}

/* 0-15, or -1. */
static inline int mln_hexval(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 0-63 of base64 or base64url, or -1. */
static inline int mln_base64_digit(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Calls that have cost others dearly do not compile here. */
#ifndef MLN_NO_POISON
#undef sprintf
#undef strcpy
#undef strcat
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets atoi atol
#endif

#endif
