#include "engine/detect.h"

#include "engine/chance.h"
#include "engine/shown_code.h"

#define LANE(l) (1u << MLN_LANE_##l)

/* clang-format off */
const struct mln_detector_fn mln_detector_fns[] = {
    {"sqli", mln_detect_sqli, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(SQL) | LANE(JS) | LANE(BASE64), 0, false, false},
    {"xss", mln_detect_xss, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(JS) | LANE(CSS) | LANE(BASE64), 0, false, false},
    {"traversal", mln_detect_traversal, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(BASE64), 0, false, false},
    {"cmdi", mln_detect_cmdi, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(JS) | LANE(SH) | LANE(BASE64), 0, false, false},
    {"shellshock", mln_detect_shellshock, LANE(RAW) | LANE(URL), MLN_BC_BRACE, false, false},
    {"code", mln_detect_code, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(JS) | LANE(BASE64), 0, true, false},
    {"template", mln_detect_template, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(JS) | LANE(BASE64), 0, false, false},
    {"object", mln_detect_object, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(JS) | LANE(BASE64), 0, true, true},
    {"query", mln_detect_query, LANE(RAW) | LANE(URL) | LANE(HTML) | LANE(JS) | LANE(BASE64), 0, false, false},
};
/* clang-format on */
#undef LANE
const size_t mln_detector_fns_n = MLN_ARRAY_LEN(mln_detector_fns);

const char *mln_lane_name(enum mln_lane l)
{
    static const char *const names[] = {
#define X(sym, name) [MLN_LANE_##sym] = name,
        MLN_LANES(X)
#undef X
    };
    return names[l];
}

void mln_findings_clear(struct mln_findings *f)
{
    f->n = 0;
    f->shown = NULL;
    f->stretches = NULL;
    f->noise = false;
    memset(f->seen, 0, sizeof(f->seen));
    f->model = (struct mln_ngram_hit){0};
}

bool mln_findings_has(const struct mln_findings *f, enum mln_signal s)
{
    return f->seen[s / 64] >> (s % 64) & 1;
}

/* Formats that are binary themselves: by their first bytes, which chance does not make. */
static bool is_binary(enum mln_signal s)
{
    switch (s) {
    case MLN_SIG_OBJECT_JAVA:
    case MLN_SIG_OBJECT_JAVA_GADGET:
    case MLN_SIG_OBJECT_DOTNET:
    case MLN_SIG_OBJECT_PICKLE:
    case MLN_SIG_OBJECT_PICKLE_BINARY:
    case MLN_SIG_OBJECT_RUBY:
        return true;
    default:
        return false;
    }
}

void mln_findings_add(struct mln_findings *f, enum mln_signal s, const struct mln_view *v,
                      size_t off, size_t len)
{
    if (mln_findings_has(f, s) || f->n == MLN_HITS_MAX)
        return;
    if (f->shown && mln_shown_code_covers(f->shown, s, v, off))
        return;
    if (f->stretches && !is_binary(s) && !mln_stretches_hold(f->stretches, off, len))
        return;
    f->seen[s / 64] |= UINT64_C(1) << (s % 64);
    f->hit[f->n++] = (struct mln_signal_hit){
        .signal = (uint16_t)s,
        .lane = v->lane,
        .lanes = v->lanes,
        .rounds = v->rounds,
        .view = v->index,
        .off = (uint32_t)off,
        .len = (uint32_t)len,
    };
}

void mln_findings_drop(struct mln_findings *f, enum mln_signal s)
{
    uint32_t kept = 0;

    if (!mln_findings_has(f, s))
        return;
    for (uint32_t i = 0; i < f->n; i++)
        if (f->hit[i].signal != s)
            f->hit[kept++] = f->hit[i];
    f->n = kept;
    f->seen[s / 64] &= ~(UINT64_C(1) << (s % 64));
}

void mln_findings_drop_all(struct mln_findings *f, enum mln_protection p)
{
    for (uint32_t i = f->n; i--;)
        if (mln_signal_info((enum mln_signal)f->hit[i].signal)->protection == p)
            mln_findings_drop(f, (enum mln_signal)f->hit[i].signal);
}

int mln_findings_points(const struct mln_findings *f, enum mln_protection p)
{
    int sum = 0;

    for (uint32_t i = 0; i < f->n; i++) {
        const struct mln_signal_info *s = mln_signal_info((enum mln_signal)f->hit[i].signal);
        if (s->protection == p)
            sum += s->points;
    }
    return MLN_MAX(0, MLN_MIN(sum, 100));
}
