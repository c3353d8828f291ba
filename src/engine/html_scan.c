#include "engine/html_scan.h"

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0x0b || c == 0;
}

bool mln_html_tag_next(struct mln_sv s, size_t from, struct mln_html_tag *ret)
{
    for (size_t i = from; i + 1 < s.len; i++) {
        if (s.p[i] != '<')
            continue;
        size_t n = i + 1;
        bool closing = s.p[n] == '/';
        bool odd = false;
        n += closing;
        while (n < s.len && s.p[n] == '\0') { /* old browsers read over NULs */
            n++;
            odd = true;
        }
        if (n >= s.len || !mln_cc((unsigned char)s.p[n], MLN_CC_ALPHA))
            continue;
        size_t start = n;
        while (n < s.len && !is_space((unsigned char)s.p[n]) && s.p[n] != '/' && s.p[n] != '>' &&
               s.p[n] != '<')
            n++;
        *ret = (struct mln_html_tag){.off = i,
                                     .name_end = n,
                                     .name = mln_sv_sub(s, start, n - start),
                                     .closing = closing,
                                     .at = n};
        ret->odd =
            odd ||
            (n < s.len && (s.p[n] == '<' || (s.p[n] == '/' && n + 1 < s.len && s.p[n + 1] != '>')));
        return true;
    }
    return false;
}

/* The value at s[i..], quoted or not; *end behind it. */
static struct mln_sv attr_value(struct mln_sv s, size_t i, size_t *end)
{
    char q = i < s.len ? s.p[i] : '\0';

    if (q == '"' || q == '\'' || q == '`') {
        size_t close = mln_sv_chr(mln_sv_sub(s, i + 1, s.len), q);
        *end = close == SIZE_MAX ? s.len : i + close + 2;
        return mln_sv_sub(s, i + 1, close);
    }
    size_t n = i;
    while (n < s.len && !is_space((unsigned char)s.p[n]) && s.p[n] != '>')
        n++;
    *end = n;
    return mln_sv_sub(s, i, n - i);
}

bool mln_html_attr_next(struct mln_sv s, struct mln_html_tag *t, struct mln_html_attr *ret)
{
    size_t i = t->at;

    while (i < s.len && (is_space((unsigned char)s.p[i]) || s.p[i] == '/' || s.p[i] == '"' ||
                         s.p[i] == '\'' || s.p[i] == '`'))
        i++;
    if (i >= s.len || s.p[i] == '>') {
        t->at = MLN_MIN(i + 1, s.len);
        return false;
    }
    size_t start = i;
    i += s.p[i] == '='; /* a leading '=' is part of the name */
    while (i < s.len && !is_space((unsigned char)s.p[i]) && s.p[i] != '/' && s.p[i] != '>' &&
           s.p[i] != '=')
        i++;
    *ret = (struct mln_html_attr){
        .off = start, .name = mln_sv_sub(s, start, i - start), .value = MLN_SV_NULL};
    size_t eq = i;
    while (eq < s.len && is_space((unsigned char)s.p[eq]))
        eq++;
    if (eq < s.len && s.p[eq] == '=') {
        i = eq + 1;
        while (i < s.len && is_space((unsigned char)s.p[i]))
            i++;
        ret->value = attr_value(s, i, &i);
        if (!ret->value.p)
            ret->value = MLN_SV("");
    }
    t->at = i;
    return true;
}
