/* Chunked bodies in pieces: the reading must not depend on them. The first byte is how many of
 * the bytes behind it choose the pieces. */
#include "base/arena.h"
#include "http/h1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    int result;
    enum mln_http_fault_code code;
    size_t used;
    struct mln_buf body, trailer;
};

/* Piece i has steps[i] + 1 bytes, over and over; no steps: all at once. */
static void read_body(struct mln_sv raw, struct mln_sv steps, struct reading *ret)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    const struct mln_http_head head = {.framing = MLN_FRAMING_CHUNKED};
    struct mln_http_fault fault = {0};
    struct mln_h1_body b;

    *ret = (struct reading){0};
    mln_h1_body_init(&b, &head, &limits);
    for (size_t i = 0; ret->result == 0 && !b.done && ret->used < raw.len; i++) {
        size_t left = raw.len - ret->used, used = 0;
        size_t n = steps.len ? (size_t)(unsigned char)steps.p[i % steps.len] + 1 : left;
        struct mln_sv piece;
        ret->result =
            mln_h1_body_feed(&b, raw.p + ret->used, MLN_MIN(n, left), &used, &piece, &fault);
        if (ret->result < 0)
            break;
        MLN_REQUIRE(used > 0 && used <= left && piece.len <= used);
        mln_buf_add_sv(&ret->body, piece);
        ret->used += used;
    }
    ret->code = fault.code;
    if (b.done)
        mln_buf_add_sv(&ret->trailer, mln_buf_sv(&b.trailer));
    MLN_REQUIRE(b.total == ret->body.len);
    mln_h1_body_done(&b);
}

static void read_trailer(struct mln_sv raw)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_field *fields;
    struct mln_arena a;
    uint32_t n = 0;

    mln_arena_init(&a, 1 << 20);
    if (mln_h1_parse_trailer(raw, &limits, &a, &fields, &n, &fault) == 0)
        MLN_REQUIRE(n <= limits.fields);
    mln_arena_done(&a);
}

static void reading_done(struct reading *r)
{
    mln_buf_done(&r->body);
    mln_buf_done(&r->trailer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading whole, parts;

    if (size < 2 || (size_t)data[0] + 1 > size)
        return 0;
    struct mln_sv steps = mln_sv(data + 1, data[0]);
    struct mln_sv raw = mln_sv(data + 1 + data[0], size - 1 - data[0]);
    read_body(raw, MLN_SV_NULL, &whole);
    read_body(raw, steps, &parts);
    MLN_REQUIRE((whole.result < 0) == (parts.result < 0) && whole.code == parts.code);
    MLN_REQUIRE(mln_sv_eq(mln_buf_sv(&whole.body), mln_buf_sv(&parts.body)));
    MLN_REQUIRE(whole.result < 0 || whole.used == parts.used);
    MLN_REQUIRE(mln_sv_eq(mln_buf_sv(&whole.trailer), mln_buf_sv(&parts.trailer)));
    read_trailer(mln_buf_sv(&whole.trailer));
    reading_done(&whole);
    reading_done(&parts);
    return 0;
}
