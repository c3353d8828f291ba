/* The worker's side of the socket supply of `merlon defender`: unconnected sockets of each
 * container's namespace, kept ahead of the demand; bound to the client's address and connected to
 * where it wanted to go. A link-local client's address cannot be bound: the application sees the
 * container's own one, which is counted. One thread. */
#ifndef MLN_NODE_TRANSPARENT_H
#define MLN_NODE_TRANSPARENT_H

#include "audit/counters.h"
#include "node/wire.h"
#include "proxy/dataplane.h"

struct mln_transparent;
/* NULL without memory. */
struct mln_transparent *mln_transparent_new(struct mln_loop *loop, int control_fd,
                                            struct mln_counters *counters);
struct mln_transparent *mln_transparent_free(struct mln_transparent *t);
struct mln_supply *mln_transparent_supply(struct mln_transparent *t);
/* An application is served from now on: asks for the first sockets. */
void mln_transparent_add(struct mln_transparent *t, uint32_t app);
/* Its sockets are closed; who waits for one is told -ENOTCONN. */
void mln_transparent_remove(struct mln_transparent *t, uint32_t app);
/* The answer to a request for `asked` of a kind (as in MLN_WIRE_WANT): n sockets, now owned, or
 * none and an errno. */
void mln_transparent_answer(struct mln_transparent *t, uint32_t app, uint32_t kind, const int *fds,
                            size_t n, uint64_t asked, int err);

#endif
