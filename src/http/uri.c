#include "http/uri.h"

#include <errno.h>

struct mln_sv mln_url_decode(struct mln_arena *a, struct mln_sv s, bool plus, uint32_t *ret_bad)
{
    size_t i = 0, n = 0;

    if (ret_bad)
        *ret_bad = 0;
    while (i < s.len && s.p[i] != '%' && !(plus && s.p[i] == '+'))
        i++;
    if (i == s.len)
        return s;
    char *out = mln_arena_alloc(a, s.len);
    if (!out)
        return MLN_SV_NULL;
    memcpy(out, s.p, i);
    for (n = i; i < s.len; i++) {
        if (s.p[i] == '+' && plus) {
            out[n++] = ' ';
            continue;
        }
        int hi = s.p[i] == '%' && i + 2 < s.len ? mln_hexval((unsigned char)s.p[i + 1]) : -1;
        int lo = hi >= 0 ? mln_hexval((unsigned char)s.p[i + 2]) : -1;
        if (lo >= 0) {
            out[n++] = (char)(hi << 4 | lo);
            i += 2;
            continue;
        }
        if (s.p[i] == '%' && ret_bad)
            (*ret_bad)++;
        out[n++] = s.p[i];
    }
    return mln_sv(out, n);
}

bool mln_query_next(struct mln_sv *rest, struct mln_sv *ret_name, struct mln_sv *ret_value)
{
    while (rest->p) {
        struct mln_sv pair = mln_sv_split(rest, '&');
        if (!pair.len)
            continue;
        *ret_value = pair;
        *ret_name = mln_sv_split(ret_value, '=');
        return true;
    }
    return false;
}

bool mln_cookie_next(struct mln_sv *rest, struct mln_sv *ret_name, struct mln_sv *ret_value)
{
    while (rest->p) {
        struct mln_sv pair = mln_sv_trim(mln_sv_split(rest, ';'));
        if (!pair.len)
            continue;
        *ret_value = pair;
        *ret_name = mln_sv_split(ret_value, '=');
        if (!ret_value->p) { /* "value" alone is a cookie without a name (RFC 6265 section 5.2) */
            *ret_value = *ret_name;
            *ret_name = mln_sv(ret_value->p, 0);
        }
        *ret_name = mln_sv_trim(*ret_name);
        *ret_value = mln_sv_trim(*ret_value);
        return true;
    }
    return false;
}

/* Length of the quoted string at the start of s, its quotes included, or s.len when it is open. */
static size_t quoted_length(struct mln_sv s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (s.p[i] == '"')
            return i + 1;
        i += s.p[i] == '\\';
    }
    return s.len;
}

/* The byte of an escape of three octal digits at s[i..], or -1. */
static int octal_byte(struct mln_sv s, size_t i)
{
    int v = 0;

    if (i + 3 > s.len || s.p[i] > '3')
        return -1;
    for (size_t k = i; k < i + 3; k++) {
        if (s.p[k] < '0' || s.p[k] > '7')
            return -1;
        v = v * 8 + (s.p[k] - '0');
    }
    return v;
}

static struct mln_sv unescape(struct mln_arena *a, struct mln_sv s)
{
    char *out = mln_arena_alloc(a, s.len + 1);
    size_t n = 0;

    if (!out)
        return s;
    for (size_t i = 0; i < s.len; i++) {
        int byte = s.p[i] == '\\' ? octal_byte(s, i + 1) : -1;
        i += byte >= 0 ? 3 : s.p[i] == '\\' && i + 1 < s.len;
        out[n++] = byte >= 0 ? (char)byte : s.p[i];
    }
    return mln_sv(out, n);
}

bool mln_cookie_next_quoted(struct mln_arena *a, struct mln_sv *rest, struct mln_sv *ret_name,
                            struct mln_sv *ret_value)
{
    while (rest->len) {
        size_t end = 0;
        while (end < rest->len && rest->p[end] != '=' && rest->p[end] != ';')
            end++;
        *ret_name = mln_sv_trim(mln_sv_sub(*rest, 0, end));
        bool pair = end < rest->len && rest->p[end] == '=';
        *rest = mln_sv_sub(*rest, end + (end < rest->len), rest->len);
        if (!pair)
            continue;
        *rest = mln_sv_trim(*rest);
        if (!rest->len || rest->p[0] != '"')
            continue; /* in "a=b=c" the value is read as a pair again: it may be quoted */
        size_t n = quoted_length(*rest);
        struct mln_sv value = mln_sv_sub(*rest, 1, n - 1 - (n > 1 && rest->p[n - 1] == '"'));
        *rest = mln_sv_sub(*rest, n, rest->len);
        if (mln_sv_chr(value, ';') == SIZE_MAX && mln_sv_chr(value, '\\') == SIZE_MAX)
            continue;
        *ret_value = unescape(a, value);
        return true;
    }
    return false;
}

