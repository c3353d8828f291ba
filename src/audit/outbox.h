/* Messages that wait to leave by a socket which may be slow or gone: bounded, never waits, counts
 * what it had to drop. One owner, one thread. A message whose end was not written when a stream
 * broke is written whole on the next one; what the kernel had taken and lost is not known. */
#ifndef MLN_AUDIT_OUTBOX_H
#define MLN_AUDIT_OUTBOX_H

#include "base/buf.h"

struct mln_outbox {
    struct mln_buf queue; /* uint32_t length, bytes, … */
    size_t head;          /* of the first message that is not gone */
    size_t begun;         /* bytes of it that a stream took */
    size_t limit_bytes;
    bool stream; /* else each message is a datagram */
    uint64_t sent, dropped;
};

void mln_outbox_init(struct mln_outbox *o, bool stream, size_t limit_bytes);
void mln_outbox_done(struct mln_outbox *o);
/* Takes a copy; counts it as dropped when there is no room. Of a stream it is framed: its length in
 * decimal, a space, the message (RFC 6587 section 3.4.1, RFC 5425). */
void mln_outbox_add(struct mln_outbox *o, struct mln_sv message);
/* Bytes that wait. */
size_t mln_outbox_waiting(const struct mln_outbox *o);
/* Writes what fd, which is non-blocking, takes. 0; -EAGAIN: the rest waits; another negative errno:
 * the socket is of no use any more, and the outbox is ready for the next one. */
int mln_outbox_flush(struct mln_outbox *o, int fd) MLN_WARN_UNUSED;

#endif
