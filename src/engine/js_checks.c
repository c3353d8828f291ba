/* Script without markup: calls, what they break out of, what pieces spell. */
#include "engine/xss_priv.h"

enum { FOLD_MAX = 1024 };

static const char *const reads[] = {"document.cookie", "document['cookie']", "document[\"cookie\"]",
                                    "localstorage",    "sessionstorage",     "document.domain",
                                    "cookiestore"};
static const char *const writes[] = {
    "document.location", "window.location",  "location.href",  "location.replace",
    "location.assign",   ".innerhtml",       "document.body",  "top.location",
    "self.location",     "document.url",     "document.forms", "document.documentelement",
    "parent.location",   "document.referrer"};

bool mln_xss_is_script(struct mln_sv v)
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

/* ---- reads and writes of the page ---- */

/* "location=" followed by something that script would assign, and not "&location=Paris". */
static size_t find_location_write(struct mln_xss *x)
{
    if (mln_view_find(x->v, MLN_SV("location")) == SIZE_MAX)
        return SIZE_MAX;
    for (size_t i = mln_scan_word(x->s, MLN_SV("location"), 0); i != SIZE_MAX;
         i = mln_scan_word(x->s, MLN_SV("location"), i + 8)) {
        size_t n = mln_scan_skip_space(x->s, i + 8);
        if (n >= x->s.len || x->s.p[n] != '=')
            continue;
        n = mln_scan_skip_space(x->s, n + 1);
        struct mln_sv to = mln_sv_sub(x->s, n, 12);
        if ((to.len && strchr("'\"`(/", to.p[0] ? to.p[0] : 'x')) ||
            mln_sv_istarts(to, MLN_SV("javascript")) || mln_sv_istarts(to, MLN_SV("name")) ||
            mln_sv_istarts(to, MLN_SV("window")) || mln_sv_istarts(to, MLN_SV("document")) ||
            mln_sv_istarts(to, MLN_SV("atob")) || mln_sv_istarts(to, MLN_SV("location")))
            return i;
    }
    return SIZE_MAX;
}

/* "new Image().src=": an address is fetched, with what is put behind it. SIZE_MAX when there is
 * none. */
static size_t find_image_write(const struct mln_xss *x)
{
    size_t at = mln_view_find(x->v, MLN_SV("new image"));

    if (at == SIZE_MAX)
        return SIZE_MAX;
    size_t i = at + 9 + (mln_scan_at(x->s, at + 9, MLN_SV("()")) ? 2 : 0);
    if (!mln_scan_at(x->s, i, MLN_SV(".src")))
        return SIZE_MAX;
    i = mln_scan_skip_space(x->s, i + 4);
    return i < x->s.len && x->s.p[i] == '=' ? at : SIZE_MAX;
}

/* Whether any of them can be there: six words instead of all. */
static bool may_read_or_write(const struct mln_view *v)
{
    static const struct mln_sv words[] = {{"document", 8},     {"location", 8},  {"storage", 7},
                                          {"cookiestore", 11}, {"innerhtml", 9}, {"new image", 9}};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_view_find(v, words[i]) != SIZE_MAX)
            return true;
    return false;
}

static void check_reads_and_writes(struct mln_xss *x)
{
    if (!may_read_or_write(x->v))
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(reads); i++) {
        size_t at = mln_view_find_str(x->v, reads[i]);
        if (at != SIZE_MAX)
            mln_xss_add(x, MLN_SIG_XSS_COOKIE, at, strlen(reads[i]));
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(writes); i++) {
        size_t at = mln_view_find_str(x->v, writes[i]);
        if (at != SIZE_MAX)
            mln_xss_add(x, MLN_SIG_XSS_SINK, at, strlen(writes[i]));
    }
    size_t at = find_location_write(x);
    if (at != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_SINK, at, 9);
    at = find_image_write(x);
    if (at != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_SINK, at, 9);
}

