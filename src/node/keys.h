/* Private keys on their way from the compile child to the workers: a sealed memfd of their own,
 * which nobody else maps. Its header, then the keys as PEM, one after the other. */
#ifndef MLN_NODE_KEYS_H
#define MLN_NODE_KEYS_H

#include "base/buf.h"
#include "policy/policy.h"

/* Appends the blob of the policy's keys, those of the snapshot of that revision. Clear it with
 * mln_keys_wipe. */
void mln_keys_write(const struct mln_policy *p, uint64_t revision, struct mln_buf *out);
void mln_keys_wipe(struct mln_buf *b);

struct mln_keys {
    const uint8_t *map; /* NULL: none */
    size_t len;
    uint32_t n;
};
/* Maps and checks it; keeps no descriptor. 0, or -EBADMSG when it is not sealed, not of this build
 * or belongs to another revision. */
int mln_keys_map(int fd, uint64_t revision, struct mln_keys *ret) MLN_WARN_UNUSED;
void mln_keys_unmap(struct mln_keys *k);
/* Key i, below n. */
struct mln_sv mln_keys_get(const struct mln_keys *k, uint32_t i);

#endif
