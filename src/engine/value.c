#include "engine/value.h"

#include "engine/chance.h"
#include "engine/scan.h"
#include "engine/shown_code.h"

/* ---- byte classes ---- */

#define A MLN_BC_ALPHA
#define N MLN_BC_DIGIT
#define H MLN_BC_HIGH
#define C MLN_BC_CTL
#define X16(v) v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v
/* clang-format off */
static const uint32_t class_table[256] = {
    C, C, C, C, C, C, C, C, C, MLN_BC_SPACE, MLN_BC_NEWLINE, C, C, MLN_BC_NEWLINE, C, C,
    X16(C),
    MLN_BC_SPACE, MLN_BC_BANG, MLN_BC_DQUOTE, MLN_BC_HASH, MLN_BC_DOLLAR, MLN_BC_PERCENT,
    MLN_BC_AMP, MLN_BC_SQUOTE, MLN_BC_PAREN, MLN_BC_PAREN, MLN_BC_STAR, MLN_BC_PLUS,
    MLN_BC_COMMA, MLN_BC_DASH, MLN_BC_DOT, MLN_BC_SLASH,
    N, N, N, N, N, N, N, N, N, N, MLN_BC_COLON, MLN_BC_SEMI, MLN_BC_LT, MLN_BC_EQ, MLN_BC_GT, 0,
    MLN_BC_AT, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A, A, A, A, A, A, A, A, A, A, A, MLN_BC_BRACKET, MLN_BC_BSLASH, MLN_BC_BRACKET, MLN_BC_CARET, 0,
    MLN_BC_BTICK, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A,
    A, A, A, A, A, A, A, A, A, A, A, MLN_BC_BRACE, MLN_BC_PIPE, MLN_BC_BRACE, MLN_BC_CARET, C,
    X16(H), X16(H), X16(H), X16(H), X16(H), X16(H), X16(H), X16(H),
};
/* clang-format on */
#undef A
#undef N
#undef H
#undef C
#undef X16

uint32_t mln_byte_classes(struct mln_sv s)
{
    uint32_t m0 = 0, m1 = 0;
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;

    for (; i + 2 <= s.len; i += 2) {
        m0 |= class_table[p[i]];
        m1 |= class_table[p[i + 1]];
    }
    if (i < s.len)
        m0 |= class_table[p[i]];
    return m0 | m1;
}

/* ---- views ---- */

static struct mln_sv view_sv(const struct mln_view *v)
{
    return mln_sv(v->p, v->n);
}

static bool is_known(const struct mln_views *vs, struct mln_sv s)
{
    for (uint32_t i = 0; i < vs->n; i++)
        if (mln_sv_eq(view_sv(&vs->v[i]), s))
            return true;
    return false;
}

/* Which bytes and which four neighbours there are. Without memory words are searched in full. */
static void describe(struct mln_arena *a, struct mln_view *v)
{
    if (!v->n) /* nothing to point at, perhaps */
        return;
    unsigned bits = mln_quad_bits(v->n), shift = 32 - bits;
    uint8_t *quads = v->n < MLN_QUAD ? NULL : mln_arena_zalloc(a, (size_t)1 << bits);
    const uint8_t *p = v->p, *end = p + v->n;
    uint32_t classes = 0;

    for (; quads && p + MLN_QUAD <= end; p++) {
        quads[mln_quad_slot(mln_quad_of(p), shift)] = 1;
        classes |= class_table[*p];
    }
    v->classes = classes | mln_byte_classes(mln_sv(p, (size_t)(end - p)));
    v->quads = quads;
    v->quad_shift = (uint8_t)shift;
}

/* Adds what `lane` made of view `from`, unless it is one we have. The new view, or NULL. */
static const struct mln_view *add_view(struct mln_arena *a, struct mln_views *vs,
                                       const struct mln_view *from, struct mln_sv s,
                                       enum mln_lane lane, uint32_t flags)
{
    if (is_known(vs, s))
        return NULL;
    if (vs->n == MLN_VIEWS_MAX) {
        vs->budget_hit = true;
        return NULL;
    }
    struct mln_view *v = &vs->v[vs->n];
    *v = (struct mln_view){
        .index = (uint8_t)vs->n++,
        .p = (const uint8_t *)s.p,
        .n = (uint32_t)s.len,
        .lane = (uint8_t)lane,
        .lanes = (uint8_t)(from->lanes | 1u << lane),
        .rounds = from->rounds,
        .depth = from->depth,
        .flags = from->flags | flags,
    };
    describe(a, v);
    return v;
}

