/* The answer to one gRPC call that is alone on its HTTP/2 connection, as its bytes come. Sans-I/O.
 *
 * The request was written whole, with windows that never close (runtime/containerd_ask.h), so there
 * is nothing to be sent while the answer comes, and header blocks need not be decoded: a call that
 * fails has no message. */
#ifndef MLN_RUNTIME_GRPC_H
#define MLN_RUNTIME_GRPC_H

#include "base/buf.h"

struct mln_grpc {
    struct mln_buf frames;   /* an unfinished frame */
    struct mln_buf messages; /* an unfinished message, with its prefix */
    uint64_t total;          /* bytes of data: the windows hold 2 GiB */
    bool ended;              /* by the peer, in order */
};

enum { MLN_GRPC_MESSAGE_MAX = 64 << 20 };

void mln_grpc_init(struct mln_grpc *g);
void mln_grpc_done(struct mln_grpc *g);
/* Calls `message` with each complete message, valid during the call. 0; -EBADMSG (not HTTP/2, not
 * gRPC, compressed), -ECONNRESET (the peer gave the call up), -EFBIG. */
int mln_grpc_feed(struct mln_grpc *g, struct mln_sv bytes,
                  void (*message)(void *arg, struct mln_sv message), void *arg) MLN_WARN_UNUSED;

#endif
