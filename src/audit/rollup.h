/* Roll-up in the worker (design section 7): repeats of an event within its window keep its event
 * id, on the block page too, and its record is written again with a higher revision and the count.
 * Under a flood repeats are written ever more rarely and the first events of each source come
 * first. Bounded memory, one thread, no clock of its own. */
#ifndef MLN_AUDIT_ROLLUP_H
#define MLN_AUDIT_ROLLUP_H

#include "audit/record.h"
#include "base/hash.h"

enum mln_rollup_answer {
    MLN_ROLLUP_FIRST, /* write it if at all possible */
    MLN_ROLLUP_MORE,  /* write it while the ring has room to spare */
    MLN_ROLLUP_SKIP,  /* a later revision will tell of it */
};

struct mln_rollup;
/* `key` is random, so that no client can aim at the places of another. NULL without memory. */
struct mln_rollup *mln_rollup_new(const struct mln_hash_key *key);
struct mln_rollup *mln_rollup_free(struct mln_rollup *u);
/* An event of which r tells, at `now` (any clock that only goes forward). When it continues an
 * earlier one (same app, protection, detector, field name and client) r gets the event id, first
 * time, revision and count of that. */
enum mln_rollup_answer mln_rollup_take(struct mln_rollup *u, struct mln_audit_record *r,
                                       mln_nsec now);

/* What the last mln_rollup_take was about is not written now: r is kept, and comes out of
 * mln_rollup_flush a quarter of a second later with the count that the event has reached by then,
 * unless a later revision was written before. False when it cannot be kept: too many are, or there
 * is no memory. */
bool mln_rollup_keep(struct mln_rollup *u, const struct mln_audit_record *r, mln_nsec now);
/* Whether the event of the last mln_rollup_take has a record kept, which then counts it, too. */
bool mln_rollup_keeps(const struct mln_rollup *u);
/* When the first kept record is due; 0 when none is kept. */
mln_nsec mln_rollup_due(const struct mln_rollup *u);
/* Hands over what is due at `now`; UINT64_MAX: everything. `put` returns false when it has no room:
 * that record is due again a little later. Its views are gone when it returns. */
void mln_rollup_flush(struct mln_rollup *u, mln_nsec now,
                      bool (*put)(void *arg, const struct mln_audit_record *r), void *arg);

#endif
