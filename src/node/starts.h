/* How the starts of containers went, for metrics and `merlon status`: what hooks were answered, and
 * how long after its start a container was protected. Part of what the courier knows. One thread.
 */
#ifndef MLN_NODE_STARTS_H
#define MLN_NODE_STARTS_H

#include "base/buf.h"
#include "base/time.h"
#include "node/wire.h"
#include "runtime/hook.h"
#include "runtime/workload.h"

enum { MLN_GAP_BUCKETS = 11 };

struct mln_starts {
    uint64_t hooks[MLN_HOOK_VERDICT_MAX];
    uint64_t guards[MLN_GUARD_MAX];
    uint64_t gaps[MLN_GAP_BUCKETS + 1]; /* the last: beyond all of them */
    mln_nsec sum;
};

/* MLN_WIRE_HOOKS. Values out of range are ignored. */
void mln_starts_hooks(struct mln_starts *s, const struct mln_wire *m);
/* A container is protected, since `gap` after its start: 0 when it was before. */
void mln_starts_guarded(struct mln_starts *s, enum mln_guard g, mln_nsec gap);
/* As Prometheus text. */
void mln_starts_metrics(const struct mln_starts *s, struct mln_buf *out);
/* A member of an object: "starts":{…}. */
void mln_starts_json(const struct mln_starts *s, struct mln_buf *out);

#endif
