/* A socket, in plain or behind TLS. The plain way is one comparison longer than without. */
#ifndef MLN_PROXY_WIRE_H
#define MLN_PROXY_WIRE_H

#include <errno.h>
#include <sys/socket.h>

#include "io/tls.h"

/* Bytes read, 0 at the end that the peer meant, or a negative errno; -EAGAIN: none at the moment.
 * n is MLN_TLS_RECORD at least. */
static inline ssize_t wire_read(int fd, struct mln_tls *tls, void *p, size_t n)
{
    if (tls)
        return mln_tls_read(tls, p, n);
    ssize_t r = recv(fd, p, n, 0);
    return r >= 0 ? r : errno == EINTR ? -EAGAIN : -errno;
}

/* Whether a read that gave n of `size` bytes may have left some in the socket. */
static inline bool wire_may_have_more(const struct mln_tls *tls, size_t n, size_t size)
{
    return n == (tls ? (size_t)MLN_TLS_RECORD : size);
}

/* Something of our own making has to be written although nobody asked for it. */
static inline bool wire_unsent(const struct mln_tls *tls)
{
    return tls && mln_tls_unsent(tls);
}

#endif
