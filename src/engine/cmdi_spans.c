/* Commands in brackets of their own: $( ), <( ), backticks, braces. Markdown has backticks, too. */
#include "engine/cmdi_priv.h"
#include "engine/sh_commands.h"

/* x`id`, "print `id`;": Markdown has blanks around its code, and words behind it. */
static bool is_no_markdown(const struct mln_cmdi *p, size_t open, size_t end)
{
    if (!p->small || end >= p->s.len || p->s.p[end] != '`')
        return false;
    if (open >= 2 && p->s.p[open - 1] == '(' &&
        mln_cc((unsigned char)p->s.p[open - 2], MLN_CC_WORD))
        return true; /* print(`id`) */
    return !strchr(" \t\r\n(*-", p->s.p[open - 1] ? p->s.p[open - 1] : 'x') ||
           (end + 1 < p->s.len && p->s.p[end + 1] == ';');
}

/* What injected commands do that have no other way to show themselves: they call home, wait, or
 * start another interpreter. */
static bool shows_itself(struct mln_sv name)
{
    static const char *const names[] = {
        "bash", "cmd",     "curl", "dash",     "dig",    "eval",       "exec",    "ftp",   "host",
        "ksh",  "nc",      "ncat", "netcat",   "node",   "nslookup",   "perl",    "php",   "ping",
        "pwsh", "python3", "ruby", "rundll32", "sh",     "powershell", "timeout", "ping6", "sleep",
        "ssh",  "telnet",  "tftp", "wget",     "python", "zsh"};

    return mln_scan_iamong(name, names, MLN_ARRAY_LEN(names));
}

/* The blank before which a word of nothing but letters ends, or SIZE_MAX. */
static size_t word_before(struct mln_sv s, size_t blank)
{
    size_t i = blank;

    while (i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA))
        i--;
    return i == blank || (i && s.p[i - 1] != ' ' && s.p[i - 1] != '\n') ? SIZE_MAX : i;
}

/* "Please run `ls -l` and": within a sentence, a plain command in backticks is Markdown. Two words
 * in front or one in front and one behind make a sentence. */
static bool is_code_span(struct mln_sv s, size_t open, const struct mln_sh_word *w)
{
    enum { SPAN_MAX = 80 };
    size_t end = w->end, words = 0;

    while (end < s.len && end - open < SPAN_MAX && s.p[end] != '`')
        if (strchr("|;&<>$(\n", s.p[end++]))
            return false;
    if (end >= s.len || s.p[end] != '`' || shows_itself(w->name))
        return false;
    size_t after = end + 1;
    while (after < s.len && memchr(".,:;?!", s.p[after], 6))
        after++;
    if (after < s.len && s.p[after] != ' ' && s.p[after] != '\n')
        return false;
    for (size_t i = open; i && s.p[i - 1] == ' ' && words < 2; words++)
        if ((i = word_before(s, i - 1)) == SIZE_MAX)
            break;
    if (open == 0 && after < s.len) { /* "`ls` lists files" */
        size_t first = after + 1, last = s.len;
        while (first < last && mln_cc((unsigned char)s.p[first], MLN_CC_ALPHA))
            first++;
        return first > after + 2 && first + 1 < last && s.p[first] == ' ' &&
               mln_cc((unsigned char)s.p[first + 1], MLN_CC_ALPHA);
    }
    bool goes_on = after + 1 < s.len && mln_cc((unsigned char)s.p[after + 1], MLN_CC_ALPHA);
    return words + goes_on >= 2 && words;
}

/* ">(wget x)": the value is the name of a file that a command reads or writes. */
static bool is_whole_process(struct mln_sv s, size_t open, enum mln_sh_kind kind)
{
    return kind == MLN_SH_COMMAND && open == 0 && s.p[0] != '`' && s.p[s.len - 1] == ')';
}

/* "or is it `git pull --reb": the only backtick, behind a sentence, in a text that was cut. A shell
 * finds no end of it and runs nothing, unless it has the value twice. */
static bool is_cut(struct mln_sv s, size_t open)
{
    enum { WORDS_MIN = 2 };
    size_t words = 0;

    for (size_t i = 1; i < open && i < s.len; i++)
        words += s.p[i] == ' ' && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    return s.p[open] == '`' && words >= WORDS_MIN && s.p[open - 1] == ' ' &&
           mln_cc((unsigned char)s.p[open - 2], MLN_CC_ALPHA) && mln_sv_chr(s, '`') == open &&
           mln_sv_chr(mln_sv_sub(s, open + 1, s.len), '`') == SIZE_MAX;
}

void mln_cmdi_check_substitution(struct mln_cmdi *p, size_t open, size_t i, bool whole)
{
    i = mln_scan_skip_space(p->s, i);
    size_t file = i < p->s.len && p->s.p[i] == '<' ? mln_sh_skip_blanks(p->s, i + 1) : p->s.len;
    if (p->small && p->s.p[open] == '$' && file < p->s.len && /* "$(</etc/x)" */
        (p->s.p[file] == '/' || p->s.p[file] == '~'))
        mln_cmdi_add(p, MLN_SIG_CMDI_SUBSTITUTION, open, i + 1 - open);
    if (p->small)
        mln_cmdi_check_printed(p, open, i);
    struct mln_sh_word w = mln_sh_command_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);

    if (kind == MLN_SH_NONE || w.end == i || (w.end < p->s.len && p->s.p[w.end] == '('))
        return;
    bool closes = w.end >= p->s.len || p->s.p[w.end] == ')' || mln_sh_ends_here(p->s, w.end);
    /* `ls` within a sentence is Markdown; at the start of a value it is not */
    bool strong = mln_sh_argues(p->s, &w, p->small) ||
                  (kind == MLN_SH_COMMAND && closes &&
                   (p->s.p[open] != '`' || open < 3 || is_no_markdown(p, open, w.end))) ||
                  is_whole_process(p->s, open, kind);
    bool breaks = mln_cmdi_breaks_out(p, open);
    bool span = p->s.p[open] == '`' && !breaks && is_code_span(p->s, open, &w);
    strong = strong && !is_cut(p->s, open) && !span;
    mln_cmdi_add(
        p, strong && (whole || breaks) ? MLN_SIG_CMDI_SUBSTITUTION : MLN_SIG_CMDI_SUBSTITUTION_SOFT,
        open, w.end - open);
}

void mln_cmdi_check_braces(struct mln_cmdi *p, size_t i)
{
    struct mln_sh_word w = {.start = i + 1, .end = i + 1};

    if (w.end < p->s.len && p->s.p[w.end] == ',') /* {,id,}: empty words vanish */
        w.start = ++w.end;
    while (w.end < p->s.len && mln_sh_is_word_byte(p->s.p[w.end]))
        w.end++;
    if (w.start > i + 1 && w.end + 1 < p->s.len && p->s.p[w.end] == ',' &&
        mln_sh_command(mln_sv_sub(p->s, w.start, w.end - w.start)) != MLN_SH_NONE) {
        mln_cmdi_add(p, MLN_SIG_CMDI_BRACES, i, w.end - i);
        return;
    }
    enum mln_sh_kind kind = mln_sh_command(mln_sv_sub(p->s, i + 1, w.end - i - 1));
    if (w.end + 1 < p->s.len && p->s.p[w.end] == ',' &&
        ((kind != MLN_SH_NONE && (p->s.p[w.end + 1] == '/' || p->s.p[w.end + 1] == '-')) ||
         (kind == MLN_SH_COMMAND && p->small && p->s.p[w.end + 1] == '}')))
        mln_cmdi_add(p, MLN_SIG_CMDI_BRACES, i, w.end - i);
}
