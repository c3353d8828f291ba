/* Loads a ruleset through nft(8), whose library may not be linked into this program. */
#ifndef MLN_INTERCEPT_NFT_H
#define MLN_INTERCEPT_NFT_H

#include <sys/types.h>

#include "base/buf.h"

/* nft(8) at work in a namespace: absolute path, empty environment, the ruleset on standard input.
 * It is one transaction: all of it holds or none. */
struct mln_nft_child {
    pid_t pid; /* 0: none */
    int said;  /* what it writes */
};

/* Starts it in the namespace behind `ns_fd`. Whoever reaps children calls mln_nft_ended with what
 * waitpid said: 0, or -ETIMEDOUT when it was killed, -ENOENT when nft is not installed, else
 * -EPROTO for a non-zero exit and for any word it wrote, which goes to `why`. */
int mln_nft_start(int ns_fd, struct mln_sv ruleset, struct mln_nft_child *ret) MLN_WARN_UNUSED;
int mln_nft_ended(struct mln_nft_child *c, int status, struct mln_buf *why) MLN_WARN_UNUSED;
/* It will end before long, which is still to be told. */
void mln_nft_kill(const struct mln_nft_child *c);
/* Kills it and forgets it; waits for its end, but no more than a second (the kernel may hold it).
 */
void mln_nft_abandon(struct mln_nft_child *c);

/* The same and waits for it, 5 s at most. */
int mln_nft_load(int ns_fd, struct mln_sv ruleset, struct mln_buf *why) MLN_WARN_UNUSED;

#endif
