/* Loads a ruleset through nft(8), whose library may not be linked into this program. */
#ifndef MLN_INTERCEPT_NFT_H
#define MLN_INTERCEPT_NFT_H

#include "base/buf.h"

/* Runs `nft -f -` as a child in the namespace behind `ns_fd`: absolute path, empty environment, the
 * ruleset on standard input, 5 s at most. It is one transaction: all of it holds or none. A
 * non-zero exit and any word on standard error is -EPROTO with the text in `why`; -ENOENT: nft is
 * not installed; -ETIMEDOUT. */
int mln_nft_load(int ns_fd, struct mln_sv ruleset, struct mln_buf *why) MLN_WARN_UNUSED;

#endif
