/* The single decoding steps. Each only ever shrinks its input, so one allocation of the input's
 * size serves, and each returns its input when nothing changed. */
#include "base/block.h"
#include "base/utf8.h"
#include "engine/sh_hollow.h"
#include "engine/value.h"

/* Output of a lane: allocated at the first change, so that the usual value copies nothing. */
struct out {
    struct mln_arena *a;
    struct mln_sv in;
    char *p;
    size_t n;
    bool failed;
};

/* From now on the output differs from the input, of which `upto` bytes were copied as they are. */
static bool out_start(struct out *o, size_t upto)
{
    if (o->p)
        return true;
    o->p = mln_arena_alloc(o->a, o->in.len);
    if (!o->p) {
        o->failed = true;
        return false;
    }
    memcpy(o->p, o->in.p, upto);
    o->n = upto;
    return true;
}

static inline void out_char(struct out *o, char c)
{
    if (o->p)
        o->p[o->n++] = c;
}

static void out_bytes(struct out *o, const char *p, size_t n)
{
    if (!o->p || !n)
        return;
    memcpy(o->p + o->n, p, n);
    o->n += n;
}

/* Copies what stands from i up to the next `mark`, or to the end; where that is. */
static size_t out_upto(struct out *o, size_t i, char mark)
{
    size_t at = mln_sv_chr(mln_sv_sub(o->in, i, o->in.len), mark);
    size_t end = at == SIZE_MAX ? o->in.len : i + at;

    out_bytes(o, o->in.p + i, end - i);
    return end;
}

static void out_cp(struct out *o, uint32_t cp)
{
    char tmp[4];

    out_bytes(o, tmp, mln_utf8_encode(cp, tmp));
}

static struct mln_sv out_end(const struct out *o)
{
    return o->p ? mln_sv(o->p, o->n) : o->in;
}

