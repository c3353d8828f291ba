/* What of a window is carried into the next one. Padding between the words of an attack (comments,
 * white space, one byte over and over) costs a client nothing and would put each word into a window
 * of its own; so the bytes in front of the cut are carried without their padding, and behind what
 * is open where they begin. */
#include "engine/open_text.h"
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

/* Writes to `to`, which may be p, what is left of p without padding; how many bytes that is. `to`
 * NULL: only counts. *from: where in p the byte is that comes behind the first `left` of them. */
static size_t squeeze(char *to, const char *p, size_t n, size_t left, size_t *from)
{
    struct squeezer s = {.where = IN_TEXT};
    size_t out = 0;

    *from = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        enum where next = IN_TEXT;
        if (s.where == IN_TEXT && c != s.before && is_usual((unsigned char)c)) {
            s.run = 0;
        } else {
            next = where_next(&s, i, c, i + 1 < n ? p[i + 1] : 0);
            s.run = next == s.where && goes_on(&s, c) ? s.run + 1 : 0;
        }
        out += s.run < RUN_KEPT;
        if (out == left)
            *from = i + 1;
        if (to)
            to[out - 1] = c; /* of padding, too: the '*' may be half of the end */
        if (next != s.where) {
            s.from = i;
            s.quotes = 0;
        }
        s.where = next;
        s.before = c;
    }
    return out;
}

/* A listing may begin or end in what was dropped: then it does so at the seam behind `carried`. */
static size_t mend_seam(struct mln_sv carried, const struct mln_open_text *open, char *seam)
{
    struct mln_open_text here;
    size_t n = 0;

    mln_open_text_find(carried, &here);
    if (here.closing == open->closing)
        return 0;
    if (here.closing) {
        n = strlen(here.closing);
        memcpy(seam, here.closing, n);
        seam[n++] = '\n';
    }
    if (open->closing) {
        memcpy(seam + n, open->opening, open->opening_len);
        n += open->opening_len;
    }
    return n;
}

size_t mln_squeeze_window(char *p, size_t n)
{
    enum { CLOSING_MAX = 16 };
    struct mln_open_text open, open_at_seam;
    char seam[CLOSING_MAX + MLN_OPEN_TEXT_MAX];
    size_t share = n / SHARE, tail = n - share, from;
    size_t front = squeeze(NULL, p, tail, 0, &from);
    size_t kept = MLN_MIN(front, share);

    (void)squeeze(NULL, p, tail, front - kept, &from);
    mln_open_text_find(mln_sv(p, from), &open);
    mln_open_text_find(mln_sv(p, tail), &open_at_seam);
    (void)squeeze(p, p, tail, 0, &from);
    size_t opening = MLN_MIN(open.opening_len, front - kept);
    memmove(p + opening, p + front - kept, kept);
    memcpy(p, open.opening, opening);
    size_t carried = opening + kept;
    size_t sewn = front == tail ? 0 : mend_seam(mln_sv(p, carried), &open_at_seam, seam);
    sewn = MLN_MIN(sewn, tail - carried);
    memmove(p + carried + sewn, p + tail, share);
    memcpy(p + carried, seam, sewn);
    return carried + sewn + share;
}
