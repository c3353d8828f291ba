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
 * time, revision and count of that. The count leaves out what happened in the last quarter of a
 * second of a flood; the counters have it all. */
enum mln_rollup_answer mln_rollup_take(struct mln_rollup *u, struct mln_audit_record *r,
                                       mln_nsec now);

#endif
