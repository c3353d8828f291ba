#include "base/buf.h"

#include <stdarg.h>

#include "base/utf8.h"

void mln_buf_done(struct mln_buf *b)
{
    free(b->p);
    *b = (struct mln_buf){.limit_bytes = b->limit_bytes};
}

void mln_buf_clear(struct mln_buf *b)
{
    b->len = 0;
    b->failed = false;
}

char *mln_buf_reserve(struct mln_buf *b, size_t n)
{
    size_t limit = b->limit_bytes ? b->limit_bytes : SIZE_MAX / 2;

    if (b->failed)
        return NULL;
    if (b->p && b->cap - b->len >= n && b->len + n <= limit)
        return b->p + b->len;
    if (n > limit || b->len > limit - n) {
        b->failed = true;
        return NULL;
    }
    size_t cap = MLN_MAX(b->cap + b->cap / 2, b->len + n);
    cap = MLN_MAX(cap, (size_t)256);
    cap = MLN_MAX(MLN_MIN(cap, limit), b->len + n);
    char *p = realloc(b->p, cap);
    if (!p) {
        b->failed = true;
        return NULL;
    }
    b->p = p;
    b->cap = cap;
    return p + b->len;
}

void mln_buf_add(struct mln_buf *b, const void *p, size_t n)
{
    char *to = mln_buf_reserve(b, n);

    if (to && n) {
        memcpy(to, p, n);
        b->len += n;
    }
}

void mln_buf_add_sv(struct mln_buf *b, struct mln_sv s)
{
    mln_buf_add(b, s.p, s.len);
}

void mln_buf_add_str(struct mln_buf *b, const char *s)
{
    mln_buf_add(b, s, strlen(s));
}

void mln_buf_add_char(struct mln_buf *b, char c)
{
    mln_buf_add(b, &c, 1);
}

void mln_buf_add_u64(struct mln_buf *b, uint64_t v)
{
    char tmp[20];
    size_t i = sizeof(tmp);

    do {
        tmp[--i] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    mln_buf_add(b, tmp + i, sizeof(tmp) - i);
}

void mln_buf_addf(struct mln_buf *b, const char *fmt, ...)
{
    va_list ap;
    size_t room = b->failed ? 0 : b->cap - b->len;

    va_start(ap, fmt);
    int n = vsnprintf(room ? b->p + b->len : NULL, room, fmt, ap);
    va_end(ap);
    char *to = n < 0 ? NULL : mln_buf_reserve(b, (size_t)n + 1);
    if (!to)
        return;
    if ((size_t)n >= room) { /* it did not fit in what was there */
        va_start(ap, fmt);
        (void)vsnprintf(to, (size_t)n + 1, fmt, ap);
        va_end(ap);
    }
    b->len += (size_t)n;
}

void mln_buf_consume(struct mln_buf *b, size_t n)
{
    if (n >= b->len) {
        b->len = 0;
        return;
    }
    memmove(b->p, b->p + n, b->len - n);
    b->len -= n;
}

static void add_json_escape(struct mln_buf *b, uint32_t cp)
{
    switch (cp) {
    case '\n':
        mln_buf_add(b, "\\n", 2);
        break;
    case '\r':
        mln_buf_add(b, "\\r", 2);
        break;
    case '\t':
        mln_buf_add(b, "\\t", 2);
        break;
    default:
        mln_buf_addf(b, "\\u%04x", (unsigned)cp);
    }
}

static bool is_json_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void mln_buf_add_json(struct mln_buf *b, struct mln_sv s)
{
    size_t i = 0;

    mln_buf_add_char(b, '"');
    while (i < s.len) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\') {
            char esc[2] = {'\\', (char)c};
            mln_buf_add(b, esc, 2);
            i++;
            continue;
        }
        if (is_json_plain(c)) {
            size_t from = i;
            while (i < s.len && is_json_plain((unsigned char)s.p[i]))
                i++;
            mln_buf_add(b, s.p + from, i - from);
            continue;
        }
        uint32_t cp;
        size_t n = mln_utf8_decode(mln_sv_sub(s, i, 4), &cp);
        if (n == 0) {
            add_json_escape(b, c);
            i++;
        } else if (mln_utf8_is_control(cp)) {
            add_json_escape(b, cp);
            i += n;
        } else {
            mln_buf_add(b, s.p + i, n);
            i += n;
        }
    }
    mln_buf_add_char(b, '"');
}

void mln_buf_add_html(struct mln_buf *b, struct mln_sv s)
{
    size_t i = 0;

    while (i < s.len) {
        uint32_t cp;
        size_t n = mln_utf8_decode(mln_sv_sub(s, i, 4), &cp);
        if (n == 0 || (mln_utf8_is_control(cp) && cp != '\t' && cp != '\n'))
            mln_buf_add_str(b, "\xef\xbf\xbd");
        else if (cp == '&')
            mln_buf_add_str(b, "&amp;");
        else if (cp == '<')
            mln_buf_add_str(b, "&lt;");
        else if (cp == '>')
            mln_buf_add_str(b, "&gt;");
        else if (cp == '"')
            mln_buf_add_str(b, "&quot;");
        else if (cp == '\'')
            mln_buf_add_str(b, "&#39;");
        else
            mln_buf_add(b, s.p + i, n);
        i += n ? n : 1;
    }
}
