#include "base/arena.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#else
#define POISON(p, n) ((void)0)
#define UNPOISON(p, n) ((void)0)
#endif

enum { ALIGN = 16, BLOCK_MIN = 4096 - 64 };

struct mln_arena_block {
    struct mln_arena_block *next;
    size_t cap, len;
    _Alignas(ALIGN) char data[];
};

void mln_arena_init(struct mln_arena *a, size_t limit_bytes)
{
    *a = (struct mln_arena){.limit_bytes = limit_bytes};
}

static void free_chain(struct mln_arena_block *b)
{
    while (b) {
        struct mln_arena_block *next = b->next;
        UNPOISON(b->data, b->cap);
        free(b);
        b = next;
    }
}

void mln_arena_done(struct mln_arena *a)
{
    free_chain(a->first);
    *a = (struct mln_arena){.limit_bytes = a->limit_bytes};
}

void mln_arena_reset(struct mln_arena *a, size_t keep_bytes)
{
    struct mln_arena_block **link = &a->first;
    size_t kept = 0;

    while (*link && kept + (*link)->cap <= keep_bytes) {
        kept += (*link)->cap;
        (*link)->len = 0;
        POISON((*link)->data, (*link)->cap);
        link = &(*link)->next;
    }
    free_chain(*link);
    *link = NULL;
    a->cur = a->first;
    a->used = 0;
    a->failed = 0;
}

/* The next kept block when it is large enough, else a new one in front of the kept rest. */
static struct mln_arena_block *next_block(struct mln_arena *a, size_t n)
{
    struct mln_arena_block *kept = a->cur ? a->cur->next : a->first;

    if (kept && kept->cap >= n) {
        kept->len = 0;
        return kept;
    }
    size_t grow = a->cur ? MLN_MIN(a->cur->cap * 2, (size_t)65536 - 64) : BLOCK_MIN;
    size_t cap = MLN_MAX(n, grow);
    struct mln_arena_block *b = malloc(sizeof(*b) + cap);
    if (!b)
        return NULL;
    b->cap = cap;
    b->len = 0;
    b->next = kept;
    POISON(b->data, cap);
    if (a->cur)
        a->cur->next = b;
    else
        a->first = b;
    return b;
}

static void *failure(struct mln_arena *a, enum mln_arena_failure why)
{
    a->failed = (uint8_t)why;
    return NULL;
}

void *mln_arena_alloc(struct mln_arena *a, size_t n)
{
    if (n > a->limit_bytes)
        return failure(a, MLN_ARENA_FULL);
    size_t want = (MLN_MAX(n, (size_t)1) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (want > a->limit_bytes - a->used)
        return failure(a, MLN_ARENA_FULL);
    if (!a->cur || a->cur->cap - a->cur->len < want) {
        struct mln_arena_block *b = next_block(a, want);
        if (!b)
            return failure(a, MLN_ARENA_NO_MEMORY);
        a->cur = b;
    }
    void *p = a->cur->data + a->cur->len;
    a->cur->len += want;
    a->used += want;
    if (a->used > a->peak_bytes)
        a->peak_bytes = a->used;
    UNPOISON(p, n);
    return p;
}

void *mln_arena_zalloc(struct mln_arena *a, size_t n)
{
    void *p = mln_arena_alloc(a, n);

    if (p)
        memset(p, 0, n);
    return p;
}

void *mln_arena_array(struct mln_arena *a, size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        return NULL;
    return mln_arena_alloc(a, total);
}

struct mln_sv mln_arena_dup(struct mln_arena *a, struct mln_sv s)
{
    if (!s.p)
        return MLN_SV_NULL;
    char *p = mln_arena_alloc(a, s.len + 1);
    if (!p)
        return MLN_SV_NULL;
    if (s.len)
        memcpy(p, s.p, s.len);
    p[s.len] = '\0';
    return mln_sv(p, s.len);
}

void *mln_arena_grow(struct mln_arena *a, void *p, size_t old_n, size_t new_n)
{
    if (!p)
        return mln_arena_alloc(a, new_n);
    size_t old_want = (MLN_MAX(old_n, (size_t)1) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct mln_arena_block *b = a->cur;
    if (new_n <= old_want) {
        UNPOISON(p, new_n);
        return p;
    }
    if (b && (char *)p + old_want == b->data + b->len && new_n <= a->limit_bytes) {
        size_t more = ((new_n + ALIGN - 1) & ~(size_t)(ALIGN - 1)) - old_want;
        if (more <= b->cap - b->len && more <= a->limit_bytes - a->used) {
            b->len += more;
            a->used += more;
            if (a->used > a->peak_bytes)
                a->peak_bytes = a->used;
            UNPOISON(p, new_n);
            return p;
        }
    }
    void *q = mln_arena_alloc(a, new_n);
    if (q)
        memcpy(q, p, old_n);
    return q;
}

size_t mln_arena_footprint(const struct mln_arena *a)
{
    size_t sum = 0;

    for (const struct mln_arena_block *b = a->first; b; b = b->next)
        sum += sizeof(*b) + b->cap;
    return sum;
}
