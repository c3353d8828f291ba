/* Operating system commands (detection guide, section 3.3): what counts is a word in command
 * position - behind a separator, within a substitution, or at the start of a command line - with
 * arguments that a command would have. */
#include "base/block.h"
#include "engine/cmdi_priv.h"
#include "engine/sh_commands.h"
#include "engine/sh_forms.h"
#include "engine/shown_code.h"

/* Whether a shell could come to the place at hand; for short values that is taken for granted. It
 * is asked where something was found there: at most places nothing is. */
static bool is_reached(struct mln_cmdi *p)
{
    struct mln_cmdi_place *at = &p->place;

    if (!p->small && at->unknown) {
        at->unknown = false;
        at->reached = mln_sh_reaches(&p->reach, p->s, at->off, at->substitution);
    }
    return at->reached;
}

/* Whether the quote at i, none of which opened before, would open a string: what stands in front is
 * counted once, for places come in their order. */
static bool opens_string(struct mln_cmdi *p, size_t i, char quote)
{
    struct mln_cmdi_quotes *q = &p->quotes;
    struct mln_sv s = p->s;

    if (i < q->at)
        *q = (struct mln_cmdi_quotes){0};
    for (; q->at < i; q->at++) {
        size_t k = q->at;
        bool apostrophe = k && mln_cc((unsigned char)s.p[k - 1], MLN_CC_ALPHA) &&
                          mln_cc((unsigned char)s.p[k + 1], MLN_CC_ALPHA);
        q->single ^= s.p[k] == '\'' && !apostrophe;
        q->twice ^= s.p[k] == '"' && !apostrophe;
    }
    return !(quote == '"' ? q->twice : q->single);
}

bool mln_cmdi_breaks_out(struct mln_cmdi *p, size_t off)
{
    struct mln_sv s = p->s;
    size_t at = off;

    if (off >= s.len || !memchr(";|&`$\n", s.p[off], 6))
        return false;
    while (at && (s.p[at - 1] == ' ' || s.p[at - 1] == '\t'))
        at--;
    char quote = at ? s.p[at - 1] : '\0';
    bool substitution = s.p[off] == '`' || s.p[off] == '$';
    if (quote != '\'' && (quote != '"' || substitution)) /* "$(date)" is usual */
        return false;
    if (s.p[off] == '\n' && !(at == 1 || s.p[at - 2] == '\n')) /* a string of several lines */
        return false;
    return opens_string(p, at - 1, quote);
}

/* In a listing, or behind a backtick that opens one. */
static bool is_listed(struct mln_cmdi *p, size_t off)
{
    struct mln_cmdi_ticks *t = &p->ticks;

    if (off < t->at)
        *t = (struct mln_cmdi_ticks){0};
    for (; t->at < off; t->at++)
        t->open ^= p->s.p[t->at] == '`';
    return t->open || (p->out->shown && mln_shown_code_at(p->out->shown, off));
}

/* "$(pwd)": a text tells what it stands for. */
static bool is_one_name(struct mln_sv s, size_t off)
{
    size_t i = off + 2;

    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_WORD))
        i++;
    return i > off + 2 && mln_scan_at(s, i, MLN_SV(")"));
}

/* What breaks out of a string is no example of an author, though it stands in a listing, and nobody
 * has "$(cat x)" in a sentence outside of one. */
void mln_cmdi_add(struct mln_cmdi *p, enum mln_signal sig, size_t off, size_t len)
{
    const struct mln_shown_code *shown = p->out->shown;

    if (!is_reached(p))
        return;
    bool soft = sig == MLN_SIG_CMDI_COMMAND_SOFT || sig == MLN_SIG_CMDI_SUBSTITUTION_SOFT;
    bool broken = !soft && mln_cmdi_breaks_out(p, off);
    bool bare = sig == MLN_SIG_CMDI_SUBSTITUTION && p->s.p[off] == '$' && !is_one_name(p->s, off) &&
                !is_listed(p, off);
    p->broken = p->broken || broken || bare;
    p->out->shown = broken ? NULL : shown;
    mln_findings_add(p->out, sig, p->v, off, MLN_MIN(len, p->s.len - off));
    p->out->shown = shown;
}

/* A value that is little more than a command line is no text with commands in it. */
static bool is_short(struct mln_sv s)
{
    size_t words = 0;

    for (size_t i = 1; i < s.len && s.len < 120; i++)
        words += mln_cc((unsigned char)s.p[i], MLN_CC_SPACE) &&
                 mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    return s.len < 120 && words < 8;
}

/* Products and languages stand in comments of a User-Agent; options and paths do not follow them.
 */
static bool comment_argues(struct mln_sv s, size_t i)
{
    struct mln_sh_word w = mln_sh_word_at(s, i);
    size_t a = mln_sh_skip_blanks(s, w.end);

    return a > w.end && a < s.len && (s.p[a] == '-' || s.p[a] == '/' || s.p[a] == '"');
}

/* What is added from here on is if a shell comes to i. */
static void enter(struct mln_cmdi *p, size_t i, bool substitution)
{
    p->place = (struct mln_cmdi_place){i, substitution, !p->small, p->small};
}

