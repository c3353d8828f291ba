#include "engine/shown_code.h"

#include "engine/scan.h"
#include "engine/sh_line.h"

enum { WORDS_MIN = 3, PROBE_WORDS_MIN = 8, SHORT = 64 };

struct finder {
    struct mln_sv s;
    struct mln_shown_code *out;
    size_t gt;         /* the next '>', SIZE_MAX when there is none */
    size_t words;      /* outside of blocks and tags */
    bool probe;        /* backticks hold what intruders run first */
    uint32_t unclosed; /* a bit for each kind of block that has no end from here on */
};

static bool add(struct finder *f, size_t start, size_t end)
{
    if (f->out->n == MLN_SHOWN_MAX)
        return false;
    f->out->block[f->out->n].start = (uint32_t)start;
    f->out->block[f->out->n++].end = (uint32_t)end;
    return true;
}

static bool starts_line(struct mln_sv s, size_t i)
{
    return i == 0 || s.p[i - 1] == '\n' || s.p[i - 1] == '\r';
}

/* ``` at the start of a line … ```, or the rest of a draft that was not written to its end: a shell
 * refuses what stands behind a backtick that is left open. Where it ends, or 0. */
static size_t fence_end(struct mln_sv s, size_t i)
{
    if (!starts_line(s, i) || !mln_scan_at(s, i, MLN_SV("```")))
        return 0;
    size_t close = mln_sv_find(mln_sv_sub(s, i + 3, s.len), MLN_SV("```")), open = 1;
    if (close != SIZE_MAX)
        return i + 3 + close + 3;
    for (size_t k = i + 3; k < s.len; k++)
        open ^= s.p[k] == '`';
    return open ? s.len : 0;
}

/* `…` within a line of words. */
static size_t line_code_end(struct mln_sv s, size_t i)
{
    enum { LINE_MAX_BYTES = 120 };
    struct mln_sv in = mln_sv_sub(s, i + 1, LINE_MAX_BYTES);
    size_t close = mln_sv_chr(in, '`'), eol = mln_sv_chr(in, '\n');
    bool apart = i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE);

    if (!apart || close == SIZE_MAX || close == 0 || eol < close)
        return 0;
    size_t end = i + close + 2;
    return end >= s.len || !mln_cc((unsigned char)s.p[end], MLN_CC_WORD) ? end : 0;
}

/* <pre>…</pre>, [code]…[/code]: elements whose content is shown as it stands. */
static size_t element_end(struct finder *f, size_t i)
{
    static const struct {
        const char *open, *close;
    } elements[] = {
        {"<pre", "</pre>"},       {"<code", "</code>"},  {"<syntaxhighlight", "</syntaxhighlight>"},
        {"<source", "</source>"}, {"<kbd", "</kbd>"},    {"<samp", "</samp>"},
        {"<nowiki", "</nowiki>"}, {"[code]", "[/code]"},
    };

    struct mln_sv s = f->s;
    if (i + 1 >= s.len || !strchr("pcskn", mln_lower(s.p[i + 1])) || !s.p[i + 1])
        return 0;
    for (size_t k = 0; k < MLN_ARRAY_LEN(elements); k++) {
        struct mln_sv open = mln_sv_str(elements[k].open), close = mln_sv_str(elements[k].close);
        if (f->unclosed >> k & 1 || !mln_scan_at(s, i, open))
            continue;
        size_t next = i + open.len;
        if (next >= s.len || (s.p[i] == '<' && mln_cc((unsigned char)s.p[next], MLN_CC_WORD)))
            continue;
        size_t at = mln_sv_ifind(mln_sv_sub(s, next, s.len - next), close);
        if (at != SIZE_MAX)
            return next + at + close.len;
        f->unclosed |= UINT32_C(1) << k;
    }
    return 0;
}

static size_t tag_end(struct finder *f, size_t i)
{
    enum { TAG_MAX_BYTES = 128 };

    if (f->gt < i) { /* each '>' is looked for once */
        size_t at = mln_sv_chr(mln_sv_sub(f->s, i, f->s.len), '>');
        f->gt = at == SIZE_MAX ? SIZE_MAX : i + at;
    }
    return f->gt == SIZE_MAX || f->gt - i >= TAG_MAX_BYTES ? i + 1 : f->gt + 1;
}

/* Backticks run what they hold, a line at most, and intruders start with these: there a few words
 * around them are no sign of an author. */
