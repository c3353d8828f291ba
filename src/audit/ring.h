/* Single-producer single-consumer byte ring in a shared memfd: one worker writes, the courier
 * reads. The supervisor holds the memfd, so what was committed outlives a killed worker, whose
 * successor goes on in the same ring. Full: the record is counted as dropped, the writer never
 * waits. The reader trusts nothing: lengths are checked against a private copy of its position. */
#ifndef MLN_AUDIT_RING_H
#define MLN_AUDIT_RING_H

#include "base/base.h"

enum { MLN_RING_BYTES_DEFAULT = 1 << 20 };

struct mln_ring_shared; /* layout in ring.c */
struct mln_ring {
    struct mln_ring_shared *s;
    size_t map_len;
    uint64_t mask;
    uint64_t pos; /* private copy of this side's position */
};

/* Bytes that a memfd for a ring of `data_bytes` (power of two) must have. */
size_t mln_ring_size(size_t data_bytes);
/* Maps it; the producer formats it when it is fresh, and goes on where a dead one stopped when it
 * is not. 0 or negative errno. */
int mln_ring_attach(int fd, size_t data_bytes, bool producer, struct mln_ring *ret) MLN_WARN_UNUSED;
void mln_ring_detach(struct mln_ring *r);
/* 0, or -ENOSPC (counted in the ring), or -EMSGSIZE. *ret_wake: the reader sleeps, ring its bell.
 */
int mln_ring_put(struct mln_ring *r, struct mln_sv record, bool *ret_wake) MLN_WARN_UNUSED;
/* Copies the next record into out (cap bytes). Its length; 0 when empty; -EBADMSG when the ring
 * holds nonsense (then everything up to the producer's position is skipped and counted). */
int mln_ring_get(struct mln_ring *r, void *out, size_t cap) MLN_WARN_UNUSED;
/* Consumer: announce sleep; false when a record came in meanwhile. */
bool mln_ring_sleep(struct mln_ring *r);
/* Producer: share of the ring that is free, in 1/256. */
unsigned mln_ring_room(const struct mln_ring *r);
uint64_t mln_ring_dropped(const struct mln_ring *r);

#endif
