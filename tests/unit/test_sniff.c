/* What a client speaks, by its first bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/sniff.h"

#define BYTES(s) mln_sv(s, sizeof(s) - 1)

static void test_what_is_which(void **state)
{
    static const struct {
        struct mln_sv first;
        enum mln_sniff kind;
    } cases[] = {
        {{"", 0}, MLN_SNIFF_MORE},
        {{"G", 1}, MLN_SNIFF_MORE},
        {{"GET ", 4}, MLN_SNIFF_MORE},
        {{"GET /", 5}, MLN_SNIFF_HTTP1},
        {{"QUERY /x", 8}, MLN_SNIFF_HTTP1},
        {{"GET http://a/", 13}, MLN_SNIFF_HTTP1},
        {{"OPTIONS * HTTP/1.1\r\n", 20}, MLN_SNIFF_HTTP1},
        {{"CONNECT a:443 HTTP/1.1\r\n", 24}, MLN_SNIFF_HTTP1},
        {{"get x http/1.1\n", 15}, MLN_SNIFF_HTTP1},
        {{"\r\n\r\n GET /", 10}, MLN_SNIFF_HTTP1}, /* lenient servers skip what is before */
        {{"\r\n\r\n", 4}, MLN_SNIFF_MORE},
        {{"GET\t/", 5}, MLN_SNIFF_HTTP1},
        {{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24}, MLN_SNIFF_HTTP2},
        {{"PRI * HTTP/2.0\r\n", 16}, MLN_SNIFF_MORE},
        {{"PRI * HTTP/2.0\r\n\r\nXX", 20}, MLN_SNIFF_HTTP1},
        {{"\x16\x03\x01\x02\x00\x01", 6}, MLN_SNIFF_TLS},
        {{"\x16\x03", 2}, MLN_SNIFF_MORE},
        {{"\x16\x03\x01\x02\x00\x02", 6}, MLN_SNIFF_OTHER},
        {{"\x16\x03\x01\xff\xff\x01", 6}, MLN_SNIFF_OTHER},
        {{"*1\r\n$4\r\nPING\r\n", 14}, MLN_SNIFF_OTHER}, /* Redis */
        {{"PING\r\n", 6}, MLN_SNIFF_OTHER},
        {{"GET key\r\n", 9}, MLN_SNIFF_OTHER},
        {{"get /key\r\n", 10}, MLN_SNIFF_OTHER}, /* memcached */
        {{"EHLO mail.example\r\n", 19}, MLN_SNIFF_OTHER},
        {{"\0\0\0\x08\x04\xd2\x16\x2f", 8}, MLN_SNIFF_OTHER}, /* PostgreSQL */
        {{"{\"id\":1}\n", 9}, MLN_SNIFF_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        if (mln_sniff(cases[i].first) != cases[i].kind)
            fail_msg("case %zu: %d", i, (int)mln_sniff(cases[i].first));
}

/* More bytes never turn what was told into something else, and in the end something is told. */
static void test_each_byte_more_keeps_the_answer(void **state)
{
    static const struct mln_sv texts[] = {
        {"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", 28},
        {"FROB x y z HTTP/1.1\r\n\r\n", 23},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0", 26},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11},
        {"*3\r\n$3\r\nSET\r\n", 13},
    };
    char long_line[MLN_SNIFF_BYTES_MAX];

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(texts); i++) {
        enum mln_sniff last = MLN_SNIFF_MORE;
        for (size_t n = 0; n <= texts[i].len; n++) {
            enum mln_sniff now = mln_sniff(mln_sv_sub(texts[i], 0, n));
            assert_true(last == MLN_SNIFF_MORE || now == last);
            last = now;
        }
        assert_int_not_equal(last, MLN_SNIFF_MORE);
    }
    memset(long_line, 'x', sizeof(long_line));
    memcpy(long_line, "GET ", 4);
    assert_int_equal(mln_sniff(mln_sv(long_line, sizeof(long_line))), MLN_SNIFF_HTTP1);
    memset(long_line, '\n', sizeof(long_line));
    assert_int_equal(mln_sniff(mln_sv(long_line, sizeof(long_line))), MLN_SNIFF_HTTP1);
}

static void test_answers(void **state)
{
    (void)state;
    assert_true(mln_sniff_answer(MLN_SNIFF_TLS, BYTES("\x16\x03\x03")));
    assert_true(mln_sniff_answer(MLN_SNIFF_TLS, BYTES("\x15")));
    assert_false(mln_sniff_answer(MLN_SNIFF_TLS, BYTES("HTTP/1.1 400")));
    assert_true(mln_sniff_answer(MLN_SNIFF_HTTP2, BYTES("\0\0\x12\x04\0\0\0\0\0")));
    assert_true(mln_sniff_answer(MLN_SNIFF_HTTP2, BYTES("\0\0")));
    assert_false(mln_sniff_answer(MLN_SNIFF_HTTP2, BYTES("HTTP/1.1 505")));
    assert_true(mln_sniff_answer(MLN_SNIFF_OTHER, BYTES("+PONG\r\n")));
    assert_true(mln_sniff_answer(MLN_SNIFF_OTHER, BYTES("HT")));
    assert_false(mln_sniff_answer(MLN_SNIFF_OTHER, BYTES("HTTP/1.0 200 OK")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_which),
        cmocka_unit_test(test_each_byte_more_keeps_the_answer),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