static bool is_probe(struct mln_sv s, size_t i)
{
    static const char *const words[] = {
        "cat",      "id",       "ls",      "whoami", "uname",   "sleep",  "ping", "curl",
        "wget",     "nc",       "bash",    "sh",     "perl",    "python", "php",  "ruby",
        "dig",      "env",      "echo",    "touch",  "python3", "ps",     "pwd",  "nslookup",
        "ifconfig", "hostname", "netstat", "type",   "dir",     "rm"};

    if (mln_scan_at(s, i, MLN_SV("```"))) /* the language stands on its line */
        while (i < s.len && s.p[i] != '\n')
            i++;
    while (i < s.len && (s.p[i] == '`' || mln_cc((unsigned char)s.p[i], MLN_CC_SPACE)))
        i++;
    struct mln_sh_word w = mln_sh_word_at(s, i);
    for (size_t k = 0; k < MLN_ARRAY_LEN(words); k++)
        if (mln_sv_ieq_str(w.name, words[k]))
            return true;
    return false;
}

/* The blocks, and the words between them. */
static void scan(struct finder *f)
{
    struct mln_sv s = f->s;

    for (size_t i = 0; i < s.len;) {
        char c = s.p[i];
        size_t end = c == '`' ? fence_end(s, i) : c == '<' || c == '[' ? element_end(f, i) : 0;
        if (!end && c == '`')
            end = line_code_end(s, i);
        if (end && !add(f, i, end))
            return;
        if (end) {
            f->probe = f->probe || (c == '`' && end - i < SHORT && is_probe(s, i));
            i = end;
        } else if (c == '<') {
            i = tag_end(f, i);
        } else if (mln_cc((unsigned char)c, MLN_CC_ALPHA)) {
            size_t start = i;
            while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA))
                i++;
            bool apart = start == 0 || s.p[start - 1] == '>' ||
                         mln_cc((unsigned char)s.p[start - 1], MLN_CC_SPACE);
            f->words +=
                apart && i - start >= 2 && (i >= s.len || memchr(" .,:;?!'\n\r", s.p[i], 10));
        } else {
            i++;
        }
    }
}

static bool has_expression(const struct mln_view *v)
{
    static const char *const opens[] = {"${", "#{", "%{", "*{", "@{", "{{", "{%", "<%", "<?"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(opens); i++)
        if (mln_view_find(v, mln_sv_str(opens[i])) != SIZE_MAX)
            return true;
    return false;
}

bool mln_shown_code_find(const struct mln_view *v, struct mln_shown_code *ret)
{
    struct finder f = {.s = {(const char *)v->p, v->n}, .out = ret};

    ret->n = 0;
    if (!(v->classes & MLN_BC_SPACE) || !(v->classes & (MLN_BC_BTICK | MLN_BC_LT | MLN_BC_BRACKET)))
        return false;
    scan(&f);
    ret->expressions = ret->n && has_expression(v);
    return ret->n && f.words >= (f.probe ? PROBE_WORDS_MIN : WORDS_MIN);
}

bool mln_shown_code_at(const struct mln_shown_code *c, size_t off)
{
    for (uint32_t i = 0; i < c->n; i++)
        if (off >= c->block[i].start && off < c->block[i].end)
            return true;
    return false;
}

/* Calls of a language: whatever runs a text as a program stops at the sentences around them. */
static bool is_call(enum mln_signal s)
{
    switch ((int)s) {
    case MLN_SIG_CODE_PHP_CALL:
    case MLN_SIG_CODE_PHP_VARIABLE_CALL:
    case MLN_SIG_CODE_PHP_STRING_CALL:
    case MLN_SIG_CODE_CALL:
    case MLN_SIG_CODE_JAVA_CALL:
    case MLN_SIG_CODE_JAVA_CALL_SOFT:
    case MLN_SIG_CODE_JAVA_CLASS:
    case MLN_SIG_CODE_JAVA_PACKAGE:
    case MLN_SIG_CODE_JS_SERVER:
    case MLN_SIG_CODE_JS_RUNTIME:
    case MLN_SIG_CODE_JS_CALL:
    case MLN_SIG_CODE_PYTHON_CALL:
    case MLN_SIG_CODE_RUBY_CALL:
    case MLN_SIG_CODE_PERL_CALL:
    case MLN_SIG_CODE_PROCESS_CALL:
    case MLN_SIG_CODE_ARG_COMMAND:
    case MLN_SIG_CODE_ARG_LITERAL:
    case MLN_SIG_CODE_STATEMENT_END:
        return true;
    default:
        return false;
    }
}

