#include "base/base.h"

#include <errno.h>
#include <stdatomic.h>

#include "base/block.h"

static _Atomic uint64_t bug_count;
static const char *_Atomic bug_last = "";

void mln_require_failed(const char *what, const char *file, int line)
{
    (void)fprintf(stderr, "level=fatal event=require_failed what=\"%s\" at=%s:%d\n", what, file,
                  line);
    abort();
}

bool mln_unexpected(const char *what, const char *file, int line)
{
    (void)file;
    (void)line;
    atomic_fetch_add_explicit(&bug_count, 1, memory_order_relaxed);
    atomic_store_explicit(&bug_last, what, memory_order_relaxed);
    return true;
}

uint64_t mln_bug_count(void)
{
    return atomic_load_explicit(&bug_count, memory_order_relaxed);
}

const char *mln_bug_last(void)
{
    return atomic_load_explicit(&bug_last, memory_order_relaxed);
}

#define D (MLN_CC_DIGIT | MLN_CC_HEX | MLN_CC_TCHAR | MLN_CC_WORD)
#define XU (MLN_CC_ALPHA | MLN_CC_HEX | MLN_CC_TCHAR | MLN_CC_WORD | MLN_CC_UPPER)
#define XL (MLN_CC_ALPHA | MLN_CC_HEX | MLN_CC_TCHAR | MLN_CC_WORD)
#define U (MLN_CC_ALPHA | MLN_CC_TCHAR | MLN_CC_WORD | MLN_CC_UPPER)
#define L (MLN_CC_ALPHA | MLN_CC_TCHAR | MLN_CC_WORD)
#define T MLN_CC_TCHAR
#define C MLN_CC_CTL
#define S (MLN_CC_CTL | MLN_CC_SPACE)
#define P MLN_CC_SPACE
const uint8_t mln_cc_table[256] = {
    /* 00 */ C, C,  C,  C,  C,  C,  C,  C, C, S, S, S, S, S, C, C,
    /* 10 */ C, C,  C,  C,  C,  C,  C,  C, C, C, C, C, C, C, C, C,
    /* 20 */ P, T,  0,  T,  T,  T,  T,  T, 0, 0, T, T, 0, T, T, 0,
    /* 30 */ D, D,  D,  D,  D,  D,  D,  D, D, D, 0, 0, 0, 0, 0, 0,
    /* 40 */ 0, XU, XU, XU, XU, XU, XU, U, U, U, U, U, U, U, U, U,
    /* 50 */ U, U,  U,  U,  U,  U,  U,  U, U, U, U, 0, 0, 0, T, T | MLN_CC_WORD,
    /* 60 */ T, XL, XL, XL, XL, XL, XL, L, L, L, L, L, L, L, L, L,
    /* 70 */ L, L,  L,  L,  L,  L,  L,  L, L, L, L, 0, T, 0, T, C,
};
#undef D
#undef XU
#undef XL
#undef U
#undef L
#undef T
#undef C
#undef S
#undef P

static bool bytes_ieq(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_lower(a[i]) != mln_lower(b[i]))
            return false;
    return true;
}

bool mln_sv_ieq(struct mln_sv a, struct mln_sv b)
{
    return a.len == b.len && bytes_ieq(a.p, b.p, a.len);
}

bool mln_sv_istarts(struct mln_sv s, struct mln_sv prefix)
{
    return s.len >= prefix.len && bytes_ieq(s.p, prefix.p, prefix.len);
}

/* By blocks: where the first two bytes of the needle stand. */
static size_t find_short(struct mln_sv s, struct mln_sv needle)
{
    size_t last = s.len - needle.len, i = 0;

    for (; i + MLN_BLOCK < s.len && i <= last; i += MLN_BLOCK) {
        unsigned m = mln_block_eq(mln_block_load(s.p + i), needle.p[0]) &
                     mln_block_eq(mln_block_load(s.p + i + 1), needle.p[1]);
        for (; m; m &= m - 1) {
            size_t at = i + (size_t)__builtin_ctz(m);
            if (at <= last && memcmp(s.p + at, needle.p, needle.len) == 0)
                return at;
        }
    }
    for (; i <= last; i++)
        if (s.p[i] == needle.p[0] && memcmp(s.p + i, needle.p, needle.len) == 0)
            return i;
    return SIZE_MAX;
}

size_t mln_sv_find(struct mln_sv s, struct mln_sv needle)
{
    enum { SHORT = 32 }; /* longer ones could make it slow: memmem is linear */

    if (needle.len < 2)
        return needle.len ? mln_sv_chr(s, needle.p[0]) : 0;
    if (s.len < needle.len)
        return SIZE_MAX;
    if (needle.len <= SHORT)
        return find_short(s, needle);
    const char *hit = memmem(s.p, s.len, needle.p, needle.len);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t mln_sv_ifind(struct mln_sv s, struct mln_sv needle)
{
    for (size_t i = 0; i + needle.len <= s.len; i++)
        if (bytes_ieq(s.p + i, needle.p, needle.len))
            return i;
    return SIZE_MAX;
}

struct mln_sv mln_sv_trim(struct mln_sv s)
{
    while (s.len && (s.p[0] == ' ' || s.p[0] == '\t')) {
        s.p++;
        s.len--;
    }
    while (s.len && (s.p[s.len - 1] == ' ' || s.p[s.len - 1] == '\t'))
        s.len--;
    return s;
}

struct mln_sv mln_sv_split(struct mln_sv *s, char sep)
{
    struct mln_sv head = *s;
    size_t at = mln_sv_chr(*s, sep);

    if (at == SIZE_MAX) {
        *s = MLN_SV_NULL;
        return head;
    }
    head.len = at;
    s->p += at + 1;
    s->len -= at + 1;
    return head;
}

int mln_sv_u64(struct mln_sv s, uint64_t *ret)
{
    uint64_t v = 0;

    if (s.len == 0)
        return -EINVAL;
    for (size_t i = 0; i < s.len; i++) {
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT))
            return -EINVAL;
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return -ERANGE;
    }
    *ret = v;
    return 0;
}

int mln_sv_cmp(struct mln_sv a, struct mln_sv b)
{
    size_t n = MLN_MIN(a.len, b.len);
    int c = n ? memcmp(a.p, b.p, n) : 0;

    return c ? c : (a.len > b.len) - (a.len < b.len);
}

bool mln_sv_glob(struct mln_sv pattern, struct mln_sv s, bool fold)
{
    size_t pi = 0, si = 0, star = SIZE_MAX, mark = 0;

    while (si < s.len) {
        if (pi < pattern.len && pattern.p[pi] == '*') {
            star = pi++;
            mark = si;
        } else if (pi < pattern.len && (pattern.p[pi] == s.p[si] ||
                                        (fold && mln_lower(pattern.p[pi]) == mln_lower(s.p[si])))) {
            pi++;
            si++;
        } else if (star != SIZE_MAX) {
            pi = star + 1;
            si = ++mark;
        } else {
            return false;
        }
    }
    while (pi < pattern.len && pattern.p[pi] == '*')
        pi++;
    return pi == pattern.len;
}
