/* A call that may be put off half-way and goes on later: it has a stack of its own. One thread;
 * fibers do not start fibers. Entering and leaving one costs a system call each (swapcontext(3)
 * keeps the signal mask), so they are for what may take long. */
#ifndef MLN_IO_FIBER_H
#define MLN_IO_FIBER_H

#include "base/base.h"

struct mln_fiber;

/* Maps the stack, above a page that cannot be touched. 0 or negative errno. */
int mln_fiber_new(struct mln_fiber **ret) MLN_WARN_UNUSED;
/* Not while a call is put off. NULL is fine; returns NULL. */
struct mln_fiber *mln_fiber_free(struct mln_fiber *f);

/* Calls fn(arg) on the fiber's stack. True: it returned; false: it was put off. */
bool mln_fiber_start(struct mln_fiber *f, void (*fn)(void *arg), void *arg);
/* Goes on with what was put off. As above. */
bool mln_fiber_resume(struct mln_fiber *f);
/* Within the call: puts it off. Returns when it is resumed. */
void mln_fiber_yield(struct mln_fiber *f);

#endif
