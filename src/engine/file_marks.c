#include "engine/file_marks.h"

/* Text behind what could be a sequence of pixels; how far its signs may be. */
enum { CODE_MIN = 8, LONG_CODE_MIN = 16, NEAR = 64 };

/* What comes next, each found once and kept until the scan has passed it: many openers in a row
 * cost no more than one. Places of w, or its length. */
struct ahead {
    struct mln_sv w;
    size_t text_end, call, end, global, external;
};

struct scan {
    struct mln_sv w;
    uint64_t base;
    struct ahead ahead;
    struct mln_marks *m;
};

static void add(struct scan *s, enum mln_file_mark mark, size_t at)
{
    if (!s->m->last && (s->m->seen >> mark & 1))
        return;
    s->m->seen |= 1u << mark;
    s->m->at[mark] = s->base + at;
}

static bool is_text_byte(char c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
}

static bool starts_call(struct mln_sv w, size_t i)
{
    return w.p[i] == '(' || w.p[i] == '`' || w.p[i] == '=';
}

static bool starts_end(struct mln_sv w, size_t i)
{
    return w.p[i] == ';' || (w.p[i] == '?' && i + 1 < w.len && w.p[i + 1] == '>');
}

static bool starts_global(struct mln_sv w, size_t i)
{
    return w.p[i] == '$' && i + 1 < w.len && w.p[i + 1] == '_';
}

static bool starts_external(struct mln_sv w, size_t i)
{
    char c = (char)(w.p[i] | 0x20);

    return (c == 's' && mln_sv_istarts(mln_sv_sub(w, i, 6), MLN_SV("system"))) ||
           (c == 'p' && mln_sv_istarts(mln_sv_sub(w, i, 6), MLN_SV("public")));
}

static bool ends_text(struct mln_sv w, size_t i)
{
    return !is_text_byte(w.p[i]);
}

/* *next moved to where `is` holds first at or behind `from`; that place. */
static size_t next(struct ahead *a, size_t *place, size_t from,
                   bool (*is)(struct mln_sv w, size_t i))
{
    if (*place < from || *place == 0)
        for (*place = from; *place < a->w.len && !is(a->w, *place);)
            ++*place;
    return *place;
}

/* Whether text goes on for n bytes from `from`. */
static bool has_text(struct ahead *a, size_t from, size_t n)
{
    return from + n <= next(a, &a->text_end, from, ends_text);
}

/* Whether a sign is near, with nothing but text before it. */
static bool has_near(struct ahead *a, size_t *place, size_t from,
                     bool (*is)(struct mln_sv w, size_t i))
{
    size_t at = next(a, place, from, is);

    return at < a->w.len && at < from + NEAR && at < next(a, &a->text_end, from, ends_text);
}

static bool is_space_at(struct mln_sv s, size_t i)
{
    return i >= s.len || s.p[i] == '\n' || mln_cc((unsigned char)s.p[i], MLN_CC_SPACE);
}

/* "<?" at i. XML declarations and packets of metadata have a name there. */
static bool is_php(struct scan *s, size_t i)
{
    struct mln_sv t = mln_sv_sub(s->w, i, 8);
    struct ahead *a = &s->ahead;

    if (mln_sv_istarts(t, MLN_SV("<?php")))
        return is_space_at(t, 5) || mln_sv_eq(mln_sv_sub(t, 5, 2), MLN_SV("/*"));
    if (!mln_sv_starts(t, MLN_SV("<?=")) && !(t.len > 2 && is_space_at(t, 2)))
        return false;
    if (has_text(a, i + 3, CODE_MIN) && has_near(a, &a->global, i + 3, starts_global))
        return true;
    return has_text(a, i + 3, LONG_CODE_MIN) && has_near(a, &a->call, i + 3, starts_call) &&
           has_near(a, &a->end, i + 3, starts_end);
}

/* "<%" at i. */
static bool is_asp(struct scan *s, size_t i)
{
    return has_text(&s->ahead, i + 2, LONG_CODE_MIN) &&
           has_near(&s->ahead, &s->ahead.call, i + 2, starts_call);
}

static bool is_include(struct mln_sv t)
{
    static const char *const names[] = {"exec", "include", "echo", "config"};

    if (!mln_sv_starts(t, MLN_SV("<!--#")))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_istarts_str(mln_sv_sub(t, 5, t.len), names[i]))
            return true;
    return false;
}

static bool is_script(struct mln_sv t)
{
    return mln_sv_istarts(t, MLN_SV("<script")) &&
           (is_space_at(t, 7) || t.p[7] == '>' || t.p[7] == '/');
}

