/* Commands that stand in no plain sight: in a variable, in what another command prints, in what a
 * shell cuts out of a name or computes. */
#include "engine/cmdi_priv.h"
#include "engine/sh_commands.h"

/* name=command, and in command position $name. */
void mln_cmdi_check_variable(struct mln_cmdi *p, size_t i)
{
    size_t end = i + 1, from = 0;

    while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_WORD))
        end++;
    struct mln_sv name = mln_sv_sub(p->s, i + 1, end - i - 1);
    bool ends = end == p->s.len && i && p->s.p[i - 1] == ';'; /* "c=cat,/x;$c" */
    if (!name.len || name.len > 16 || !(ends || (end < p->s.len && memchr(" $\t", p->s.p[end], 3))))
        return;
    enum { LOOK_BACK = 160 };
    size_t first = i > LOOK_BACK ? i - LOOK_BACK : 0;
    struct mln_sv before = mln_sv_sub(p->s, first, i - first);
    for (unsigned k = 0; k < 8; k++) {
        size_t at = mln_sv_find(mln_sv_sub(before, from, before.len), name);
        if (at == SIZE_MAX)
            return;
        at += from;
        from = at + name.len;
        bool starts = at == 0 || !mln_cc((unsigned char)before.p[at - 1], MLN_CC_WORD);
        struct mln_sh_word value = mln_sh_word_at(before, from + 1);
        bool set = value.end > value.start && (!ends || mln_sh_command(value.name) != MLN_SH_NONE);
        if (starts && from < before.len && before.p[from] == '=' && set) {
            mln_cmdi_add(p, MLN_SIG_CMDI_VARIABLE, i, end - i);
            return;
        }
    }
}

/* name=$(command ...) in command position; `eq` is the offset of the '='. */
void mln_cmdi_check_assignment(struct mln_cmdi *p, size_t name, size_t eq)
{
    struct mln_sv rest = mln_sv_sub(p->s, eq, 3);
    size_t open = mln_sv_starts(rest, MLN_SV("=$("))  ? 3
                  : mln_sv_starts(rest, MLN_SV("=`")) ? 2
                                                      : 0;

    if (!open)
        return;
    struct mln_sh_word w = mln_sh_word_at(p->s, mln_scan_skip_space(p->s, eq + open));
    if (mln_sh_command(w.name) != MLN_SH_NONE)
        mln_cmdi_add(p, MLN_SIG_CMDI_ASSIGNMENT, name, w.end - name);
}

/* $((12+34)) at i: only literals, so nothing but a probe for a shell wants it computed. */
void mln_cmdi_check_arithmetic(struct mln_cmdi *p, size_t i)
{
    struct mln_sv in = mln_sv_sub(p->s, i + 3, 40);
    size_t digits = 0, operators = 0, k = 0;

    for (; k < in.len && in.p[k] != ')'; k++) {
        char c = in.p[k];
        if (mln_cc((unsigned char)c, MLN_CC_DIGIT))
            digits++;
        else if (c == '+' || c == '*' || c == '-' || c == '/' || c == '%')
            operators++;
        else if (c != ' ')
            return;
    }
    if (digits >= 2 && operators && k + 1 < in.len && in.p[k + 1] == ')')
        mln_cmdi_add(p, MLN_SIG_CMDI_ARITHMETIC, i, k + 5);
}

/* "; $u cat x": a variable that is not set vanishes, the command behind it does not. */
size_t mln_cmdi_skip_unset(struct mln_cmdi *p, size_t i)
{
    size_t end = i + 1;

    while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_WORD))
        end++;
    size_t next = mln_sh_skip_blanks(p->s, end);
    struct mln_sh_word w = mln_sh_word_at(p->s, next);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    if (end == i + 1 || end - i > 8 || next == end || kind == MLN_SH_NONE ||
        (kind == MLN_SH_ENGLISH && !mln_sh_argues(p->s, &w, p->small)))
        return i;
    mln_cmdi_add(p, MLN_SIG_CMDI_VARIABLE, i, w.end - i);
    return next;
}

/* Behind the folder in which the program lies, "/usr/bin/" at i, or i. */
static size_t skip_folder(struct mln_sv s, size_t i)
{
    size_t end = i;

    if (i >= s.len || s.p[i] != '/')
        return i;
    while (end < s.len &&
           (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || memchr("/.?*[]", s.p[end], 6)))
        end++;
    return s.p[end - 1] == '/' ? end : i;
}

/* "; $(printf cat) x", "; /bin/$(printf cat)<x": in command position what a command prints is the
 * command. jQuery's $(link) has no words in it. */
void mln_cmdi_check_printed(struct mln_cmdi *p, size_t sep, size_t i)
{
    i += i < p->s.len && p->s.p[i] == '"';
    i = skip_folder(p->s, i);
    bool backtick = i < p->s.len && p->s.p[i] == '`';
    if (!backtick && !mln_scan_at(p->s, i, MLN_SV("$(")))
        return;
    struct mln_sh_word w = mln_sh_word_at(p->s, i + (backtick ? 1 : 2));
    size_t a = mln_sh_skip_blanks(p->s, w.end);
    if (mln_sh_command(w.name) != MLN_SH_NONE && a > w.end && a < p->s.len &&
        mln_sh_is_word_byte(p->s.p[a]))
        mln_cmdi_add(p, MLN_SIG_CMDI_VARIABLE, sep, a - sep);
}

/* ${PATH:0:1}, ${@:1:2}, %PATH:~0,1%: what is cut out spells a command. */
void mln_cmdi_check_expansion(struct mln_cmdi *p, size_t i)
{
    enum { NAME_MAX_BYTES = 24 };
    bool windows = p->s.p[i] == '%';
    size_t k = i + (windows ? 1 : 2), start = k;

    while (k < p->s.len && k - start < NAME_MAX_BYTES &&
           (mln_cc((unsigned char)p->s.p[k], MLN_CC_WORD) || memchr("@*!#", p->s.p[k], 4)))
        k++;
    if (k == start || k + 4 >= p->s.len || p->s.p[k++] != ':' || (windows && p->s.p[k++] != '~'))
        return;
    size_t numbers = 0;
    for (char before = 0; k < p->s.len && memchr("0123456789-:, ", p->s.p[k], 14); k++) {
        numbers += mln_cc((unsigned char)p->s.p[k], MLN_CC_DIGIT) &&
                   !mln_cc((unsigned char)before, MLN_CC_DIGIT);
        before = p->s.p[k];
    }
    if (k < p->s.len && p->s.p[k] == (windows ? '%' : '}') && numbers + windows >= 2)
        mln_cmdi_add(p, MLN_SIG_CMDI_EXPANSION, i, k + 1 - i);
}