/* ---- calls ---- */

/* python -c "print(2)": the whole call stands between quotes, behind an option. */
static bool is_argument(struct mln_sv s, size_t off)
{
    enum { LOOK = 120 };
    size_t close = mln_sv_chr(mln_sv_sub(s, off, LOOK), ')');

    return off >= 4 && s.p[off - 2] == ' ' && s.p[off - 4] == '-' && close != SIZE_MAX &&
           off + close + 1 < s.len && s.p[off + close + 1] == s.p[off - 1];
}

/* The ';' before i ends a character reference: "&gt;alert(". */
static bool ends_reference(struct mln_sv s, size_t i)
{
    enum { NAME_MAX_BYTES = 8 };
    size_t k = i - 1;

    while (k && i - k < NAME_MAX_BYTES &&
           (mln_cc((unsigned char)s.p[k - 1], MLN_CC_ALPHA | MLN_CC_DIGIT) || s.p[k - 1] == '#'))
        k--;
    return k && k + 1 < i && s.p[k - 1] == '&';
}

/* "`function`", "`eval`": a word that is shown as code. Behind the end of a string nothing could be
 * called without an operator. */
static bool is_shown_word(struct mln_sv s, const struct mln_js_found *f)
{
    size_t end = f->off + f->len;

    return s.p[f->off - 1] == '`' && end < s.len && s.p[end] == '`';
}

/* Whether what stands in front of the call ends a string or an expression of the page; `open` when
 * the quotes in front of it do not pair up. */
static bool breaks_out(struct mln_sv s, const struct mln_js_found *f, bool open)
{
    size_t i = f->off;
    bool strong = f->call == MLN_JS_CALL_STRONG;

    while (i && s.p[i - 1] && strchr(" \t\r\n(!+-/*~=<>^%?:", s.p[i - 1]))
        i--;
    if (i == 0)
        return false;
    char c = s.p[i - 1];
    if (c == ';' && ends_reference(s, i))
        return false;
    if (c == '\'' || c == '"' || c == '`')
        return (strong || open) && !(i == f->off && (is_argument(s, i) || is_shown_word(s, f)));
    if ((c == ';' || c == '}' || c == '|' || c == '&' || c == ',') && open)
        return true;
    if (!strong)
        return false;
    return c == '}' || (c == '{' && i > 1 && s.p[i - 2] == '$') || (c == ';' && i == f->off);
}

/* The argument of a soft call makes it one that loads or runs what the sender wants. */
static bool takes_foreign(struct mln_sv s, const struct mln_js_found *f)
{
    static const char *const marks[] = {
        "//", "http:", "https:", "data:", "javascript:", "alert", "atob", "eval", "cookie"};
    size_t n = mln_scan_skip_space(s, f->off + f->len);
    struct mln_sv arg = mln_sv_sub(s, n + 1, 40);
    size_t skip = 0;

    while (skip < arg.len && strchr(" '\"`(", arg.p[skip] ? arg.p[skip] : 'x'))
        skip++;
    arg = mln_sv_sub(arg, skip, arg.len);
    for (size_t i = 0; i < MLN_ARRAY_LEN(marks); i++)
        if (mln_sv_istarts_str(arg, marks[i]))
            return skip > 0;
    return false;
}

/* The value, or what follows the quote that it starts with, is nothing but script. */
static bool is_script_only(struct mln_sv s)
{
    struct mln_sv t = mln_sv_trim(s);

    if (mln_js_is_script(t))
        return true;
    return t.len && strchr("'\"`", t.p[0]) && mln_js_is_script(mln_sv_sub(t, 1, t.len));
}

static bool is_effective(struct mln_xss *x)
{
    const struct mln_js_found *f = &x->call;

    if (f->call == MLN_JS_CALL_SOFT)
        return takes_foreign(x->s, f) || mln_findings_has(x->out, MLN_SIG_XSS_COOKIE);
    if (f->call == MLN_JS_CALL_NONE)
        return mln_findings_has(x->out, MLN_SIG_XSS_SINK);
    return !(f->spaced && f->call == MLN_JS_CALL_STRONG) ||
           mln_findings_has(x->out, MLN_SIG_XSS_COOKIE);
}

