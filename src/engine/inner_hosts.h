/* Which host of a URL is inside: loopback, private, link-local, metadata services of clouds, in
 * every spelling that a resolver takes. Thread-safe: no state. */
#ifndef MLN_ENGINE_INNER_HOSTS_H
#define MLN_ENGINE_INNER_HOSTS_H

#include "base/base.h"

enum mln_host_kind {
    MLN_HOST_PUBLIC,
    MLN_HOST_PRIVATE,
    MLN_HOST_LOOPBACK,
    MLN_HOST_INNER, /* a name that only machines of a cluster or a container know */
    MLN_HOST_METADATA,
};
/* *ret_disguised: the host is written as nobody writes it who means no harm (also when public). */
enum mln_host_kind mln_host_kind(struct mln_sv host, bool *ret_disguised);
/* The host of the authority at i, with the brackets of IPv6. *ret_userinfo: something@ stood in
 * front; *ret_odd: it holds bytes on which parsers of URLs disagree. *ret_end is behind the host.
 */
struct mln_sv mln_host_at(struct mln_sv s, size_t i, bool *ret_userinfo, bool *ret_odd,
                          size_t *ret_end);
/* A port of a database, a cache, a container engine: nobody links to one. */
bool mln_host_is_service_port(unsigned port) MLN_PURE;

#endif
