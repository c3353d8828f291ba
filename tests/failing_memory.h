/* Work done again and again with the n-th allocation failing, and with all from the n-th on. The
 * linker puts the functions below in the place of malloc, of arenas (which call it rarely) and of
 * what makes contexts of expat, zlib and zstd (tests/unit/meson.build). A test program includes it
 * once.
 */
#ifndef TESTS_FAILING_MEMORY_H
#define TESTS_FAILING_MEMORY_H

#include <stdlib.h>

#include <expat.h>
#include <zlib.h>
#include <zstd.h>

#include "base/arena.h"

static struct {
    size_t n;      /* allocations so far */
    size_t failed; /* the first that fails, from 1; 0: none */
    bool for_good; /* and all that follow */
} memory;

static bool fails(void)
{
    memory.n++;
    return memory.failed &&
           (memory.for_good ? memory.n >= memory.failed : memory.n == memory.failed);
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
XML_Parser __real_XML_ParserCreate(const XML_Char *encoding);
XML_Parser __wrap_XML_ParserCreate(const XML_Char *encoding);
int __real_inflateInit2_(z_streamp z, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_streamp z, int bits, const char *version, int size);
ZSTD_DStream *__real_ZSTD_createDStream(void);
ZSTD_DStream *__wrap_ZSTD_createDStream(void);

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}
void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}
void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}
char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}
XML_Parser __wrap_XML_ParserCreate(const XML_Char *encoding)
{
    return fails() ? NULL : __real_XML_ParserCreate(encoding);
}
int __wrap_inflateInit2_(z_streamp z, int bits, const char *version, int size)
{
    return fails() ? Z_MEM_ERROR : __real_inflateInit2_(z, bits, version, size);
}
ZSTD_DStream *__wrap_ZSTD_createDStream(void)
{
    return fails() ? NULL : __real_ZSTD_createDStream();
}

void *__real_mln_arena_alloc(struct mln_arena *a, size_t n);
void *__wrap_mln_arena_alloc(struct mln_arena *a, size_t n);
void *__real_mln_arena_zalloc(struct mln_arena *a, size_t n);
void *__wrap_mln_arena_zalloc(struct mln_arena *a, size_t n);
void *__real_mln_arena_array(struct mln_arena *a, size_t n, size_t size);
void *__wrap_mln_arena_array(struct mln_arena *a, size_t n, size_t size);
struct mln_sv __real_mln_arena_dup(struct mln_arena *a, struct mln_sv s);
struct mln_sv __wrap_mln_arena_dup(struct mln_arena *a, struct mln_sv s);
void *__real_mln_arena_grow(struct mln_arena *a, void *p, size_t old_n, size_t new_n);
void *__wrap_mln_arena_grow(struct mln_arena *a, void *p, size_t old_n, size_t new_n);

static void *arena_failure(struct mln_arena *a)
{
    a->failed = MLN_ARENA_NO_MEMORY;
    return NULL;
}
void *__wrap_mln_arena_alloc(struct mln_arena *a, size_t n)
{
    return fails() ? arena_failure(a) : __real_mln_arena_alloc(a, n);
}
void *__wrap_mln_arena_zalloc(struct mln_arena *a, size_t n)
{
    return fails() ? arena_failure(a) : __real_mln_arena_zalloc(a, n);
}
void *__wrap_mln_arena_array(struct mln_arena *a, size_t n, size_t size)
{
    return fails() ? arena_failure(a) : __real_mln_arena_array(a, n, size);
}
struct mln_sv __wrap_mln_arena_dup(struct mln_arena *a, struct mln_sv s)
{
    return s.p && fails() ? mln_sv(arena_failure(a), 0) : __real_mln_arena_dup(a, s);
}
void *__wrap_mln_arena_grow(struct mln_arena *a, void *p, size_t old_n, size_t new_n)
{
    return fails() ? arena_failure(a) : __real_mln_arena_grow(a, p, old_n, new_n);
}

/* Calls `work` until it takes fewer allocations than the one that should fail. It is told whether
 * memory is whole. */
static void each_failure(void (*work)(void *arg, bool whole), void *arg)
{
    for (unsigned for_good = 0; for_good < 2; for_good++) {
        size_t at = 0, n;
        do {
            memory = (typeof(memory)){.failed = ++at, .for_good = for_good};
            work(arg, false);
            n = memory.n;
            memory = (typeof(memory)){0};
        } while (n >= at);
    }
    work(arg, true);
}

#endif
