#include "proxy/bufs.h"

#include <errno.h>
#include <sys/socket.h>

void bufs_take(struct bufs *pool, struct mln_buf *b)
{
    if (b->p || mln_buf_failed(b) || pool->n == 0) /* what was lost must be noticed */
        return;
    size_t limit = b->limit_bytes;
    *b = pool->kept[--pool->n];
    b->limit_bytes = limit;
}

void bufs_give(struct bufs *pool, struct mln_buf *b)
{
    if (!b->p) {
        mln_buf_clear(b);
        return;
    }
    if (pool->n == BUFS_KEPT || b->cap > BUFS_KEPT_BYTES) {
        mln_buf_done(b);
        return;
    }
    mln_buf_clear(b);
    pool->kept[pool->n++] = *b;
    *b = (struct mln_buf){.limit_bytes = b->limit_bytes};
}

void bufs_done(struct bufs *pool)
{
    while (pool->n)
        mln_buf_done(&pool->kept[--pool->n]);
}

struct mln_buf *outq_buf(struct bufs *pool, struct outq *q)
{
    bufs_take(pool, &q->b);
    return &q->b;
}

void outq_drop(struct bufs *pool, struct outq *q)
{
    bufs_give(pool, &q->b);
    q->sent = 0;
}

int outq_add(struct bufs *pool, struct outq *q, const struct iovec *more, unsigned n)
{
    struct mln_buf *b = outq_buf(pool, q);

    if (q->sent > b->len / 2) { /* the written half makes room */
        mln_buf_consume(b, q->sent);
        q->sent = 0;
    }
    for (unsigned i = 0; i < n; i++)
        mln_buf_add(b, more[i].iov_base, more[i].iov_len);
    return mln_buf_failed(b) ? -ENOMEM : 0;
}

/* Takes n written bytes off the front of iov[0..*count); returns where the rest begins. */
static struct iovec *advance(struct iovec *iov, unsigned *count, size_t n)
{
    while (*count && n >= iov->iov_len) {
        n -= iov->iov_len;
        iov++;
        (*count)--;
    }
    if (*count) {
        iov->iov_base = (char *)iov->iov_base + n;
        iov->iov_len -= n;
    }
    return iov;
}

static ssize_t write_once(int fd, struct iovec *iov, unsigned n)
{
    const struct msghdr m = {.msg_iov = iov, .msg_iovlen = n};
    ssize_t r;

    do
        r = n == 1 ? send(fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL)
                   : sendmsg(fd, &m, MSG_NOSIGNAL);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

int outq_write(struct bufs *pool, struct outq *q, int fd, struct mln_tls *tls,
               const struct iovec *more, unsigned n)
{
    struct iovec all[OUTQ_IOV_MAX], *iov = all;
    unsigned count = 0;
    size_t queued = outq_pending(q), total = queued;

    if (mln_buf_failed(&q->b))
        return -ENOMEM;
    if (queued)
        all[count++] = (struct iovec){q->b.p + q->sent, queued};
    for (unsigned i = 0; i < n; i++)
        if (more[i].iov_len) {
            all[count++] = more[i];
            total += more[i].iov_len;
        }
    /* one call: after a short write the socket is full and says so by itself when it is not */
    ssize_t r = tls ? mln_tls_writev(tls, iov, count) : total ? write_once(fd, iov, count) : 0;
    if (r < 0 && r != -EAGAIN)
        return (int)r;
    size_t done = r < 0 ? 0 : (size_t)r;
    if (done == total) {
        outq_drop(pool, q);
        return tls && mln_tls_unsent(tls) ? -EAGAIN : 0;
    }
    iov = advance(iov, &count, done);
    q->sent += MLN_MIN(done, queued);
    if (done < queued) {
        iov++; /* what is left of the queue stays where it is */
        count--;
    } else {
        q->b.len = q->sent = 0;
    }
    return outq_add(pool, q, iov, count) < 0 ? -ENOMEM : -EAGAIN;
}
