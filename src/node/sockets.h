/* Sockets, event descriptors and limits that only the supervisor makes. Negative errno on failure.
 */
#ifndef MLN_NODE_SOCKETS_H
#define MLN_NODE_SOCKETS_H

#include "base/addr.h"

/* A listening, non-blocking socket; the any-address listens on both families. `shared`: another
 * process of the same user may listen there, too, if it says so (SO_REUSEPORT). */
int mln_socket_listen(const struct mln_addr *a, uint16_t port, int backlog, bool shared);
/* Whether such a socket is bound there. */
bool mln_socket_listens_at(int fd, const struct mln_addr *a, uint16_t port);
/* What may help when that failed with `err`, or NULL. */
const char *mln_socket_listen_hint(int err);
/* A non-blocking socket that is connecting (or has connected). */
int mln_socket_connect(const struct mln_addr *a, uint16_t port);
/* A non-blocking UDP socket whose datagrams go there. */
int mln_socket_datagram(const struct mln_addr *a, uint16_t port);
/* What was sent and is not acknowledged after so long breaks the connection; so does its making. */
void mln_socket_patience(int fd, unsigned ms);
int mln_eventfd(void);
/* As many descriptors as the hard limit allows. */
void mln_raise_file_limit(void);

#endif
