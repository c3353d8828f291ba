/* Content codings (RFC 9110 section 8.4.1), one on top of the other, bounded in output, growth,
 * layers and memory. */
#include <errno.h>

#include "http/coding.h"

enum { LAYERS_MAX = 4, PIECE = 16384, RATIO_FROM = 65536 };

struct mln_inflate {
    struct mln_inflate_limits lim;
    uint64_t in_bytes, out_bytes;
    uint32_t n;                          /* 0: identity */
    struct mln_coding layer[LAYERS_MAX]; /* [0] is undone first: the last that was applied */
};

static int add_layer(struct mln_inflate *z, struct mln_sv name)
{
    enum mln_coding_kind kind = mln_coding_find(name);

    if (kind == MLN_CODING_IDENTITY)
        return 0;
    if (kind == MLN_CODING_UNKNOWN || kind == MLN_CODING_OPAQUE)
        return kind == MLN_CODING_OPAQUE ? -ENOSYS : -ENOTSUP;
    if (z->n == LAYERS_MAX || z->n == z->lim.layers)
        return -E2BIG;
    memmove(&z->layer[1], &z->layer[0], z->n * sizeof(z->layer[0]));
    z->layer[0] = (struct mln_coding){.kind = (uint8_t)kind, .pool = z->lim.pool};
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
    z->lim.ratio_from = MLN_MAX(lim->ratio_from, (uint64_t)RATIO_FROM);
    while (coding.p && r == 0)
        r = add_layer(z, mln_sv_trim(mln_sv_split(&coding, ',')));
    while (coding.p && r == -ENOTSUP) /* the worst of the list is told */
        if (mln_coding_find(mln_sv_trim(mln_sv_split(&coding, ','))) == MLN_CODING_OPAQUE)
            r = -ENOSYS;
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
            mln_coding_close(&z->layer[i]);
        free(z);
    }
    return NULL;
}

static int over_limit(const struct mln_inflate *z)
{
    if (z->out_bytes > z->lim.out_bytes)
        return -EFBIG;
    return z->out_bytes > z->lim.ratio_from && z->out_bytes / z->lim.ratio > z->in_bytes ? -EFBIG
                                                                                         : 0;
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
    struct mln_coding *l = &t->z->layer[i];
    char piece[PIECE];
    size_t made = 0;

    while (in.len || (made == PIECE && !l->ended)) {
        size_t before = in.len;
        int r = mln_coding_run(l, &in, piece, PIECE, &made);
        if (r == 0)
            r = pass_on(t, i, mln_sv(piece, made));
        if (r)
            return r;
        if (!made && in.len && in.len == before)
            return -EBADMSG;
    }
    return 0;
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
        if (z->layer[i].open && !z->layer[i].ended)
            return -EBADMSG;
    return 0;
}
