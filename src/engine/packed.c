/* Text that a value carries compressed: gzip (RFC 1952) in base64, and the raw deflate of SAML's
 * redirect binding (saml-bindings 3.4.4.1), where XML with its entities travels in a query. */
#include <errno.h>
#include <string.h>

#include "engine/scan.h"
#include "engine/txn_priv.h"
#include "http/body.h"

enum {
    IN_MAX = 64 << 10,
    OUT_MAX = 256 << 10, /* what one value may be, MLN_VIEW_BYTES_MAX */
    RATIO_MAX = 2000,    /* more than deflate can: the size alone is bounded */
};

static bool is_gzip(struct mln_sv s)
{
    return mln_sv_starts(s, MLN_SV("\x1f\x8b\x08"));
}

/* SAMLRequest and SAMLResponse. */
static bool is_saml(struct mln_sv name)
{
    return mln_sv_istarts(name, MLN_SV("SAMLRe"));
}

static const struct mln_view *gzip_view(const struct mln_views *views)
{
    for (uint32_t i = 0; i < views->n; i++)
        if (views->v[i].lane == MLN_LANE_BASE64 && is_gzip(mln_view_sv(&views->v[i])))
            return &views->v[i];
    return NULL;
}

bool mln_packed_is(struct mln_sv name, const struct mln_views *views)
{
    return is_saml(name) || gzip_view(views);
}

struct unpacked {
    struct mln_txn *t;
    char *p;
    size_t n;
};

static int take(void *self, struct mln_sv piece)
{
    struct unpacked *u = self;

    if (!u->p && !(u->p = mln_arena_alloc(&u->t->e->scratch, OUT_MAX)))
        return -ENOMEM;
    if (!mln_budget_take(&u->t->budget, piece.len))
        return -ECANCELED;
    piece = mln_sv_sub(piece, 0, OUT_MAX - u->n);
    memcpy(u->p + u->n, piece.p, piece.len);
    u->n += piece.len;
    return u->n == OUT_MAX ? -EFBIG : 0;
}

/* What comes out up to a fault is text, too: a reader may be content with it. */
static struct mln_sv unpack(struct mln_txn *t, struct mln_sv coding, struct mln_sv packed,
                            bool *ret_more)
{
    const struct mln_inflate_limits lim = {
        .out_bytes = OUT_MAX, .ratio = RATIO_MAX, .layers = 1, .pool = &t->e->decoders};
    struct unpacked u = {.t = t};
    struct mln_inflate *z;
    int r = mln_inflate_new(&z, coding, &lim);

    if (r == 0) {
        r = mln_inflate_feed(z, mln_sv_sub(packed, 0, IN_MAX), take, &u);
        z = mln_inflate_free(z);
    }
    *ret_more = (r < 0 && r != -EBADMSG) || packed.len > IN_MAX;
    return mln_sv(u.p, u.n);
}

struct mln_sv mln_packed_text(struct mln_txn *t, struct mln_sv name, const struct mln_views *views,
                              bool *ret_more)
{
    const struct mln_view *gzip = gzip_view(views);

    *ret_more = false;
    if (gzip)
        return unpack(t, MLN_SV("gzip"), mln_view_sv(gzip), ret_more);
    if (!is_saml(name))
        return MLN_SV_NULL;
    struct mln_sv packed = mln_base64_bytes(&t->e->scratch, mln_view_sv(&views->v[0]));
    return packed.len ? unpack(t, MLN_SV("deflate"), packed, ret_more) : MLN_SV_NULL;
}