static int hex2(struct mln_sv s, size_t i)
{
    int hi = i < s.len ? mln_hexval((unsigned char)s.p[i]) : -1;
    int lo = i + 1 < s.len ? mln_hexval((unsigned char)s.p[i + 1]) : -1;

    return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

/* Up to max hex digits at i; the count, value in *ret. */
static size_t hex_run(struct mln_sv s, size_t i, size_t max, uint32_t *ret)
{
    size_t n = 0;
    uint32_t v = 0;

    while (n < max && i + n < s.len && mln_hexval((unsigned char)s.p[i + n]) >= 0)
        v = v << 4 | (uint32_t)mln_hexval((unsigned char)s.p[i + n++]);
    *ret = v;
    return n;
}

/* Code points that some component along the way turns into ASCII: full-width forms (NFKC), and
 * the slash and dot look-alikes of best-fit tables. 0 when there is none. */
static char ascii_lookalike(uint32_t cp)
{
    if (cp >= 0xff01 && cp <= 0xff5e)
        return (char)(cp - 0xfee0);
    if (cp >= 0x2460 && cp <= 0x2468) /* circled digits and letters: hosts are folded so */
        return (char)('1' + (cp - 0x2460));
    if (cp >= 0x24b6 && cp <= 0x24e9)
        return (char)('a' + (cp - 0x24b6) % 26);
    switch (cp) {
    case 0x2044: /* fraction slash */
    case 0x2215: /* division slash */
    case 0x29f8: /* big solidus */
    case 0xefc8:
        return '/';
    case 0x2216: /* set minus */
    case 0x29f5: /* reverse solidus operator */
    case 0x29f9:
    case 0xf025:
        return '\\';
    case 0x2024: /* one dot leader */
    case 0xfe52: /* small full stop */
        return '.';
    case 0x02b9: /* modifier primes that best-fit tables map to quotes */
    case 0x02bc:
        return '\'';
    case 0x02ba:
        return '"';
    case 0x560a: /* of which careless writers keep the low byte: a line break */
        return '\n';
    case 0x560d:
        return '\r';
    case 0x24ea: /* circled zero */
        return '0';
    case 0xfe64: /* small less-than sign */
    case 0x3008:
    case 0x2329:
        return '<';
    case 0xfe65:
    case 0x3009:
    case 0x232a:
        return '>';
    default:
        return 0;
    }
}

/* ---- url: percent, %u, overlong UTF-8, look-alikes ---- */

static struct mln_sv undo_percent(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct out o = {.a = a, .in = s};
    size_t i = mln_sv_chr(s, '%');

    if (i == SIZE_MAX)
        return s;
    for (; i < s.len && !o.failed; i++) {
        uint32_t cp;
        int byte;
        if (s.p[i] != '%') {
            i = out_upto(&o, i, '%') - 1;
        } else if ((byte = hex2(s, i + 1)) >= 0) {
            if (!out_start(&o, i))
                break;
            out_char(&o, (char)byte);
            i += 2;
        } else if (i + 1 < s.len && (s.p[i + 1] | 0x20) == 'u' && hex_run(s, i + 2, 4, &cp) == 4) {
            if (!out_start(&o, i))
                break;
            *flags |= MLN_VIEW_PERCENT_U;
            out_cp(&o, cp);
            i += 5;
        } else {
            *flags |= MLN_VIEW_BAD_ESCAPE;
            out_char(&o, '%');
        }
    }
    return out_end(&o);
}

/* Bytes of a sequence by its lead byte, laxly: also the five- and six-byte forms. */
static size_t lax_length(unsigned char lead)
{
    return lead >= 0xfc ? 6 : lead >= 0xf8 ? 5 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

/* The six low bits of whatever follows, as careless decoders do. */
static uint32_t lax_decode(struct mln_sv s, size_t i, size_t n)
{
    uint32_t cp = (unsigned char)s.p[i] & (0x7fu >> n);

    for (size_t k = 1; k < n; k++)
        cp = cp << 6 | ((unsigned char)s.p[i + k] & 0x3fu);
    return cp;
}

/* How many bytes from i on are ASCII. */
static size_t ascii_run(struct mln_sv s, size_t i)
{
    size_t start = i;

    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        unsigned n = mln_block_run(mln_block_in(mln_block_load(s.p + i), 0, 0x7f));
        if (n < MLN_BLOCK)
            return i + n - start;
    }
    while (i < s.len && (unsigned char)s.p[i] < 0x80)
        i++;
    return i - start;
}

/* U+2018, U+2019, U+2032, and the same for double quotes. */
static char quote_of(uint32_t cp)
{
    if (cp == 0x2018 || cp == 0x2019 || cp == 0x2032)
        return '\'';
    return cp == 0x201c || cp == 0x201d || cp == 0x2033 ? '"' : 0;
}

/* Typographic quotes, which best-fit tables of databases take for plain ones. In a text they are
 * what a word processor makes of an apostrophe, and people who write other than ASCII quote with
 * them: they count in short values only that compare or end in a comment, and are ASCII but for
 * the quotes and no-break spaces. */
static bool has_quotes_of_code(struct mln_sv s)
{
    enum { SHORT = 512 };

    if (s.len > SHORT ||
        (mln_sv_chr(s, '=') == SIZE_MAX && mln_sv_find(s, MLN_SV("--")) == SIZE_MAX))
        return false;
    for (size_t i = ascii_run(s, 0); i < s.len; i += ascii_run(s, i)) {
        uint32_t cp;
        size_t n = mln_utf8_decode(mln_sv_sub(s, i, 4), &cp);
        bool latin1 = (unsigned char)s.p[i] == 0xa0;
        if (!latin1 && (!n || (!quote_of(cp) && cp != 0xa0)))
            return false;
        i += latin1 ? 1 : n;
    }
    return true;
}

static struct mln_sv fold_unicode(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    enum { UNKNOWN, PLAIN, OF_TEXT } quotes = UNKNOWN;
    struct out o = {.a = a, .in = s};

    for (size_t i = 0; i < s.len && !o.failed;) {
        unsigned char c = (unsigned char)s.p[i];
        uint32_t cp;
        size_t n;
        if (c < 0x80) {
            n = ascii_run(s, i);
            out_bytes(&o, s.p + i, n);
            i += n;
            continue;
        }
        n = mln_utf8_decode(mln_sv_sub(s, i, 4), &cp);
        char ascii = n ? ascii_lookalike(cp) : 0;
        if (n && !ascii && quote_of(cp)) {
            if (quotes == UNKNOWN)
                quotes = has_quotes_of_code(s) ? PLAIN : OF_TEXT;
            ascii = quotes == PLAIN ? quote_of(cp) : '\0';
        }
        uint32_t flag = MLN_VIEW_LOOKALIKE;
        if (!n && c >= 0xc0 && i + lax_length(c) <= s.len) {
            cp = lax_decode(s, i, lax_length(c));
            ascii = cp && cp < 0x80 ? (char)cp : ascii_lookalike(cp);
            flag = MLN_VIEW_OVERLONG;
            n = ascii ? lax_length(c) : 1;
        } else if (!n) {
            n = 1;
        }
        if (ascii && !out_start(&o, i))
            break;
        if (ascii) {
            *flags |= flag;
            out_char(&o, ascii);
        } else {
            out_bytes(&o, s.p + i, n);
        }
        i += n;
    }
    return out_end(&o);
}

struct mln_sv mln_lane_url(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct mln_sv t = undo_percent(a, s, flags);

    return ascii_run(t, 0) < t.len ? fold_unicode(a, t, flags) : t;
}

/* ---- html: character references ---- */

static const struct {
    const char *name;
    char c;
} named_refs[] = {
    {"lt", '<'},     {"gt", '>'},       {"amp", '&'},    {"quot", '"'},   {"apos", '\''},
    {"Tab", '\t'},   {"NewLine", '\n'}, {"colon", ':'},  {"lpar", '('},   {"rpar", ')'},
    {"sol", '/'},    {"bsol", '\\'},    {"excl", '!'},   {"num", '#'},    {"dollar", '$'},
    {"percnt", '%'}, {"lsqb", '['},     {"rsqb", ']'},   {"lcub", '{'},   {"rcub", '}'},
    {"equals", '='}, {"semi", ';'},     {"period", '.'}, {"comma", ','},  {"plus", '+'},
    {"grave", '`'},  {"ast", '*'},      {"lowbar", '_'}, {"verbar", '|'}, {"quest", '?'},
    {"commat", '@'}, {"Hat", '^'},      {"nbsp", ' '},   {"LT", '<'},     {"GT", '>'},
    {"QUOT", '"'},   {"AMP", '&'},
};

/* Length of the reference at i (s.p[i] == '&') and its ASCII character, or 0. */
static size_t char_ref(struct mln_sv s, size_t i, char *ret)
{
    struct mln_sv t = mln_sv_sub(s, i + 1, 14);
    size_t n = 0;
    uint32_t cp = 0;

    if (t.len && t.p[0] == '#') {
        bool hex = t.len > 1 && (t.p[1] | 0x20) == 'x';
        size_t start = hex ? 2 : 1;
        for (n = start; n < t.len; n++) {
            int d = mln_hexval((unsigned char)t.p[n]);
            if (d < 0 || (!hex && d > 9) || cp > 0x10ffff)
                break;
            cp = cp * (hex ? 16 : 10) + (uint32_t)d;
        }
        char ascii = cp && cp < 0x80 ? (char)cp : ascii_lookalike(cp);
        if (n == start || !ascii)
            return 0;
        *ret = ascii;
    } else {
        size_t k;
        for (k = 0; k < MLN_ARRAY_LEN(named_refs); k++)
            if (t.len >= 2 && named_refs[k].name[0] == t.p[0] && named_refs[k].name[1] == t.p[1] &&
                mln_sv_starts_str(t, named_refs[k].name))
                break;
        if (k == MLN_ARRAY_LEN(named_refs))
            return 0;
        n = strlen(named_refs[k].name);
        bool legacy = k < 4 || k >= MLN_ARRAY_LEN(named_refs) - 5;
        if (!legacy && (n >= t.len || t.p[n] != ';'))
            return 0; /* only the oldest names are read without a semicolon */
        *ret = named_refs[k].c;
    }
    if (n < t.len && t.p[n] == ';')
        n++;
    return n + 1;
}

/* Whether i, at a '<', starts an element's tag or a comment. */
static bool is_markup(struct mln_sv s, size_t i)
{
    char c = i + 1 < s.len ? s.p[i + 1] : '\0';

    return mln_cc((unsigned char)c, MLN_CC_ALPHA) || c == '/' || c == '!';
}

/* Whoever writes tags writes HTML: there "&lt;script>" is text that shows a tag, and stays text.
 * Within a tag, as in srcdoc="&lt;script>", and where there is no markup the application may be
 * one that decodes first. */
struct mln_sv mln_lane_html(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct out o = {.a = a, .in = s};
    size_t i = mln_sv_chr(s, '&');
    bool tag = false, html = false;

    (void)flags;
    if (i == SIZE_MAX)
        return s;
    for (size_t k = 0; k < i; k++) {
        html = html || (s.p[k] == '<' && is_markup(s, k));
        tag = s.p[k] == '<' ? is_markup(s, k) : tag && s.p[k] != '>';
    }
    while (i < s.len && !o.failed) {
        char c;
        html = html || (s.p[i] == '<' && is_markup(s, i));
        tag = s.p[i] == '<' ? is_markup(s, i) : tag && s.p[i] != '>';
        size_t n = s.p[i] == '&' ? char_ref(s, i, &c) : 0;
        if (n && html && !tag && c == '<')
            n = 0;
        if (n && !out_start(&o, i))
            break;
        out_char(&o, n ? c : s.p[i]);
        i += n ? n : 1;
    }
    return out_end(&o);
}

/* ---- js and css escapes ---- */

/* Length of the JavaScript escape at i (s.p[i] == '\\') and its code point, or 0. */
static size_t js_escape(struct mln_sv s, size_t i, uint32_t *ret)
{
    char c = i + 1 < s.len ? s.p[i + 1] : 0;
    size_t n;

    if (c == 'x' && hex_run(s, i + 2, 2, ret) == 2)
        return 4;
    if (c == 'u' && i + 2 < s.len && s.p[i + 2] == '{') {
        n = hex_run(s, i + 3, 6, ret);
        return n && i + 3 + n < s.len && s.p[i + 3 + n] == '}' ? n + 4 : 0;
    }
    if (c == 'u' && hex_run(s, i + 2, 4, ret) == 4)
        return 6;
    if (c == '/') {
        *ret = '/';
        return 2;
    }
    if (c < '0' || c > '7')
        return 0;
    *ret = 0;
    for (n = 1; n < 4 && i + n < s.len && s.p[i + n] >= '0' && s.p[i + n] <= '7'; n++)
        *ret = *ret * 8 + (uint32_t)(s.p[i + n] - '0');
    return *ret >= ' ' && *ret < 0x80 ? n : 0;
}

struct mln_sv mln_lane_js(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct out o = {.a = a, .in = s};
    size_t i = mln_sv_chr(s, '\\');

    if (i == SIZE_MAX)
        return s;
    while (i < s.len && !o.failed) {
        uint32_t cp = 0;
        size_t n = s.p[i] == '\\' ? js_escape(s, i, &cp) : 0;
        if (n && !out_start(&o, i))
            break;
        if (n) {
            char ascii = cp < 0x80 ? (char)cp : ascii_lookalike(cp);
            if (ascii || !cp)
                out_char(&o, ascii);
            else
                out_cp(&o, cp);
        } else {
            out_char(&o, s.p[i]);
        }
        i += n ? n : 1;
    }
    (void)flags;
    return out_end(&o);
}

struct mln_sv mln_lane_css(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct out o = {.a = a, .in = s};
    size_t i = mln_sv_chr(s, '\\');

    (void)flags;
    if (i == SIZE_MAX)
        return s;
    while (i < s.len && !o.failed) {
        uint32_t cp = 0;
        size_t n = s.p[i] == '\\' ? hex_run(s, i + 1, 6, &cp) : 0;
        if (!n || !cp || cp >= 0x80) {
            out_char(&o, s.p[i++]);
            continue;
        }
        if (!out_start(&o, i))
            break;
        out_char(&o, (char)cp);
        i += n + 1;
        if (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_SPACE))
            i++; /* one white space ends the escape, CSS Syntax 4.3.7 */
    }
    return out_end(&o);
}

