#include "engine/path_run.h"

#include "base/block.h"
#include "engine/path_token.h"

enum { JUNK_MAX = 6 };

/* The segment being read, and what the scanner must know to close it. */
struct scan {
    const uint8_t *p;
    size_t n;
    struct mln_path_run *run;
    unsigned dots, junk, letters; /* of the segment */
    unsigned row;                 /* units in a row up to here */
    size_t seg;                   /* start of the segment in canon */
    uint8_t last_sep;             /* byte of the separator before the segment */
    bool hex;                     /* separators are bare hex digits */
    bool host;                    /* the segment is the authority of a URL */
};

#define D true
/* clang-format off */
static const bool delimiter[256] = {
    D, 0, 0, 0, 0, 0, 0, 0, 0, D, D, 0, 0, D, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    [' '] = D, ['"'] = D, ['\''] = D, ['`'] = D, ['<'] = D, ['>'] = D, ['|'] = D, [';'] = D,
    [','] = D, ['&'] = D, ['='] = D, ['('] = D, [')'] = D, ['?'] = D, ['#'] = D, ['{'] = D,
    ['}'] = D,
};
/* clang-format on */
#undef D

static void canon_push(struct scan *s, uint8_t c)
{
    struct mln_path_run *r = s->run;

    if (r->canon_n == MLN_PATH_CANON_MAX) {
        /* Only the tail of a very long path is of interest. */
        size_t half = MLN_PATH_CANON_MAX / 2;
        memmove(r->canon, r->canon + half, r->canon_n - half);
        r->canon_n -= half;
        s->seg = s->seg > half ? s->seg - half : 0;
    }
    r->canon[r->canon_n++] = mln_lower((char)c);
}

static void canon_clear(struct scan *s)
{
    s->run->canon_n = s->seg = 0;
}

/* Drops the segment being read and the one before it. */
static void canon_pop(struct scan *s)
{
    size_t n = s->seg;

    if (n)
        n--; /* the separator */
    while (n && s->run->canon[n - 1] != '/')
        n--;
    s->run->canon_n = s->seg = n;
}

static void go_up(struct scan *s)
{
    struct mln_path_run *r = s->run;

    r->depth--;
    if (-r->depth > r->below) {
        r->below = -r->depth;
        r->climbed = true;
        canon_clear(s);
    } else {
        canon_pop(s);
    }
}

static void count_unit(struct scan *s)
{
    if (++s->row > s->run->adjacent)
        s->run->adjacent = s->row;
}

/* Odd units climb on servers that strip or ignore what is odd about them. */
static void close_odd(struct scan *s)
{
    s->run->odd++;
    count_unit(s);
    s->run->climbed = true;
    canon_clear(s);
}

/* The segment ends before `sep`, or the run does (sep == 0). */
static void close_segment(struct scan *s, uint8_t sep)
{
    struct mln_path_run *r = s->run;

    if (s->host) {
        s->host = false;
        canon_clear(s);
        r->depth = 0;
    } else if (s->letters || (s->junk && !s->dots)) {
        r->depth++;
        s->row = 0;
        if (sep)
            canon_push(s, '/');
        s->seg = r->canon_n;
    } else if (s->dots == 2 && !s->junk) {
        if (sep || r->seps || r->ups) {
            r->ups++;
            r->mixed += sep && s->last_sep && sep != s->last_sep;
            count_unit(s);
            go_up(s);
        }
    } else if (s->dots + s->junk >= 2 && sep) {
        close_odd(s);
    } else {
        if (s->dots && sep && s->last_sep && sep != s->last_sep)
            r->zigzag++;
        r->canon_n = s->seg;
        if (!s->dots && r->seps)
            canon_clear(s); /* "//" starts at the root again for whoever joins paths */
    }
    s->dots = s->junk = s->letters = 0;
    s->last_sep = sep;
}

/* At i stands a delimiter in a segment without letters: true when dots and then a separator are
 * near, so that it may be something that a server drops ("..;/", ".?/", "?./"). */
