#include "io/fiber.h"

#include <errno.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define LEAVES(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define ENTERED(saved, bottom, size) __sanitizer_finish_switch_fiber(saved, bottom, size)
enum { STACK_BYTES = 1 << 20 }; /* its frames are larger */
#else
#define LEAVES(save, bottom, size) ((void)(save), (void)(bottom), (void)(size))
#define ENTERED(saved, bottom, size) ((void)(saved), (void)(bottom), (void)(size))
enum { STACK_BYTES = 256 << 10 };
#endif

struct mln_fiber {
    ucontext_t caller, own;
    void (*fn)(void *arg);
    void *arg;
    bool ended;
    char *stack;    /* STACK_BYTES behind a page without access */
    size_t guard;   /* bytes of that page */
    void *own_fake; /* the sanitizer's */
    const void *caller_bottom;
    size_t caller_size;
};

void mln_fiber_yield(struct mln_fiber *f)
{
    LEAVES(&f->own_fake, f->caller_bottom, f->caller_size);
    (void)swapcontext(&f->own, &f->caller);
    ENTERED(f->own_fake, &f->caller_bottom, &f->caller_size);
}

/* One call after the other, for ever. makecontext(3) passes integers only. */
static void run(unsigned high, unsigned low)
{
    struct mln_fiber *f = (struct mln_fiber *)(((uintptr_t)high << 16 << 16) | low);

    ENTERED(NULL, &f->caller_bottom, &f->caller_size);
    for (;;) {
        f->fn(f->arg);
        f->ended = true;
        mln_fiber_yield(f);
    }
}

int mln_fiber_new(struct mln_fiber **ret)
{
    struct mln_fiber *f = calloc(1, sizeof(*f));
    uintptr_t self = (uintptr_t)f;

    if (!f)
        return -ENOMEM;
    f->guard = (size_t)sysconf(_SC_PAGESIZE);
    f->stack = mmap(NULL, f->guard + STACK_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (f->stack == MAP_FAILED) {
        free(f);
        return -ENOMEM;
    }
    if (mprotect(f->stack, f->guard, PROT_NONE) < 0 || getcontext(&f->own) < 0) {
        int r = -errno;
        (void)mln_fiber_free(f);
        return r;
    }
    f->own.uc_stack.ss_sp = f->stack + f->guard;
    f->own.uc_stack.ss_size = STACK_BYTES;
    f->own.uc_link = NULL; /* `run` does not return */
    makecontext(&f->own, (void (*)(void))run, 2, (unsigned)(self >> 16 >> 16), (unsigned)self);
    *ret = f;
    return 0;
}

struct mln_fiber *mln_fiber_free(struct mln_fiber *f)
{
    if (f) {
        (void)munmap(f->stack, f->guard + STACK_BYTES);
        free(f);
    }
    return NULL;
}

bool mln_fiber_resume(struct mln_fiber *f)
{
    void *fake;

    f->ended = false;
    LEAVES(&fake, f->own.uc_stack.ss_sp, STACK_BYTES);
    (void)swapcontext(&f->caller, &f->own);
    ENTERED(fake, NULL, NULL);
    return f->ended;
}

bool mln_fiber_start(struct mln_fiber *f, void (*fn)(void *arg), void *arg)
{
    f->fn = fn;
    f->arg = arg;
    return mln_fiber_resume(f);
}
