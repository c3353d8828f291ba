/* The tables of the expression language, and its functions on texts. */
#include "engine/expr.h"

#include "base/arena.h"
#include "engine/value.h"

const struct mln_expr_field_info *mln_expr_field_info(enum mln_expr_field f)
{
    static const struct mln_expr_field_info info[MLN_FIELD_MAX] = {
#define X(sym, name, type, key, phase, text)                                                       \
    [MLN_FIELD_##sym] = {name, text, MLN_EXPR_##type, MLN_KEY_##key, MLN_PHASE_##phase},
        MLN_EXPR_FIELDS(X)
#undef X
    };
    return &info[f];
}

const struct mln_expr_function_info *mln_expr_function_info(enum mln_expr_function f)
{
    static const struct mln_expr_function_info info[MLN_FUNCTION_MAX] = {
#define X(sym, name, text) [MLN_FUNCTION_##sym] = {name, text},
        MLN_EXPR_FUNCTIONS(X)
#undef X
    };
    return &info[f];
}

/* ---- functions that only leave out or change single bytes ---- */

static size_t lower(struct mln_sv s, char *out)
{
    for (size_t i = 0; i < s.len; i++)
        out[i] = mln_lower(s.p[i]);
    return s.len;
}

static size_t without_space(struct mln_sv s, char *out, bool keep_one)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool space = mln_cc((unsigned char)s.p[i], MLN_CC_SPACE);
        if (!space)
            out[n++] = s.p[i];
        else if (keep_one && (n == 0 || out[n - 1] != ' '))
            out[n++] = ' ';
    }
    return n;
}

/* Cuts from each `open` to the `close` behind it; one without an end stays. */
static size_t without_span(struct mln_sv s, char *out, struct mln_sv open, struct mln_sv close)
{
    size_t n = 0, i = 0;
    bool has_close = true;

    while (i < s.len) {
        struct mln_sv rest = mln_sv_sub(s, i, s.len);
        if (has_close && mln_sv_starts(rest, open)) {
            size_t end = mln_sv_find(mln_sv_sub(rest, open.len, rest.len), close);
            has_close = end != SIZE_MAX; /* looked for once: linear time */
            if (has_close) {
                i += open.len + end + close.len;
                continue;
            }
        }
        out[n++] = s.p[i++];
    }
    return n;
}

static size_t base64(struct mln_sv s, char *out)
{
    uint32_t bits = 0;
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        int d = mln_base64_digit((unsigned char)s.p[i]);
        if (d < 0)
            break;
        bits = bits << 6 | (uint32_t)d;
        if (i % 4 != 0)
            out[n++] = (char)(bits >> (6 - 2 * (i % 4)));
    }
    return n;
}

static size_t edit(enum mln_expr_function f, struct mln_sv s, char *out)
{
    switch (f) {
    case MLN_FUNCTION_LOWER:
        return lower(s, out);
    case MLN_FUNCTION_COMPRESS_WS:
    case MLN_FUNCTION_REMOVE_WS:
        return without_space(s, out, f == MLN_FUNCTION_COMPRESS_WS);
    case MLN_FUNCTION_REMOVE_TAGS:
        return without_span(s, out, MLN_SV("<"), MLN_SV(">"));
    case MLN_FUNCTION_REMOVE_COMMENTS: {
        size_t n = without_span(s, out, MLN_SV("/*"), MLN_SV("*/"));
        return without_span(mln_sv(out, n), out, MLN_SV("<!--"), MLN_SV("-->"));
    }
    default:
        return base64(s, out);
    }
}

static struct mln_sv url_decode(struct mln_arena *a, struct mln_sv s)
{
    uint32_t flags = 0;

    for (unsigned round = 0; round < MLN_ROUNDS_MAX; round++) {
        struct mln_sv t = mln_lane_url(a, s, &flags);
        if (t.p == s.p && t.len == s.len)
            break;
        s = t;
    }
    return s;
}

struct mln_sv mln_expr_apply(struct mln_arena *a, enum mln_expr_function f, struct mln_sv s)
{
    uint32_t flags = 0;

    switch (f) {
    case MLN_FUNCTION_URL_DECODE:
        return url_decode(a, s);
    case MLN_FUNCTION_HTML_DECODE:
        return mln_lane_html(a, s, &flags);
    case MLN_FUNCTION_UNICODE_DECODE:
    case MLN_FUNCTION_JS_DECODE:
        return mln_lane_js(a, s, &flags);
    case MLN_FUNCTION_LEN:
    case MLN_FUNCTION_COUNT:
    case MLN_FUNCTION_MAX:
        return s;
    default: {
        char *out = mln_arena_alloc(a, s.len);
        return out ? mln_sv(out, edit(f, s, out)) : MLN_SV_NULL;
    }
    }
}