/* The number of the block that holds off, or c->n. */
static uint32_t block_of(const struct mln_shown_code *c, size_t off)
{
    uint32_t i = 0;

    while (i < c->n && !(off >= c->block[i].start && off < c->block[i].end))
        i++;
    return i;
}

/* Within the lines of a listing: a string of a script does not go on in the next line, and a fence
 * ends a template. */
static bool is_listed(const struct mln_shown_code *c, const struct mln_view *v, size_t off)
{
    uint32_t i = block_of(c, off);

    if (i == c->n)
        return false;
    const unsigned char *start = v->p + c->block[i].start;
    return (*start == '`' || !c->expressions) && memchr(start, '\n', off - c->block[i].start);
}

/* Behind a quote that ends a string: what goes on with an expression, or ends it. An author has no
 * string that begins with these and goes on to a call. */
static bool goes_on(struct mln_sv s)
{
    static const char *const words[] = {"and ", "or ", "xor "};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_scan_at_str(s, 0, words[i]))
            return true;
    return s.len && (memchr(";.,+-*^|&?=)]}", s.p[0], 14) || mln_scan_at(s, 0, MLN_SV("/*")));
}

/* '";readfile(', '".system(', "');$x=@exec(": a quote that opens a string in the block, if it is
 * one of the block, and behind it no more than an operator or the end of a statement in front of
 * the call. It ends a string of the application. */
static bool breaks_out(const struct mln_shown_code *c, const struct mln_view *v, size_t off)
{
    enum { LOOK = 24 };
    uint32_t i = block_of(c, off);
    size_t start = i < c->n ? c->block[i].start : off;
    struct mln_sv s = mln_sv_sub(mln_view_sv(v), start, off - start);
    size_t at = s.len;
    bool open = false;

    while (at && s.len - at < LOOK && !memchr("'\"\n", s.p[at - 1], 3))
        at--;
    if (!at || !memchr("'\"", s.p[at - 1], 2))
        return false;
    bool blank = at < s.len && s.p[at] == ' ';
    size_t next = mln_scan_skip_space(s, at);
    if (!goes_on(mln_sv_sub(mln_view_sv(v), start + next, v->n)) ||
        (blank && !memchr(";.)", v->p[start + next], 3)))
        return false;
    for (size_t k = 0; k + 1 < at; k++) {
        bool apostrophe = k && mln_cc((unsigned char)s.p[k - 1], MLN_CC_ALPHA) &&
                          mln_cc((unsigned char)s.p[k + 1], MLN_CC_ALPHA);
        open ^= s.p[k] == s.p[at - 1] && !apostrophe;
    }
    return !open;
}

static bool covers(const struct mln_shown_code *c, enum mln_signal s)
{
    if (is_call(s))
        return !c->expressions;
    switch ((int)s) {
    case MLN_SIG_CMDI_COMMAND:
    case MLN_SIG_CMDI_COMMAND_BARE:
    case MLN_SIG_CMDI_COMMAND_SOFT:
    case MLN_SIG_CMDI_PATH:
    case MLN_SIG_CMDI_SUBSTITUTION:
    case MLN_SIG_CMDI_SUBSTITUTION_SOFT:
    case MLN_SIG_CMDI_VARIABLE:
    case MLN_SIG_CMDI_TEST:
    case MLN_SIG_CMDI_ASSIGNMENT:
    case MLN_SIG_CMDI_SHELL_PATH:
    case MLN_SIG_CODE_PHP_TAG:
    case MLN_SIG_CODE_PHP_SUPERGLOBAL:
    case MLN_SIG_CODE_PHP_CALL_SOFT:
    case MLN_SIG_QUERY_NOSQL_JSON:
    case MLN_SIG_SQLI_STATEMENT:
        return true;
    default:
        return false;
    }
}

bool mln_shown_code_covers(const struct mln_shown_code *c, enum mln_signal s,
                           const struct mln_view *v, size_t off)
{
    if (s == MLN_SIG_XSS_CALL_SOFT)
        return is_listed(c, v, off) && !breaks_out(c, v, off);
    return covers(c, s) && mln_shown_code_at(c, off) && !(is_call(s) && breaks_out(c, v, off));
}
