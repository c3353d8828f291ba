/* Compressed bodies: the same bytes and the same end however the input is cut, within limits. The
 * first byte chooses coding and pieces. */
#include <errno.h>

#include "base/buf.h"
#include "http/body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MAX = 1 << 18, PIECE_MAX = 16384 };

static int collect(void *self, struct mln_sv piece)
{
    mln_buf_add_sv(self, piece);
    return 0;
}

static int run(const char *coding, struct mln_sv in, size_t step, struct mln_buf *out)
{
    struct mln_decoder_pool pool = {.max = 4 << 20};
    const struct mln_inflate_limits lim = {
        .out_bytes = OUT_MAX, .ratio = 1000, .layers = 2, .pool = &pool};
    struct mln_inflate *z = NULL;
    int r = mln_inflate_new(&z, mln_sv_str(coding), &lim);

    MLN_REQUIRE(r == 0);
    while (in.len && r == 0) {
        struct mln_sv part = mln_sv_sub(in, 0, step);
        r = mln_inflate_feed(z, part, collect, out);
        in = mln_sv_sub(in, part.len, in.len);
    }
    if (r == 0)
        r = mln_inflate_finish(z);
    MLN_REQUIRE(out->len <= OUT_MAX + PIECE_MAX);
    MLN_REQUIRE(r == 0 || r == -EBADMSG || r == -EFBIG || r == -ENOBUFS);
    (void)mln_inflate_free(z);
    MLN_REQUIRE(pool.used == 0);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codings[] = {"gzip", "deflate", "deflate, gzip", "identity",
                                          "br",   "zstd",    "br, zstd",      "zstd, br"};
    struct mln_buf whole = {0}, cut = {0};

    if (size < 1)
        return 0;
    struct mln_sv in = mln_sv(data + 1, size - 1);
    const char *coding = codings[data[0] & 7];
    int a = run(coding, in, in.len + 1, &whole);
    int b = run(coding, in, (size_t)(data[0] >> 3) + 1, &cut);
    MLN_REQUIRE(a == b || (a < 0 && b < 0));
    MLN_REQUIRE(a < 0 || mln_sv_eq(mln_buf_sv(&whole), mln_buf_sv(&cut)));
    mln_buf_done(&whole);
    mln_buf_done(&cut);
    return 0;
}
