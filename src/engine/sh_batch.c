#include "engine/sh_batch.h"

enum { LINE_MAX_BYTES = 160, WORDS_MAX = 6 };

struct line {
    struct mln_sv s;
    size_t i;
};

static void skip_blanks(struct line *l)
{
    while (l->i < l->s.len && (l->s.p[l->i] == ' ' || l->s.p[l->i] == '\t' || l->s.p[l->i] == '+'))
        l->i++;
}

/* The next word up to a blank; quotes keep blanks in. */
static struct mln_sv next_word(struct line *l)
{
    bool quoted = false;

    skip_blanks(l);
    size_t start = l->i;
    for (; l->i < l->s.len; l->i++) {
        char c = l->s.p[l->i];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (mln_cc((unsigned char)c, MLN_CC_SPACE) || c == '+'))
            break;
    }
    return mln_sv_sub(l->s, start, l->i - start);
}

static bool take_word(struct line *l, struct mln_sv word)
{
    struct line copy = *l;

    if (!mln_sv_ieq(next_word(&copy), word))
        return false;
    *l = copy;
    return true;
}

/* %x, %%x or %name. */
static bool is_loop_variable(struct mln_sv w)
{
    return w.len >= 2 && w.len < 24 && w.p[0] == '%' && w.p[w.len - 1] != '%';
}

bool mln_sh_batch_for(struct mln_sv s)
{
    struct line l = {.s = mln_sv_sub(s, 0, LINE_MAX_BYTES)};
    struct mln_sv w = MLN_SV_NULL;

    if (!take_word(&l, MLN_SV("for")))
        return false;
    /* options and the path or format that belongs to them */
    for (unsigned k = 0; k < WORDS_MAX && !is_loop_variable(w); k++)
        w = next_word(&l);
    if (!is_loop_variable(w) || !take_word(&l, MLN_SV("in")))
        return false;
    skip_blanks(&l);
    if (l.i >= l.s.len || l.s.p[l.i] != '(')
        return false;
    size_t close = mln_sv_chr(mln_sv_sub(l.s, l.i, l.s.len), ')');
    if (close == SIZE_MAX)
        return false;
    l.i += close + 1;
    return take_word(&l, MLN_SV("do"));
}

static bool is_one_of(struct mln_sv w, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ieq_str(w, names[i]))
            return true;
    return false;
}

static bool is_number(struct mln_sv w)
{
    for (size_t i = 0; i < w.len; i++)
        if (!mln_cc((unsigned char)w.p[i], MLN_CC_DIGIT))
            return false;
    return w.len > 0;
}

/* Something that is done when the condition holds. */
static bool does_something(const struct line *l)
{
    static const char *const verbs[] = {"echo", "goto",  "call", "cmd", "set",
                                        "exit", "(cmd)", "copy", "del"};
    struct line rest = *l;

    for (unsigned k = 0; k < WORDS_MAX; k++) {
        struct mln_sv w = next_word(&rest);
        if (!w.len)
            return false;
        if (w.p[0] == '(' || w.p[0] == '@' || is_one_of(w, verbs, MLN_ARRAY_LEN(verbs)))
            return true;
    }
    return false;
}

bool mln_sh_batch_call(struct mln_sv s)
{
    static const struct {
        const char *command, *argument;
    } calls[] = {{"start", "calc"},   {"start", "cmd"}, {"start", "powershell"},
                 {"start", "mshta"},  {"sc", "query"},  {"sc", "stop"},
                 {"sc", "config"},    {"sc", "create"}, {"copy", "con"},
                 {"start", "notepad"}};
    struct line l = {.s = mln_sv_sub(s, 0, LINE_MAX_BYTES)};
    struct mln_sv command = next_word(&l), argument = next_word(&l);

    argument = mln_sv_sub(argument, 0, mln_sv_chr(argument, '.')); /* "calc.exe" */
    for (size_t i = 0; i < MLN_ARRAY_LEN(calls); i++)
        if (mln_sv_ieq_str(command, calls[i].command) &&
            mln_sv_ieq_str(argument, calls[i].argument))
            return true;
    return false;
}

bool mln_sh_batch_if(struct mln_sv s)
{
    static const char *const compare[] = {"equ", "neq", "lss", "leq", "gtr", "geq"};
    struct line l = {.s = mln_sv_sub(s, 0, LINE_MAX_BYTES)};
    bool insensitive, negated;

    if (!take_word(&l, MLN_SV("if")))
        return false;
    insensitive = take_word(&l, MLN_SV("/i"));
    negated = take_word(&l, MLN_SV("not"));
    struct mln_sv first = next_word(&l);
    if (mln_sv_ieq(first, MLN_SV("errorlevel")) || mln_sv_ieq(first, MLN_SV("cmdextversion")))
        return is_number(next_word(&l));
    if (mln_sv_ieq(first, MLN_SV("exist")) || mln_sv_ieq(first, MLN_SV("defined")))
        return next_word(&l).len > 0 && does_something(&l);
    bool variable = mln_sv_chr(first, '%') != SIZE_MAX;
    size_t sign = mln_sv_find(first, MLN_SV("=="));
    if (sign != SIZE_MAX) {
        bool same =
            sign && mln_sv_ieq(mln_sv_sub(first, 0, sign), mln_sv_sub(first, sign + 2, first.len));
        return variable || ((insensitive || negated || same) && does_something(&l));
    }
    struct mln_sv op = next_word(&l);
    if (is_one_of(op, compare, MLN_ARRAY_LEN(compare)))
        return true;
    if (!mln_sv_eq(op, MLN_SV("==")))
        return variable && mln_sv_starts(op, MLN_SV("=="));
    return variable || (mln_sv_ieq(next_word(&l), first) && does_something(&l));
}