/* ---- sh: what a shell removes before it looks for words ---- */

/* Length of a variable at i ('$') that expands to white space or to nothing, or 0. */
static size_t empty_variable(struct mln_sv s, size_t i, bool *ret_space)
{
    static const struct {
        const char *text;
        bool space;
    } vars[] = {
        {"${IFS}", true}, {"$IFS$9", true}, {"$IFS", true},  {"$@", false}, {"$*", false},
        {"${@}", false},  {"$9", false},    {"${9}", false}, {"$!", false}, {"${*}", false},
    };
    struct mln_sv t = mln_sv_sub(s, i, 12);

    for (size_t k = 0; k < MLN_ARRAY_LEN(vars); k++) {
        if (mln_sv_starts_str(t, vars[k].text)) {
            *ret_space = vars[k].space;
            return strlen(vars[k].text);
        }
    }
    if (mln_sv_starts(t, MLN_SV("${IFS:"))) {
        size_t close = mln_sv_chr(t, '}');
        *ret_space = true;
        return close == SIZE_MAX ? 0 : close + 1;
    }
    return 0;
}

struct mln_sv mln_lane_sh(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    static const bool removed[256] = {['$'] = true,  ['\''] = true, ['"'] = true, ['^'] = true,
                                      ['\\'] = true, ['<'] = true,  ['>'] = true, ['`'] = true};
    struct out o = {.a = a, .in = s};
    size_t ansi = 0; /* within $'...' */

    (void)flags;
    for (size_t i = 0; i < s.len && !o.failed;) {
        char c = s.p[i];
        bool space = false;
        uint32_t cp = 0;
        size_t escape = 0;
        size_t n = c == '$' ? empty_variable(s, i, &space) : 0;
        if (n == 0 && (c == '$' || c == '<' || c == '>' || c == '`'))
            n = mln_sh_hollow(s, i);
        if (n == 0 && ansi && c == '\\')
            escape = js_escape(s, i, &cp); /* the same as of C */
        if (n == 0 && mln_sv_starts(mln_sv_sub(s, i, 2), MLN_SV("$'")))
            n = ansi = 2;
        else if (n == 0 && mln_sv_starts(mln_sv_sub(s, i, 2), MLN_SV("$\"")))
            n = 2; /* to be translated, says Bash */
        else if (c == '\'')
            ansi = 0;
        if (n == 0 && (c == '\'' || c == '"' || c == '^' || c == '\\'))
            n = 1;
        if (n == 0) {
            size_t end = i + 1;
            while (end < s.len && !removed[(unsigned char)s.p[end]])
                end++;
            out_bytes(&o, s.p + i, end - i);
            i = end;
            continue;
        }
        if (!out_start(&o, i))
            break;
        if (space)
            out_char(&o, ' ');
        if (escape)
            out_cp(&o, cp);
        i += MLN_MAX(n, escape);
        if (!escape && c == '\\' && i < s.len && s.p[i] == '\n')
            i++; /* a line continuation vanishes whole */
    }
    return out_end(&o);
}

