/* A complete request head, checked against RFC 9110, 9112 and 3986. */
#include <errno.h>

#include "http/h1_priv.h"
#include "http/uri.h"

struct start_line {
    struct mln_sv method, target;
    uint8_t minor;
};

/* "METHOD SP target SP HTTP/1.x", single spaces, nothing else. */
static int parse_start_line(const char *buf, size_t at, size_t eol, struct start_line *ret,
                            struct mln_http_fault *reterr)
{
    struct mln_sv line = mln_sv(buf + at, eol - at);
    size_t sp = mln_sv_chr(line, ' ');

    if (sp == SIZE_MAX)
        return mln_h1_fault(reterr, MLN_FAULT_REQUEST_LINE, at);
    ret->method = mln_sv_sub(line, 0, sp);
    for (size_t i = 0; i < sp; i++)
        if (!mln_cc((unsigned char)line.p[i], MLN_CC_TCHAR))
            return mln_h1_fault(reterr, MLN_FAULT_METHOD, at + i);
    struct mln_sv rest = mln_sv_sub(line, sp + 1, line.len);
    size_t sp2 = mln_sv_chr(rest, ' ');
    if (sp2 == SIZE_MAX)
        return mln_h1_fault(reterr, MLN_FAULT_VERSION, eol);
    ret->target = mln_sv_sub(rest, 0, sp2);
    struct mln_sv version = mln_sv_sub(rest, sp2 + 1, rest.len);
    if (!mln_sv_eq(version, MLN_SV("HTTP/1.1")) && !mln_sv_eq(version, MLN_SV("HTTP/1.0")))
        return mln_h1_fault(reterr,
                            mln_sv_starts(version, MLN_SV("HTTP/")) && version.len == 8
                                ? MLN_FAULT_VERSION
                                : MLN_FAULT_REQUEST_LINE,
                            at + sp + sp2 + 2);
    ret->minor = (uint8_t)(version.p[7] - '0');
    if (!ret->target.len || memchr(ret->target.p, '\t', ret->target.len))
        return mln_h1_fault(reterr, MLN_FAULT_TARGET, at + sp + 1);
    return 0;
}

/* Bytes that RFC 3986 forbids in a target and that browsers send all the same. */
static bool wants_escape(unsigned char c)
{
    static const bool odd[128] = {
        ['{'] = true, ['}'] = true, ['|'] = true, ['^'] = true, ['\\'] = true,
        ['"'] = true, ['<'] = true, ['>'] = true, ['`'] = true,
    };
    return c >= 0x80 || odd[c];
}

static int escape_target(struct mln_http_head *h, struct mln_arena *arena)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t odd = 0, n = 0;

    for (size_t i = 0; i < h->target.len; i++)
        odd += wants_escape((unsigned char)h->target.p[i]);
    if (!odd)
        return 0;
    h->odd |= MLN_ODD_TARGET_ESCAPED;
    char *p = mln_arena_alloc(arena, h->target.len + 2 * odd);
    if (!p)
        return -ENOMEM;
    for (size_t i = 0; i < h->target.len; i++) {
        unsigned char c = (unsigned char)h->target.p[i];
        if (!wants_escape(c)) {
            p[n++] = (char)c;
            continue;
        }
        p[n++] = '%';
        p[n++] = hex[c >> 4];
        p[n++] = hex[c & 15];
    }
    h->target = mln_sv(p, n);
    return 0;
}