static bool is_junk_of_unit(const struct scan *s, size_t i)
{
    bool dots = s->dots > 0;

    if (s->letters)
        return false;
    for (unsigned k = s->junk; k < JUNK_MAX && i < s->n; k++) {
        struct mln_path_token t = mln_path_token(s->p + i, s->n - i);
        if (t.kind == MLN_PATH_SEP)
            return dots;
        if (t.kind == MLN_PATH_DOT)
            dots = true;
        else if (mln_cc(s->p[i], MLN_CC_WORD) || (s->p[i] & 0x80) || s->p[i] == '=')
            return false;
        i += t.len;
    }
    return false;
}

/* "..2f..2f": what remains of "%2f" where a filter took the percent signs. */
static bool is_bare_hex(const struct scan *s, size_t i)
{
    if (i + 1 >= s->n || (s->dots != 2 && !s->hex) || (s->letters && !s->hex))
        return false;
    return (s->p[i] == '2' && (s->p[i + 1] | 0x20) == 'f') ||
           (s->p[i] == '5' && (s->p[i + 1] | 0x20) == 'c');
}

/* "c:windows", "c:boot.ini": relative to the folder of the drive, which is its root at first. */
static bool is_drive_file(struct mln_sv rest)
{
    static const char *const names[] = {"windows\\", "windows/", "winnt\\", "winnt/", "boot.ini"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_istarts_str(rest, names[i]))
            return true;
    return false;
}

/* A ':' at i: a drive ("c:\"), or a scheme when "//" follows. Bytes to pass over, or 0. */
static size_t drive_or_scheme(struct scan *s, size_t i)
{
    struct mln_path_run *r = s->run;
    bool slash = i + 1 < s->n && (s->p[i + 1] == '/' || s->p[i + 1] == '\\');

    bool bare = !slash && i - r->start == 1 &&
                is_drive_file(mln_sv((const char *)s->p + i + 1, s->n - i - 1));
    if ((!slash && !bare) || r->seps)
        return 0;
    bool scheme = i + 2 < s->n && s->p[i + 1] == '/' && s->p[i + 2] == '/';
    if (i - r->start == 1) {
        r->absolute = true;
    } else if (scheme) {
        r->url = true;
        r->absolute = i - r->start == 4 && (s->p[r->start] | 0x20) == 'f';
        s->host = true;
    } else {
        return 0;
    }
    r->param = r->param || scheme;
    canon_clear(s);
    r->depth = 0;
    s->dots = s->junk = s->letters = 0;
    s->last_sep = '/';
    r->seps++;
    return scheme ? 3 : bare ? 1 : 2;
}

static void read_char(struct scan *s, uint8_t c)
{
    bool word = mln_cc(c, MLN_CC_WORD) || (c & 0x80);

    if (word)
        s->letters++;
    else if (s->junk < UINT8_MAX)
        s->junk++;
    canon_push(s, c);
}

static void read_separator(struct scan *s, size_t i, const struct mln_path_token *t)
{
    if (i == s->run->start)
        s->run->absolute = true;
    close_segment(s, t->odd ? '?' : s->p[i]);
    s->run->seps++;
    s->run->spelled += t->odd;
}

static size_t skip_delimiters(const uint8_t *p, size_t n, size_t i)
{
    while (i < n && delimiter[p[i]]) {
        if (p[i] == '?' && i + 1 < n && p[i + 1] == '.')
            break; /* the first of "?./?./" */
        i++;
    }
    return i;
}

/* Reads what stands at i; bytes taken, or 0 when the run ends there. */
static size_t read_token(struct scan *s, size_t i)
{
    uint8_t c = s->p[i];

    if (mln_path_plain[c]) {
        size_t skip = c == ':' ? drive_or_scheme(s, i) : 0;
        if (skip)
            return skip;
        if (is_bare_hex(s, i)) {
            s->hex = true;
            read_separator(s, i, &(struct mln_path_token){MLN_PATH_SEP, 2, true});
            return 2;
        }
        if (delimiter[c] && !is_junk_of_unit(s, i))
            return 0;
        read_char(s, c);
        return 1;
    }
    struct mln_path_token t = c == '.'   ? (struct mln_path_token){MLN_PATH_DOT, 1, false}
                              : c == '/' ? (struct mln_path_token){MLN_PATH_SEP, 1, false}
                                         : mln_path_token(s->p + i, s->n - i);
    if (t.kind == MLN_PATH_SEP) {
        read_separator(s, i, &t);
    } else if (t.kind == MLN_PATH_DOT) {
        s->dots++;
        s->run->spelled += t.odd;
        canon_push(s, '.');
    } else {
        read_char(s, c);
    }
    return t.len;
}

