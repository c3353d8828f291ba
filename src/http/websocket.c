#include "http/websocket.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* ---- SHA-1 (RFC 3174), for which the protocol has a use that no attack on it concerns ---- */

struct sha1 {
    uint32_t h[5];
    uint8_t block[64];
    uint64_t len;
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static void add_block(struct sha1 *s)
{
    uint32_t w[80], a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4];

    for (unsigned i = 0; i < 16; i++)
        w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
               (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
    for (unsigned i = 16; i < 80; i++)
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    for (unsigned i = 0; i < 80; i++) {
        uint32_t f = i < 20   ? (b & c) | (~b & d)
                     : i < 40 ? b ^ c ^ d
                     : i < 60 ? (b & c) | (b & d) | (c & d)
                              : b ^ c ^ d;
        static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
        uint32_t t = rotate(a, 5) + f + e + k[i / 20] + w[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = t;
    }
    s->h[0] += a;
    s->h[1] += b;
    s->h[2] += c;
    s->h[3] += d;
    s->h[4] += e;
}

static void add(struct sha1 *s, const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s->block[s->len++ % 64] = ((const uint8_t *)p)[i];
        if (s->len % 64 == 0)
            add_block(s);
    }
}

static void finish(struct sha1 *s, uint8_t out[20])
{
    static const uint8_t one = 0x80, zero = 0;
    uint64_t bits = s->len * 8;

    add(s, &one, 1);
    while (s->len % 64 != 56)
        add(s, &zero, 1);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t byte = (uint8_t)(bits >> (56 - 8 * i));
        add(s, &byte, 1);
    }
    for (unsigned i = 0; i < 20; i++)
        out[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void mln_websocket_accept(struct mln_sv key, char out[MLN_WEBSOCKET_ACCEPT])
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct sha1 s = {.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
    uint8_t sum[21] = {0}; /* a multiple of three */

    add(&s, key.p, key.len);
    add(&s, guid, sizeof(guid) - 1);
    finish(&s, sum);
    for (unsigned i = 0; i < 7; i++) {
        uint32_t v = (uint32_t)sum[3 * i] << 16 | (uint32_t)sum[3 * i + 1] << 8 | sum[3 * i + 2];
        for (unsigned k = 0; k < 4; k++)
            out[4 * i + k] = alphabet[v >> (18 - 6 * k) & 63];
    }
    out[MLN_WEBSOCKET_ACCEPT - 1] = '=';
}

/* ---- the fields ---- */

/* The value of a field that stands there once; absent else. */
static struct mln_sv only(const struct mln_http_head *h, struct mln_sv name)
{
    struct mln_sv found = MLN_SV_NULL;

    for (uint32_t i = 0; i < h->n_fields; i++) {
        if (h->fields[i].flags & MLN_FIELD_DROPPED || !mln_sv_ieq(h->fields[i].name, name))
            continue;
        if (found.p)
            return MLN_SV_NULL;
        found = h->fields[i].value;
    }
    return found;
}

static bool names_websocket(const struct mln_http_head *h)
{
    return h->has_upgrade && mln_sv_ieq(only(h, MLN_SV("Upgrade")), MLN_SV("websocket"));
}

/* Base64 of 16 bytes: 22 signs, the last with four bits to spare, and the padding. */
static bool is_key(struct mln_sv s)
{
    if (s.len != 24 || s.p[22] != '=' || s.p[23] != '=')
        return false;
    for (size_t i = 0; i < 22; i++)
        if (!memchr(alphabet, s.p[i], sizeof(alphabet) - 1))
            return false;
    return memchr("AQgw", s.p[21], 4) != NULL;
}

bool mln_websocket_asked(const struct mln_http_head *r)
{
    return r->method == MLN_METHOD_GET && r->minor == 1 && r->framing == MLN_FRAMING_NONE &&
           !r->has_content_length && !r->expect_continue && names_websocket(r) &&
           mln_sv_eq(only(r, MLN_SV("Sec-WebSocket-Version")), MLN_SV("13")) &&
           is_key(only(r, MLN_SV("Sec-WebSocket-Key")));
}

bool mln_websocket_granted(const struct mln_http_head *request, const struct mln_http_head *answer)
{
    char want[MLN_WEBSOCKET_ACCEPT];

    if (answer->status != 101 || !names_websocket(answer))
        return false;
    mln_websocket_accept(only(request, MLN_SV("Sec-WebSocket-Key")), want);
    return mln_sv_eq(only(answer, MLN_SV("Sec-WebSocket-Accept")), mln_sv(want, sizeof(want)));
}
