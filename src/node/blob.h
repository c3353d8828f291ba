/* A policy blob as a child gets it: a sealed memfd, mapped and checked. */
#ifndef MLN_NODE_BLOB_H
#define MLN_NODE_BLOB_H

#include "engine/snapshot.h"

struct mln_blob {
    struct mln_snapshot snap;
    void *map; /* NULL: none */
    size_t len;
};

/* Does not keep fd. 0, or -EBADMSG when the blob is not sealed, not of this build, or without a
 * rule. */
int mln_blob_map(int fd, struct mln_blob *ret) MLN_WARN_UNUSED;
void mln_blob_unmap(struct mln_blob *b);

#endif