/* Any of the calls may be the one that broke out. */
static void check_breakouts(struct mln_xss *x)
{
    unsigned odd = 0; /* a bit per kind of quote whose number so far is odd */
    size_t i = 0;

    for (struct mln_js_found f = mln_js_next_call(x->s, 0); f.call != MLN_JS_CALL_NONE;
         f = mln_js_next_call(x->s, f.off + f.len)) {
        for (; i < f.off; i++) {
            char c = x->s.p[i];
            odd ^= c == '\'' ? 1 : c == '"' ? 2 : c == '`' ? 4 : 0;
        }
        if (breaks_out(x->s, &f, odd != 0)) {
            mln_xss_add(x, MLN_SIG_XSS_SCRIPT_BREAKOUT, f.off ? f.off - 1 : 0, f.len + 1);
            return;
        }
    }
}

static void check_calls(struct mln_xss *x)
{
    static const enum mln_signal signals[] = {[MLN_JS_CALL_SOFT] = MLN_SIG_XSS_CALL_SOFT,
                                              [MLN_JS_CALL_REFERENCE] = MLN_SIG_XSS_REFERENCE,
                                              [MLN_JS_CALL_STRONG] = MLN_SIG_XSS_CALL};
    const struct mln_js_found *f = &x->call;

    if (f->call != MLN_JS_CALL_NONE)
        mln_xss_add(x, signals[f->call], f->off, f->len);
    if (f->call == MLN_JS_CALL_SOFT && takes_foreign(x->s, f))
        mln_xss_add(x, MLN_SIG_XSS_FOREIGN_ARGUMENT, f->off, f->len);
    if (f->call != MLN_JS_CALL_NONE)
        check_breakouts(x);
    if (is_effective(x) && is_script_only(x->s))
        mln_xss_add(x, MLN_SIG_XSS_CALL_ONLY, 0, x->s.len);
}

/* ---- names put together ---- */

/* window['al'+'ert'], top[/al/.source+…], this["eval"]. */
static void check_roots(struct mln_xss *x)
{
    static const char *const roots[] = {"window[",     "self[",     "top[",
                                        "this[",       "parent[",   "frames[",
                                        "globalthis[", "document[", "location["};

    for (size_t i = 0; i < MLN_ARRAY_LEN(roots); i++) {
        size_t len = strlen(roots[i]);
        size_t at = mln_view_find_str(x->v, roots[i]) == SIZE_MAX
                        ? SIZE_MAX
                        : mln_scan_word(x->s, mln_sv_str(roots[i]), 0);
        if (at == SIZE_MAX || at + len >= x->s.len)
            continue;
        char c = x->s.p[at + len];
        bool number = mln_cc((unsigned char)c, MLN_CC_DIGIT) &&
                      mln_sv_find(mln_sv_sub(x->s, at + len, 24), MLN_SV("..")) != SIZE_MAX;
        if ((c == '\'' || c == '"' || c == '/' || c == '`' || c == '(' || number) &&
            mln_sv_chr(mln_sv_sub(x->s, at, 200), '(') != SIZE_MAX)
            mln_xss_add(x, MLN_SIG_XSS_DYNAMIC, at, len);
    }
}

