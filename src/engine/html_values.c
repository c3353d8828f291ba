/* URLs and styles that run script: as the value of an attribute or a whole value, and anywhere. */
#include "engine/xss_priv.h"

/* ---- URLs ---- */

/* " what is it": a word behind a whole expression, on the same line, that is no operator. What
 * holds it is no script. */
static bool breaks_script(struct mln_sv s, size_t i)
{
    size_t start = i;

    while (start < s.len && s.p[start] == ' ')
        start++;
    for (i = start; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA);)
        i++;
    struct mln_sv word = mln_sv_sub(s, start, i - start);
    return word.len && (i == s.len || s.p[i] == ' ') && !mln_sv_eq(word, MLN_SV("in")) &&
           !mln_sv_eq(word, MLN_SV("instanceof"));
}

/* "void(0)" and nothing more: what links without a target carry. */
static bool is_void(struct mln_sv s)
{
    size_t n = mln_scan_skip_space(s, 0);

    if (mln_scan_at(s, n, MLN_SV("void"))) {
        if (mln_scan_at(s, n, MLN_SV("void(0) ")) && breaks_script(s, n + 7))
            return true;
        for (n += 4; n < s.len && strchr(" (0);", s.p[n] ? s.p[n] : 'x');)
            n++;
    }
    while (n < s.len && s.p[n] && strchr(" ;\"'", s.p[n]))
        n++;
    return n >= s.len || s.p[n] == '"' || s.p[n] == '\'' || s.p[n] == ',';
}

/* Length of "scheme:" as a browser reads it at the start of s, or 0. */
static size_t scheme_length(struct mln_sv s, struct mln_sv scheme, bool spaces)
{
    size_t i = 0;

    while (i < s.len && (unsigned char)s.p[i] <= ' ')
        i++;
    size_t n = mln_html_loose(mln_sv_sub(s, i, MLN_XSS_LOOSE_MAX), scheme, spaces);
    return n ? i + n : 0;
}

static const char *const schemes[] = {
    "javascript:", "vbscript:", "livescript:", "mocha:", "javascript#"};

void mln_xss_check_url(struct mln_xss *x, struct mln_sv url, size_t off, bool in_attribute)
{
    static const char *const types[] = {"text/html", "image/svg+xml,<", "text/javascript",
                                        "application/xhtml", "text/xml"};

    while (!in_attribute && url.len && strchr("'\"", url.p[0])) {
        url = mln_sv_sub(url, 1, url.len);
        off++;
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(schemes); i++) {
        size_t n = scheme_length(url, mln_sv_str(schemes[i]), in_attribute);
        struct mln_sv rest = mln_sv_sub(url, n, MLN_XSS_VALUE_MAX);
        if (!n || is_void(rest))
            continue;
        if (in_attribute || mln_xss_is_script(rest) || n > strlen(schemes[i]))
            mln_xss_add(x, MLN_SIG_XSS_SCHEME, off, n);
    }
    size_t n = scheme_length(url, MLN_SV("data:"), false);
    for (size_t i = 0; n && i < MLN_ARRAY_LEN(types); i++)
        if (mln_sv_istarts_str(mln_sv_sub(url, n, 48), types[i]))
            mln_xss_add(x, MLN_SIG_XSS_DATA_HTML, off, n + 9);
}

/* ---- styles ---- */

static const char *const style_marks[] = {"expression(", "javascript:", "-moz-binding", "behavior:",
                                          "behaviour:",  "vbscript:",   "@import"};

void mln_xss_check_style(struct mln_xss *x, struct mln_sv style, size_t off)
{
    style = mln_sv_sub(style, 0, MLN_XSS_VALUE_MAX);
    for (size_t i = 0; i < MLN_ARRAY_LEN(style_marks); i++)
        for (size_t at = 0; at < style.len; at++) {
            if (mln_lower(style.p[at]) != style_marks[i][0])
                continue;
            size_t n = mln_html_loose(mln_sv_sub(style, at, MLN_XSS_LOOSE_MAX),
                                      mln_sv_str(style_marks[i]), false);
            if (n) {
                mln_xss_add(x, MLN_SIG_XSS_CSS_SCRIPT, off + at, n);
                return;
            }
        }
}

/* ---- schemes and styles anywhere ---- */

