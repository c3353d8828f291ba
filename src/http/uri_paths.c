/* What else an application could take a path for (design section 4.5). The plain path, by far the
 * most common, costs one pass and no memory. */
#include <errno.h>

#include "http/uri.h"

enum {
    P_PERCENT = 1,
    P_PARAMS = 2,
    P_BACKSLASH = 4,
    P_DOUBLE_SLASH = 8,
    P_DOT = 16,
    P_UPPER = 32,
    P_HIGH = 64,
    P_NUL = 128
};

/* Readings of one path compete for MLN_READINGS_MAX; some room is left for override headers, of
 * which the first three (as sent, everything undone, that in lower case) matter most. */
enum { PATH_READINGS = 10, OVERRIDE_READINGS = 3 };

static bool ends_segment(struct mln_sv s, size_t i)
{
    return i >= s.len || s.p[i] == '/' || s.p[i] == '\\' || s.p[i] == ';';
}

/* "." or ".." as a segment at s[i], a dot. */
static bool is_dot_segment(struct mln_sv s, size_t i)
{
    bool starts = i == 0 || s.p[i - 1] == '/' || s.p[i - 1] == '\\';

    return starts && (ends_segment(s, i + 1) || (s.p[i + 1] == '.' && ends_segment(s, i + 2)));
}

static unsigned traits_of(struct mln_sv s)
{
    static const uint8_t of[256] = {
        [0] = P_NUL,          ['%'] = P_PERCENT,       [';'] = P_PARAMS,
        ['\\'] = P_BACKSLASH, ['A' ... 'Z'] = P_UPPER, [0x80 ... 0xff] = P_HIGH,
    };
    unsigned t = 0;
    char before = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        t |= of[(unsigned char)c];
        if (c == '/' && before == '/')
            t |= P_DOUBLE_SLASH;
        else if (c == '.' && !(t & P_DOT) && is_dot_segment(s, i))
            t |= P_DOT;
        before = c;
    }
    return t;
}

/* Overlong forms, as bytes: c0 xx, c1 xx, e0 80-9f, f0 80-8f (RFC 3629 section 3). */
static bool has_overlong_bytes(struct mln_sv s)
{
    for (size_t i = 0; i + 1 < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i], d = (unsigned char)s.p[i + 1];
        if (c == 0xc0 || c == 0xc1 || (c == 0xe0 && d >= 0x80 && d < 0xa0) ||
            (c == 0xf0 && d >= 0x80 && d < 0x90))
            return true;
    }
    return false;
}

/* Decodes s once, in place; the new length. %2f stays as it is when `keep_slash`. */
static size_t decode(char *s, size_t len, bool keep_slash, uint32_t *bad)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        int hi = s[i] == '%' && i + 2 < len ? mln_hexval((unsigned char)s[i + 1]) : -1;
        int lo = hi >= 0 ? mln_hexval((unsigned char)s[i + 2]) : -1;
        if (lo < 0 || (keep_slash && (hi << 4 | lo) == '/')) {
            *bad += s[i] == '%' && lo < 0;
            s[n++] = s[i];
            continue;
        }
        s[n++] = (char)(hi << 4 | lo);
        i += 2;
    }
    return n;
}

/* Length of out[0..n) without its last segment. False above the root. */
static bool pop_segment(const char *out, size_t *n)
{
    if (*n == 0)
        return false;
    while (*n && out[*n - 1] != '/')
        (*n)--;
    if (*n)
        (*n)--;
    return true;
}

static bool is_separator(char c, uint32_t how)
{
    return c == '/' || ((how & MLN_READ_BACKSLASH) && c == '\\');
}

/* The segment s[from..*end) as the reading sees it. */
static struct mln_sv segment_at(struct mln_sv s, size_t from, size_t *end, uint32_t how)
{
    size_t i = from;

    while (i < s.len && !is_separator(s.p[i], how))
        i++;
    *end = i;
    struct mln_sv seg = mln_sv_sub(s, from, i - from);
    return how & MLN_READ_PARAMS ? mln_sv_sub(seg, 0, mln_sv_chr(seg, ';')) : seg;
}

