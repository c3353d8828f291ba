/* The scopes of a policy blob, and which rule a container gets by them. */
#ifndef MLN_NODE_SCOPES_H
#define MLN_NODE_SCOPES_H

#include "base/buf.h"
#include "node/blob.h"
#include "runtime/closed.h"

struct mln_scopes {
    struct mln_arena arena;
    const struct mln_snapshot *snap;
    struct mln_scope *v; /* one per rule of the snapshot */
};

/* `snap` must stay while *s is used. 0 or -ENOMEM. */
int mln_scopes_init(struct mln_scopes *s, const struct mln_snapshot *snap) MLN_WARN_UNUSED;
void mln_scopes_done(struct mln_scopes *s);

/* Fills rule, flags, ports, revision and answers of *m (the rest is the caller's) and appends to
 * `why` a few words on the choice: the pattern that matched, or what the nearest rule wants
 * otherwise. */
void mln_scopes_choose(const struct mln_scopes *s, const struct mln_container *c,
                       const struct mln_image *image, struct mln_sv node,
                       struct mln_workload_msg *m, struct mln_buf *why);
/* The text that is left behind for starts without a defender (runtime/closed.h); nothing when no
 * rule in use says `fail: closed`. True: one does. `node` is the name of this machine. */
bool mln_scopes_closed(const struct mln_scopes *s, struct mln_sv node, struct mln_buf *out);

#endif
