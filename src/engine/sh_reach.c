#include "engine/sh_reach.h"

#include "engine/scan.h"

void mln_sh_reach_init(struct mln_sh_reach *r)
{
    *r = (struct mln_sh_reach){0};
    r->in[MLN_SH_SINGLE].quote = '\'';
    r->in[MLN_SH_DOUBLE].quote = '"';
}

static char byte_at(struct mln_sv s, size_t i)
{
    return i < s.len ? s.p[i] : '\0';
}

/* Whether the redirection at i lacks its file: "</p>" and the end of the line, "><". At the end of
 * the value the application's own text follows. A carriage return is a letter to a shell. */
static bool lacks_operand(struct mln_sv s, size_t i)
{
    size_t k = i + 1;

    if (byte_at(s, k) == '&' || byte_at(s, k) == '>' || byte_at(s, k) == s.p[i] ||
        (byte_at(s, k) == '|' && s.p[i] == '>'))
        k++;
    while (byte_at(s, k) == ' ' || byte_at(s, k) == '\t')
        k++;
    char c = byte_at(s, k);
    return (c == '\n' || c == '<' || c == '>' || c == '|' || c == ';' || c == ')') &&
           byte_at(s, k + 1) != '(';
}

/* "word (": only "name()" is a function, the rest no shell of Unix takes. */
static bool is_misplaced_bracket(struct mln_sv s, size_t i)
{
    static const char *const keywords[] = {"if",    "then", "else", "elif", "while",
                                           "until", "do",   "in",   "time", "coproc"};
    enum { WORD_MAX = 12 };
    size_t end = i, start;

    while (end && (s.p[end - 1] == ' ' || s.p[end - 1] == '\t'))
        end--;
    for (start = end; start && end - start < WORD_MAX; start--)
        if (!mln_cc((unsigned char)s.p[start - 1], MLN_CC_ALPHA))
            break;
    if (start == end || byte_at(s, mln_scan_skip_space(s, i + 1)) == ')')
        return false;
    for (size_t k = 0; k < MLN_ARRAY_LEN(keywords); k++)
        if (mln_sv_ieq_str(mln_sv_sub(s, start, end - start), keywords[k]))
            return false;
    return true;
}

static bool starts_comment(struct mln_sv s, size_t i)
{
    return s.p[i] == '#' && (i == 0 || memchr(" \t\n;&|(", s.p[i - 1], 7));
}

/* Outside quotes. */
static void step_open(struct mln_sh_reading *g, struct mln_sv s, size_t i, bool windows)
{
    char c = s.p[i];

    if (c == '"' || (c == '\'' && !windows))
        g->quote = c;
    else if (c == (windows ? '^' : '\\'))
        g->escape = true;
    else if (!windows && starts_comment(s, i))
        g->comment = true;
    else if ((c == '<' || c == '>') && lacks_operand(s, i))
        g->dead = true;
    else if (windows ? c == '\n' : c == '(' && is_misplaced_bracket(s, i))
        g->dead = true;
}

static void step(struct mln_sh_reading *g, struct mln_sv s, size_t i, bool windows)
{
    char c = s.p[i];

    if (g->escape)
        g->escape = false;
    else if (g->comment)
        g->comment = c != '\n';
    else if (!g->quote)
        step_open(g, s, i, windows);
    else if (c == g->quote)
        g->quote = '\0';
    else if (c == '\\' && g->quote == '"' && !windows)
        g->escape = true;
}

/* $'…', here documents, arithmetic and conditions have rules of their own. */
static bool has_own_rules(struct mln_sv s, size_t i)
{
    char c = s.p[i], d = byte_at(s, i + 1);

    return (c == '$' && (d == '(' || d == '\'')) || (c == '<' && d == '<') ||
           (c == '(' && d == '(') || (c == '[' && d == '[');
}

/* Within backticks quotes and errors count for themselves. */
static bool opens_backticks(const struct mln_sh_reach *r)
{
    for (int c = 0; c < MLN_SH_WINDOWS; c++)
        if (!r->in[c].dead && !r->in[c].comment && !r->in[c].escape && r->in[c].quote != '\'')
            return true;
    return false;
}

/* Bytes that mean something to some shell, or to what is looked for. */
static bool is_special(char c)
{
    static const bool special[256] = {
        ['\''] = true, ['"'] = true, ['`'] = true, ['\\'] = true, ['^'] = true, ['#'] = true,
        ['<'] = true,  ['>'] = true, ['('] = true, ['$'] = true,  ['['] = true, ['\n'] = true};

    return special[(unsigned char)c];
}

bool mln_sh_reaches(struct mln_sh_reach *r, struct mln_sv s, size_t i, bool substitution)
{
    for (; r->at < i && r->at < s.len && !r->open; r->at++) {
        if (!r->escaped && !is_special(s.p[r->at]))
            continue;
        r->open = has_own_rules(s, r->at) || (s.p[r->at] == '`' && opens_backticks(r));
        r->escaped = false;
        for (int c = 0; c < MLN_SH_CONTEXTS; c++) {
            if (!r->in[c].dead)
                step(&r->in[c], s, r->at, c == MLN_SH_WINDOWS);
            r->escaped = r->escaped || r->in[c].escape;
        }
    }
    if (r->open)
        return true;
    for (int c = 0; c < MLN_SH_CONTEXTS; c++) {
        const struct mln_sh_reading *g = &r->in[c];
        if (!g->dead && !g->comment &&
            (!g->quote || (c != MLN_SH_WINDOWS && g->quote == '"' && substitution)))
            return true;
    }
    return false;
}
