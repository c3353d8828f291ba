#include "proxy/proxy_header.h"

#include <errno.h>

enum {
    LINE_MAX_V1 = 107, /* with CR LF */
    HEAD_V2 = 16,      /* signature, version and command, family, length */
};
enum command { LOCAL = 0x20, PROXY = 0x21 };
enum family { UNSPEC = 0x00, TCP4 = 0x11, TCP6 = 0x21, UNIX_STREAM = 0x31 };

static const struct mln_sv word = {"PROXY ", 6};
static const struct mln_sv signature = {"\r\n\r\n\0\r\nQUIT\n", 12};

/* Whether the bytes are the beginning of `whole`, or begin with it. */
static bool fits(struct mln_sv in, struct mln_sv whole)
{
    return memcmp(in.p, whole.p, MLN_MIN(in.len, whole.len)) == 0;
}

/* ---- version 1: a line of text ---- */

static bool parse_port(struct mln_sv s, uint16_t *ret)
{
    uint64_t port;

    if (s.len == 0 || s.len > 5 || (s.len > 1 && s.p[0] == '0') || mln_sv_u64(s, &port) < 0 ||
        port > UINT16_MAX)
        return false;
    *ret = (uint16_t)port;
    return true;
}

static bool parse_address(struct mln_sv s, bool v6, struct mln_addr *ret)
{
    return s.len && (mln_sv_chr(s, ':') != SIZE_MAX) == v6 && mln_addr_parse(s, ret) == 0;
}

/* "TCP4 203.0.113.7 192.0.2.1 4711 443", one space between each. */
static bool parse_line(struct mln_sv line, struct mln_proxy_header *ret)
{
    struct mln_sv family = mln_sv_split(&line, ' ');
    struct mln_sv from = mln_sv_split(&line, ' '), to = mln_sv_split(&line, ' ');
    struct mln_sv from_port = mln_sv_split(&line, ' '), to_port = line;
    bool v6 = mln_sv_eq(family, MLN_SV("TCP6"));
    struct mln_addr there;
    uint16_t port;

    if (mln_sv_eq(family, MLN_SV("UNKNOWN"))) /* whatever follows is not to be looked at */
        return true;
    if ((!v6 && !mln_sv_eq(family, MLN_SV("TCP4"))) || !parse_address(to, v6, &there) ||
        !parse_port(to_port, &port) || !parse_address(from, v6, &ret->client) ||
        !parse_port(from_port, &ret->client_port))
        return false;
    ret->known = true;
    return true;
}

static int read_v1(struct mln_sv in, struct mln_proxy_header *ret)
{
    struct mln_sv line = mln_sv_sub(in, 0, LINE_MAX_V1);
    size_t end = mln_sv_chr(line, '\n');

    ret->version = 1;
    if (end == SIZE_MAX)
        return line.len < LINE_MAX_V1 ? 0 : -EPROTO;
    if (line.p[end - 1] != '\r' || !parse_line(mln_sv_sub(line, word.len, end - 1 - word.len), ret))
        return -EPROTO;
    return (int)end + 1;
}

/* ---- version 2: binary ---- */

static unsigned read_u16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* The addresses of both ends, then their ports. */
static void read_v4(const uint8_t *p, struct mln_proxy_header *ret)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    memcpy(ret->client.b, mapped, sizeof(mapped));
    memcpy(ret->client.b + sizeof(mapped), p, 4);
    ret->client_port = (uint16_t)read_u16(p + 8);
    ret->known = true;
}

static void read_v6(const uint8_t *p, struct mln_proxy_header *ret)
{
    memcpy(ret->client.b, p, 16);
    ret->client_port = (uint16_t)read_u16(p + 32);
    ret->known = true;
}

/* Bytes that addresses of the family take; -1: no family for a connection of TCP. */
static int address_bytes(uint8_t family)
{
    switch (family) {
    case UNSPEC:
        return 0;
    case TCP4:
        return 12;
    case TCP6:
        return 36;
    case UNIX_STREAM:
        return 216;
    default:
        return -1;
    }
}

static int read_v2(struct mln_sv in, struct mln_proxy_header *ret)
{
    const uint8_t *p = (const uint8_t *)in.p;

    ret->version = 2;
    if (in.len > 12 && p[12] != LOCAL && p[12] != PROXY)
        return -EPROTO;
    if (in.len > 13 && address_bytes(p[13]) < 0)
        return -EPROTO;
    if (in.len < HEAD_V2)
        return 0;
    unsigned more = read_u16(p + 14);
    if (more > MLN_PROXY_HEADER_MAX - HEAD_V2 ||
        (p[12] == PROXY && more < (unsigned)address_bytes(p[13])))
        return -EPROTO;
    if (in.len < HEAD_V2 + more)
        return 0;
    if (p[12] == PROXY && p[13] == TCP4)
        read_v4(p + HEAD_V2, ret);
    else if (p[12] == PROXY && p[13] == TCP6)
        read_v6(p + HEAD_V2, ret);
    return (int)(HEAD_V2 + more);
}

int mln_proxy_header(struct mln_sv in, struct mln_proxy_header *ret)
{
    *ret = (struct mln_proxy_header){.known = false};
    if (in.len == 0)
        return 0;
    bool v1 = fits(in, word);
    if (!v1 && !fits(in, signature))
        return -EPROTO;
    if (in.len < (v1 ? word.len : signature.len))
        return 0;
    int n = v1 ? read_v1(in, ret) : read_v2(in, ret);
    if (n < 0)
        *ret = (struct mln_proxy_header){.known = false};
    return n;
}
