#include "runtime/reply.h"

#include <errno.h>

static const struct mln_h1_limits limits = {
    .head_bytes = 32768, .target_bytes = 16384, .fields = 100, .trailer_bytes = 8192};

void mln_reply_init(struct mln_reply *r, size_t body_max)
{
    *r = (struct mln_reply){.head = {.limit_bytes = limits.head_bytes * 2},
                            .body = {.limit_bytes = body_max}};
    mln_h1_scan_init(&r->scan);
}

void mln_reply_done(struct mln_reply *r)
{
    mln_buf_done(&r->head);
    mln_buf_done(&r->body);
    mln_h1_body_done(&r->framing);
}

void mln_reply_reset(struct mln_reply *r)
{
    mln_buf_clear(&r->head);
    mln_buf_clear(&r->body);
    mln_h1_body_done(&r->framing);
    memset(&r->framing, 0, sizeof(r->framing));
    mln_h1_scan_init(&r->scan);
    r->status = 0;
    r->keep_alive = r->done = false;
}

static int feed_body(struct mln_reply *r, struct mln_sv bytes)
{
    struct mln_http_fault fault;

    while (bytes.len && !r->framing.done) {
        struct mln_sv piece;
        size_t used;
        if (mln_h1_body_feed(&r->framing, bytes.p, bytes.len, &used, &piece, &fault) < 0)
            return -EBADMSG;
        mln_buf_add_sv(&r->body, piece);
        if (mln_buf_failed(&r->body))
            return -EFBIG;
        if (used == 0)
            break;
        bytes = mln_sv_sub(bytes, used, bytes.len);
    }
    r->done = r->framing.done;
    return bytes.len ? -EBADMSG : 0;
}

static int take_head(struct mln_reply *r)
{
    struct mln_http_fault fault;
    struct mln_http_head h;
    struct mln_arena a;

    mln_arena_init(&a, 256 << 10);
    int e =
        mln_h1_parse_response(r->head.p, r->scan.head_len, MLN_METHOD_GET, &limits, &a, &h, &fault);
    if (e == 0) {
        r->status = h.status;
        r->keep_alive = h.keep_alive;
        mln_h1_body_init(&r->framing, &h, &limits);
        r->done = r->framing.done;
    }
    mln_arena_done(&a);
    return e;
}

int mln_reply_feed(struct mln_reply *r, struct mln_sv bytes)
{
    struct mln_http_fault fault;

    if (r->status)
        return feed_body(r, bytes);
    mln_buf_add_sv(&r->head, bytes);
    if (mln_buf_failed(&r->head))
        return -EFBIG;
    int e = mln_h1_scan_feed(&r->scan, r->head.p, r->head.len, true, &limits, &fault);
    if (e <= 0)
        return e;
    e = take_head(r);
    if (e < 0)
        return e;
    return feed_body(r, mln_sv_sub(mln_buf_sv(&r->head), r->scan.head_len, r->head.len));
}

int mln_reply_eof(struct mln_reply *r)
{
    struct mln_http_fault fault;

    if (r->done)
        return 0;
    if (!r->status || mln_h1_body_eof(&r->framing, &fault) < 0)
        return -EBADMSG;
    r->done = true;
    return 0;
}
