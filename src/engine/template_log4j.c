/* Log4j: nested lookups are evaluated from the inside out, as Log4j does (detection guide, section
 * 3.6). */
#include "engine/template_priv.h"

enum { LOOKUP_STEPS = 32, LOOKUP_TEXT = 512, LOOKUPS_MAX = 64 };

/* What a lookup gives: the default behind ":-", the text behind lower:/upper:, else nothing. */
static struct mln_sv lookup_value(struct mln_sv in)
{
    size_t def = mln_sv_find(in, MLN_SV(":-"));

    if (def != SIZE_MAX)
        return mln_sv_sub(in, def + 2, in.len);
    if (mln_sv_istarts(in, MLN_SV("lower:")) || mln_sv_istarts(in, MLN_SV("upper:")))
        return mln_sv_sub(in, 6, in.len);
    if (mln_sv_istarts(in, MLN_SV("date:")) &&
        mln_sv_find(in, MLN_SV("'")) != SIZE_MAX) { /* ${date:'j'} */
        struct mln_sv t = mln_sv_sub(in, mln_sv_find(in, MLN_SV("'")) + 1, in.len);
        return mln_sv_sub(t, 0, mln_sv_chr(t, '\''));
    }
    return MLN_SV("");
}

static bool is_jndi(struct mln_sv s)
{
    size_t at = mln_scan_find(s, MLN_SV("${jnd"), 0);

    if (at == SIZE_MAX)
        return false;
    struct mln_sv rest = mln_sv_sub(s, at + 5, 64);
    /* the dotless i becomes I in upper case */
    return (mln_sv_istarts(rest, MLN_SV("i")) || mln_sv_starts(rest, MLN_SV("\xc4\xb1"))) &&
           mln_sv_chr(rest, ':') != SIZE_MAX;
}

/* The innermost "${…}" of b[0..n) whose brace is at or after *from: replaced by its value. Braces
 * that close nothing are passed over. False when there is none. */
static bool reduce(char *b, size_t *n, size_t *from)
{
    size_t close = *from, open = 0;

    for (; close < *n; close++) {
        if (b[close] != '}')
            continue;
        for (open = close; open > 0; open--)
            if (b[open - 1] == '$' && b[open] == '{')
                break;
        if (open)
            break;
        *from = close + 1;
    }
    if (close >= *n)
        return false;
    struct mln_sv value = lookup_value(mln_sv(b + open + 1, close - open - 1));
    size_t to = open - 1;
    memmove(b + to, value.p, value.len);
    memmove(b + to + value.len, b + close + 1, *n - close - 1);
    *n = *n - (close + 1 - to) + value.len;
    return true;
}

/* The text from `at` on, with "$$" as "$": an escape that the next evaluation undoes. */
static size_t copy_lookup(struct mln_sv s, size_t at, char *b, size_t cap)
{
    size_t n = 0;

    for (size_t i = at; i < s.len && n < cap; i++)
        if (s.p[i] != '$' || i + 1 >= s.len || s.p[i + 1] != '$')
            b[n++] = s.p[i];
    return n;
}

/* Lookups within lookups that start at `at`; returns how many of them hide something. */
static size_t evaluate(struct mln_template *p, size_t at)
{
    char b[LOOKUP_TEXT];
    size_t n = copy_lookup(p->s, at, b, sizeof(b)), from = 0, nested = 0;
    size_t len = MLN_MIN(p->s.len - at, (size_t)64);

    for (unsigned step = 0; step < LOOKUP_STEPS; step++) {
        if (is_jndi(mln_sv(b, n))) {
            mln_template_add(p, MLN_SIG_CODE_LOG4J_LOOKUP, at, len);
            return 0;
        }
        nested += mln_sv_find(mln_sv(b, n), MLN_SV(":-")) != SIZE_MAX ||
                  mln_scan_find(mln_sv(b, n), MLN_SV("${lower:"), 0) != SIZE_MAX;
        if (!reduce(b, &n, &from))
            break;
    }
    return nested;
}

/* Whether a lookup opens within another one in the text that evaluate() would read. */
static bool nests(struct mln_sv s, size_t at)
{
    struct mln_sv in = mln_sv_sub(s, at, LOOKUP_TEXT);
    unsigned depth = 0;

    for (size_t i = 0; i < in.len; i++) {
        if (in.p[i] == '$' && i + 1 < in.len && in.p[i + 1] == '{' && ++depth > 1)
            return true;
        if (in.p[i] == '}' && depth)
            depth--;
    }
    return false;
}

/* One evaluation reads at most LOOKUP_TEXT bytes; the next begins at the first lookup behind. */
void mln_template_check_lookups(struct mln_template *p)
{
    enum { NESTED_MIN = 3 };
    size_t at = mln_view_find(p->v, MLN_SV("${"));
    size_t plain = mln_view_find(p->v, MLN_SV("${jndi:"));

    if (plain != SIZE_MAX)
        mln_template_add(p, MLN_SIG_CODE_LOG4J_LOOKUP, plain,
                         MLN_MIN(p->s.len - plain, (size_t)64));
    for (unsigned n = 0; at != SIZE_MAX && n < LOOKUPS_MAX && plain == SIZE_MAX; n++) {
        if (nests(p->s, at) && evaluate(p, at) >= NESTED_MIN)
            mln_template_add(p, MLN_SIG_CODE_LOG4J_NESTED, at, MLN_MIN(p->s.len - at, (size_t)64));
        size_t behind = at + LOOKUP_TEXT / 2;
        size_t next = mln_sv_find(mln_sv_sub(p->s, behind, p->s.len), MLN_SV("${"));
        at = next == SIZE_MAX ? SIZE_MAX : behind + next;
    }
}