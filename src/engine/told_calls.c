#include "engine/told_calls.h"

#include "engine/scan.h"

/* Between a word and a call, or behind one, these are code. */
static bool is_operator(struct mln_sv word)
{
    static const char *const operators[] = {
        "and",        "andalso",   "as",      "assert", "async",    "await",  "begin",
        "between",    "break",     "by",      "call",   "case",     "cmp",    "contains",
        "defer",      "defined",   "delete",  "die",    "div",      "do",     "echo",
        "elif",       "else",      "end",     "ends",   "ensure",   "eq",     "eqv",
        "except",     "for",       "foreach", "from",   "function", "ge",     "go",
        "goto",       "gt",        "gte",     "has",    "if",       "imp",    "in",
        "instanceof", "intersect", "is",      "isa",    "isnt",     "lambda", "le",
        "like",       "local",     "lt",      "lte",    "matches",  "mod",    "ne",
        "new",        "not",       "of",      "or",     "orelse",   "print",  "raise",
        "repeat",     "rescue",    "return",  "say",    "starts",   "then",   "throw",
        "to",         "typeof",    "union",   "unless", "until",    "void",   "warn",
        "when",       "while",     "x",       "xor",    "yield"};

    return mln_scan_iamong(word, operators, MLN_ARRAY_LEN(operators));
}

/* "c = d", "x, y = 1, 2" behind the word that ends at i: of Lua, which has nothing between
 * statements. */
static bool starts_statement(struct mln_sv s, size_t i)
{
    while (i < s.len && (mln_cc((unsigned char)s.p[i], MLN_CC_WORD) || memchr(" ,.", s.p[i], 3)))
        i++;
    return i < s.len && memchr("=([{:", s.p[i], 5);
}

bool mln_told_call(struct mln_sv s, size_t start, size_t open, size_t close)
{
    size_t first = start, next = close + 2, end = next;

    if (start < 2 || s.p[start - 1] != ' ' || close >= s.len ||
        mln_sv_chr(mln_sv_sub(s, start, open - start), '.') != SIZE_MAX ||
        !mln_scan_at(s, close, MLN_SV(") ")))
        return false;
    for (first--; first && mln_cc((unsigned char)s.p[first - 1], MLN_CC_WORD);)
        first--;
    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_ALPHA))
        end++;
    struct mln_sv before = mln_sv_sub(s, first, start - 1 - first);
    struct mln_sv after = mln_sv_sub(s, next, end - next);
    return before.len && mln_cc((unsigned char)before.p[0], MLN_CC_ALPHA) && after.len > 1 &&
           (end == s.len || memchr(" ,.!?", s.p[end], 5)) && !starts_statement(s, end) &&
           !is_operator(before) && !is_operator(after) &&
           (!first || !memchr("$@%&", s.p[first - 1], 4));
}

/* ", name, other" at i: the end of such arguments. */
static size_t skip_names(struct mln_sv s, size_t i)
{
    while (mln_scan_at(s, i, MLN_SV(","))) {
        size_t start = mln_scan_skip_space(s, i + 1), end = start;
        while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_WORD))
            end++;
        if (end == start || s.p[start] < 'a' || s.p[start] > 'z')
            break;
        i = end;
    }
    return i;
}

bool mln_told_print(struct mln_sv s, size_t start, size_t open)
{
    size_t quote = open + 1, i = quote + 1;

    bool format = mln_sv_eq(mln_sv_sub(s, 0, open), MLN_SV("printf"));

    if (start || !(format || mln_sv_ieq(mln_sv_sub(s, 0, open), MLN_SV("print"))) ||
        quote >= s.len || (s.p[quote] != '\'' && s.p[quote] != '"'))
        return false;
    while (i < s.len &&
           ((unsigned char)s.p[i] >= 0x80 || memchr(" ,.!?:%\\", s.p[i], format ? 8 : 5) ||
            mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA)))
        i++;
    if (i >= s.len || s.p[i] != s.p[quote])
        return false;
    i = format ? skip_names(s, i + 1) : i + 1;
    if (!mln_scan_at(s, i, MLN_SV(")")))
        return false;
    return i + 1 + (size_t)mln_scan_at(s, i + 1, MLN_SV(";")) == s.len;
}

bool mln_told_page_tag(struct mln_sv s, size_t at, struct mln_sv tag)
{
    if (mln_sv_chr(s, '=') != SIZE_MAX || mln_sv_ifind(s, MLN_SV("</cf")) != SIZE_MAX)
        return false;
    return (mln_sv_eq(tag, MLN_SV("<cfoutput>")) && mln_sv_chr(s, '#') == SIZE_MAX) ||
           (mln_sv_eq(tag, MLN_SV("<cfquery")) && mln_scan_at(s, at + tag.len, MLN_SV(">"))) ||
           mln_sv_ends(tag, MLN_SV("register"));
}
