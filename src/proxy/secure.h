/* TLS of connections: which endpoint of a rule it is about, contexts, handshakes. */
#ifndef MLN_PROXY_SECURE_H
#define MLN_PROXY_SECURE_H

#include "proxy/conn.h"

/* Whether there is a certificate for clients of that port. */
bool secure_port(const struct mln_dataplane *d, const struct place *at);
/* What the rule of the exchange, or of the port, says of TLS for this connection; NULL: nothing. */
const struct mln_snap_tls *secure_endpoint(struct conn *c);
/* The context for the application of the connection's next request, and the name to ask for; NULL:
 * in plain. */
const struct mln_tls_ctx *secure_upstream(struct conn *c, struct mln_sv *ret_name);

/* The connection begins with a handshake; `first` as for conn_accept. False when it cannot. */
bool secure_accept(struct conn *c, struct mln_sv first);
/* One step of it. It may close the connection, or let it go on to its first request. */
void secure_handshake(struct conn *c);
/* It waits no longer: of a connection that ends, or has done it. */
void secure_forget(struct conn *c);

/* One step of the handshake with the application: 0 done, -EAGAIN, else it failed. */
int secure_upstream_step(struct upstream *u);

#endif
