#include "runtime/grpc.h"

#include <errno.h>

/* RFC 9113 sections 4.1 and 6 */
enum {
    FRAME_HEAD = 9,
    FRAME_MAX = 16384, /* our SETTINGS do not allow more */
    FRAME_DATA = 0,
    FRAME_HEADERS = 1,
    FRAME_RST_STREAM = 3,
    FRAME_GOAWAY = 7,
    FLAG_END_STREAM = 1,
    FLAG_PADDED = 8,
    PREFIX = 5, /* of a gRPC message: compressed or not, length */
};

void mln_grpc_init(struct mln_grpc *g)
{
    *g = (struct mln_grpc){.frames = {.limit_bytes = 1 << 20},
                           .messages = {.limit_bytes = MLN_GRPC_MESSAGE_MAX + PREFIX}};
}

void mln_grpc_done(struct mln_grpc *g)
{
    mln_buf_done(&g->frames);
    mln_buf_done(&g->messages);
}

static uint32_t big_endian(const char *p, unsigned n)
{
    uint32_t v = 0;

    for (unsigned i = 0; i < n; i++)
        v = v << 8 | (uint8_t)p[i];
    return v;
}

static int take_messages(struct mln_grpc *g, void (*message)(void *arg, struct mln_sv message),
                         void *arg)
{
    struct mln_sv rest = mln_buf_sv(&g->messages);

    while (rest.len >= PREFIX) {
        uint32_t n = big_endian(rest.p + 1, 4);
        if (rest.p[0] != 0)
            return -EBADMSG;
        if (n > MLN_GRPC_MESSAGE_MAX)
            return -EFBIG;
        if (rest.len - PREFIX < n)
            break;
        message(arg, mln_sv_sub(rest, PREFIX, n));
        rest = mln_sv_sub(rest, PREFIX + (size_t)n, rest.len);
    }
    mln_buf_consume(&g->messages, g->messages.len - rest.len);
    return 0;
}

static int take_data(struct mln_grpc *g, uint8_t flags, struct mln_sv payload)
{
    if (flags & FLAG_PADDED) {
        size_t pad = payload.len ? (uint8_t)payload.p[0] : SIZE_MAX;
        if (pad >= payload.len)
            return -EBADMSG;
        payload = mln_sv_sub(payload, 1, payload.len - 1 - pad);
    }
    g->total += payload.len;
    mln_buf_add_sv(&g->messages, payload);
    return mln_buf_failed(&g->messages) ? -EFBIG : 0;
}

static int take_frame(struct mln_grpc *g, const char *head, struct mln_sv payload)
{
    uint8_t type = (uint8_t)head[3], flags = (uint8_t)head[4];
    uint32_t stream = big_endian(head + 5, 4) & INT32_MAX;

    if (type == FRAME_RST_STREAM)
        return -ECONNRESET;
    if (type == FRAME_GOAWAY) /* last stream, reason: without one it lets the call end in order */
        return payload.len >= 8 && big_endian(payload.p + 4, 4) == 0 ? 0 : -ECONNRESET;
    if (stream != 1)
        return 0;
    int r = type == FRAME_DATA ? take_data(g, flags, payload) : 0;
    if ((type == FRAME_DATA || type == FRAME_HEADERS) && flags & FLAG_END_STREAM)
        g->ended = true;
    return r;
}

int mln_grpc_feed(struct mln_grpc *g, struct mln_sv bytes,
                  void (*message)(void *arg, struct mln_sv message), void *arg)
{
    size_t at = 0;
    int r = 0;

    mln_buf_add_sv(&g->frames, bytes);
    if (mln_buf_failed(&g->frames))
        return -EFBIG;
    while (r == 0 && g->frames.len - at >= FRAME_HEAD) {
        const char *head = g->frames.p + at;
        uint32_t n = big_endian(head, 3);
        if (n > FRAME_MAX)
            return -EBADMSG;
        if (g->frames.len - at - FRAME_HEAD < n)
            break;
        r = take_frame(g, head, mln_sv(head + FRAME_HEAD, n));
        at += FRAME_HEAD + n;
    }
    mln_buf_consume(&g->frames, at);
    return r < 0 ? r : take_messages(g, message, arg);
}
