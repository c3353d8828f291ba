#include "engine/html_scan.h"

static bool is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0x0b || c == 0;
}

/* "<%script", "<*script", "<&script": filters are told another name than careless decoders read. */
static size_t junk_before_script(struct mln_sv s, size_t n)
{
    size_t k = n;

    while (k < s.len && k < n + 3 && s.p[k] && strchr("%*&?!+~", s.p[k]))
        k++;
    return k > n && mln_sv_istarts(mln_sv_sub(s, k, 6), MLN_SV("script")) ? k - n : 0;
}

static bool ends_name(char c)
{
    return (c && is_space((unsigned char)c)) || c == '/' || c == '>' || c == '<';
}

/* The name from n on, over NULs; t->name_end behind it. */
static void read_name(struct mln_sv s, size_t n, struct mln_html_tag *t)
{
    for (; n < s.len && !ends_name(s.p[n]); n++) {
        if (s.p[n] == '\0')
            t->odd = true;
        else if (t->name_len < sizeof(t->name_buf))
            t->name_buf[t->name_len++] = s.p[n];
    }
    t->name_end = t->at = n;
}

bool mln_html_tag_next(struct mln_sv s, size_t from, struct mln_html_tag *ret)
{
    for (size_t i = from; i + 1 < s.len; i++) {
        if (s.p[i] != '<')
            continue;
        size_t n = i + 1;
        bool closing = s.p[n] == '/';
        n += closing;
        size_t letter = n;
        while (letter < s.len && s.p[letter] == '\0') /* old browsers read over NULs */
            letter++;
        size_t junk = junk_before_script(s, letter);
        letter += junk;
        if (letter >= s.len || !mln_cc((unsigned char)s.p[letter], MLN_CC_ALPHA))
            continue;
        *ret = (struct mln_html_tag){.off = i, .closing = closing, .odd = letter > n};
        read_name(s, letter, ret);
        n = ret->name_end;
        /* "<https://…>" is a link in Markdown and mail, not an element */
        bool link = ret->name_len && ret->name_buf[ret->name_len - 1] == ':';
        ret->odd =
            ret->odd || (n < s.len && !link &&
                         (s.p[n] == '<' || (s.p[n] == '/' && n + 1 < s.len && s.p[n + 1] != '>')));
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
        ret->quoted = i < s.len && (s.p[i] == '"' || s.p[i] == '\'' || s.p[i] == '`');
        ret->value = attr_value(s, i, &i);
        if (!ret->value.p)
            ret->value = MLN_SV("");
    }
    t->at = i;
    return true;
}

/* Behind one piece that does not count at i, or i. */
static size_t skip_piece(struct mln_sv s, size_t i, bool spaces)
{
    enum { COMMENT_MAX = 64 };
    unsigned char c = (unsigned char)s.p[i];

    if (c == '/' && i + 1 < s.len && s.p[i + 1] == '*') {
        size_t end = mln_sv_find(mln_sv_sub(s, i + 2, COMMENT_MAX), MLN_SV("*/"));
        return end == SIZE_MAX ? i : i + 2 + end + 2;
    }
    if (c == '\\' && i + 1 < s.len)
        return i + 1 + (s.p[i + 1] == '0');
    return c < ' ' || (spaces && c == ' ') ? i + 1 : i;
}

size_t mln_html_loose(struct mln_sv s, struct mln_sv word, bool spaces)
{
    enum { PIECES_MAX = 48 };
    unsigned pieces = 0;
    size_t i = 0, k = 0;

    while (i < s.len && k < word.len) {
        if (mln_lower(s.p[i]) == word.p[k]) {
            i++;
            k++;
            continue;
        }
        size_t next = k && pieces++ < PIECES_MAX ? skip_piece(s, i, spaces) : i;
        if (next == i)
            return 0;
        i = next;
    }
    return k == word.len ? i : 0;
}
