#include "audit/outbox.h"

#include <errno.h>
#include <sys/socket.h>

enum { MESSAGES_PER_FLUSH = 1024 }; /* the caller has other things to do, too */

void mln_outbox_init(struct mln_outbox *o, bool stream, size_t limit_bytes)
{
    *o = (struct mln_outbox){.stream = stream, .limit_bytes = limit_bytes};
}

void mln_outbox_done(struct mln_outbox *o)
{
    mln_buf_done(&o->queue);
    o->head = o->begun = 0;
}

size_t mln_outbox_waiting(const struct mln_outbox *o)
{
    return o->queue.len - o->head;
}

/* What is gone is cut off once it is half of the queue, so that no byte is moved twice for it. */
static void compact(struct mln_outbox *o)
{
    if (o->head < o->queue.len && o->head < o->limit_bytes / 2)
        return;
    mln_buf_consume(&o->queue, o->head);
    o->head = 0;
}

void mln_outbox_add(struct mln_outbox *o, struct mln_sv message)
{
    char frame[24];
    int n = o->stream ? snprintf(frame, sizeof(frame), "%zu ", message.len) : 0;
    uint32_t len = (uint32_t)(message.len + (size_t)n);
    size_t before = o->queue.len;

    if (mln_outbox_waiting(o) + sizeof(len) + len > o->limit_bytes) {
        o->dropped++;
        return;
    }
    mln_buf_add(&o->queue, &len, sizeof(len));
    mln_buf_add(&o->queue, frame, (size_t)n);
    mln_buf_add_sv(&o->queue, message);
    if (mln_buf_failed(&o->queue)) { /* no memory: this one is lost, those before it are not */
        o->queue.failed = false;
        o->queue.len = before;
        o->dropped++;
    }
}

static void next(struct mln_outbox *o, size_t len)
{
    o->head += sizeof(uint32_t) + len;
    o->begun = 0;
    compact(o);
}

/* 0, or a negative errno. */
static int flush_one(struct mln_outbox *o, int fd)
{
    uint32_t len;

    memcpy(&len, o->queue.p + o->head, sizeof(len));
    const char *p = o->queue.p + o->head + sizeof(len);
    ssize_t n = send(fd, p + o->begun, len - o->begun, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EMSGSIZE && !o->stream) { /* larger than this socket ever takes */
        o->dropped++;
        next(o, len);
        return 0;
    }
    if (n < 0)
        return errno == ENOBUFS || errno == EWOULDBLOCK ? -EAGAIN : -errno;
    o->begun += (size_t)n;
    if (o->begun < len && o->stream)
        return -EAGAIN;
    o->sent++;
    next(o, len);
    return 0;
}

int mln_outbox_flush(struct mln_outbox *o, int fd)
{
    int r = 0;

    for (unsigned i = 0; i < MESSAGES_PER_FLUSH && mln_outbox_waiting(o) && r == 0; i++) {
        r = flush_one(o, fd);
        if (r == -EINTR)
            r = 0;
    }
    if (r < 0 && r != -EAGAIN)
        o->begun = 0;
    return r == 0 && mln_outbox_waiting(o) ? -EAGAIN : r;
}
