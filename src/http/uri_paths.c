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

static unsigned traits_of(struct mln_sv s)
{
    unsigned t = 0;
    char before = 0;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '%')
            t |= P_PERCENT;
        else if (c == ';')
            t |= P_PARAMS;
        else if (c == '\\')
            t |= P_BACKSLASH;
        else if (c == '/' && before == '/')
            t |= P_DOUBLE_SLASH;
        else if (c == '.' && (before == '/' || before == '\\'))
            t |= P_DOT;
        else if (c >= 0x80)
            t |= P_HIGH;
        else if (c == 0)
            t |= P_NUL;
        if (mln_cc(c, MLN_CC_UPPER))
            t |= P_UPPER;
        before = (char)c;
    }
    return t;
}

struct reading {
    bool params, backslash, raw_slash, fold, twice, keep_dots;
};

/* Overlong forms of ASCII, as bytes: c0 xx, c1 xx, e0 80-9f, f0 80-8f, f8.. */
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

/* Decodes once; %2f stays as it is when `keep_slash`. */
static struct mln_sv decode(struct mln_arena *a, struct mln_sv s, bool keep_slash, uint32_t *bad)
{
    size_t n = 0;

    if (mln_sv_chr(s, '%') == SIZE_MAX)
        return s;
    char *out = mln_arena_alloc(a, s.len);
    if (!out)
        return MLN_SV_NULL;
    for (size_t i = 0; i < s.len; i++) {
        int hi = s.p[i] == '%' && i + 2 < s.len ? mln_hexval((unsigned char)s.p[i + 1]) : -1;
        int lo = hi >= 0 ? mln_hexval((unsigned char)s.p[i + 2]) : -1;
        if (lo < 0 || (keep_slash && (hi << 4 | lo) == '/')) {
            *bad += s.p[i] == '%' && lo < 0;
            out[n++] = s.p[i];
            continue;
        }
        out[n++] = (char)(hi << 4 | lo);
        i += 2;
    }
    return mln_sv(out, n);
}

/* Drops the last segment of out[0..n); n without its trailing '/'. False above the root. */
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

/* One segment [from, to) of s as the reading sees it. */
static struct mln_sv segment_of(struct mln_sv s, size_t from, size_t to, const struct reading *r)
{
    struct mln_sv seg = mln_sv_sub(s, from, to - from);

    if (r->params) {
        size_t semi = mln_sv_chr(seg, ';');
        seg = mln_sv_sub(seg, 0, semi);
    }
    return seg;
}

static bool is_separator(char c, const struct reading *r)
{
    return c == '/' || (r->backslash && c == '\\');
}

/* Resolves dot segments, collapses '//', cuts parameters, folds case: in one pass over s. */
static struct mln_sv normalise(struct mln_arena *a, struct mln_sv s, const struct reading *r,
                               bool *escapes)
{
    char *out = mln_arena_alloc(a, s.len + 1);
    size_t n = 0, i = 0;
    bool trailing = false;

    if (!out)
        return MLN_SV_NULL;
    while (i < s.len) {
        while (i < s.len && is_separator(s.p[i], r))
            i++;
        size_t start = i;
        while (i < s.len && !is_separator(s.p[i], r))
            i++;
        struct mln_sv seg = segment_of(s, start, i, r);
        trailing = i < s.len;
        if (!r->keep_dots && mln_sv_eq(seg, MLN_SV(".."))) {
            if (!pop_segment(out, &n))
                *escapes = true;
            trailing = true;
            continue;
        }
        if (seg.len == 0 || (!r->keep_dots && mln_sv_eq(seg, MLN_SV(".")))) {
            trailing = trailing || seg.len;
            continue;
        }
        out[n++] = '/';
        for (size_t k = 0; k < seg.len; k++)
            out[n++] = r->fold ? mln_lower(seg.p[k]) : seg.p[k];
    }
    if (n == 0 || (trailing && n <= s.len))
        out[n++] = '/';
    return mln_sv(out, n);
}

static void add_reading(struct mln_paths *p, struct mln_sv path, uint32_t how)
{
    if (!path.p || p->n == MLN_READINGS_MAX)
        return;
    for (uint32_t i = 0; i < p->n; i++)
        if (mln_sv_eq(p->r[i].path, path))
            return;
    p->r[p->n++] = (struct mln_path_reading){path, how};
}

/* One way of reading the raw path, added when it is new. */
static int read_one(struct mln_arena *a, struct mln_sv raw, const struct reading *r, uint32_t how,
                    struct mln_paths *p)
{
    uint32_t bad = 0;
    struct mln_sv s = decode(a, raw, !r->raw_slash, &bad);

