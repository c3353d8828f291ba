/* Content codings (RFC 9110 section 8.4.1): gzip and deflate, one on top of the other, bounded in
 * output, growth and layers. */
#include <errno.h>
#include <zlib.h>

#include "http/body.h"

enum { LAYERS_MAX = 4, PIECE = 16384, RATIO_FROM = 65536 };

struct layer {
    z_stream z;
    bool gzip, open, started, ended;
};

struct mln_inflate {
    struct mln_inflate_limits lim;
    uint64_t in_bytes, out_bytes;
    uint32_t n;                     /* 0: identity */
    struct layer layer[LAYERS_MAX]; /* [0] is undone first: the last that was applied */
};

static int add_layer(struct mln_inflate *z, struct mln_sv coding)
{
    bool gzip = mln_sv_ieq(coding, MLN_SV("gzip")) || mln_sv_ieq(coding, MLN_SV("x-gzip"));

    if (mln_sv_ieq(coding, MLN_SV("identity")) || !coding.len)
        return 0;
    if (!gzip && !mln_sv_ieq(coding, MLN_SV("deflate")))
        return -ENOTSUP;
    if (z->n == LAYERS_MAX || z->n == z->lim.layers)
        return -E2BIG;
    memmove(&z->layer[1], &z->layer[0], z->n * sizeof(z->layer[0]));
    z->layer[0] = (struct layer){.gzip = gzip};
    z->n++;
    return 0;
}

int mln_inflate_new(struct mln_inflate **ret, struct mln_sv coding,
                    const struct mln_inflate_limits *lim)
{
    struct mln_inflate *z = calloc(1, sizeof(*z));
    int r = 0;

    if (!z)
        return -ENOMEM;
    z->lim = *lim;
    z->lim.ratio = MLN_MAX(lim->ratio, 1u);
    while (coding.p && r == 0)
        r = add_layer(z, mln_sv_trim(mln_sv_split(&coding, ',')));
    if (r < 0) {
        z = mln_inflate_free(z);
        return r;
    }
    *ret = z;
    return 0;
}

struct mln_inflate *mln_inflate_free(struct mln_inflate *z)
{
    if (z) {
        for (uint32_t i = 0; i < z->n; i++)
            if (z->layer[i].open)
                (void)inflateEnd(&z->layer[i].z);
        free(z);
    }
    return NULL;
}

/* "deflate" is zlib by the RFC and raw by some senders: told apart by the first byte. */
static int start_layer(struct layer *l, unsigned char first)
{
    int bits = l->gzip ? 15 + 16 : (first & 0x0f) == 8 && first >> 4 <= 7 ? 15 : -15;

    if (inflateInit2(&l->z, bits) != Z_OK)
        return -ENOMEM;
    l->open = l->started = true;
    return 0;
}

static int over_limit(const struct mln_inflate *z)
{
    if (z->out_bytes > z->lim.out_bytes)
        return -EFBIG;
    return z->out_bytes > RATIO_FROM && z->out_bytes / z->lim.ratio > z->in_bytes ? -EFBIG : 0;
}

struct target {
    struct mln_inflate *z;
    int (*out)(void *self, struct mln_sv piece);
    void *self;
};

static int run_layer(const struct target *t, uint32_t i, struct mln_sv in);

/* What layer i made goes to the next one, or out. Depth is the number of layers, at most four. */
static int pass_on(const struct target *t, uint32_t i, struct mln_sv piece)
{
    t->z->out_bytes += piece.len;
    int r = over_limit(t->z);
    if (r < 0 || !piece.len)
        return r;
    return i + 1 < t->z->n ? run_layer(t, i + 1, piece) : t->out(t->self, piece);
}

static int run_layer(const struct target *t, uint32_t i, struct mln_sv in)
{
    struct layer *l = &t->z->layer[i];
    unsigned char piece[PIECE];

    if (!in.len)
        return 0;
    if (!l->started) {
        int r = start_layer(l, (unsigned char)in.p[0]);
        if (r < 0)
            return r;
    }
    l->z.next_in = (unsigned char *)(uintptr_t)in.p;
    l->z.avail_in = (unsigned)in.len;
    for (;;) {
        if (l->ended) { /* another gzip member may follow (RFC 1952 section 2.2) */
            if (l->z.avail_in == 0)
                return 0;
            if (!l->gzip || inflateReset(&l->z) != Z_OK)
                return -EBADMSG;
            l->ended = false;
        }
        l->z.next_out = piece;
        l->z.avail_out = sizeof(piece);
        int st = inflate(&l->z, Z_NO_FLUSH);
        if (st == Z_MEM_ERROR)
            return -ENOMEM;
        if (st != Z_OK && st != Z_STREAM_END && st != Z_BUF_ERROR)
            return -EBADMSG;
        l->ended = st == Z_STREAM_END;
        int r = pass_on(t, i, mln_sv(piece, sizeof(piece) - l->z.avail_out));
        if (r)
            return r;
        if (!l->ended && (st == Z_BUF_ERROR || (l->z.avail_in == 0 && l->z.avail_out > 0)))
            return 0;
    }
}

int mln_inflate_feed(struct mln_inflate *z, struct mln_sv in,
                     int (*out)(void *self, struct mln_sv piece), void *self)
{
    const struct target t = {z, out, self};

    if (z->n == 0)
        return in.len ? out(self, in) : 0;
    while (in.len) {
        struct mln_sv part = mln_sv_sub(in, 0, 1 << 20);
        z->in_bytes += part.len;
        int r = run_layer(&t, 0, part);
        if (r)
            return r;
        in = mln_sv_sub(in, part.len, in.len);
    }
    return 0;
}

int mln_inflate_finish(struct mln_inflate *z)
{
    for (uint32_t i = 0; i < z->n; i++)
        if (z->layer[i].started && !z->layer[i].ended)
            return -EBADMSG;
    return 0;
}