/* The byte of an escape "%xx" at s[i..], or -1. */
static int escaped_byte(struct mln_sv s, size_t i)
{
    if (i + 2 >= s.len || s.p[i] != '%')
        return -1;
    int hi = mln_hexval((unsigned char)s.p[i + 1]), lo = mln_hexval((unsigned char)s.p[i + 2]);
    return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

/* A lead byte with the lowest continuation byte that is not overlong after it (RFC 3629 section 3
 * and the five- and six-byte forms of before). Without such a byte behind them 0xe0 and up are
 * letters of Latin-1; 0xc0 and 0xc1 stay refused, as some decoders take any byte after them. */
static bool is_overlong(int lead, int next)
{
    switch (lead) {
    case 0xc0:
    case 0xc1:
        return true;
    case 0xe0:
        return next >= 0x80 && next < 0xa0;
    case 0xf0:
        return next >= 0x80 && next < 0x90;
    case 0xf8:
        return next >= 0x80 && next < 0x88;
    case 0xfc:
        return next >= 0x80 && next < 0x84;
    default:
        return false;
    }
}

/* Escapes of the path: whole, no NUL, no overlong form that decodes to ASCII. */
static int check_path(struct mln_sv path, struct mln_http_fault *reterr)
{
    for (size_t i = 0; i < path.len; i++) {
        if (path.p[i] != '%')
            continue;
        int c = escaped_byte(path, i);
        if (c < 0)
            return mln_h1_fault(reterr, MLN_FAULT_ESCAPE, i);
        if (c == 0)
            return mln_h1_fault(reterr, MLN_FAULT_ENCODED_NUL, i);
        if (is_overlong(c, escaped_byte(path, i + 3)))
            return mln_h1_fault(reterr, MLN_FAULT_OVERLONG, i);
        i += 2;
    }
    return 0;
}

static void split_target(struct mln_http_head *h)
{
    size_t q = mln_sv_chr(h->target, '?');

    h->path = mln_sv_sub(h->target, 0, q);
    h->query = q == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(h->target, q + 1, h->target.len);
}

/* "http://host[:port]/path" → authority and origin-form. */
static int read_absolute_form(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    size_t sep = mln_sv_find(h->target, MLN_SV("://"));
    struct mln_sv scheme = mln_sv_sub(h->target, 0, sep);

    if (sep == SIZE_MAX ||
        (!mln_sv_ieq(scheme, MLN_SV("http")) && !mln_sv_ieq(scheme, MLN_SV("https"))))
        return mln_h1_fault(reterr, MLN_FAULT_TARGET_FORM, 0);
    struct mln_sv rest = mln_sv_sub(h->target, sep + 3, h->target.len);
    size_t end = 0;
    while (end < rest.len && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    h->scheme = scheme;
    h->authority = mln_sv_sub(rest, 0, end);
    h->target = mln_sv_sub(rest, end, rest.len);
    if (!h->target.len) /* OPTIONS of the whole server: RFC 9112 section 3.2.4 */
        h->target = h->method == MLN_METHOD_OPTIONS ? MLN_SV("*") : MLN_SV("/");
    h->odd |= MLN_ODD_ABSOLUTE_FORM;
    return h->target.p[0] != '?' ? 0 : mln_h1_fault(reterr, MLN_FAULT_TARGET, 0);
}

static int read_target(struct mln_http_head *h, struct mln_arena *arena,
                       struct mln_http_fault *reterr)
{
    int r = 0;

    if (mln_sv_chr(h->target, '#') != SIZE_MAX)
        return mln_h1_fault(reterr, MLN_FAULT_TARGET, 0);
    if (h->method == MLN_METHOD_CONNECT)
        return mln_h1_fault(reterr, MLN_FAULT_CONNECT, 0);
    if (mln_sv_eq(h->target, MLN_SV("*"))) {
        h->path = h->target;
        return h->method == MLN_METHOD_OPTIONS ? 0 : mln_h1_fault(reterr, MLN_FAULT_TARGET_FORM, 0);
    }
    if (h->target.p[0] != '/')
        r = read_absolute_form(h, reterr);
    if (r == 0)
        r = escape_target(h, arena);
    if (r < 0)
        return r;
    split_target(h);
    return check_path(h->path, reterr);
}

/* "host" and "host:80" are one address for http. */
static bool same_authority(struct mln_sv a, struct mln_sv b, uint16_t default_port)
{
    struct mln_sv ha, hb;
    uint16_t pa, pb;

    if (mln_host_parse(a, &ha, &pa) < 0 || mln_host_parse(b, &hb, &pb) < 0)
        return false;
    return mln_sv_ieq(ha, hb) && (pa ? pa : default_port) == (pb ? pb : default_port);
}

static int check_host(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    struct mln_sv host = MLN_SV_NULL, name;
    uint16_t port;

    for (uint32_t i = 0; i < h->n_fields; i++) {
        if (h->fields[i].id != MLN_NAME_HOST)
            continue;
        if (host.p)
            return mln_h1_fault(reterr, MLN_FAULT_MANY_HOSTS, 0);
        host = h->fields[i].value;
    }
    if (!host.p && h->minor != 0)
        return mln_h1_fault(reterr, MLN_FAULT_NO_HOST, 0);
    if (!host.p) /* what is written as Host then comes from the absolute target, or is empty */
        host = h->authority;
    if (!host.p)
        return 0;
    if (mln_host_parse(host, &name, &port) < 0)
        return mln_h1_fault(reterr, MLN_FAULT_BAD_HOST, 0);
    uint16_t default_port = mln_sv_ieq(h->scheme, MLN_SV("https")) ? 443 : 80;
    if (h->authority.p && !same_authority(host, h->authority, default_port))
        return mln_h1_fault(reterr, MLN_FAULT_HOST_MISMATCH, 0);
    h->authority = host;
    return 0;
}

static int read_framing(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    int chunked = mln_h1_read_codings(h, reterr);

    if (chunked < 0)
        return chunked;
    int r = mln_h1_read_length(h, reterr);
    if (r < 0)
        return r;
    if (chunked && h->has_content_length)
        return mln_h1_fault(reterr, MLN_FAULT_TE_AND_CL, 0);
    if (chunked && h->minor == 0)
        return mln_h1_fault(reterr, MLN_FAULT_TE_HTTP10, 0);
    if (chunked)
        h->framing = MLN_FRAMING_CHUNKED;
    else if (h->content_length)
        h->framing = MLN_FRAMING_LENGTH;
    if (h->framing == MLN_FRAMING_NONE)
        return 0;
    switch (mln_http_method_nocase(h->method_name)) {
    case MLN_METHOD_TRACE:
        return mln_h1_fault(reterr, MLN_FAULT_TRACE_BODY, 0);
    case MLN_METHOD_GET:
    case MLN_METHOD_HEAD:
    case MLN_METHOD_DELETE:
    case MLN_METHOD_OPTIONS:
        h->odd |= MLN_ODD_BODY_ON_BODILESS;
        return 0;
    default:
        return 0;
    }
}

/* Two types for one body: each reader would take another one. */
static int check_singletons(const struct mln_http_head *h, struct mln_http_fault *reterr)
{
    uint32_t iter = 0;

    (void)mln_http_field_next(h, MLN_NAME_CONTENT_TYPE, &iter);
    return mln_http_field_next(h, MLN_NAME_CONTENT_TYPE, &iter)
               ? mln_h1_fault(reterr, MLN_FAULT_DUPLICATE_FIELD, 0)
               : 0;
}

static int read_expect(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    uint32_t iter = 0;
    const struct mln_http_field *f;

    while ((f = mln_http_field_next(h, MLN_NAME_EXPECT, &iter))) {
        if (!mln_sv_ieq(f->value, MLN_SV("100-continue")))
            return mln_h1_fault(reterr, MLN_FAULT_EXPECTATION, 0);
        h->expect_continue = h->minor == 1 && h->framing != MLN_FRAMING_NONE;
    }
    return 0;
}

int mln_h1_parse_request(const char *buf, size_t head_len, const struct mln_h1_limits *limits,
                         struct mln_arena *arena, struct mln_http_head *ret,
                         struct mln_http_fault *reterr)
{
    struct mln_http_head h = {0};
    struct start_line line;
    size_t at = buf[0] == '\r' ? 2 : 0;
    const char *cr = memchr(buf + at, '\r', head_len - at);

    if (MLN_UNEXPECTED(!cr || head_len < 4))
        return mln_h1_fault(reterr, MLN_FAULT_REQUEST_LINE, 0);
    int r = parse_start_line(buf, at, (size_t)(cr - buf), &line, reterr);
    if (r < 0)
        return r;
    if (line.target.len > limits->target_bytes)
        return mln_h1_fault(reterr, MLN_FAULT_TARGET_TOO_LONG, at);
    h.odd = (at ? MLN_ODD_LEADING_CRLF : 0) | (line.minor == 0 ? MLN_ODD_HTTP10 : 0);
    h.method_name = line.method;
    h.method = (uint8_t)mln_http_method_id(line.method);
    h.minor = line.minor;
    h.target = h.target_raw = line.target;
    r = mln_h1_parse_fields(buf, (size_t)(cr - buf) + 2, head_len - 2, false, limits, arena,
                            &h.fields, &h.n_fields, &h.odd, reterr);
    if (r == 0)
        r = read_target(&h, arena, reterr);
    if (r == 0)
        r = check_host(&h, reterr);
    if (r == 0)
        r = read_framing(&h, reterr);
    if (r == 0)
        r = read_expect(&h, reterr);
    if (r == 0)
        r = check_singletons(&h, reterr);
    if (r < 0)
        return r;
    mln_h1_connection(&h);
    *ret = h;
    return 0;
}