/* ---- sql: comments that a database skips or executes ---- */

struct mln_sv mln_lane_sql(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct out o = {.a = a, .in = s};
    size_t i = mln_sv_find(s, MLN_SV("/*"));
    unsigned open = 0;

    (void)flags;
    if (i == SIZE_MAX)
        return s;
    while (i < s.len && !o.failed) {
        struct mln_sv rest = mln_sv_sub(s, i, s.len);
        if (mln_sv_starts(rest, MLN_SV("/*!"))) {
            /* MySQL runs the content, after an optional version number */
            if (!out_start(&o, i))
                break;
            for (i += 3; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT); i++)
                ;
            out_char(&o, ' ');
            open++;
        } else if (mln_sv_starts(rest, MLN_SV("/*"))) {
            size_t close = mln_sv_find(mln_sv_sub(s, i + 2, s.len), MLN_SV("*/"));
            if (close == SIZE_MAX) {
                out_bytes(&o, rest.p, rest.len);
                break;
            }
            if (!out_start(&o, i))
                break;
            out_char(&o, ' ');
            i += close + 4;
        } else if (open && mln_sv_starts(rest, MLN_SV("*/"))) {
            out_char(&o, ' ');
            open--;
            i += 2;
        } else {
            out_char(&o, s.p[i++]);
        }
    }
    return out_end(&o);
}
