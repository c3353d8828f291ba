#include "engine/path_token.h"

#define P true
#define X8(v) v, v, v, v, v, v, v, v
/* clang-format off */
const bool mln_path_plain[256] = {
    X8(P), X8(P), X8(P), X8(P),
    /*  !"#$%&' */ P, P, P, P, P, 0, P, P, /* ()*+,-./ */ P, P, P, P, P, P, 0, 0,
    /* 01234567 */ 0, P, P, P, P, P, P, P, /* 89:;<=>? */ X8(P),
    X8(P), X8(P), X8(P), /* XYZ[\]^_ */ P, P, P, P, 0, P, P, P,
    X8(P), X8(P), X8(P), X8(P),
    X8(P), X8(P), X8(P), X8(P), X8(P), X8(P), X8(P), X8(P),
    /* c0 c1 */ 0, 0, P, P, P, P, P, P, X8(P), X8(P), X8(P),
    /* e0 */ 0, P, P, P, P, P, P, P, X8(P), /* f0 */ 0, P, P, P, P, P, P, P,
    /* f8 */ 0, P, P, P, /* fc */ 0, P, P, P,
};
/* clang-format on */
#undef P
#undef X8

static const struct {
    const char *text; /* lower case */
    uint8_t kind;
} literals[] = {
    {"%2e", MLN_PATH_DOT},    {"%2f", MLN_PATH_SEP},    {"%5c", MLN_PATH_SEP},
    {"%2%e", MLN_PATH_DOT},   {"%2%f", MLN_PATH_SEP},   {"%5%c", MLN_PATH_SEP},
    {"%uff0e", MLN_PATH_DOT}, {"%u002e", MLN_PATH_DOT}, {"%u2024", MLN_PATH_DOT},
    {"%u2215", MLN_PATH_SEP}, {"%u2216", MLN_PATH_SEP}, {"%u2044", MLN_PATH_SEP},
    {"%u002f", MLN_PATH_SEP}, {"%u005c", MLN_PATH_SEP}, {"%uff0f", MLN_PATH_SEP},
    {"%uff3c", MLN_PATH_SEP}, {"%uefc8", MLN_PATH_SEP}, {"%uf025", MLN_PATH_SEP},
    {"%bg%qf", MLN_PATH_SEP}, {"%252e", MLN_PATH_DOT},  {"%252f", MLN_PATH_SEP},
    {"%255c", MLN_PATH_SEP},  {"0x2e", MLN_PATH_DOT},   {"0x2f", MLN_PATH_SEP},
    {"0x5c", MLN_PATH_SEP},
};

static bool literal_at(const uint8_t *p, size_t n, const char *text)
{
    for (size_t i = 0; text[i]; i++)
        if (i == n || mln_lower((char)p[i]) != text[i])
            return false;
    return true;
}

/* By its second byte and the third: most escapes are of other bytes. */
static bool may_be_literal(const uint8_t *p, size_t n)
{
    if (n < 3)
        return false;
    switch (p[1]) {
    case '2':
        return memchr("eEfF5%", p[2], 6);
    case '5':
        return memchr("cC%", p[2], 3);
    default:
        return memchr("uUbBxX", p[1], 6);
    }
}

static struct mln_path_token literal_token(const uint8_t *p, size_t n)
{
    if (!may_be_literal(p, n))
        return (struct mln_path_token){MLN_PATH_CHAR, 1, false};
    for (size_t k = 0; k < MLN_ARRAY_LEN(literals); k++)
        if (literals[k].text[0] == (char)p[0] && literal_at(p, n, literals[k].text))
            return (struct mln_path_token){literals[k].kind, (uint8_t)strlen(literals[k].text),
                                           true};
    return (struct mln_path_token){MLN_PATH_CHAR, 1, false};
}

/* A byte, or the byte that the escape here names. *ret_len is 0 at the end of input. */
static unsigned byte_or_escape(const uint8_t *p, size_t n, size_t *ret_len)
{
    if (n >= 3 && p[0] == '%' && mln_hexval(p[1]) >= 0 && mln_hexval(p[2]) >= 0) {
        *ret_len = 3;
        return (unsigned)(mln_hexval(p[1]) << 4 | mln_hexval(p[2]));
    }
    *ret_len = n ? 1 : 0;
    return n ? p[0] : 0;
}

/* Second halves of two-byte forms that six low bits do not explain. */
static uint8_t broken_pair(unsigned lead, const uint8_t *p, size_t n, size_t *ret_len)
{
    unsigned c = byte_or_escape(p, n, ret_len);

    if (lead == 0xc0 && (c == 0x5e || c == 0xfe))
        return MLN_PATH_DOT;
    if ((lead == 0xc0 && c == 0x5c) || (lead == 0xc1 && c == 0xaf))
        return MLN_PATH_SEP;
    *ret_len = 3;
    if (literal_at(p, n, "%9v") || literal_at(p, n, "%qf") || literal_at(p, n, "%8s") ||
        literal_at(p, n, "%pc"))
        return MLN_PATH_SEP;
    return MLN_PATH_CHAR;
}

/* Overlong UTF-8 whose continuation bytes are read laxly. */
static struct mln_path_token overlong_token(const uint8_t *p, size_t n)
{
    struct mln_path_token none = {MLN_PATH_CHAR, 1, false};
    size_t at, len;
    unsigned lead = byte_or_escape(p, n, &at);
    unsigned more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf8 ? 3 : lead < 0xfc ? 4 : 5;
    uint32_t cp = lead == 0xc1 ? 1 : 0;

    if (more == 1) {
        uint8_t kind = broken_pair(lead, p + at, n - at, &len);
        if (kind != MLN_PATH_CHAR)
            return (struct mln_path_token){kind, (uint8_t)(at + len), true};
    }
    for (unsigned i = 0; i < more; i++) {
        cp = cp << 6 | (byte_or_escape(p + at, n - at, &len) & 0x3f);
        if (len == 0)
            return none;
        at += len;
    }
    if (cp == '.')
        return (struct mln_path_token){MLN_PATH_DOT, (uint8_t)at, true};
    if (cp == '/' || cp == '\\')
        return (struct mln_path_token){MLN_PATH_SEP, (uint8_t)at, true};
    return none;
}

struct mln_path_token mln_path_token(const uint8_t *p, size_t n)
{
    size_t len;

    if (p[0] == '.')
        return (struct mln_path_token){MLN_PATH_DOT, 1, false};
    if (p[0] == '/' || p[0] == '\\')
        return (struct mln_path_token){MLN_PATH_SEP, 1, false};
    if (mln_path_plain[p[0]])
        return (struct mln_path_token){MLN_PATH_CHAR, 1, false};
    if (p[0] == '0' && (n < 4 || (p[1] | 0x20) != 'x'))
        return (struct mln_path_token){MLN_PATH_CHAR, 1, false};
    unsigned c = byte_or_escape(p, n, &len);
    if (c == 0xc0 || c == 0xc1 || c == 0xe0 || c == 0xf0 || c == 0xf8 || c == 0xfc)
        return overlong_token(p, n);
    return literal_token(p, n);
}