/* constructor.constructor(…), 8680439..toString(30), onerror=alert;throw 1 */
static void check_tricks(struct mln_xss *x)
{
    size_t at = mln_view_find(x->v, MLN_SV("constructor"));

    if (at != SIZE_MAX && mln_scan_find(x->s, MLN_SV("constructor"), at + 11) != SIZE_MAX &&
        mln_sv_chr(mln_sv_sub(x->s, at, 200), '(') != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_DYNAMIC, at, 11);
    at = mln_view_find(x->v, MLN_SV("..tostring("));
    if (at != SIZE_MAX && at && mln_cc((unsigned char)x->s.p[at - 1], MLN_CC_DIGIT))
        mln_xss_add(x, MLN_SIG_XSS_DYNAMIC, at, 11);
    at = mln_view_find(x->v, MLN_SV("onerror"));
    size_t eq = at == SIZE_MAX ? SIZE_MAX : mln_scan_skip_space(x->s, at + 7);
    if (eq < x->s.len && x->s.p[eq] == '=' && mln_view_find(x->v, MLN_SV("throw")) != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_DYNAMIC, at, eq + 1 - at);
}

/* What the pieces spell has a call or a read that the value itself does not show. */
static void check_folded(struct mln_xss *x, struct mln_sv s)
{
    char out[FOLD_MAX];
    struct mln_sv spelled = mln_sv(out, mln_js_fold(mln_sv_sub(s, 0, FOLD_MAX), out, sizeof(out)));

    if (!spelled.len)
        return;
    struct mln_js_found plain = mln_js_find_call(s), f = mln_js_find_call(spelled);
    bool hidden = f.call == MLN_JS_CALL_STRONG && plain.call != MLN_JS_CALL_STRONG;
    /* eval('al'+'ert(1)'): the outer call is plain, the inner one is not */
    static const char *const inner[] = {"alert(",          "confirm(",    "prompt(",
                                        "document.cookie", "javascript:", "script>"};
    for (size_t i = 0; i < MLN_ARRAY_LEN(inner) && !hidden; i++)
        hidden = mln_scan_find(spelled, mln_sv_str(inner[i]), 0) != SIZE_MAX &&
                 mln_view_find_str(x->v, inner[i]) == SIZE_MAX;
    if (hidden)
        mln_xss_add(x, MLN_SIG_XSS_DYNAMIC, 0, MLN_MIN(s.len, (size_t)FOLD_MAX));
}

/* One of those that has_constant_pieces() asks for. */
static bool has_sign(const struct mln_xss *x)
{
    return (x->v->classes & (MLN_BC_PLUS | MLN_BC_PIPE)) || mln_sv_chr(x->s, '?') != SIZE_MAX;
}

/* "''+'scr'", "0||'ipt'", "1?'':'ale'": constants that are joined to nothing, or chosen by one.
 * Only what hides a word is written so, and written more than once. */
static bool has_constant_pieces(struct mln_sv s)
{
    struct mln_js_lexer l = {.s = mln_sv_sub(s, 0, FOLD_MAX)};
    struct mln_js_token t, constant = {.kind = MLN_JS_NAME};
    unsigned pieces = 0, bars = 0;
    char sign = 0;

    while (mln_js_next(&l, &t)) {
        bool string = t.kind == MLN_JS_STRING, number = t.kind == MLN_JS_NUMBER;
        if (t.kind == MLN_JS_PUNCT && memchr("+|?", t.text.p[0], 3)) {
            sign = t.text.p[0];
            bars += sign == '|';
            continue;
        }
        bool first = constant.kind == MLN_JS_STRING || constant.kind == MLN_JS_NUMBER;
        bool nothing = constant.kind == MLN_JS_STRING && (!constant.text.len || !t.text.len);
        if (string && first && sign == '?' && constant.kind == MLN_JS_NUMBER)
            pieces++;
        else if (string && first && sign == '|' && bars == 2)
            pieces += nothing || constant.kind == MLN_JS_NUMBER;
        else if (string && first && sign == '+')
            pieces += nothing;
        constant = string || number ? t : (struct mln_js_token){.kind = MLN_JS_NAME};
        sign = 0;
        bars = 0;
    }
    return pieces >= 2;
}

