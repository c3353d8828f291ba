/* Headers of PROXY protocol, whole, cut at every byte, and what is nearly one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "proxy/proxy_header.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define BYTES(s)                                                                                   \
    {                                                                                              \
        (s), sizeof(s) - 1                                                                         \
    }
#define V4_ENDS "\xcb\x00\x71\x07\xc0\x00\x02\x01\x12\x67\x01\xbb"
#define A16 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define V6_ENDS A16 A16 "\x12\x67\x01\xbb"
#define TEN "0123456789"
#define UNIX_ENDS                                                                                  \
    TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "012345"

struct good {
    struct mln_sv bytes;
    int version;
    const char *client; /* NULL: not told */
    int port;
};

static const struct good goods[] = {
    {BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n"), 1, "203.0.113.7", 4711},
    {BYTES("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), 1, "255.255.255.255",
     65535},
    {BYTES("PROXY TCP6 2001:db8::1 2001:db8::2 4711 0\r\n"), 1, "2001:db8::1", 4711},
    {BYTES("PROXY UNKNOWN\r\n"), 1, NULL, 0},
    {BYTES("PROXY UNKNOWN ffff:f...f:ffff what ever 1\r\n"), 1, NULL, 0},
    {BYTES(SIGNATURE "\x21\x11\x00\x0c" V4_ENDS), 2, "203.0.113.7", 4711},
    {BYTES(SIGNATURE "\x21\x21\x00\x24" V6_ENDS), 2, "2001:db8::1", 4711},
    {BYTES(SIGNATURE "\x21\x31\x00\xd8" UNIX_ENDS), 2, NULL, 0},
    {BYTES(SIGNATURE "\x21\x00\x00\x00"), 2, NULL, 0},
    {BYTES(SIGNATURE "\x21\x00\x00\x03"
                     "abc"),
     2, NULL, 0},
    {BYTES(SIGNATURE "\x20\x00\x00\x00"), 2, NULL, 0},
    {BYTES(SIGNATURE "\x20\x11\x00\x0c" V4_ENDS), 2, NULL, 0}, /* LOCAL: addresses say nothing */
    {BYTES(SIGNATURE "\x21\x11\x00\x13" V4_ENDS "\x04\x00\x04vpce"), 2, "203.0.113.7", 4711},
    {BYTES(SIGNATURE "\x21\x11\x00\x0d" V4_ENDS "\x04"), 2, "203.0.113.7", 4711}, /* half a TLV */
};

static void check(const struct good *g, struct mln_sv in)
{
    struct mln_proxy_header h;
    char text[MLN_ADDR_TEXT];

    assert_int_equal(mln_proxy_header(in, &h), (int)g->bytes.len);
    assert_int_equal(h.version, g->version);
    assert_int_equal(h.known, g->client != NULL);
    assert_int_equal(h.client_port, g->port);
    if (g->client)
        assert_string_equal(mln_addr_format(&h.client, text), g->client);
}

static void test_whole_ones_and_what_stands_behind(void **state)
{
    char more[512];

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(goods); i++) {
        check(&goods[i], goods[i].bytes);
        memcpy(more, goods[i].bytes.p, goods[i].bytes.len);
        memcpy(more + goods[i].bytes.len, "GET / HTTP/1.1\r\n", 16);
        check(&goods[i], mln_sv(more, goods[i].bytes.len + 16));
    }
}

static void test_every_part_wants_more(void **state)
{
    struct mln_proxy_header h;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(goods); i++)
        for (size_t n = 0; n < goods[i].bytes.len; n++) {
            char *exact = malloc(n ? n : 1); /* a read past its end is one that sanitizers see */
            memcpy(exact, goods[i].bytes.p, n);
            if (mln_proxy_header(mln_sv(exact, n), &h) != 0)
                fail_msg("case %zu, %zu bytes", i, n);
            free(exact);
        }
}

static void test_anything_else_is_refused(void **state)
{
    static const struct mln_sv cases[] = {
        BYTES("GET / HTTP/1.1\r\n"),
        BYTES("G"),
        BYTES("proxy TCP4 203.0.113.7 192.0.2.1 4711 443\r\n"),
        BYTES("\r\nPROXY UNKNOWN\r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\n"),
        BYTES("PROXY  TCP4 203.0.113.7 192.0.2.1 4711 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.7  192.0.2.1 4711 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 4711 443 \r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 4711 443 5\r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 4711\r\n"),
        BYTES("PROXY TCP4\r\n"),
        BYTES("PROXY \r\n"),
        BYTES("PROXY TCP5 203.0.113.7 192.0.2.1 4711 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 65536 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 04711 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.7 192.0.2.1 -1 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.256 192.0.2.1 4711 443\r\n"),
        BYTES("PROXY TCP4 2001:db8::1 2001:db8::2 4711 443\r\n"),
        BYTES("PROXY TCP6 203.0.113.7 192.0.2.1 4711 443\r\n"),
        BYTES("PROXY TCP4 203.0.113.7\0 192.0.2.1 4711 443\r\n"),
        BYTES("PROXY UNKNOWN " TEN TEN TEN TEN TEN TEN TEN TEN TEN "12\r\n"), /* 108 bytes */
        BYTES(SIGNATURE "\x11"),             /* version 1 in binary */
        BYTES(SIGNATURE "\x22"),             /* neither LOCAL nor PROXY */
        BYTES(SIGNATURE "\x21\x12"),         /* datagrams */
        BYTES(SIGNATURE "\x21\x41"),         /* no such family */
        BYTES(SIGNATURE "\x21\x11\x00\x0b"), /* too short for its addresses */
        BYTES(SIGNATURE "\x21\x21\x00\x0c" V4_ENDS),
        BYTES(SIGNATURE "\x21\x11\x0f\xf1"), /* 16 + 4081 > 4096 */
        BYTES(SIGNATURE "\x20\x00\xff\xff"),
        BYTES("\r\n\r\n\0\r\nQUIT\r"),
    };
    struct mln_proxy_header h;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        if (mln_proxy_header(cases[i], &h) != -EPROTO || h.known)
            fail_msg("case %zu", i);
}

/* Just below the limits: the longest line, the longest header. */
static void test_the_longest_ones(void **state)
{
    static const struct good line = {
        BYTES("PROXY UNKNOWN " TEN TEN TEN TEN TEN TEN TEN TEN TEN "1\r\n"), 1, NULL, 0};
    char longest[MLN_PROXY_HEADER_MAX] = SIGNATURE "\x21\x11\x0f\xf0" V4_ENDS;
    const struct good binary = {{longest, sizeof(longest)}, 2, "203.0.113.7", 4711};
    struct mln_proxy_header h;

    (void)state;
    assert_int_equal(line.bytes.len, 107);
    check(&line, line.bytes);
    assert_int_equal(mln_proxy_header(mln_sv(longest, sizeof(longest) - 1), &h), 0);
    check(&binary, binary.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_ones_and_what_stands_behind),
        cmocka_unit_test(test_every_part_wants_more),
        cmocka_unit_test(test_anything_else_is_refused),
        cmocka_unit_test(test_the_longest_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
