/* A response head and body as an application could send them. */
#include "base/arena.h"
#include "http/h1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_arena a;
    struct mln_http_head h;
    struct mln_http_fault fault;
    struct mln_h1_scan scan;
    const char *raw = (const char *)data + 1;

    if (size < 2)
        return 0;
    mln_arena_init(&a, 4 << 20);
    mln_h1_scan_init(&scan);
    if (mln_h1_scan_feed(&scan, raw, size - 1, true, &limits, &fault) == 1 &&
        mln_h1_parse_response(raw, scan.head_len, data[0] & 1 ? MLN_METHOD_HEAD : MLN_METHOD_GET,
                              &limits, &a, &h, &fault) == 0) {
        struct mln_h1_body body;
        struct mln_buf out = {0};
        mln_h1_write_response(
            &out, &h,
            &(struct mln_h1_write_opts){.framing = h.framing, .content_length = h.content_length});
        mln_h1_body_init(&body, &h, &limits);
        for (size_t at = scan.head_len; at < size - 1 && !body.done;) {
            size_t used;
            struct mln_sv piece;
            if (mln_h1_body_feed(&body, raw + at, MLN_MIN((size_t)data[0] + 1, size - 1 - at),
                                 &used, &piece, &fault) < 0)
                break;
            at += used;
        }
        mln_h1_body_done(&body);
        mln_buf_done(&out);
    }
    mln_arena_done(&a);
    return 0;
}
