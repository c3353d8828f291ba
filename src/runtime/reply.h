/* Reading one HTTP/1.1 response of a runtime, as its bytes come. Sans-I/O; strict as everywhere. */
#ifndef MLN_RUNTIME_REPLY_H
#define MLN_RUNTIME_REPLY_H

#include "base/arena.h"
#include "base/buf.h"
#include "http/h1.h"

struct mln_reply {
    struct mln_h1_scan scan;
    struct mln_buf head; /* bytes until the head is complete */
    struct mln_buf body; /* the caller may consume from its front (streams) */
    struct mln_h1_body framing;
    uint16_t status; /* 0: no head yet */
    bool keep_alive, done;
};

/* `body_max`: most bytes that may wait in body. */
void mln_reply_init(struct mln_reply *r, size_t body_max);
void mln_reply_done(struct mln_reply *r);
/* For the next response on the same connection. */
void mln_reply_reset(struct mln_reply *r);
/* 0; -EBADMSG (no HTTP, or bytes behind the end), -EFBIG (body_max), -ENOMEM. */
int mln_reply_feed(struct mln_reply *r, struct mln_sv bytes) MLN_WARN_UNUSED;
/* The peer closed: 0 when the response is complete by that. */
int mln_reply_eof(struct mln_reply *r) MLN_WARN_UNUSED;

#endif
