/* What of a window is carried into the next one. Padding between the words of an attack (comments,
 * white space, one byte over and over) costs a client nothing and would put each word into a window
 * of its own; so the bytes in front of the cut are carried without their padding. */
#include "engine/txn_priv.h"

enum {
    SHARE = 8, /* an eighth of the window is carried as it stands, one without its padding */
    RUN_KEPT = 32,
    QUOTES_MAX = 8, /* in a comment: each may end the string in which it is no comment */
};

enum where { IN_TEXT, IN_BLOCK, IN_LINE };

struct squeezer {
    enum where where;
    size_t from, run; /* where the comment began; bytes since the last one that told something */
    unsigned quotes;
    char before;
};

static bool is_space(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_SPACE) || c == '\v' || c == '\f';
}

/* Whether a comment starts or ends with c at `at`; MySQL runs what is in a comment with '!'. */
static enum where where_next(const struct squeezer *s, size_t at, char c, char after)
{
    switch (s->where) {
    case IN_TEXT:
        if (s->before == '/' && c == '*' && after != '!')
            return IN_BLOCK;
        return c == '#' || (s->before == '-' && c == '-') ? IN_LINE : IN_TEXT;
    case IN_BLOCK:
        return s->before == '*' && c == '/' && at > s->from + 1 ? IN_TEXT : IN_BLOCK;
    default:
        return c == '\n' ? IN_TEXT : IN_LINE;
    }
}

/* Whether c goes on with what the bytes before it were. */
static bool goes_on(struct squeezer *s, char c)
{
    if (s->where == IN_TEXT)
        return c == s->before || (is_space(c) && is_space(s->before));
    bool quote = c == '\'' || c == '"' || c == '`';
    return !quote || s->quotes++ >= QUOTES_MAX;
}

/* Bytes of a text that begin no comment and are no white space: no padding where they differ from
 * the one before. */
static bool is_usual(unsigned char c)
{
    static const bool other[256] = {
        ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true,
        [' '] = true,  ['#'] = true,  ['-'] = true,  ['*'] = true};

    return !other[c];
}

/* Drops padding in place; the new length. */
static size_t squeeze(char *p, size_t n)
{
    struct squeezer s = {.where = IN_TEXT};
    size_t out = 0;

    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (s.where == IN_TEXT && c != s.before && is_usual((unsigned char)c)) {
            s.run = 0;
            p[out++] = s.before = c;
            continue;
        }
        enum where next = where_next(&s, i, c, i + 1 < n ? p[i + 1] : 0);
        s.run = next == s.where && goes_on(&s, c) ? s.run + 1 : 0;
        if (s.run < RUN_KEPT)
            p[out++] = c;
        else
            p[out - 1] = c; /* the '*' may be half of the end */
        if (next != s.where) {
            s.from = i;
            s.quotes = 0;
        }
        s.where = next;
        s.before = c;
    }
    return out;
}

size_t mln_squeeze_window(char *p, size_t n)
{
    size_t share = n / SHARE;
    size_t front = squeeze(p, n - share);
    size_t kept = MLN_MIN(front, share);

    memmove(p, p + front - kept, kept);
    memmove(p + kept, p + n - share, share);
    return kept + share;
}
