/* Operating system commands (detection guide, section 3.3): what counts is a word in command
 * position - behind a separator, within a substitution, or at the start of a command line - with
 * arguments that a command would have. */
#include "engine/scan.h"
#include "engine/sh_commands.h"

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

static bool is_word_byte(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || c == '-' || c == '.' || c == '+';
}

static bool is_path_byte(char c)
{
    return is_word_byte(c) || c == '/' || c == '~' || c == '*' || c == '?' || c == '[' ||
           c == ']' || c == '{' || c == '}';
}

struct word {
    size_t start, end;  /* of the word in command position, with its path */
    struct mln_sv name; /* without the path */
    bool path, glob;
};

static struct word word_at(struct mln_sv s, size_t i)
{
    struct word w = {.start = i, .end = i};
    size_t name = i;

    while (w.end < s.len && is_path_byte(s.p[w.end])) {
        w.path = w.path || s.p[w.end] == '/';
        w.glob = w.glob || s.p[w.end] == '?' || s.p[w.end] == '*' || s.p[w.end] == '[';
        if (s.p[w.end++] == '/')
            name = w.end;
    }
    w.name = mln_sv_sub(s, name, w.end - name);
    return w;
}

/* What an argument of a command looks like, as no prose does: an option, a path, a redirection, an
 * address, a variable, a quoted string, another separator. */
static bool has_arguments(struct mln_sv s, size_t i)
{
    size_t a = mln_scan_skip_space(s, i);

    if (a >= s.len || a == i)
        return a < s.len && (s.p[a] == '<' || s.p[a] == '>' || s.p[a] == '|' || s.p[a] == '$');
    char c = s.p[a], d = a + 1 < s.len ? s.p[a + 1] : '\0';
    bool option = c == '-' &&
                  (mln_cc((unsigned char)d, MLN_CC_ALPHA) ||
                   (d == '-' && a + 2 < s.len && mln_cc((unsigned char)s.p[a + 2], MLN_CC_ALPHA)));
    if (option || c == '/' || c == '~' || c == '$' || c == '<' || c == '>' || c == '|' ||
        c == '*' || (c == '.' && (d == '.' || d == '/')) || (c == '\\' && d == '\\'))
        return true;
    struct mln_sv arg = mln_sv_sub(s, a, 80);
    size_t end = 0;
    while (end < arg.len && !mln_cc((unsigned char)arg.p[end], MLN_CC_SPACE))
        end++;
    arg = mln_sv_sub(arg, 0, end);
    return mln_sv_find(arg, MLN_SV("://")) != SIZE_MAX || mln_sv_chr(arg, '/') != SIZE_MAX ||
           mln_sv_find(arg, MLN_SV(":\\")) != SIZE_MAX ||
           (mln_cc((unsigned char)c, MLN_CC_DIGIT) && mln_sv_chr(arg, '.') != SIZE_MAX) ||
           c == '"' || c == '\'';
}

/* Nothing, or a separator, a comment or a closing quote, follows. */
static bool ends_here(struct mln_sv s, size_t i)
{
    size_t a = mln_scan_skip_space(s, i);

    return a >= s.len || (s.p[a] && strchr(";|&#`\"'\n\r", s.p[a]) != NULL);
}

/* A name=value behind '&' is a parameter. */
static bool is_parameter(struct mln_sv s, size_t end)
{
    return end < s.len && (s.p[end] == '=' || s.p[end] == ':');
}

