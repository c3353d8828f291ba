#include "engine/file_marks.h"

/* Text behind what could be a sequence of pixels. */
enum { CODE_MIN = 8, LONG_CODE_MIN = 20 };

const char *mln_file_mark_text(enum mln_file_mark m)
{
    static const char *const texts[] = {
#define X(sym, text) text,
        MLN_FILE_MARKS(X)
#undef X
    };

    return texts[m];
}

static void add(struct mln_marks *m, enum mln_file_mark mark, uint64_t at)
{
    if (m->seen >> mark & 1)
        return;
    m->seen |= 1u << mark;
    m->at[mark] = at;
}

static bool has(struct mln_sv s, const char *word)
{
    return mln_sv_ifind(s, mln_sv_str(word)) != SIZE_MAX;
}

static bool has_one(struct mln_sv s, const char *const *words)
{
    for (; *words; words++)
        if (has(s, *words))
            return true;
    return false;
}

/* The text at the start of s. */
static struct mln_sv text_run(struct mln_sv s)
{
    size_t n = 0;

    while (n < s.len && n < MLN_MARK_LOOK &&
           (!mln_cc((unsigned char)s.p[n], MLN_CC_CTL) ||
            mln_cc((unsigned char)s.p[n], MLN_CC_SPACE) || s.p[n] == '\n') &&
           !((unsigned char)s.p[n] & 0x80))
        n++;
    return mln_sv_sub(s, 0, n);
}

static bool is_space_at(struct mln_sv s, size_t i)
{
    return i >= s.len || s.p[i] == '\n' || mln_cc((unsigned char)s.p[i], MLN_CC_SPACE);
}

/* "<?" at the start of s. XML declarations and packets of metadata have a name there. */
static bool is_php(struct mln_sv s)
{
    static const char *const acts[] = {"`", "(", NULL};

    if (mln_sv_istarts(s, MLN_SV("<?php")))
        return is_space_at(s, 5) || mln_sv_starts(mln_sv_sub(s, 5, 2), MLN_SV("/*"));
    if (!mln_sv_starts(s, MLN_SV("<?=")) && !(s.len > 2 && is_space_at(s, 2)))
        return false;
    struct mln_sv run = text_run(mln_sv_sub(s, 3, s.len));
    if (run.len >= CODE_MIN && has(run, "$_"))
        return true;
    return run.len >= LONG_CODE_MIN && has_one(run, acts) &&
           (mln_sv_chr(run, ';') != SIZE_MAX || mln_sv_find(run, MLN_SV("?>")) != SIZE_MAX);
}

/* "<%" at the start of s. */
static bool is_asp(struct mln_sv s)
{
    static const char *const acts[] = {
        "request", "eval",    "execute",   "runtime",      "response.", "page import", "page lang",
        "server.", "handler", "out.print", "createobject", "process",   NULL};
    struct mln_sv run = text_run(mln_sv_sub(s, 2, s.len));

    return run.len >= CODE_MIN && has_one(run, acts);
}

static bool is_include(struct mln_sv s)
{
    struct mln_sv run = mln_sv_sub(s, 5, 24);

    return mln_sv_starts(s, MLN_SV("<!--#")) &&
           (has(run, "exec") || has(run, "include") || has(run, "echo") || has(run, "config"));
}

static bool is_tag(struct mln_sv s, const char *name)
{
    size_t n = strlen(name);

    return mln_sv_istarts(s, mln_sv_str(name)) &&
           (is_space_at(s, n) || s.p[n] == '>' || s.p[n] == '/');
}

static void look_at_tag(struct mln_sv s, uint64_t at, bool markup, struct mln_marks *m)
{
    char c = s.len > 1 ? s.p[1] : 0;

    if (c == '?' && is_php(s))
        add(m, MLN_MARK_PHP, at);
    else if (c == '%' && is_asp(s))
        add(m, MLN_MARK_ASP, at);
    else if (c == '!' && is_include(s))
        add(m, MLN_MARK_SSI, at);
    else if ((c | 0x20) == 's' && is_tag(s, "<script"))
        add(m, MLN_MARK_SCRIPT, at);
    else if ((c | 0x20) == 'j' && mln_sv_istarts(s, MLN_SV("<jsp:")))
        add(m, MLN_MARK_ASP, at);
    else if (markup && mln_sv_istarts(s, MLN_SV("<!entity")) &&
             (has(text_run(s), "system") || has(text_run(s), "public")))
        add(m, MLN_MARK_ENTITY, at);
}