/* The url lane to its fixpoint: only the last round becomes a view, rounds are counted. */
static const struct mln_view *add_url(struct mln_arena *a, struct mln_views *vs,
                                      const struct mln_view *from)
{
    struct mln_sv s = view_sv(from);
    uint32_t flags = 0;
    unsigned rounds = 0;

    if (!(from->classes & (MLN_BC_PERCENT | MLN_BC_HIGH)))
        return from;
    for (; rounds < MLN_ROUNDS_MAX; rounds++) {
        struct mln_sv t = mln_lane_url(a, s, &flags);
        if (t.p == s.p)
            break;
        s = t;
    }
    if (rounds == MLN_ROUNDS_MAX)
        vs->budget_hit = true;
    const struct mln_view *v = rounds ? add_view(a, vs, from, s, MLN_LANE_URL, flags) : NULL;
    if (!v)
        return from;
    vs->v[vs->n - 1].rounds = (uint8_t)(from->rounds + rounds);
    return v;
}

/* "a+or+1=1": a value that was form-encoded twice, or that the application decodes once more. */
static struct mln_sv plus_to_space(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    char *p = mln_arena_alloc(a, s.len);

    (void)flags;
    if (!p)
        return s;
    for (size_t i = 0; i < s.len; i++)
        p[i] = s.p[i] == '+' ? ' ' : s.p[i];
    return mln_sv(p, s.len);
}

typedef struct mln_sv (*lane_fn)(struct mln_arena *a, struct mln_sv s, uint32_t *flags);

static const struct mln_view *add_lane(struct mln_arena *a, struct mln_views *vs,
                                       const struct mln_view *from, enum mln_lane lane, lane_fn fn)
{
    uint32_t flags = 0;
    struct mln_sv s = view_sv(from);
    struct mln_sv t = fn(a, s, &flags);
    const struct mln_view *v = t.p == s.p ? NULL : add_view(a, vs, from, t, lane, flags);

    return v ? v : from;
}

/* The lanes that start from one raw view. */
static void add_lanes(struct mln_arena *a, struct mln_views *vs, const struct mln_view *raw)
{
    /* of base64 alphabets only: '+' is no space there */
    const uint32_t plain_plus =
        MLN_BC_PLUS | MLN_BC_ALPHA | MLN_BC_DIGIT | MLN_BC_SLASH | MLN_BC_EQ | MLN_BC_DASH;
    const uint32_t quoting = MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BSLASH | MLN_BC_CARET |
                             MLN_BC_DOLLAR | MLN_BC_BTICK | MLN_BC_PAREN;
    const struct mln_view *url = add_url(a, vs, raw);
    const struct mln_view *html = url;

    if ((url->classes & MLN_BC_PLUS) && !(url->classes & MLN_BC_SPACE) &&
        (url->classes & ~plain_plus))
        url = html = add_lane(a, vs, url, MLN_LANE_URL, plus_to_space);

    if (url->classes & MLN_BC_AMP)
        html = add_lane(a, vs, url, MLN_LANE_HTML, mln_lane_html);
    if ((html->classes & (MLN_BC_SLASH | MLN_BC_STAR)) == (MLN_BC_SLASH | MLN_BC_STAR))
        (void)add_lane(a, vs, html, MLN_LANE_SQL, mln_lane_sql);
    if (html->classes & MLN_BC_BSLASH) {
        const struct mln_view *js = add_lane(a, vs, html, MLN_LANE_JS, mln_lane_js);
        if (js != html && (js->classes & MLN_BC_BSLASH)) /* escapes of escapes */
            js = add_lane(a, vs, js, MLN_LANE_JS, mln_lane_js);
        if (js != html && (js->classes & MLN_BC_PERCENT))
            (void)add_url(a, vs, js);
        if (html->classes & MLN_BC_COLON)
            (void)add_lane(a, vs, html, MLN_LANE_CSS, mln_lane_css);
    }
    if (url->classes & quoting)
        (void)add_lane(a, vs, url, MLN_LANE_SH, mln_lane_sh);
}

/* A value that could be base64: long enough and of its alphabet only. */
static bool maybe_base64(const struct mln_view *v)
{
    const uint32_t alphabet =
        MLN_BC_ALPHA | MLN_BC_DIGIT | MLN_BC_PLUS | MLN_BC_SLASH | MLN_BC_EQ | MLN_BC_DASH;

    if (v->n < 16)
        return false;
    return !(v->classes & ~alphabet) || mln_coded_document(mln_view_sv(v)).p ||
           (!(v->classes & ~(alphabet | MLN_BC_SPACE)) && mln_base64_lost_plus(mln_view_sv(v)));
}

/* The view that may be base64: the value as it stands, or without the escapes of its padding
 * ("…Pg%3D%3D" of a cookie, an address of a document whose signs are escaped). */
