#include "proxy/sniff.h"

enum {
    TLS_HANDSHAKE = 0x16,
    TLS_ALERT = 0x15,
    TLS_CLIENT_HELLO = 1,
    TLS_RECORD_MAX = 16384 + 256,
    TLS_BYTES = 6, /* as far as it is looked at */
    METHOD_MAX = 64,
};

static const struct mln_sv preface = {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24};

static enum mln_sniff sniff_tls(struct mln_sv s)
{
    const uint8_t *b = (const uint8_t *)s.p;

    if (s.len < TLS_BYTES)
        return MLN_SNIFF_MORE;
    unsigned len = (unsigned)b[3] << 8 | b[4];
    return b[1] == 3 && b[2] <= 4 && len >= 4 && len <= TLS_RECORD_MAX && b[5] == TLS_CLIENT_HELLO
               ? MLN_SNIFF_TLS
               : MLN_SNIFF_OTHER;
}

/* The part of a method name at the start. */
static size_t token_len(struct mln_sv s)
{
    size_t n = 0;

    while (n < s.len && mln_cc((unsigned char)s.p[n], MLN_CC_TCHAR))
        n++;
    return n;
}

static bool has_lower(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] >= 'a' && s.p[i] <= 'z')
            return true;
    return false;
}

/* A request line begins like a command of many a protocol: what follows the first word decides. */
static enum mln_sniff sniff_line(struct mln_sv s)
{
    size_t n = token_len(s);

    if (n == s.len)
        return n <= METHOD_MAX ? MLN_SNIFF_MORE : MLN_SNIFF_OTHER;
    if (n == 0 || n > METHOD_MAX || (s.p[n] != ' ' && s.p[n] != '\t'))
        return MLN_SNIFF_OTHER;
    struct mln_sv method = mln_sv_sub(s, 0, n), rest = mln_sv_sub(s, n, s.len);
    size_t end = mln_sv_chr(rest, '\n');
    struct mln_sv line = mln_sv_sub(rest, 0, end);
    struct mln_sv target = mln_sv_trim(line);
    if (mln_sv_ifind(line, MLN_SV("HTTP/")) != SIZE_MAX)
        return MLN_SNIFF_HTTP1;
    if (!has_lower(method) && target.len &&
        (target.p[0] == '/' || mln_sv_istarts(target, MLN_SV("http:")) ||
         mln_sv_istarts(target, MLN_SV("https:"))))
        return MLN_SNIFF_HTTP1;
    return end == SIZE_MAX ? MLN_SNIFF_MORE : MLN_SNIFF_OTHER;
}

enum mln_sniff mln_sniff(struct mln_sv s)
{
    bool full = s.len >= MLN_SNIFF_BYTES_MAX;
    size_t skipped = 0;

    if (s.len == 0)
        return MLN_SNIFF_MORE;
    if ((uint8_t)s.p[0] == TLS_HANDSHAKE)
        return sniff_tls(s);
    if (mln_sv_starts(s, preface))
        return MLN_SNIFF_HTTP2;
    if (mln_sv_starts(preface, s))
        return MLN_SNIFF_MORE;
    /* servers skip empty lines before a request, some also blanks */
    while (skipped < s.len && mln_cc((unsigned char)s.p[skipped], MLN_CC_SPACE))
        skipped++;
    enum mln_sniff kind =
        skipped == s.len ? MLN_SNIFF_MORE : sniff_line(mln_sv_sub(s, skipped, s.len));
    return kind == MLN_SNIFF_MORE && full ? MLN_SNIFF_HTTP1 : kind;
}

/* A SETTINGS frame on stream 0. */
static bool is_settings(struct mln_sv s)
{
    static const char tail[6] = {4, 0, 0, 0, 0, 0};

    for (size_t i = 3; i < s.len && i < 9; i++)
        if (i != 4 && s.p[i] != tail[i - 3])
            return false;
    return true;
}

bool mln_sniff_answer(enum mln_sniff kind, struct mln_sv s)
{
    if (s.len == 0)
        return true;
    if (kind == MLN_SNIFF_TLS)
        return (uint8_t)s.p[0] == TLS_HANDSHAKE || (uint8_t)s.p[0] == TLS_ALERT;
    if (kind == MLN_SNIFF_HTTP2)
        return is_settings(s);
    return !mln_sv_istarts(s, MLN_SV("HTTP/"));
}
