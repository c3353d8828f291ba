/* Cross-site scripting (detection guide, section 3.2): elements and attributes that run script,
 * URLs that do, and script that breaks out of a string or an attribute of the page. */
#include "engine/html_scan.h"
#include "engine/scan.h"

enum { TAGS_MAX = 64, ATTRS_MAX = 48 };

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

static bool is_among(struct mln_sv word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ieq(word, mln_sv_str(list[i])))
            return true;
    return false;
}

/* ---- script ---- */

static const char *const script_calls[] = {
    "alert",         "confirm",        "prompt",           "eval",          "settimeout",
    "setinterval",   "fetch",          "import",           "atob",          "unescape",
    "expression",    "document.write", "document.writeln", "window.open",   "string.fromcharcode",
    "execscript",    "msgbox",         "xmlhttprequest",   "function",      "throw",
    "console.log",   "print",          "globalthis",       "importscripts", "navigator.sendbeacon",
    "createelement",
};

/* A known call at i: the word stands alone and "(" or "`" follows, perhaps behind comments. */
static bool is_call_at(struct mln_sv s, size_t i, size_t len)
{
    if (i && (mln_cc((unsigned char)s.p[i - 1], MLN_CC_WORD) || s.p[i - 1] == '$'))
        return false;
    size_t n = mln_scan_skip_space(s, i + len);
    if (n + 1 < s.len && s.p[n] == '?' && s.p[n + 1] == '.')
        n += 2;
    return n < s.len && (s.p[n] == '(' || s.p[n] == '`') && n <= i + len + 4;
}

static size_t find_call(struct mln_sv s)
{
    for (size_t k = 0; k < MLN_ARRAY_LEN(script_calls); k++) {
        struct mln_sv w = mln_sv_str(script_calls[k]);
        for (size_t i = mln_scan_find(s, w, 0); i != SIZE_MAX; i = mln_scan_find(s, w, i + 1))
            if (is_call_at(s, i, w.len))
                return i;
    }
    return SIZE_MAX;
}