static const struct mln_view *coded_view(const struct mln_views *vs)
{
    const struct mln_view *url = vs->n > 1 && vs->v[1].lane == MLN_LANE_URL ? &vs->v[1] : NULL;

    if (maybe_base64(&vs->v[0]))
        return &vs->v[0];
    return url && maybe_base64(url) ? url : NULL;
}

/* Contents of files, and bodies without fields that hold control bytes. */
static bool is_binary(enum mln_location loc, uint32_t classes)
{
    return loc == MLN_LOC_FILE || (loc == MLN_LOC_BODY && (classes & MLN_BC_CTL));
}

void mln_views_build(struct mln_arena *a, struct mln_sv value, enum mln_location loc,
                     struct mln_views *ret)
{
    ret->n = 1;
    ret->budget_hit = value.len > MLN_VIEW_BYTES_MAX;
    value.len = MLN_MIN(value.len, (size_t)MLN_VIEW_BYTES_MAX);
    ret->v[0] = (struct mln_view){
        .p = (const uint8_t *)value.p,
        .n = (uint32_t)value.len,
        .lane = MLN_LANE_RAW,
    };
    describe(a, &ret->v[0]);
    if (memchr(value.p ? value.p : "", '\0', value.len))
        ret->v[0].flags |= MLN_VIEW_NUL;
    ret->binary = is_binary(loc, ret->v[0].classes);
    if (ret->binary) /* pixels are in no encoding; code within is looked for as it stands */
        return;
    add_lanes(a, ret, &ret->v[0]);
    for (unsigned depth = 0; depth < 2; depth++) {
        const struct mln_view *last = depth ? &ret->v[ret->n - 1] : coded_view(ret);
        if (!last || !maybe_base64(last))
            break;
        uint32_t before = ret->n;
        const struct mln_view *inner = add_lane(a, ret, last, MLN_LANE_BASE64, mln_lane_base64);
        if (ret->n == before)
            break;
        ret->v[ret->n - 1].depth = (uint8_t)(depth + 1);
        add_lanes(a, ret, inner);
    }
}

/* The detectors that read the view. Of noise without a stretch of text no other evidence counts
 * than that of serialized objects. */
static void run_detectors(const struct mln_view *v, bool binary, struct mln_detect_ctx *ctx,
                          struct mln_findings *out)
{
    bool nothing = out->stretches && !out->stretches->n;

    for (size_t k = 0; k < mln_detector_fns_n; k++) {
        const struct mln_detector_fn *fn = &mln_detector_fns[k];
        if ((binary && !fn->binary) || (nothing && !fn->noise))
            continue;
        if ((fn->lanes >> v->lane & 1) && (!fn->any || (v->classes & fn->any))) {
            fn->run(v, ctx, out);
            mln_budget_pace(ctx->budget, v->n);
        }
    }
}

/* What stands between noise is a value of its own, too: to a parser what is around it may be. */
static void run_on_stretches(const struct mln_view *v, const struct mln_stretches *s,
                             struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    out->stretches = NULL;
    for (uint32_t i = 0; i < s->n; i++) {
        struct mln_view part = *v;
        uint32_t first = out->n;
        part.p += s->at[i].start;
        part.n = s->at[i].end - s->at[i].start;
        part.quads = NULL;
        part.flags |= part.n < v->n ? MLN_VIEW_CUT : 0;
        part.classes = mln_byte_classes(view_sv(&part));
        run_detectors(&part, false, ctx, out);
        for (uint32_t k = first; k < out->n; k++)
            out->hit[k].off += s->at[i].start;
    }
}

void mln_value_inspect(struct mln_arena *scratch, struct mln_sv value, enum mln_location loc,
                       struct mln_sv name, struct mln_budget *budget, struct mln_views *ret_views,
                       struct mln_findings *out)
{
    struct mln_detect_ctx ctx = {.loc = loc, .name = name, .budget = budget};

    mln_views_build(scratch, value, loc, ret_views);
    mln_budget_pace(budget, value.len);
    for (uint32_t i = 0; i < ret_views->n; i++) {
        const struct mln_view *v = &ret_views->v[i];
        bool binary = ret_views->binary;
        struct mln_shown_code shown;
        struct mln_stretches stretches;
        out->shown = !binary && mln_shown_code_find(v, &shown) ? &shown : NULL;
        bool noise = !binary && mln_stretches_find(v, budget, &stretches);
        out->stretches = noise ? &stretches : NULL;
        out->noise = out->noise || noise;
        run_detectors(v, binary, &ctx, out);
        if (noise)
            run_on_stretches(v, &stretches, &ctx, out);
    }
    out->stretches = NULL;
    out->shown = NULL;
}