static size_t put_segment(char *out, size_t n, struct mln_sv seg, uint32_t how)
{
    out[n++] = '/';
    for (size_t k = 0; k < seg.len; k++)
        out[n++] = how & MLN_READ_FOLD ? mln_lower(seg.p[k]) : seg.p[k];
    return n;
}

/* Resolves dot segments, collapses '//', cuts parameters, folds case. The source stands at
 * buf + 1, so that the result, at most one byte longer, never overtakes it. */
static size_t normalise(char *buf, size_t len, uint32_t how, bool *escapes)
{
    struct mln_sv s = mln_sv(buf + 1, len);
    bool raw = how & MLN_READ_RAW_DOTS, trailing = false, last;
    size_t n = 0, i = len && is_separator(s.p[0], how);

    do {
        struct mln_sv seg = segment_at(s, i, &i, how);
        last = i++ >= len;
        trailing = true; /* as after "", "." and ".." at the end (RFC 3986 section 5.2.4) */
        if (!raw && mln_sv_eq(seg, MLN_SV(".."))) {
            if (!pop_segment(buf, &n))
                *escapes = true;
        } else if (seg.len ? raw || !mln_sv_eq(seg, MLN_SV(".")) : raw && !last) {
            n = put_segment(buf, n, seg, how);
            trailing = false;
        }
    } while (!last);
    if (trailing)
        buf[n++] = '/';
    return n;
}

/* The readings of one raw path that are being made. */
struct maker {
    struct mln_arena *arena;
    struct mln_sv raw;
    struct mln_paths *p;
    uint32_t base, max; /* how: of all; p->n may grow to max */
    bool full;
    char *buf; /* raw.len + 1, unused so far; NULL when a reading took it */
};

static bool is_known(const struct mln_paths *p, struct mln_sv path)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (mln_sv_eq(p->r[i].path, path))
            return true;
    return false;
}

static char *take_buffer(struct maker *m)
{
    if (!m->buf)
        m->buf = mln_arena_alloc(m->arena, m->raw.len + 1);
    if (m->buf && m->raw.len)
        memcpy(m->buf + 1, m->raw.p, m->raw.len);
    return m->buf;
}

static bool has_room(struct maker *m)
{
    m->full = m->p->n >= m->max;
    m->p->more = m->p->more || m->full;
    return !m->full;
}

/* One way of reading the raw path, added when it is new. */
static int read_one(struct maker *m, uint32_t how)
{
    bool keep_slash = !(how & MLN_READ_ENC_SLASH);
    uint32_t bad = 0;

    if (m->full)
        return 0;
    if (!take_buffer(m))
        return -ENOMEM;
    size_t n = decode(m->buf + 1, m->raw.len, keep_slash, &bad);
    if (how & MLN_READ_DOUBLE)
        n = decode(m->buf + 1, n, keep_slash, &bad);
    n = normalise(m->buf, n, how, &m->p->escapes_root);
    struct mln_sv path = mln_sv(m->buf, n);
    if (is_known(m->p, path) || !has_room(m))
        return 0;
    m->p->r[m->p->n++] = (struct mln_path_reading){path, m->base | how};
    m->buf = NULL;
    return 0;
}

static void note(struct mln_paths *p, struct mln_sv s, unsigned t)
{
    p->has_nul = p->has_nul || (t & P_NUL);
    p->has_backslash = p->has_backslash || (t & P_BACKSLASH);
    p->has_params = p->has_params || (t & P_PARAMS);
    p->has_dot_segments = p->has_dot_segments || (t & P_DOT);
    p->has_overlong = p->has_overlong || ((t & P_HIGH) && has_overlong_bytes(s));
}

/* Looks at the path as it is after one decoding and after two; *ret_how: the MLN_READ_* that can
 * make a difference. */