#define L true
/* clang-format off */
/* Word bytes: no part of a dot or a separator but for "0x2e" and, at times, "2f" and "5c". */
static const bool letter[256] = {
    ['0' ... '9'] = L, ['A' ... 'Z'] = L, ['_'] = L,
    ['a' ... 'z'] = L, [0x80 ... 0xbf] = L, [0xc2 ... 0xdf] = L, [0xe1 ... 0xef] = L,
    [0xf1 ... 0xf7] = L, [0xf9 ... 0xfb] = L, [0xfd ... 0xff] = L,
};
/* clang-format on */
#undef L

/* "0x" at i, or, where it may spell a separator, "2f" and "5c". */
static bool spells(const struct scan *s, size_t i, bool bare)
{
    uint8_t c = s->p[i], next = i + 1 < s->n ? s->p[i + 1] | 0x20 : 0;

    return (c == '0' && next == 'x') ||
           (bare && ((c == '2' && next == 'f') || (c == '5' && next == 'c')));
}

/* Takes the letters at i; how many there were. */
static size_t read_letters(struct scan *s, size_t i)
{
    struct mln_path_run *r = s->run;
    bool bare = s->dots == 2 || s->hex; /* is_bare_hex() may hold */
    size_t n = 0, most = MLN_MIN(s->n - i, MLN_PATH_CANON_MAX - r->canon_n);

    for (; n < most; n++) {
        uint8_t c = s->p[i + n];
        if (!letter[c] || ((c == '0' || bare) && spells(s, i + n, bare)))
            break;
        r->canon[r->canon_n + n] = mln_lower((char)c);
    }
    r->canon_n += n;
    s->letters += (unsigned)n;
    return n;
}

size_t mln_path_run(const uint8_t *p, size_t n, size_t from, struct mln_path_run *r)
{
    struct scan s = {.p = p, .n = n, .run = r};
    size_t i = skip_delimiters(p, n, from);
    uint8_t before = i ? p[i - 1] : '=';

    memset(r, 0, offsetof(struct mln_path_run, canon));
    r->canon_n = 0;
    r->start = i;
    r->param = before == '=' || before == '&' || before == '?' || before == ';';
    r->quoted = !r->param && memchr("\"'`(<[", before, 6) != NULL;
    for (size_t len; i < n; i += len)
        if ((len = read_letters(&s, i)) == 0 && (len = read_token(&s, i)) == 0)
            break;
    close_segment(&s, 0);
    r->end = i;
    return MLN_MAX(i, MLN_MIN(from + 1, n));
}

/* Where a dot or a separator, in whatever spelling, may next stand. */
static size_t next_telling(const uint8_t *p, size_t n, size_t i)
{
    const char *s = (const char *)p;

    for (; i + MLN_BLOCK <= n; i += MLN_BLOCK) {
        mln_block b = mln_block_load(s + i);
        unsigned found = mln_block_eq(b, '.') | mln_block_eq(b, '/') | mln_block_eq(b, '\\') |
                         mln_block_eq(b, '%') | mln_block_eq(mln_block_low(b), 'x') |
                         mln_block_in(b, (char)0xc0, (char)0xff);
        for (; found; found &= found - 1) {
            size_t at = i + (size_t)__builtin_ctz(found);
            if ((p[at] | 0x20) != 'x' || (at && p[at - 1] == '0'))
                return at;
        }
    }
    while (i < n && mln_path_plain[p[i]])
        i++;
    return i;
}

size_t mln_path_skip(const uint8_t *p, size_t n, size_t from)
{
    size_t at = next_telling(p, n, from);

    if (at >= n)
        return n;
    if (at < from + JUNK_MAX + 2)
        return from;
    for (size_t i = at - JUNK_MAX - 2; i > from; i--)
        if (delimiter[p[i]])
            return i;
    return from;
}
