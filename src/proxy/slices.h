/* Long work on a client's bytes, in slices: it has a stack of its own, on which it is put off where
 * the engine pauses, and goes on in a later turn of the loop. What others bring is served between.
 * One thread. */
#ifndef MLN_PROXY_SLICES_H
#define MLN_PROXY_SLICES_H

#include "proxy/conn.h"

/* Works on a client's bytes by conn_consume: at once, in slices when that may take long, or in a
 * later turn (c->queued). As long as c->slice is set, none of the connection's events are served;
 * conn_continue follows what ends in a later turn. */
void slices_consume(struct conn *c, struct mln_sv bytes);
/* Whether n more bytes of this client may take long: what is short cannot, unless the client is
 * known for such. */
bool slices_may_be_long(const struct conn *c, size_t n) MLN_PURE;
/* Has the work on this connection that was put off end at once; what waits for a turn is forgotten.
 * Nothing happens within that work itself. */
void slices_end(struct conn *c);
/* After the events of a turn: goes on with something that was put off, begins something that
 * waits. */
void slices_turn(struct mln_dataplane *d);
/* Before all else, and after it. 0 or -ENOMEM. */
int slices_init(struct mln_dataplane *d) MLN_WARN_UNUSED;
void slices_done(struct mln_dataplane *d);

#endif