    if (s.p && r->twice)
        s = decode(a, s, false, &bad);
    if (!s.p)
        return -ENOMEM;
    s = normalise(a, s, r, &p->escapes_root);
    if (!s.p)
        return -ENOMEM;
    add_reading(p, s, how);
    return 0;
}

static void note_traits(struct mln_arena *a, struct mln_sv raw, unsigned raw_traits,
                        struct mln_paths *p)
{
    uint32_t bad = 0;
    struct mln_sv once = decode(a, raw, false, &bad);
    unsigned t = once.p ? traits_of(once) : 0;

    p->bad_escape = p->bad_escape || bad;
    p->has_nul = p->has_nul || (t & P_NUL);
    p->has_backslash = p->has_backslash || (t & P_BACKSLASH);
    p->has_params = p->has_params || (t & P_PARAMS);
    p->has_dot_segments = p->has_dot_segments || (t & P_DOT);
    p->has_overlong = p->has_overlong || (once.p && has_overlong_bytes(once));
    p->has_encoded_slash = p->has_encoded_slash || mln_sv_ifind(raw, MLN_SV("%2f")) != SIZE_MAX;
    if ((raw_traits & P_PERCENT) && once.p) {
        uint32_t again = 0;
        struct mln_sv twice = decode(a, once, false, &again);
        p->has_double_encoding = p->has_double_encoding || (twice.p && !mln_sv_eq(once, twice));
    }
}

static int read_all(struct mln_arena *a, struct mln_sv raw, uint32_t base, struct mln_paths *p)
{
    unsigned t = traits_of(raw);

    if (!(t & (P_PERCENT | P_PARAMS | P_BACKSLASH | P_DOUBLE_SLASH | P_DOT | P_UPPER)) && raw.len &&
        raw.p[0] == '/') {
        add_reading(p, raw, base);
        return 0;
    }
    note_traits(a, raw, t, p);
    int r = read_one(a, raw, &(struct reading){.raw_slash = false}, base, p);
    if (r == 0)
        r = read_one(a, raw, &(struct reading){.raw_slash = true}, base | MLN_READ_ENC_SLASH, p);
    if (r == 0 && p->has_params)
        r = read_one(a, raw, &(struct reading){.params = true}, base | MLN_READ_PARAMS, p);
    if (r == 0 && p->has_backslash)
        r = read_one(a, raw, &(struct reading){.backslash = true}, base | MLN_READ_BACKSLASH, p);
    if (r == 0 && p->has_double_encoding)
        r = read_one(a, raw, &(struct reading){.raw_slash = true, .twice = true},
                     base | MLN_READ_DOUBLE, p);
    if (r == 0 && p->has_dot_segments)
        r = read_one(a, raw, &(struct reading){.keep_dots = true}, base | MLN_READ_RAW_DOTS, p);
    if (r == 0 && (t & P_UPPER))
        r = read_one(a, raw, &(struct reading){.fold = true, .raw_slash = true},
                     base | MLN_READ_FOLD, p);
    if (r == 0 && (p->has_params || p->has_backslash || p->has_double_encoding ||
                   p->has_encoded_slash || (t & P_UPPER)))
        r = read_one(
            a, raw, &(struct reading){true, true, true, true, p->has_double_encoding, false},
            base | MLN_READ_PARAMS | MLN_READ_BACKSLASH | MLN_READ_ENC_SLASH | MLN_READ_FOLD, p);
    return r;
}

int mln_paths_read(struct mln_arena *a, struct mln_sv raw_path, struct mln_paths *ret)
{
    *ret = (struct mln_paths){0};
    if (mln_sv_eq(raw_path, MLN_SV("*"))) { /* OPTIONS * has no path to read otherwise */
        add_reading(ret, raw_path, 0);
        return 0;
    }
    return read_all(a, raw_path, 0, ret);
}

int mln_paths_add_override(struct mln_arena *a, struct mln_sv url, struct mln_paths *p)
{
    size_t scheme = mln_sv_find(url, MLN_SV("://"));

    if (scheme != SIZE_MAX) {
        struct mln_sv rest = mln_sv_sub(url, scheme + 3, url.len);
        size_t slash = mln_sv_chr(rest, '/');
        url = slash == SIZE_MAX ? MLN_SV("/") : mln_sv_sub(rest, slash, rest.len);
    }
    size_t query = mln_sv_chr(url, '?');
    return read_all(a, mln_sv_sub(url, 0, query), MLN_READ_OVERRIDE, p);
}