static void look_at_tag(struct scan *s, size_t i)
{
    struct mln_sv t = mln_sv_sub(s->w, i, 16);
    char c = t.len > 1 ? t.p[1] : 0;

    if (c == '?' && is_php(s, i))
        add(s, MLN_MARK_PHP, i);
    else if (c == '%' && is_asp(s, i))
        add(s, MLN_MARK_ASP, i);
    else if (c == '!' && is_include(t))
        add(s, MLN_MARK_SSI, i);
    else if ((c | 0x20) == 's' && is_script(t))
        add(s, MLN_MARK_SCRIPT, i);
    else if ((c | 0x20) == 'j' && mln_sv_istarts(t, MLN_SV("<jsp:")))
        add(s, MLN_MARK_ASP, i);
    else if (c == '!' && s->m->markup && mln_sv_istarts(t, MLN_SV("<!entity")) &&
             has_near(&s->ahead, &s->ahead.external, i + 8, starts_external))
        add(s, MLN_MARK_ENTITY, i);
}

/* The end of a central directory that can be one: APPNOTE 4.3.16. */
static bool is_zip_end(struct mln_sv s, uint64_t at)
{
    const unsigned char *u = (const unsigned char *)s.p;

    if (s.len < 22)
        return false;
    uint32_t here = u[8] | (uint32_t)u[9] << 8, all = u[10] | (uint32_t)u[11] << 8;
    uint64_t size = u[12] | (uint64_t)u[13] << 8 | (uint64_t)u[14] << 16 | (uint64_t)u[15] << 24;
    uint64_t from = u[16] | (uint64_t)u[17] << 8 | (uint64_t)u[18] << 16 | (uint64_t)u[19] << 24;
    return !u[4] && !u[5] && !u[6] && !u[7] && here == all && all && size >= 46 * (uint64_t)all &&
           from + size <= at;
}

static void look_at(struct scan *s, size_t i)
{
    struct mln_sv t = mln_sv_sub(s->w, i, 24);

    switch (t.p[0]) {
    case '<':
        look_at_tag(s, i);
        break;
    case '_':
        if (mln_sv_starts(t, MLN_SV("__HALT_COMPILER(")))
            add(s, MLN_MARK_PHAR, i);
        break;
    case 'P':
        if (mln_sv_starts(t, MLN_SV("PK\x05\x06")) && is_zip_end(t, s->base + i))
            add(s, MLN_MARK_ZIP, i);
        break;
    case 'R':
        if (mln_sv_starts(t, MLN_SV("Rar!\x1a\x07")))
            add(s, MLN_MARK_RAR, i);
        break;
    default:
        if (mln_sv_starts(t, MLN_SV("7z\xbc\xaf\x27\x1c")))
            add(s, MLN_MARK_SEVENZIP, i);
        break;
    }
}

/* "onload =": an attribute that holds script, its name in place of any. */
static bool is_handler(struct mln_sv w, size_t i)
{
    struct mln_sv t = mln_sv_sub(w, i, MLN_MARK_LOOK);
    size_t k = 2;

    if (i == 0 || !w.p[i - 1] || !strchr(" \t\r\n\"'/", w.p[i - 1]))
        return false;
    while (k < t.len && mln_cc((unsigned char)t.p[k], MLN_CC_ALPHA))
        k++;
    size_t letters = k - 2;
    while (k < t.len && is_space_at(t, k))
        k++;
    if (letters < 3 || k >= t.len || t.p[k] != '=')
        return false;
    for (k++; k < t.len && is_space_at(t, k);)
        k++;
    return k < t.len && (t.p[k] == '"' || t.p[k] == '\'');
}

static void look_at_markup(struct scan *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = (char)(s->w.p[i] | 0x20), d = i + 1 < s->w.len ? (char)(s->w.p[i + 1] | 0x20) : 0;
        if (c == 'o' && d == 'n' && is_handler(s->w, i))
            add(s, MLN_MARK_HANDLER, i);
        else if (c == 'j' && d == 'a' &&
                 mln_sv_istarts(mln_sv_sub(s->w, i, 12), MLN_SV("javascript:")))
            add(s, MLN_MARK_SCHEME, i);
    }
}

void mln_marks_sieve(struct mln_sieve *v)
{
    struct mln_pairs *set = &v->set;

    mln_pairs_add(set, '<', MLN_SV("?%!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"));
    mln_pairs_add(set, '_', MLN_SV("_"));
    mln_pairs_add(set, 'P', MLN_SV("K"));
    mln_pairs_add(set, 'R', MLN_SV("a"));
    mln_pairs_add(set, '7', MLN_SV("z"));
}

void mln_marks_find(struct mln_sv w, size_t n, uint64_t base, struct mln_marks *m)
{
    struct scan s = {.w = w, .base = base, .ahead = {.w = w}, .m = m};
    struct mln_sv front = mln_sv_sub(w, 0, n);

    for (size_t i = 0; (i = mln_sieve_next(m->sieve, front, i)) < n; i++)
        look_at(&s, i);
    if (m->markup)
        look_at_markup(&s, n);
}