static void check_pieces(struct mln_xss *x)
{
    const uint32_t quotes = MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BTICK;

    if (!(x->v->classes & (MLN_BC_BRACKET | MLN_BC_PLUS | MLN_BC_PAREN)) ||
        !(x->v->classes & (quotes | MLN_BC_PAREN)))
        return;
    check_folded(x, x->s);
    if ((x->v->classes & (MLN_BC_SQUOTE | MLN_BC_DQUOTE)) && (x->v->classes & MLN_BC_EQ) &&
        has_sign(x) && has_constant_pieces(x->s))
        mln_xss_add(x, MLN_SIG_XSS_DYNAMIC, 0, MLN_MIN(x->s.len, (size_t)FOLD_MAX));
    for (size_t i = 0; i < x->s.len && (x->v->classes & quotes) && i < FOLD_MAX; i++)
        if (strchr("'\"`", x->s.p[i] ? x->s.p[i] : 'x')) {
            check_folded(x, mln_sv_sub(x->s, i + 1, x->s.len)); /* from within a string */
            return;
        }
}

/* Nothing but []()!+ and a few more: script without letters. */
static void check_jsfuck(struct mln_xss *x)
{
    static const bool is_sign[256] = {
        ['['] = true,  [']'] = true,  ['('] = true, [')'] = true, ['!'] = true, ['+'] = true,
        ['{'] = true,  ['}'] = true,  ['$'] = true, ['_'] = true, ['~'] = true, ['"'] = true,
        ['\''] = true, [':'] = true,  [';'] = true, ['.'] = true, [','] = true, ['='] = true,
        ['/'] = true,  ['\\'] = true, [' '] = true,
    };
    enum { SHORT = 9 };
    size_t signs = 0, brackets = 0;

    for (size_t i = 0; i < x->s.len; i++) {
        signs += is_sign[(unsigned char)x->s.p[i]];
        brackets += x->s.p[i] == '[' || x->s.p[i] == '(';
    }
    bool converts = mln_sv_find(x->s, MLN_SV("+[]")) != SIZE_MAX || /* to a string or a number */
                    mln_sv_find(x->s, MLN_SV("![]")) != SIZE_MAX;
    if ((x->s.len >= 20 && brackets >= 6 && signs * 20 >= x->s.len * 19) ||
        (x->s.len >= SHORT && signs == x->s.len && brackets >= 3 && converts))
        mln_xss_add(x, MLN_SIG_XSS_JSFUCK, 0, x->s.len);
}

/* Angular, Vue: an expression that leaves its sandbox or calls. */
static void check_template(struct mln_xss *x)
{
    static const char *const marks[] = {"constructor", "$eval", "$on.", "__proto__", "prototype"};
    size_t at = mln_view_find(x->v, MLN_SV("{{"));

    if (at == SIZE_MAX)
        return;
    struct mln_sv in = mln_sv_sub(x->s, at, 300);
    struct mln_js_found f = mln_js_find_call(in);
    bool found = f.call == MLN_JS_CALL_STRONG;
    for (size_t i = 0; i < MLN_ARRAY_LEN(marks) && !found; i++)
        found = mln_scan_find(in, mln_sv_str(marks[i]), 0) != SIZE_MAX;
    if (found && mln_sv_chr(in, '(') != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_TEMPLATE, at, 2);
}

void mln_xss_check_script(struct mln_xss *x)
{
    const uint32_t c = x->v->classes;

    if ((c & (MLN_BC_PAREN | MLN_BC_EQ)) && (c & MLN_BC_ALPHA))
        check_reads_and_writes(x);
    if (c & MLN_BC_ALPHA) {
        check_calls(x);
        check_tricks(x);
    }
    if ((c & MLN_BC_PAREN) && (c & MLN_BC_BRACKET)) {
        check_roots(x);
        check_jsfuck(x);
    }
    if (c & MLN_BC_ALPHA)
        check_pieces(x);
    if (c & MLN_BC_BRACE)
        check_template(x);
}