static int find_traits(struct maker *m, uint32_t *ret_how)
{
    struct mln_paths *p = m->p;
    uint32_t bad = 0, ignored = 0;
    char *s = take_buffer(m);

    if (!s)
        return -ENOMEM;
    bool slash = mln_sv_ifind(m->raw, MLN_SV("%2f")) != SIZE_MAX;
    struct mln_sv once = mln_sv(s + 1, decode(s + 1, m->raw.len, false, &bad));
    unsigned t = traits_of(once);
    note(p, once, t);
    slash = slash || mln_sv_ifind(once, MLN_SV("%2f")) != SIZE_MAX;
    struct mln_sv twice = mln_sv(s + 1, decode(s + 1, once.len, false, &ignored));
    bool twofold = twice.len != once.len;
    if (twofold) {
        t |= traits_of(twice);
        note(p, twice, t);
    }
    p->bad_escape = p->bad_escape || bad;
    p->has_encoded_slash = p->has_encoded_slash || slash;
    p->has_double_encoding = p->has_double_encoding || twofold;
    *ret_how = (t & P_PARAMS ? MLN_READ_PARAMS : 0) | (slash ? MLN_READ_ENC_SLASH : 0) |
               (t & P_BACKSLASH ? MLN_READ_BACKSLASH : 0) | (twofold ? MLN_READ_DOUBLE : 0) |
               (t & P_UPPER ? MLN_READ_FOLD : 0) |
               (t & (P_DOT | P_DOUBLE_SLASH) ? MLN_READ_RAW_DOTS : 0);
    return 0;
}

static int read_all(struct maker *m)
{
    unsigned t = traits_of(m->raw);
    uint32_t how = 0;

    if (!t && m->raw.len && m->raw.p[0] == '/') {
        if (is_known(m->p, m->raw))
            return 0;
        if (has_room(m))
            m->p->r[m->p->n++] = (struct mln_path_reading){m->raw, m->base};
        return 0;
    }
    int r = find_traits(m, &how);
    uint32_t all = how & ~(uint32_t)MLN_READ_RAW_DOTS;
    if (r == 0)
        r = read_one(m, 0);
    if (r == 0)
        r = read_one(m, all & ~(uint32_t)MLN_READ_FOLD);
    if (r == 0)
        r = read_one(m, all);
    for (uint32_t bit = 1; bit <= MLN_READ_RAW_DOTS && r == 0; bit <<= 1)
        if (how & bit)
            r = read_one(m, bit);
    for (uint32_t set = all; set && r == 0; set = (set - 1) & all) /* the other subsets */
        r = read_one(m, set);
    return r;
}

int mln_paths_read(struct mln_arena *a, struct mln_sv raw_path, struct mln_paths *ret)
{
    struct maker m = {.arena = a, .raw = raw_path, .p = ret, .max = PATH_READINGS};

    *ret = (struct mln_paths){0};
    if (mln_sv_eq(raw_path, MLN_SV("*"))) { /* OPTIONS * has no path to read otherwise */
        ret->r[ret->n++] = (struct mln_path_reading){raw_path, 0};
        return 0;
    }
    return read_all(&m);
}

/* The path part of a reference: "/path?query", or with scheme and authority in front. */
static struct mln_sv path_of(struct mln_sv url)
{
    url = mln_sv_sub(url, 0, mln_sv_chr(url, '#'));
    url = mln_sv_sub(url, 0, mln_sv_chr(url, '?'));
    size_t scheme = mln_sv_find(url, MLN_SV("://"));
    if (scheme == SIZE_MAX || mln_sv_chr(url, '/') < scheme) /* "/a/http://b" is all path */
        return url;
    struct mln_sv rest = mln_sv_sub(url, scheme + 3, url.len);
    size_t slash = mln_sv_chr(rest, '/');
    return slash == SIZE_MAX ? MLN_SV("/") : mln_sv_sub(rest, slash, rest.len);
}

int mln_paths_add_override(struct mln_arena *a, struct mln_sv url, struct mln_paths *p)
{
    struct maker m = {
        .arena = a,
        .raw = path_of(url),
        .p = p,
        .base = MLN_READ_OVERRIDE,
        .max = MLN_MIN(p->n + OVERRIDE_READINGS, (uint32_t)MLN_READINGS_MAX),
    };

    return read_all(&m);
}
