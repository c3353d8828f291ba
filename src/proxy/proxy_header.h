/* The header of the PROXY protocol, versions 1 and 2 (proxy-protocol.txt of HAProxy, 2020): what a
 * load balancer writes at the start of a connection to tell whose it is. Pure. */
#ifndef MLN_PROXY_PROXY_HEADER_H
#define MLN_PROXY_PROXY_HEADER_H

#include "base/addr.h"

/* No header is longer: addresses, and room for the additions of clouds and of TLS. */
enum { MLN_PROXY_HEADER_MAX = 4096 };

struct mln_proxy_header {
    uint8_t version; /* 1 or 2 */
    bool known;      /* false: the proxy's own connection (LOCAL), or it does not say (UNKNOWN,
                        UNSPEC, UNIX): the client is who connected. The rest is zero then. */
    struct mln_addr client;
    uint16_t client_port;
};

/* Reads the header at the start of `in`. Its length; 0 while more is needed, never for
 * MLN_PROXY_HEADER_MAX bytes and more; -EPROTO as soon as it cannot be one. Additions (TLV) are
 * stepped over unread. */
int mln_proxy_header(struct mln_sv in, struct mln_proxy_header *ret) MLN_WARN_UNUSED;

#endif
