/* Buffers that come and go with the bytes in them: an idle connection owns none. One pool per
 * worker; taking and giving back costs a move of a few words, no allocation once it is warm. */
#ifndef MLN_PROXY_BUFS_H
#define MLN_PROXY_BUFS_H

#include <sys/uio.h>

#include "base/buf.h"
#include "io/tls.h"

enum {
    BUFS_KEPT = 64,
    BUFS_KEPT_BYTES = 80 << 10, /* larger ones go back to the heap */
    OUTQ_IOV_MAX = 6,
};

struct bufs {
    struct mln_buf kept[BUFS_KEPT];
    uint32_t n;
};

/* Gives an empty buffer without memory some of the pool's, if there is any. */
void bufs_take(struct bufs *pool, struct mln_buf *b);
/* Empties the buffer and takes its memory. */
void bufs_give(struct bufs *pool, struct mln_buf *b);
void bufs_done(struct bufs *pool);

/* Bytes on their way to a socket. */
struct outq {
    struct mln_buf b;
    size_t sent; /* bytes of b that are written */
};

static inline size_t outq_pending(const struct outq *q)
{
    return q->b.len - q->sent;
}
/* The buffer to append to. */
struct mln_buf *outq_buf(struct bufs *pool, struct outq *q);
/* Writes what is queued and then `more` (at most OUTQ_IOV_MAX - 1 pieces) without copying it; what
 * the kernel does not take is queued. 0: nothing is left; -EAGAIN: something is, wait until the
 * socket is writable; -ENOMEM; else the negative errno of the socket. tls: NULL for a plain one. */
int outq_write(struct bufs *pool, struct outq *q, int fd, struct mln_tls *tls,
               const struct iovec *more, unsigned n) MLN_WARN_UNUSED;
/* Queues without writing. 0 or -ENOMEM. */
int outq_add(struct bufs *pool, struct outq *q, const struct iovec *more,
             unsigned n) MLN_WARN_UNUSED;
void outq_drop(struct bufs *pool, struct outq *q);

#endif
