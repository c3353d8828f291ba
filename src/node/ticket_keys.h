/* The keys that seal TLS session tickets. They are made here and live in memory only: workers,
 * which share them so that a session goes on with any of them, get a sealed memfd of a
 * struct mln_tls_tickets (io/tls.h). */
#ifndef MLN_NODE_TICKET_KEYS_H
#define MLN_NODE_TICKET_KEYS_H

#include "base/base.h"

struct mln_tls_tickets;

enum { MLN_TICKET_KEYS_S = 3600 }; /* a key is the newest for so long: when to rotate */

/* Both replace *fd (-1: none yet) and close what it was. On an error, a negative errno, it stays.
 */

/* Nothing but new keys. */
int mln_ticket_keys_new(int *fd) MLN_WARN_UNUSED;
/* A new key seals from now on; what the last ones sealed can still be opened. */
int mln_ticket_keys_rotate(int *fd) MLN_WARN_UNUSED;

/* A worker's side: what it was given. 0, or -EBADMSG when it is not sealed, or something else. */
int mln_ticket_keys_read(int fd, struct mln_tls_tickets *ret) MLN_WARN_UNUSED;

#endif