/* The value of an event handler reads as script: a call, an assignment, a template string. */
static bool is_script(struct mln_sv v)
{
    static const char *const sinks[] = {"alert",       "location", "document", "window",  "eval",
                                        "javascript:", "cookie",   "prompt",   "confirm", "throw"};

    if (mln_sv_chr(v, '(') != SIZE_MAX || mln_sv_chr(v, '`') != SIZE_MAX ||
        mln_sv_chr(v, '=') != SIZE_MAX)
        return true;
    for (size_t i = 0; i < MLN_ARRAY_LEN(sinks); i++)
        if (mln_scan_find(v, mln_sv_str(sinks[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* on + at least three letters. */
static bool is_handler_name(struct mln_sv n)
{
    if (n.len < 5 || n.len > 32 || !mln_sv_istarts(n, MLN_SV("on")))
        return false;
    for (size_t i = 2; i < n.len; i++)
        if (!mln_cc((unsigned char)n.p[i], MLN_CC_ALPHA))
            return false;
    return true;
}

/* ---- URLs ---- */

/* The scheme of a URL as a browser reads it: controls and white space within do not count.
 * Length of "scheme:" in s, or 0. */
static size_t scheme_length(struct mln_sv s, struct mln_sv scheme)
{
    size_t i = 0, k = 0;

    while (i < s.len && (unsigned char)s.p[i] <= ' ')
        i++;
    for (; i < s.len && k < scheme.len; i++) {
        if ((unsigned char)s.p[i] < ' ')
            continue;
        if (mln_lower(s.p[i]) != scheme.p[k++])
            return 0;
    }
    return k == scheme.len ? i : 0;
}

static void check_url(struct pass *p, struct mln_sv url, size_t off, bool in_attribute)
{
    static const char *const schemes[] = {"javascript:", "vbscript:", "livescript:", "mocha:"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(schemes); i++) {
        size_t n = scheme_length(url, mln_sv_str(schemes[i]));
        if (n && (in_attribute || is_script(mln_sv_sub(url, n, url.len)) || n > strlen(schemes[i])))
            add(p, MLN_SIG_XSS_SCHEME, off, n);
    }
    size_t n = scheme_length(url, MLN_SV("data:"));
    struct mln_sv type = mln_sv_sub(url, n, 48);
    if (n && (mln_sv_istarts(type, MLN_SV("text/html")) ||
              mln_sv_istarts(type, MLN_SV("image/svg+xml,<")) ||
              mln_sv_istarts(type, MLN_SV("text/javascript")) ||
              mln_sv_istarts(type, MLN_SV("application/xhtml")) ||
              mln_sv_istarts(type, MLN_SV("text/xml"))))
        add(p, MLN_SIG_XSS_DATA_HTML, off, n + 9);
}

/* ---- styles ---- */

static void check_style(struct pass *p, struct mln_sv style, size_t off)
{
    static const char *const marks[] = {"expression(", "javascript:", "-moz-binding",
                                        "behavior:",   "vbscript:",   "@import"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(marks); i++) {
        size_t at = mln_scan_find(style, mln_sv_str(marks[i]), 0);
        if (at != SIZE_MAX)
            add(p, MLN_SIG_XSS_CSS_SCRIPT, off + at, strlen(marks[i]));
    }
}

/* ---- tags ---- */

static void check_tag_name(struct pass *p, const struct mln_html_tag *t)
{
    static const char *const active[] = {"object",  "embed", "applet",  "base",
                                         "isindex", "xss",   "bgsound", "layer",
                                         "ilayer",  "xml",   "portal",  "fencedframe"};
    static const char *const frames[] = {"iframe", "frame", "frameset"};
    static const char *const foreign[] = {
        "svg", "math", "foreignobject", "animate", "animatetransform", "set", "image", "mglyph"};
    static const char *const media[] = {"img",      "video",  "audio",   "source",  "input",
                                        "button",   "body",   "details", "marquee", "form",
                                        "textarea", "select", "keygen",  "html",    "track"};
    static const char *const enders[] = {"script",   "textarea", "title",  "style",
                                         "noscript", "xmp",      "iframe", "template"};
    size_t len = t->name_end - t->off;

    if (t->closing) {
        if (is_among(t->name, enders, MLN_ARRAY_LEN(enders)))
            add(p, MLN_SIG_XSS_SCRIPT_CLOSE, t->off, len);
        return;
    }
    /* "<script" also as the start of a longer run: "<script<", "<scriptx" stays a name of its own
     */
    if (mln_sv_ieq(t->name, MLN_SV("script")) || mln_sv_ieq(t->name, MLN_SV("svg:script")))
        add(p, MLN_SIG_XSS_SCRIPT_TAG, t->off, len);
    else if (is_among(t->name, active, MLN_ARRAY_LEN(active)))
        add(p, MLN_SIG_XSS_ACTIVE_TAG, t->off, len);
    else if (is_among(t->name, frames, MLN_ARRAY_LEN(frames)))
        add(p, MLN_SIG_XSS_FRAME_TAG, t->off, len);
    else if (mln_sv_ieq(t->name, MLN_SV("style")))
        add(p, MLN_SIG_XSS_STYLE_TAG, t->off, len);
    else if (is_among(t->name, foreign, MLN_ARRAY_LEN(foreign)))
        add(p, MLN_SIG_XSS_FOREIGN_TAG, t->off, len);
    else if (is_among(t->name, media, MLN_ARRAY_LEN(media)))
        add(p, MLN_SIG_XSS_MEDIA_TAG, t->off, len);
    if (t->odd)
        add(p, MLN_SIG_XSS_BROKEN_TAG, t->off, len);
}

static void check_attribute(struct pass *p, const struct mln_html_tag *t,
                            const struct mln_html_attr *a)
{
    static const char *const urls[] = {
        "href",     "src",     "action", "formaction", "xlink:href", "data",   "background",
        "poster",   "dynsrc",  "lowsrc", "from",       "to",         "values", "code",
        "codebase", "content", "url",    "srcset",     "ping"};
    size_t off = a->value.p && a->value.len ? (size_t)(a->value.p - p->s.p) : a->off;

    if (is_handler_name(a->name) && a->value.p)
        add(p, is_script(a->value) ? MLN_SIG_XSS_HANDLER : MLN_SIG_XSS_HANDLER_SOFT, a->off,
            a->name.len + 1 + MLN_MIN(a->value.len, (size_t)40));
    else if (is_among(a->name, urls, MLN_ARRAY_LEN(urls)) && a->value.p)
        check_url(p, a->value, off, true);
    else if (mln_sv_ieq(a->name, MLN_SV("style")) && a->value.p)
        check_style(p, a->value, off);
    else if (mln_sv_ieq(a->name, MLN_SV("srcdoc")) && a->value.p)
        add(p, MLN_SIG_XSS_SRCDOC, a->off, a->name.len);
    if (mln_sv_ieq(t->name, MLN_SV("meta")) && mln_sv_ieq(a->name, MLN_SV("http-equiv")))
        add(p, MLN_SIG_XSS_META_REFRESH, t->off, a->off - t->off);
    if (mln_sv_ieq(t->name, MLN_SV("link")) && mln_sv_ieq(a->name, MLN_SV("rel")))
        add(p, MLN_SIG_XSS_STYLE_TAG, t->off, a->off - t->off);
}

/* `"><` and the like, in front of a tag. */
static bool leaves_attribute(struct mln_sv s, size_t tag)
{
    size_t i = tag;

    while (i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE))
        i--;
    if (i < 2 || s.p[i - 1] != '>')
        return false;
    for (i--; i && (mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE) || s.p[i - 1] == '/'); i--)
        ;
    return i && (s.p[i - 1] == '"' || s.p[i - 1] == '\'') &&
           (i == 1 || mln_sv_chr(mln_sv_sub(s, 0, i - 1), '<') == SIZE_MAX);
}

static void check_tags(struct pass *p)
{
    struct mln_html_tag t;
    size_t from = 0;

    for (unsigned n = 0; n < TAGS_MAX && mln_html_tag_next(p->s, from, &t); n++) {
        struct mln_html_attr a;
        check_tag_name(p, &t);
        if (leaves_attribute(p->s, t.off))
            add(p, MLN_SIG_XSS_TAG_BREAKOUT, t.off, t.name_end - t.off);
        for (unsigned k = 0; k < ATTRS_MAX && mln_html_attr_next(p->s, &t, &a); k++)
            check_attribute(p, &t, &a);
        from = t.name_end; /* tags may hide within what another reading takes for attributes */
    }
    if (mln_sv_find(p->s, MLN_SV("<![CDATA[")) != SIZE_MAX ||
        mln_view_find(p->v, MLN_SV("<!--[if")) != SIZE_MAX ||
        mln_view_find(p->v, MLN_SV("<?xml-stylesheet")) != SIZE_MAX)
        add(p, MLN_SIG_XSS_COMMENT_TRICK, 0, 1);
}

/* ---- out of an attribute: `" onfocus=alert(1) x="` ---- */

static void check_attribute_breakout(struct pass *p)
{
    bool quote = (p->v->classes & (MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BTICK)) != 0;

    for (size_t i = mln_view_find(p->v, MLN_SV("on")); i != SIZE_MAX;
         i = mln_scan_find(p->s, MLN_SV("on"), i + 1)) {
        char before = i ? p->s.p[i - 1] : ' ';
        size_t n = i;
        while (n < p->s.len && mln_cc((unsigned char)p->s.p[n], MLN_CC_ALPHA))
            n++;
        size_t eq = mln_scan_skip_space(p->s, n);
        if (mln_cc((unsigned char)before, MLN_CC_WORD) || before == '-' || before == '.' ||
            before == '&' || before == '?' || eq >= p->s.len || p->s.p[eq] != '=')
            continue;
        if (!is_handler_name(mln_sv_sub(p->s, i, n - i)))
            continue;
        struct mln_sv value = mln_sv_sub(p->s, eq + 1, 200);
        bool call = find_call(value) != SIZE_MAX ||
                    mln_scan_find(value, MLN_SV("location"), 0) != SIZE_MAX ||
                    mln_scan_find(value, MLN_SV("document"), 0) != SIZE_MAX ||
                    mln_scan_find(value, MLN_SV("javascript:"), 0) != SIZE_MAX;
        bool quoted = quote && mln_sv_sub(p->s, 0, i).len &&
                      (mln_sv_chr(mln_sv_sub(p->s, 0, i), '"') != SIZE_MAX ||
                       mln_sv_chr(mln_sv_sub(p->s, 0, i), '\'') != SIZE_MAX);
        if (call)
            add(p, quoted || i == 0 ? MLN_SIG_XSS_HANDLER : MLN_SIG_XSS_HANDLER_SOFT, i,
                eq + 1 - i);
        else if (quoted && is_script(mln_sv_sub(value, 0, 60)))
            add(p, MLN_SIG_XSS_HANDLER_SOFT, i, eq + 1 - i);
        if (quoted)
            add(p, MLN_SIG_XSS_ATTRIBUTE_BREAKOUT, i, eq + 1 - i);
        return;
    }
}

/* ---- script without markup ---- */

static void check_reads_and_writes(struct pass *p)
{
    static const char *const reads[] = {"document.cookie",      "document['cookie']",
                                        "document[\"cookie\"]", "localstorage",
                                        "sessionstorage",       "document.domain"};
    static const char *const writes[] = {"document.location",
                                         "window.location",
                                         "location.href",
                                         "location.replace",
                                         "location=",
                                         "location =",
                                         ".innerhtml",
                                         "document.body",
                                         "top.location",
                                         "self.location",
                                         "document.documentelement",
                                         "document.url",
                                         "document.forms"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(reads); i++) {
        size_t at = mln_view_find(p->v, mln_sv_str(reads[i]));
        if (at != SIZE_MAX)
            add(p, MLN_SIG_XSS_COOKIE, at, strlen(reads[i]));
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(writes); i++) {
        size_t at = mln_view_find(p->v, mln_sv_str(writes[i]));
        if (at != SIZE_MAX)
            add(p, MLN_SIG_XSS_SINK, at, strlen(writes[i]));
    }
}

/* The byte in front of a call, over white space and comments: what it broke out of. */
static bool breaks_out(struct mln_sv s, size_t call)
{
    size_t i = call;

    while (i && (mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE) || s.p[i - 1] == '(' ||
                 s.p[i - 1] == '!' || s.p[i - 1] == '+' || s.p[i - 1] == '-' || s.p[i - 1] == '/' ||
                 s.p[i - 1] == '*' || s.p[i - 1] == '~'))
        i--;
    if (i == 0)
        return false;
    char c = s.p[i - 1];
    bool quote_before = mln_sv_chr(mln_sv_sub(s, 0, i), '\'') != SIZE_MAX ||
                        mln_sv_chr(mln_sv_sub(s, 0, i), '"') != SIZE_MAX ||
                        mln_sv_chr(mln_sv_sub(s, 0, i), '`') != SIZE_MAX;
    return c == '\'' || c == '"' || c == '`' ||
           ((c == ';' || c == '}' || c == '|' || c == '&' || c == ',') && quote_before) ||
           (c == '}' || (c == '{' && i > 1 && s.p[i - 2] == '$'));
}

/* Whether any of the calls can be in the view at all. */
static bool may_call(const struct mln_view *v)
{
    for (size_t k = 0; k < MLN_ARRAY_LEN(script_calls); k++)
        if (mln_view_find(v, mln_sv_str(script_calls[k])) != SIZE_MAX)
            return true;
    return false;
}

static void check_calls(struct pass *p)
{
    size_t call = may_call(p->v) ? find_call(p->s) : SIZE_MAX;

    if (call == SIZE_MAX)
        return;
    add(p, MLN_SIG_XSS_CALL, call, 8);
    if (breaks_out(p->s, call))
        add(p, MLN_SIG_XSS_SCRIPT_BREAKOUT, call ? call - 1 : 0, 8);
    struct mln_sv t = p->s;
    while (t.len && strchr(" ;)/\r\n\t", t.p[t.len - 1] ? t.p[t.len - 1] : 'x'))
        t.len--;
    if (mln_scan_skip_space(p->s, 0) == call && p->s.len < 80 && mln_sv_chr(p->s, ' ') == SIZE_MAX)
        add(p, MLN_SIG_XSS_CALL_ONLY, call, p->s.len - call);
}

/* window['al'+'ert'], top[/al/.source+…], [].constructor.constructor, this["eval"]. */
static void check_dynamic(struct pass *p)
{
    static const char *const roots[] = {"window[",     "self[",     "top[",
                                        "this[",       "parent[",   "frames[",
                                        "globalthis[", "document[", "location["};

    for (size_t i = 0; i < MLN_ARRAY_LEN(roots); i++) {
        size_t at = mln_view_find(p->v, mln_sv_str(roots[i])) == SIZE_MAX
                        ? SIZE_MAX
                        : mln_scan_word(p->s, mln_sv_str(roots[i]), 0);
        if (at == SIZE_MAX)
            continue;
        char c = at + strlen(roots[i]) < p->s.len ? p->s.p[at + strlen(roots[i])] : '\0';
        if ((c == '\'' || c == '"' || c == '/' || c == '`' || c == '(' ||
             mln_cc((unsigned char)c, MLN_CC_DIGIT)) &&
            mln_sv_chr(mln_sv_sub(p->s, at, 200), '(') != SIZE_MAX)
            add(p, MLN_SIG_XSS_DYNAMIC, at, strlen(roots[i]));
    }
    size_t at = mln_view_find(p->v, MLN_SV("constructor"));
    if (at != SIZE_MAX && mln_scan_find(p->s, MLN_SV("constructor"), at + 11) != SIZE_MAX &&
        mln_sv_chr(p->s, '(') != SIZE_MAX)
        add(p, MLN_SIG_XSS_DYNAMIC, at, 11);
}

/* Nothing but []()!+ and a few more. */
static void check_jsfuck(struct pass *p)
{
    size_t signs = 0, brackets = 0;

    for (size_t i = 0; i < p->s.len; i++) {
        signs += p->s.p[i] && strchr("[]()!+{}$_~\"':;.,=/\\", p->s.p[i]) != NULL;
        brackets += p->s.p[i] == '[' || p->s.p[i] == '(';
    }
    if (p->s.len >= 20 && brackets >= 6 && signs * 20 >= p->s.len * 19)
        add(p, MLN_SIG_XSS_JSFUCK, 0, p->s.len);
}

static void check_template(struct pass *p)
{
    size_t at = mln_sv_find(p->s, MLN_SV("{{"));

    if (at == SIZE_MAX)
        return;
    struct mln_sv in = mln_sv_sub(p->s, at, 300);
    if (mln_scan_find(in, MLN_SV("constructor"), 0) != SIZE_MAX || find_call(in) != SIZE_MAX ||
        mln_scan_find(in, MLN_SV("$eval"), 0) != SIZE_MAX ||
        mln_scan_find(in, MLN_SV("$on."), 0) != SIZE_MAX)
        add(p, MLN_SIG_XSS_TEMPLATE, at, 2);
}

void mln_detect_xss(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    struct pass p = {.v = v, .s = mln_view_sv(v), .out = out};
    const uint32_t script = MLN_BC_PAREN | MLN_BC_EQ | MLN_BC_BTICK | MLN_BC_COLON;

    if (v->n < 6 || !(v->classes & (MLN_BC_LT | script)) ||
        !mln_budget_take(ctx->budget, (uint64_t)v->n * 8))
        return;
    if (v->classes & MLN_BC_LT)
        check_tags(&p);
    if (v->classes & MLN_BC_EQ)
        check_attribute_breakout(&p);
    if (v->classes & MLN_BC_COLON)
        check_url(&p, p.s, 0, false);
    if ((v->classes & (MLN_BC_PAREN | MLN_BC_BTICK)) && (v->classes & MLN_BC_ALPHA)) {
        check_calls(&p);
        check_dynamic(&p);
    }
    if ((v->classes & (MLN_BC_PAREN | MLN_BC_EQ)) && (v->classes & MLN_BC_ALPHA))
        check_reads_and_writes(&p);
    if ((v->classes & MLN_BC_BRACKET) && (v->classes & MLN_BC_PAREN))
        check_jsfuck(&p);
    if (v->classes & MLN_BC_BRACE)
        check_template(&p);
    if ((v->classes & MLN_BC_COLON) && (v->classes & MLN_BC_PAREN))
        check_style(&p, p.s, 0);
    size_t utf7 = v->classes & MLN_BC_PLUS ? mln_view_find(p.v, MLN_SV("+adw-")) : SIZE_MAX;
    if (utf7 != SIZE_MAX)
        add(&p, MLN_SIG_XSS_UTF7, utf7, 5);
}