/* ---- hosts ---- */

static bool is_reg_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        /* unreserved, and sub-delims that no list or address syntax uses; "_" is in real names */
        if (!mln_cc(c, MLN_CC_WORD) && !strchr("-.~!$&'()*+=", c ? c : ' '))
            return false;
    }
    return s.len > 0;
}

static bool is_ip_literal(struct mln_sv s)
{
    bool colon = false;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!mln_cc(c, MLN_CC_HEX) && c != ':' && c != '.')
            return false;
        colon = colon || c == ':';
    }
    return colon;
}

int mln_host_parse(struct mln_sv s, struct mln_sv *ret_host, uint16_t *ret_port)
{
    struct mln_sv host = s, port = MLN_SV_NULL;
    uint64_t v = 0;

    if (s.len && s.p[0] == '[') {
        size_t close = mln_sv_chr(s, ']');
        if (close == SIZE_MAX || !is_ip_literal(mln_sv_sub(s, 1, close - 1)))
            return -EINVAL;
        host = mln_sv_sub(s, 0, close + 1);
        port = mln_sv_sub(s, close + 1, s.len);
        if (port.len && port.p[0] != ':')
            return -EINVAL;
        port = port.len ? mln_sv_sub(port, 1, port.len) : MLN_SV_NULL;
    } else {
        port = s;
        host = mln_sv_split(&port, ':');
        if (!is_reg_name(host))
            return -EINVAL;
    }
    if (port.len && (mln_sv_u64(port, &v) < 0 || v == 0 || v > 65535))
        return -EINVAL;
    *ret_host = host;
    *ret_port = (uint16_t)v;
    return 0;
}

/* ---- media types ---- */

void mln_media_type_parse(struct mln_sv value, struct mln_media_type *ret)
{
    size_t semi = mln_sv_chr(value, ';');

    ret->type = mln_sv_trim(mln_sv_sub(value, 0, semi));
    ret->params = semi == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(value, semi, value.len);
}

/* The parameter value at s[i..]: a quoted string without its quotes and escapes, or up to ';'.
 * *i ends after it. */
static struct mln_sv param_value(struct mln_arena *a, struct mln_sv s, size_t *i)
{
    size_t start = *i, n = 0;

    if (start >= s.len || s.p[start] != '"') {
        while (*i < s.len && s.p[*i] != ';')
            (*i)++;
        return mln_sv_trim(mln_sv_sub(s, start, *i - start));
    }
    char *out = mln_arena_alloc(a, s.len - start);
    if (!out)
        return MLN_SV_NULL;
    for (*i = start + 1; *i < s.len && s.p[*i] != '"'; (*i)++) {
        if (s.p[*i] == '\\' && *i + 1 < s.len)
            (*i)++;
        out[n++] = s.p[*i];
    }
    while (*i < s.len && s.p[*i] != ';')
        (*i)++;
    return mln_sv(out, n);
}

struct mln_sv mln_media_param(struct mln_arena *a, struct mln_sv params, struct mln_sv name,
                              uint32_t *ret_count)
{
    struct mln_sv found = MLN_SV_NULL;
    uint32_t count = 0;

    for (size_t i = 0; i < params.len;) {
        while (i < params.len && (params.p[i] == ';' || params.p[i] == ' ' || params.p[i] == '\t'))
            i++;
        size_t start = i;
        while (i < params.len && params.p[i] != '=' && params.p[i] != ';')
            i++;
        struct mln_sv key = mln_sv_trim(mln_sv_sub(params, start, i - start));
        if (i >= params.len || params.p[i] != '=')
            continue;
        i = i + 1;
        while (i < params.len && (params.p[i] == ' ' || params.p[i] == '\t'))
            i++;
        struct mln_sv value = param_value(a, params, &i);
        if (!mln_sv_ieq(key, name))
            continue;
        if (!count++)
            found = value;
    }
    if (ret_count)
        *ret_count = count;
    return found;
}