static void leave(struct mln_cmdi *p)
{
    p->place = (struct mln_cmdi_place){.reached = true};
}

/* Bytes at which walk() stops. */
static const bool stops[256] = {
    ['('] = true,  [')'] = true,  [';'] = true, ['|'] = true, ['&'] = true,
    ['\n'] = true, ['\r'] = true, ['$'] = true, ['%'] = true, ['<'] = true,
    ['>'] = true,  ['`'] = true,  ['{'] = true,
};

/* A bit for each byte of the block that may be one of them. */
static unsigned may_stop(mln_block b)
{
    return mln_block_in(b, '\n', '\r') | mln_block_in(b, '$', ')') | mln_block_in(b, ';', '>') |
           mln_block_eq(b, '`') | mln_block_in(b, '{', '|');
}

/* The first of them at or after i, or s.len. */
static size_t next_stop(struct mln_sv s, size_t i)
{
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        unsigned found = may_stop(mln_block_load(s.p + i));
        for (; found; found &= found - 1)
            if (stops[(unsigned char)s.p[i + (size_t)__builtin_ctz(found)]])
                return i + (size_t)__builtin_ctz(found);
    }
    while (i < s.len && !stops[(unsigned char)s.p[i]])
        i++;
    return MLN_MIN(i, s.len);
}

static void check_script_block(struct mln_cmdi *p, size_t sep, size_t end)
{
    for (size_t i = sep; i < end; i++) {
        bool sign = p->s.p[i] == '&' || p->s.p[i] == '|' || p->s.p[i] == ';';
        size_t block = sign ? mln_sh_script_block(p->s, i) : 0;
        if (block)
            mln_cmdi_add(p, MLN_SIG_CMDI_POWERSHELL, i, block - i);
    }
}

static void walk(struct mln_cmdi *p)
{
    bool small = p->small;
    int parens = 0;

    mln_sh_reach_init(&p->reach);

    for (size_t i = next_stop(p->s, 0); i < p->s.len; i = next_stop(p->s, i + 1)) {
        char c = p->s.p[i], d = i + 1 < p->s.len ? p->s.p[i + 1] : '\0';
        parens += (c == '(') - (c == ')');
        if (c == ';' || c == '|' || c == '&' || c == '\n' || c == '\r') {
            /* "(X11; U; Linux; nl)": comments of User-Agent and the like */
            bool comment = c == ';' && parens > 0 && p->loc == MLN_LOC_HEADER;
            size_t k = i + 1;
            while (k < p->s.len && p->s.p[k] &&
                   strchr(small ? ";|&\n\r \t(!@+" : ";|&\n\r \t(!@", p->s.p[k]))
                k++;
            if (k < p->s.len && p->s.p[k] == '{')
                mln_cmdi_check_braces(p, k);
            if (small && (p->v->classes & (MLN_BC_PAREN | MLN_BC_BRACE | MLN_BC_BRACKET)))
                check_script_block(p, i, k);
            bool image = p->s.p[k - 1] == '!' && k < p->s.len && p->s.p[k] == '['; /* of Markdown */
            if (image || (comment && !comment_argues(p->s, k)))
                continue;
            enter(p, k, false);
            mln_cmdi_check_position(p, i, k,
                                    comment || (c == '&' && d != '&' && d != ' ') || !small);
            leave(p);
            i = k - 1;
        } else if (c == '>' && d != '(') {
            bool path = small && (p->v->classes & (MLN_BC_SLASH | MLN_BC_BSLASH));
            size_t file = path ? mln_sh_redirects(p->s, i) : 0;
            if (file)
                mln_cmdi_add(p, MLN_SIG_CMDI_REDIRECTION, 0, file);
        } else if ((c == '$' && d == '{') || c == '%') {
            mln_cmdi_check_expansion(p, i);
        } else if ((c == '$' || c == '<' || c == '>') && d == '(') {
            if (c == '$' && i + 2 < p->s.len && p->s.p[i + 2] == '(')
                mln_cmdi_check_arithmetic(p, i);
            enter(p, i, true);
            mln_cmdi_check_substitution(p, i, i + 2, c == '$' || small);
            leave(p);
        } else if (c == '`' && d == '`') {
            while (i + 1 < p->s.len && p->s.p[i + 1] == '`')
                i++; /* a fence of Markdown, or an empty command */
        } else if (c == '`') {
            enter(p, i, true);
            mln_cmdi_check_substitution(p, i, i + 1, small);
            leave(p);
        } else if (c == '{') {
            mln_cmdi_check_braces(p, i);
        }
    }
}

/* Long texts with sentences: documentation shows commands, it does not inject them. The tags of
 * markup and the code that it shows are not counted. */
static bool is_prose(struct mln_sv s, const struct mln_shown_code *shown)
{
    size_t words = 0, letters = 0, len = s.len;
    uint32_t block = 0;
    bool tag = false, markup = shown || mln_sv_find(s, MLN_SV("</")) != SIZE_MAX;

    for (size_t i = 1; i < s.len; i++) {
        while (shown && block < shown->n && i >= shown->block[block].end)
            block++;
        tag = markup && (s.p[i - 1] == '<' || (tag && s.p[i - 1] != '>'));
        if (tag || (shown && block < shown->n && i >= shown->block[block].start)) {
            len--;
            continue;
        }
        letters += mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || s.p[i] == ' ';
        words += s.p[i] == ' ' && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    }
    return words >= 10 && letters * 4 >= len * 3;
}