/* The end of a central directory that can be one: APPNOTE 4.3.16. */
static bool is_zip_end(struct mln_sv s, uint64_t at)
{
    const unsigned char *u = (const unsigned char *)s.p;

    if (s.len < 22)
        return false;
    uint32_t here = u[8] | u[9] << 8, all = u[10] | u[11] << 8;
    uint64_t size = u[12] | u[13] << 8 | u[14] << 16 | (uint64_t)u[15] << 24;
    uint64_t from = u[16] | u[17] << 8 | u[18] << 16 | (uint64_t)u[19] << 24;
    return !u[4] && !u[5] && !u[6] && !u[7] && here == all && all && size >= 46 * (uint64_t)all &&
           from + size <= at;
}

static void look_for(struct mln_sv w, size_t n, uint64_t base, enum mln_file_mark mark,
                     struct mln_sv bytes, struct mln_marks *m)
{
    for (size_t from = 0; !(m->seen >> mark & 1);) {
        size_t at = mln_sv_find(mln_sv_sub(w, from, w.len), bytes);
        if (at == SIZE_MAX || from + at >= n)
            return;
        at += from;
        if (mark != MLN_MARK_ZIP || is_zip_end(mln_sv_sub(w, at, w.len), base + at))
            add(m, mark, base + at);
        from = at + 1;
    }
}

/* "onload =": an attribute that holds script, its name in place of any. */
static bool is_handler(struct mln_sv w, size_t i)
{
    size_t k = i + 2, letters = 0;

    if (i == 0 || !strchr(" \t\r\n\"'/", w.p[i - 1]) || !w.p[i - 1])
        return false;
    for (; k < w.len && mln_cc((unsigned char)w.p[k], MLN_CC_ALPHA); k++)
        letters++;
    while (k < w.len && is_space_at(w, k))
        k++;
    if (letters < 3 || k >= w.len || w.p[k] != '=')
        return false;
    for (k++; k < w.len && is_space_at(w, k); k++)
        ;
    return k < w.len && (w.p[k] == '"' || w.p[k] == '\'');
}

static void look_at_markup(struct mln_sv w, size_t n, uint64_t base, struct mln_marks *m)
{
    size_t scheme = mln_sv_ifind(w, MLN_SV("javascript:"));

    if (scheme < n)
        add(m, MLN_MARK_SCHEME, base + scheme);
    for (size_t i = 0; i < n && i + 1 < w.len && !(m->seen >> MLN_MARK_HANDLER & 1); i++)
        if ((w.p[i] | 0x20) == 'o' && (w.p[i + 1] | 0x20) == 'n' && is_handler(w, i))
            add(m, MLN_MARK_HANDLER, base + i);
}

void mln_marks_find(struct mln_sv w, size_t n, uint64_t base, bool markup, struct mln_marks *m)
{
    const char *end = w.p + n;

    for (const char *p = w.p; p < end && (p = memchr(p, '<', (size_t)(end - p))); p++)
        look_at_tag(mln_sv_sub(w, (size_t)(p - w.p), MLN_MARK_LOOK), base + (size_t)(p - w.p),
                    markup, m);
    look_for(w, n, base, MLN_MARK_PHAR, MLN_SV("__HALT_COMPILER("), m);
    look_for(w, n, base, MLN_MARK_ZIP, MLN_SV("PK\x05\x06"), m);
    look_for(w, n, base, MLN_MARK_RAR, MLN_SV("Rar!\x1a\x07"), m);
    look_for(w, n, base, MLN_MARK_SEVENZIP, MLN_SV("7z\xbc\xaf\x27\x1c"), m);
    if (markup)
        look_at_markup(w, n, base, m);
}
