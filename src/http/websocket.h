/* The handshake of WebSocket (RFC 6455 section 4), the one upgrade that is passed on. Pure. */
#ifndef MLN_HTTP_WEBSOCKET_H
#define MLN_HTTP_WEBSOCKET_H

#include "http/head.h"

/* True when the request asks for a WebSocket in full: GET over HTTP/1.1 without a body, Upgrade
 * named in Connection and nothing but websocket, version 13, one key of 16 bytes. */
bool mln_websocket_asked(const struct mln_http_head *request) MLN_PURE;
/* True when the answer grants what that request asked for: 101, the same upgrade, and the accept
 * value that belongs to the request's key. */
bool mln_websocket_granted(const struct mln_http_head *request,
                           const struct mln_http_head *answer) MLN_PURE;

enum { MLN_WEBSOCKET_ACCEPT = 28 };
/* Sec-WebSocket-Accept for a key. */
void mln_websocket_accept(struct mln_sv key, char out[MLN_WEBSOCKET_ACCEPT]);

#endif
