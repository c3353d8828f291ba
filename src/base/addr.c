#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>

static const uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

int mln_addr_parse(struct mln_sv s, struct mln_addr *ret)
{
    char text[MLN_ADDR_TEXT];
    struct mln_addr a;

    if (s.len == 0 || s.len >= sizeof(text) || memchr(s.p, '\0', s.len))
        return -EINVAL;
    memcpy(text, s.p, s.len);
    text[s.len] = '\0';
    if (inet_pton(AF_INET, text, a.b + 12) == 1)
        memcpy(a.b, v4_mapped, sizeof(v4_mapped));
    else if (inet_pton(AF_INET6, text, a.b) != 1)
        return -EINVAL;
    *ret = a;
    return 0;
}

bool mln_addr_is_v4(const struct mln_addr *a)
{
    return memcmp(a->b, v4_mapped, sizeof(v4_mapped)) == 0;
}

bool mln_addr_eq(const struct mln_addr *a, const struct mln_addr *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

const char *mln_addr_format(const struct mln_addr *a, char out[MLN_ADDR_TEXT])
{
    const char *r = mln_addr_is_v4(a) ? inet_ntop(AF_INET, a->b + 12, out, MLN_ADDR_TEXT)
                                      : inet_ntop(AF_INET6, a->b, out, MLN_ADDR_TEXT);
    if (!r)
        out[0] = '\0';
    return out;
}

bool mln_prefix_has(const struct mln_prefix *p, const struct mln_addr *a)
{
    unsigned bytes = p->bits / 8, rest = p->bits % 8;

    if (memcmp(p->addr.b, a->b, bytes) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xff00u >> rest);
    return (p->addr.b[bytes] & mask) == (a->b[bytes] & mask);
}

int mln_prefix_parse(struct mln_sv s, struct mln_prefix *ret)
{
    struct mln_prefix p;
    struct mln_sv rest = s;
    struct mln_sv host = mln_sv_split(&rest, '/');

    if (mln_addr_parse(host, &p.addr) < 0)
        return -EINVAL;
    bool dotted = mln_addr_is_v4(&p.addr) && mln_sv_chr(host, ':') == SIZE_MAX;
    uint64_t bits = dotted ? 32 : 128;
    if (rest.p && (mln_sv_u64(rest, &bits) < 0 || bits > (dotted ? 32 : 128)))
        return -EINVAL;
    p.bits = (uint8_t)(dotted ? bits + 96 : bits);
    struct mln_addr clipped = {{0}};
    memcpy(clipped.b, p.addr.b, p.bits / 8);
    if (p.bits % 8)
        clipped.b[p.bits / 8] = p.addr.b[p.bits / 8] & (uint8_t)(0xff00u >> (p.bits % 8));
    if (!mln_addr_eq(&clipped, &p.addr))
        return -EINVAL;
    *ret = p;
    return 0;
}

int mln_addr_port_parse(struct mln_sv s, struct mln_addr *ret, uint16_t *ret_port)
{
    struct mln_addr a = {{0}};
    size_t colon = SIZE_MAX;
    uint64_t port;

    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == ':')
            colon = i;
    if (colon == SIZE_MAX || mln_sv_u64(mln_sv_sub(s, colon + 1, s.len), &port) < 0 || port > 65535)
        return -EINVAL;
    struct mln_sv host = mln_sv_sub(s, 0, colon);
    if (host.len >= 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
        host = mln_sv_sub(host, 1, host.len - 2);
    else if (mln_sv_chr(host, ':') != SIZE_MAX)
        return -EINVAL;
    if (host.len && mln_addr_parse(host, &a) < 0)
        return -EINVAL;
    *ret = a;
    *ret_port = (uint16_t)port;
    return 0;
}

const char *mln_addr_port_format(const struct mln_addr *a, uint16_t port,
                                 char out[MLN_ADDR_PORT_TEXT])
{
    char ip[MLN_ADDR_TEXT];

    (void)snprintf(out, MLN_ADDR_PORT_TEXT,
                   strchr(mln_addr_format(a, ip), ':') ? "[%s]:%u" : "%s:%u", ip, port);
    return out;
}

/* What a translator makes an IPv4 address of (RFC 6052), as that address. */
static struct mln_addr translated(const struct mln_addr *a)
{
    static const uint8_t well_known[12] = {0, 0x64, 0xff, 0x9b};
    struct mln_addr v4 = *a;

    if (memcmp(a->b, well_known, sizeof(well_known)) == 0)
        memcpy(v4.b, v4_mapped, sizeof(v4_mapped));
    return v4;
}

bool mln_addr_is_private(const struct mln_addr *addr)
{
    const struct mln_addr inner = translated(addr), *a = &inner;
    static const struct {
        uint8_t b[4], bits;
    } nets[] = {
        {{0}, 8},         {{10}, 8},       {{100, 64}, 10},  {{127}, 8},
        {{169, 254}, 16}, {{172, 16}, 12}, {{192, 168}, 16},
    };

    if (!mln_addr_is_v4(a)) {
        static const uint8_t zero[15] = {0};
        return (a->b[0] & 0xfe) == 0xfc || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80) ||
               (memcmp(a->b, zero, sizeof(zero)) == 0 && a->b[15] <= 1);
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(nets); i++) {
        struct mln_prefix p = {.addr = {{[10] = 0xff, [11] = 0xff}},
                               .bits = (uint8_t)(96 + nets[i].bits)};
        memcpy(p.addr.b + 12, nets[i].b, 4);
        if (mln_prefix_has(&p, a))
            return true;
    }
    return false;
}