/* Nothing but words that are commands, too. */
static bool is_soft(const struct mln_findings *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        enum mln_signal s = (enum mln_signal)f->hit[i].signal;
        if (mln_signal_info(s)->protection == MLN_PROT_CMDI && s != MLN_SIG_CMDI_COMMAND_SOFT &&
            s != MLN_SIG_CMDI_SUBSTITUTION_SOFT)
            return false;
    }
    return true;
}

/* cmd=id, exec=whoami: a field that is called as web shells call theirs, and what their users type
 * first. File managers have "cmd=ls". */
static bool is_shell_field(struct mln_sv name, struct mln_sv value)
{
    static const char *const names[] = {"cmd", "exec", "command", "execute", "shell", "syscmd"};
    static const char *const values[] = {"id",       "whoami", "uname",      "ifconfig", "ipconfig",
                                         "netstat",  "pwd",    "systeminfo", "hostname", "ver",
                                         "tasklist", "ps",     "printenv"};

    return mln_scan_iamong(name, names, MLN_ARRAY_LEN(names)) &&
           mln_scan_iamong(value, values, MLN_ARRAY_LEN(values));
}

void mln_detect_cmdi(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    const uint32_t marks = MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_NEWLINE | MLN_BC_DOLLAR |
                           MLN_BC_BTICK | MLN_BC_SLASH | MLN_BC_DASH | MLN_BC_PAREN | MLN_BC_BRACE |
                           MLN_BC_PERCENT | MLN_BC_BSLASH;
    struct mln_cmdi p = {.v = v,
                         .s = mln_view_sv(v),
                         .out = out,
                         .loc = ctx->loc,
                         .small = is_short(mln_view_sv(v)),
                         .place = {.reached = true}};
    uint32_t before = out->n;

    bool control = v->n > 8 && (v->classes & MLN_BC_SPACE) && memchr("fFiI", v->p[0], 4);
    control = control || ctx->loc == MLN_LOC_QUERY_NAME || mln_sv_istarts(p.s, MLN_SV("nohup ")) ||
              mln_sv_istarts(p.s, MLN_SV("strace "));
    /* "w'h'oami", "who$@ami", "cat</etc/passwd" */
    bool hollow = v->n <= 24 &&
                  (v->classes & (MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_DOLLAR | MLN_BC_LT)) != 0;
    control = control || hollow;
    bool letters = v->classes & (MLN_BC_ALPHA | MLN_BC_BRACE); /* ":(){ :|:& };:" has none */
    if (v->index == 0 && v->n < 12 && is_shell_field(ctx->name, p.s))
        mln_cmdi_add(&p, MLN_SIG_CMDI_COMMAND_BARE, 0, v->n);
    if (v->n < 3 || (!(v->classes & marks) && !control) || !letters ||
        !mln_budget_take(ctx->budget, (uint64_t)v->n * 6))
        return;
    if (v->classes & (MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_NEWLINE | MLN_BC_DOLLAR |
                      MLN_BC_BTICK | MLN_BC_BRACE | MLN_BC_LT | MLN_BC_GT | MLN_BC_PERCENT))
        walk(&p);
    if (ctx->loc == MLN_LOC_QUERY_NAME)
        mln_cmdi_check_name(&p);
    if (v->classes & (MLN_BC_PIPE | MLN_BC_DQUOTE))
        mln_cmdi_check_formula(&p);
    if ((v->classes & MLN_BC_DASH) && (v->classes & (MLN_BC_SLASH | MLN_BC_EQ)))
        mln_cmdi_check_options(&p);
    if (ctx->loc != MLN_LOC_PATH &&
        (hollow || (v->classes & (MLN_BC_SPACE | MLN_BC_NEWLINE | MLN_BC_PLUS | MLN_BC_BRACE)) ||
         v->p[0] == '/'))
        mln_cmdi_check_whole(&p);
    if (v->classes & (MLN_BC_SLASH | MLN_BC_DOLLAR | MLN_BC_PERCENT | MLN_BC_PAREN | MLN_BC_DASH))
        mln_cmdi_check_phrases(&p);
    if (out->n == before)
        return;
    if ((v->lanes >> MLN_LANE_SH & 1) && !is_soft(out)) /* "tea & 'more'": quoted, not hidden */
        mln_findings_add(out, MLN_SIG_CMDI_HIDDEN_WORD, v, 0, v->n);
    if (mln_findings_has(out, MLN_SIG_CMDI_BATCH))
        return; /* its words are English, its shape is not */
    bool fence = (v->classes & MLN_BC_BTICK) && mln_sv_starts(p.s, MLN_SV("```"));
    if (!p.broken && (fence || is_prose(p.s, out->shown)))
        mln_findings_add(out, MLN_SIG_CMDI_PROSE, v, 0, v->n);
}
