/* Loads a ruleset through nft(8), whose library may not be linked into this program. */
#ifndef MLN_INTERCEPT_NFT_H
#define MLN_INTERCEPT_NFT_H

#include "intercept/child.h"

/* nft(8) at work in the namespace behind `ns_fd`: absolute path, empty environment, the ruleset on
 * standard input. It is one transaction: all of it holds or none. 0 or a negative errno. */
int mln_nft_start(int ns_fd, struct mln_sv ruleset, struct mln_icpt_child *ret) MLN_WARN_UNUSED;
/* With what waitpid said of it: 0, or -ETIMEDOUT when it was killed, -ENOENT when nft is not
 * installed, another when the namespace cannot be entered, else -EPROTO for a non-zero exit and for
 * any word it wrote, which goes to `why`. */
int mln_nft_ended(struct mln_icpt_child *c, int status, struct mln_buf *why) MLN_WARN_UNUSED;

/* The same and waits for it, 5 s at most. */
int mln_nft_load(int ns_fd, struct mln_sv ruleset, struct mln_buf *why) MLN_WARN_UNUSED;

#endif
