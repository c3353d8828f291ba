/* A child at work in a network namespace. What is asked of the kernel there may take as long as
 * whoever owns the namespace likes, who may keep its rules busy all the time: only a child waits
 * for that. */
#ifndef MLN_INTERCEPT_CHILD_H
#define MLN_INTERCEPT_CHILD_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/time.h"

struct mln_icpt_child {
    pid_t pid; /* 0: none */
    int said;  /* what it writes */
};

/* Starts one that does `work` in the namespace behind `ns_fd`. Of our descriptors it has but *in
 * (-1: none), as its standard input, and is the last to hold it: *in is closed before `work`
 * begins, and -1. What `work` returns, 0 to 100 or a negative errno, is told at its end. 0 or a
 * negative errno; *in is left as it is then. */
int mln_icpt_child_start(int ns_fd, int *in, int (*work)(void *arg), void *arg,
                         struct mln_icpt_child *ret) MLN_WARN_UNUSED;
/* Whoever reaps children calls this with what waitpid said. What `work` returned, -ETIMEDOUT when
 * it was killed; what it wrote goes to `why`. */
int mln_icpt_child_ended(struct mln_icpt_child *c, int status, struct mln_buf *why) MLN_WARN_UNUSED;
/* It ends before long, unless the kernel holds it, which is still to be told. */
void mln_icpt_child_kill(const struct mln_icpt_child *c);
/* How long it has had a processor. */
mln_nsec mln_icpt_child_used(const struct mln_icpt_child *c);
/* It works a lot: the others come first from now on. */
void mln_icpt_child_slow_down(const struct mln_icpt_child *c);
/* Waits for its end, which is then to be told with *ret_status; kills it after `ms`, and forgets it
 * when the kernel holds it. False then. */
bool mln_icpt_child_wait(struct mln_icpt_child *c, unsigned ms, int *ret_status) MLN_WARN_UNUSED;

#endif
