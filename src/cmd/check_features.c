#include "cmd/check_features.h"

/* Long values: the start of each view says enough. */
enum { TEXT_MAX = 4096 };

/* The text as the model reads it: case, digits, white space and bytes above ASCII made alike. */
static void add_symbols(struct mln_buf *out, const struct mln_view *v)
{
    static const char marks[] = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    char text[TEXT_MAX];
    size_t n = 0;
    mln_gram g = MLN_SYM_EDGE;

    for (uint32_t i = 0; i < v->n && n < sizeof(text); i++) {
        unsigned s = mln_ngram_symbols[v->p[i]];
        if (mln_gram_skips(g, s))
            continue;
        g = mln_gram_push(g, s);
        text[n++] = s < MLN_SYM_DIGIT      ? (char)('a' + s - MLN_SYM_LETTER)
                    : s == MLN_SYM_DIGIT   ? '0'
                    : s == MLN_SYM_SPACE   ? ' '
                    : s == MLN_SYM_HIGH    ? '\x80'
                    : s == MLN_SYM_CONTROL ? '\x01'
                                           : marks[s - MLN_SYM_MARK];
    }
    mln_buf_add_json(out, mln_sv(text, n));
}

static void add_views(struct mln_buf *out, const struct mln_views *views)
{
    mln_buf_add_str(out, ",\"views\":[");
    for (uint32_t i = 0; i < views->n; i++) {
        mln_buf_addf(out, "%s{\"lane\":\"%s\",\"text\":", i ? "," : "",
                     mln_lane_name((enum mln_lane)views->v[i].lane));
        add_symbols(out, &views->v[i]);
        mln_buf_add_char(out, '}');
    }
    mln_buf_add_char(out, ']');
}

static void add_findings(struct mln_buf *out, const struct mln_findings *f)
{
    const char *sep = "";

    mln_buf_add_str(out, ",\"points\":{");
    for (unsigned p = 0; p <= MLN_PROT_SHELLSHOCK; p++) {
        int points = mln_findings_points(f, (enum mln_protection)p);
        if (!points)
            continue;
        mln_buf_addf(out, "%s\"%s\":%d", sep, mln_protection_info((enum mln_protection)p)->key,
                     points);
        sep = ",";
    }
    mln_buf_add_str(out, "},\"signals\":[");
    for (uint32_t i = 0; i < f->n; i++)
        mln_buf_addf(out, "%s\"%s\"", i ? "," : "",
                     mln_signal_info((enum mln_signal)f->hit[i].signal)->name);
    mln_buf_addf(out, "],\"model\":{\"raw\":%d,\"points\":%d}}", f->model.raw, f->model.points);
}

void mln_check_observe(void *self, const struct mln_observed *o)
{
    struct mln_buf *out = self;

    if (out->len)
        mln_buf_add_char(out, ',');
    mln_buf_addf(out, "{\"location\":\"%s\"", mln_location_name(o->loc));
    if (o->name.p) {
        mln_buf_add_str(out, ",\"name\":");
        mln_buf_add_json(out, o->name);
    }
    add_views(out, o->views);
    add_findings(out, o->findings);
}