/* Whether script follows a "javascript" at i, over white space and ':'. */
static bool scheme_runs(struct mln_sv s, size_t end)
{
    struct mln_sv rest = mln_sv_sub(s, end, 200);
    size_t n = mln_scan_skip_space(rest, 0);

    if (n >= rest.len || rest.p[n] != ':')
        return false;
    rest = mln_sv_sub(rest, n + 1, rest.len);
    if (is_void(rest))
        return false;
    for (n = 0; n < rest.len && (mln_cc((unsigned char)rest.p[n], MLN_CC_WORD) ||
                                 strchr("$.[]'", rest.p[n] ? rest.p[n] : 'x'));)
        n++;
    bool runs = n && n < rest.len && strchr("(=`", rest.p[n] ? rest.p[n] : 'x');
    return runs || mln_js_find_call(rest).call == MLN_JS_CALL_STRONG;
}

static void check_schemes(struct mln_xss *x)
{
    static const char *const words[] = {"javascript", "vbscript", "livescript"};
    enum { PLACE_COST = 16 };

    for (size_t k = 0; k < MLN_ARRAY_LEN(words); k++) {
        struct mln_sv w = mln_sv_str(words[k]);
        size_t i = mln_view_find(x->v, w);
        while (i != SIZE_MAX && mln_xss_work(x, PLACE_COST)) {
            if (scheme_runs(x->s, i + w.len))
                mln_xss_add(x, MLN_SIG_XSS_CSS_SCRIPT, i, w.len + 1);
            i = mln_scan_find(x->s, w, i + 1);
        }
    }
}

/* Whether a style that runs script stands at i, over what does not count in between. */
static bool declares_script(struct mln_sv s, size_t i, struct mln_sv word, size_t *ret_len)
{
    bool expression = word.p[0] == 'e';
    size_t n = mln_html_loose(mln_sv_sub(s, i, MLN_XSS_LOOSE_MAX), word, true), b = i;

    while (b && strchr(" \t*/\\", s.p[b - 1] ? s.p[b - 1] : 'x'))
        b--;
    *ret_len = n;
    return n && (!expression || (b && s.p[b - 1] == ':') || n > word.len);
}

/* "x:expression(" with or without disguise, "behavior: url(", "-moz-binding:url(". */
static void check_declared_style(struct mln_xss *x)
{
    static const char *const words[] = {"expression(",    "-moz-binding:url(", "behavior:url(",
                                        "behaviour:url(", "behavior=url(",     "binding:url("};
    bool disguised =
        mln_view_find(x->v, MLN_SV("/*")) != SIZE_MAX || (x->v->classes & MLN_BC_BSLASH) != 0;
    bool expression = disguised || mln_view_find_str(x->v, words[0]) != SIZE_MAX;
    bool url = disguised || mln_view_find(x->v, MLN_SV("url(")) != SIZE_MAX;
    struct mln_sv s = x->s;

    for (size_t i = 0; i < s.len && (expression || url); i++) {
        char c = mln_lower(s.p[i]);
        if (c != 'e' && c != '-' && c != 'b') /* no word begins so */
            continue;
        for (size_t k = 0; k < MLN_ARRAY_LEN(words); k++) {
            size_t n;
            if (words[k][0] != c || !(k ? url : expression) ||
                !declares_script(s, i, mln_sv_str(words[k]), &n))
                continue;
            mln_xss_add(x, MLN_SIG_XSS_CSS_SCRIPT, i, n);
            return;
        }
    }
}

/* "&{…}": script in an attribute, as old browsers read it; also the probe of many test lists. */
static void check_script_entity(struct mln_xss *x)
{
    size_t at = mln_view_find(x->v, MLN_SV("&{"));

    if (at == SIZE_MAX)
        return;
    struct mln_sv in = mln_sv_sub(x->s, at + 2, 64);
    if (mln_sv_starts(in, MLN_SV("()}")) || mln_js_find_call(in).call == MLN_JS_CALL_STRONG ||
        mln_scan_at(in, 0, MLN_SV("document.")))
        mln_xss_add(x, MLN_SIG_XSS_SCRIPT_ENTITY, at, 3);
}

void mln_xss_check_loose_text(struct mln_xss *x)
{
    const uint32_t c = x->v->classes;

    if (c & MLN_BC_COLON)
        check_schemes(x);
    if (c & MLN_BC_PAREN)
        check_declared_style(x);
    if ((c & MLN_BC_AMP) && (c & MLN_BC_BRACE))
        check_script_entity(x);
}