static void check_position(struct pass *p, size_t sep, size_t i, bool weak)
{
    struct word w = word_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    size_t len = w.end - sep;

    if (w.end == i || is_parameter(p->s, w.end))
        return;
    if (w.path && w.glob && p->s.p[i] == '/' && w.end - i > 4)
        add(p, MLN_SIG_CMDI_GLOB, sep, len);
    if (w.path && (p->s.p[i] == '/' || p->s.p[i] == '.') && kind != MLN_SH_NONE)
        add(p, MLN_SIG_CMDI_PATH, sep, len);
    if (kind == MLN_SH_NONE)
        return;
    bool arguments = has_arguments(p->s, w.end), ends = ends_here(p->s, w.end);
    if (kind == MLN_SH_COMMAND && (arguments || (!weak && !ends)))
        add(p, arguments ? MLN_SIG_CMDI_COMMAND : MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
    else if (kind == MLN_SH_COMMAND && ends)
        add(p, weak ? MLN_SIG_CMDI_COMMAND_SOFT : MLN_SIG_CMDI_COMMAND_BARE, sep, len);
    else if (kind == MLN_SH_ENGLISH)
        add(p, arguments ? MLN_SIG_CMDI_COMMAND : MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
}

static void check_substitution(struct pass *p, size_t open, size_t i, bool whole)
{
    i = mln_scan_skip_space(p->s, i);
    struct word w = word_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);

    if (kind == MLN_SH_NONE || w.end == i || (w.end < p->s.len && p->s.p[w.end] == '('))
        return;
    bool closes = w.end >= p->s.len || p->s.p[w.end] == ')' || ends_here(p->s, w.end);
    /* `ls` within a sentence is Markdown; at the start of a value it is not */
    bool strong = has_arguments(p->s, w.end) ||
                  (kind == MLN_SH_COMMAND && closes && (p->s.p[open] != '`' || open < 3));
    add(p, strong && whole ? MLN_SIG_CMDI_SUBSTITUTION : MLN_SIG_CMDI_SUBSTITUTION_SOFT, open,
        w.end - open);
}

/* A value that is little more than the backticks themselves is no Markdown. */
static bool is_short(const struct pass *p)
{
    size_t words = 0;

    for (size_t i = 1; i < p->s.len; i++)
        words += mln_cc((unsigned char)p->s.p[i], MLN_CC_SPACE) &&
                 mln_cc((unsigned char)p->s.p[i - 1], MLN_CC_ALPHA);
    return p->s.len < 120 && words < 8;
}

static void check_braces(struct pass *p, size_t i)
{
    struct word w = {.start = i + 1, .end = i + 1};

    while (w.end < p->s.len && is_word_byte(p->s.p[w.end]))
        w.end++;
    if (w.end < p->s.len && p->s.p[w.end] == ',' &&
        mln_sh_command(mln_sv_sub(p->s, i + 1, w.end - i - 1)) != MLN_SH_NONE &&
        w.end + 1 < p->s.len && (p->s.p[w.end + 1] == '/' || p->s.p[w.end + 1] == '-'))
        add(p, MLN_SIG_CMDI_BRACES, i, w.end - i);
}

static void walk(struct pass *p)
{
    bool small = is_short(p);

    for (size_t i = 0; i < p->s.len; i++) {
        char c = p->s.p[i], d = i + 1 < p->s.len ? p->s.p[i + 1] : '\0';
        if (c == ';' || c == '|' || c == '&' || c == '\n' || c == '\r') {
            size_t k = i + 1;
            while (k < p->s.len && p->s.p[k] && strchr(";|&\n\r \t(!", p->s.p[k]))
                k++;
            if (k < p->s.len && p->s.p[k] == '{')
                check_braces(p, k);
            check_position(p, i, k, (c == '&' && d != '&' && d != ' ') || !small);
            i = k - 1;
        } else if ((c == '$' || c == '<' || c == '>') && d == '(') {
            check_substitution(p, i, i + 2, c == '$' || small);
        } else if (c == '`') {
            check_substitution(p, i, i + 1, small);
        } else if (c == '{') {
            check_braces(p, i);
        }
    }
}

/* The whole value is a command line, with or without a quote in front. */
static void check_whole(struct pass *p)
{
    size_t i = 0;

    while (i < p->s.len && p->s.p[i] && strchr("\"' \t)", p->s.p[i]))
        i++;
    struct word w = word_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    if (kind == MLN_SH_NONE || !is_short(p) || w.end >= p->s.len ||
        !mln_cc((unsigned char)p->s.p[w.end], MLN_CC_SPACE) || !has_arguments(p->s, w.end))
        return;
    char c = p->s.p[mln_scan_skip_space(p->s, w.end)];
    if (kind == MLN_SH_COMMAND || c == '/' || c == '-' || c == '>' || c == '|')
        add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
}

static void check_phrases(struct pass *p)
{
    static const struct {
        const char *text;
        uint16_t signal;
    } phrases[] = {
        {"/dev/tcp/", MLN_SIG_CMDI_NETWORK},
        {"/dev/udp/", MLN_SIG_CMDI_NETWORK},
        {"nc -e ", MLN_SIG_CMDI_NETWORK},
        {"bash -i", MLN_SIG_CMDI_NETWORK},
        {"${ifs", MLN_SIG_CMDI_HIDDEN_SPACE},
        {"$ifs", MLN_SIG_CMDI_HIDDEN_SPACE},
        {"/bin/sh", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/bash", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/cat", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/ls", MLN_SIG_CMDI_SHELL_PATH},
        {"/usr/bin/id", MLN_SIG_CMDI_SHELL_PATH},
        {"cmd.exe", MLN_SIG_CMDI_SHELL_PATH},
        {"cmd /c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe /c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe?/c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe+/c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd /k", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"powershell -", MLN_SIG_CMDI_POWERSHELL},
        {"powershell.exe -", MLN_SIG_CMDI_POWERSHELL},
        {"downloadstring(", MLN_SIG_CMDI_POWERSHELL},
        {"invoke-expression", MLN_SIG_CMDI_POWERSHELL},
        {"invoke-webrequest", MLN_SIG_CMDI_POWERSHELL},
        {"iex(", MLN_SIG_CMDI_POWERSHELL},
        {"%comspec%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
        {"%systemroot%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
        {"%windir%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(phrases); i++) {
        size_t at = mln_view_find(p->v, mln_sv_str(phrases[i].text));
        if (at != SIZE_MAX)
            add(p, (enum mln_signal)phrases[i].signal, at, strlen(phrases[i].text));
    }
}

/* Long texts with sentences: documentation shows commands, it does not inject them. */
static bool is_prose(struct mln_sv s)
{
    size_t words = 0, letters = 0;

    for (size_t i = 1; i < s.len; i++) {
        letters += mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || s.p[i] == ' ';
        words += s.p[i] == ' ' && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    }
    return words >= 10 && letters * 4 >= s.len * 3;
}

void mln_detect_cmdi(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    const uint32_t marks = MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_NEWLINE | MLN_BC_DOLLAR |
                           MLN_BC_BTICK | MLN_BC_SLASH | MLN_BC_DASH | MLN_BC_PAREN | MLN_BC_BRACE |
                           MLN_BC_PERCENT;
    struct pass p = {.v = v, .s = mln_view_sv(v), .out = out};
    uint32_t before = out->n;

    if (v->n < 3 || !(v->classes & marks) || !(v->classes & MLN_BC_ALPHA) ||
        !mln_budget_take(ctx->budget, (uint64_t)v->n * 6))
        return;
    if (v->classes & (MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_NEWLINE | MLN_BC_DOLLAR |
                      MLN_BC_BTICK | MLN_BC_BRACE | MLN_BC_LT))
        walk(&p);
    if (v->classes & (MLN_BC_SPACE | MLN_BC_NEWLINE))
        check_whole(&p);
    if (v->classes & (MLN_BC_SLASH | MLN_BC_DOLLAR | MLN_BC_PERCENT | MLN_BC_PAREN | MLN_BC_DASH))
        check_phrases(&p);
    if (out->n == before)
        return;
    if (v->lanes >> MLN_LANE_SH & 1)
        mln_findings_add(out, MLN_SIG_CMDI_HIDDEN_WORD, v, 0, v->n);
    if (is_prose(p.s))
        mln_findings_add(out, MLN_SIG_CMDI_PROSE, v, 0, v->n);
}
