/* Requests that are easily let through or refused by mistake: authorities, Latin-1 paths,
 * Connection options, what is written for them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "http/h1.h"

#define H "Host: a.test\r\n"

static const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;

/* The fault of a complete head, or NONE. */
static enum mln_http_fault_code parse(struct mln_arena *a, const char *raw,
                                      struct mln_http_head *head)
{
    struct mln_h1_scan scan;
    struct mln_http_fault fault = {0};

    mln_h1_scan_init(&scan);
    int r = mln_h1_scan_feed(&scan, raw, strlen(raw), false, &limits, &fault);
    assert_int_not_equal(r, 0);
    if (r < 0 || mln_h1_parse_request(raw, scan.head_len, &limits, a, head, &fault) < 0)
        return fault.code;
    return MLN_FAULT_NONE;
}

static void expect_faults(const char *const (*table)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct mln_arena a;
        struct mln_http_head head;
        mln_arena_init(&a, 1 << 20);
        const char *got = mln_http_fault_info(parse(&a, table[i][0], &head))->name;
        if (strcmp(got, table[i][1]) != 0)
            fail_msg("%s instead of %s\n%s", got, table[i][1], table[i][0]);
        mln_arena_done(&a);
    }
}

#define NAME(sym) mln_http_fault_info(MLN_FAULT_##sym)->name

static void test_authority_of_an_absolute_target_is_checked_without_host(void **state)
{
    const char *const table[][2] = {
        {"GET http://a.test/ HTTP/1.0\r\n\r\n", NAME(NONE)},
        {"GET http://[::1]:8080/ HTTP/1.0\r\n\r\n", NAME(NONE)},
        {"GET http://u@a.test/ HTTP/1.0\r\n\r\n", NAME(BAD_HOST)},
        {"GET http://a.test:80x/ HTTP/1.0\r\n\r\n", NAME(BAD_HOST)},
        {"GET http:///x HTTP/1.0\r\n\r\n", NAME(BAD_HOST)},
        {"GET http://a.test\\@b.test/ HTTP/1.0\r\n\r\n", NAME(BAD_HOST)},
        {"GET https://a.test:443/ HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET https://a.test:80/ HTTP/1.1\r\n" H "\r\n", NAME(HOST_MISMATCH)},
        {"GET http://A.TEST/ HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET http://a.test:8080/ HTTP/1.1\r\n" H "\r\n", NAME(HOST_MISMATCH)},
    };

    (void)state;
    expect_faults(table, MLN_ARRAY_LEN(table));
}

/* 0xf8 to 0xff are letters of Latin-1; only a long form of ASCII is an attack. */
static void test_overlong_forms_are_refused_and_latin1_letters_are_not(void **state)
{
    const char *const table[][2] = {
        {"GET /M%FCller HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET /%f8l HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET /%ff HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET /%e0%a4%95 HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET /%f0%9f%98%80 HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET /%c0%ae HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /%c1%9c HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /\xc0\xae HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /%e0%80%ae HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /%f0%80%80%ae HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /%f8%80%80%80%ae HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /%fc%80%80%80%80%ae HTTP/1.1\r\n" H "\r\n", NAME(OVERLONG)},
        {"GET /?q=%c0%ae HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
        {"GET /?q=%00%zz% HTTP/1.1\r\n" H "\r\n", NAME(NONE)},
    };

    (void)state;
    expect_faults(table, MLN_ARRAY_LEN(table));
}

static void test_odd_bytes_of_a_target_are_escaped_and_flagged(void **state)
{
    struct mln_arena a;
    struct mln_http_head head;

    (void)state;
    mln_arena_init(&a, 1 << 20);
    assert_int_equal(parse(&a, "GET /{}|^\\\"<>`\x80\xff?q={\xe9 HTTP/1.1\r\n" H "\r\n", &head),
                     MLN_FAULT_NONE);
    assert_true(mln_sv_eq(head.target, MLN_SV("/%7B%7D%7C%5E%5C%22%3C%3E%60%80%FF?q=%7B%E9")));
    assert_true(mln_sv_eq(head.target_raw, MLN_SV("/{}|^\\\"<>`\x80\xff?q={\xe9")));
    assert_true(head.odd & MLN_ODD_TARGET_ESCAPED);
    assert_int_equal(parse(&a, "GET /a-_.!~*'();:@&=+$,[] HTTP/1.1\r\n" H "\r\n", &head),
                     MLN_FAULT_NONE);
    assert_false(head.odd & MLN_ODD_TARGET_ESCAPED);
    mln_arena_done(&a);
}

/* Upgrade is not taken up: the exchange goes on as plain HTTP (RFC 9110 section 7.8). */
static void test_upgrade_is_noted_and_not_passed_on(void **state)
{
    struct mln_arena a;
    struct mln_http_head head;
    struct mln_buf out = {0};

    (void)state;
    mln_arena_init(&a, 1 << 20);
    assert_int_equal(parse(&a,
                           "GET / HTTP/1.1\r\n" H
                           "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                           "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nX-Kept: 1\r\n\r\n",
                           &head),
                     MLN_FAULT_NONE);
    assert_true(head.has_upgrade);
    mln_h1_write_request(&out, &head, &(struct mln_h1_write_opts){0});
    assert_true(
        mln_sv_eq(mln_buf_sv(&out), MLN_SV("GET / HTTP/1.1\r\nHost: a.test\r\nX-Kept: 1\r\n\r\n")));
    mln_buf_done(&out);
    mln_arena_done(&a);
}

static void test_connection_cannot_strike_out_what_rules_saw(void **state)
{
    struct mln_arena a;
    struct mln_http_head head;
    struct mln_buf out = {0};

    (void)state;
    mln_arena_init(&a, 1 << 20);
    assert_int_equal(parse(&a,
                           "GET / HTTP/1.1\r\n" H
                           "Connection: close, Cookie, Authorization, Host, X-Api-Key\r\n"
                           "Cookie: a=b\r\nAuthorization: c\r\nX-Api-Key: d\r\n\r\n",
                           &head),
                     MLN_FAULT_NONE);
    assert_false(head.keep_alive);
    mln_h1_write_request(&out, &head, &(struct mln_h1_write_opts){0});
    assert_true(
        mln_sv_eq(mln_buf_sv(&out), MLN_SV("GET / HTTP/1.1\r\nHost: a.test\r\nCookie: a=b\r\n"
                                           "Authorization: c\r\nX-Api-Key: d\r\n\r\n")));
    mln_buf_done(&out);
    mln_arena_done(&a);
}

static void test_keep_alive_follows_version_and_connection(void **state)
{
    static const struct {
        const char *raw;
        bool keep_alive;
    } table[] = {
        {"GET / HTTP/1.1\r\n" H "\r\n", true},
        {"GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\n" H "Connection: keep-alive, CLOSE\r\n\r\n", false},
        {"GET / HTTP/1.1\r\n" H "Connection: close\r\nConnection: keep-alive\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n" H "\r\n", false},
        {"GET / HTTP/1.0\r\n" H "Connection: Keep-Alive\r\n\r\n", true},
        {"GET / HTTP/1.0\r\n" H "Connection: close, keep-alive\r\n\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_arena a;
        struct mln_http_head head;
        mln_arena_init(&a, 1 << 20);
        assert_int_equal(parse(&a, table[i].raw, &head), MLN_FAULT_NONE);
        if (head.keep_alive != table[i].keep_alive)
            fail_msg("%s", table[i].raw);
        mln_arena_done(&a);
    }
}

static void test_options_of_a_whole_server_stays_that(void **state)
{
    struct mln_arena a;
    struct mln_http_head head;

    (void)state;
    mln_arena_init(&a, 1 << 20);
    assert_int_equal(parse(&a, "OPTIONS http://a.test HTTP/1.1\r\n" H "\r\n", &head),
                     MLN_FAULT_NONE);
    assert_true(mln_sv_eq(head.target, MLN_SV("*")));
    assert_int_equal(parse(&a, "GET http://a.test HTTP/1.1\r\n" H "\r\n", &head), MLN_FAULT_NONE);
    assert_true(mln_sv_eq(head.target, MLN_SV("/")));
    mln_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authority_of_an_absolute_target_is_checked_without_host),
        cmocka_unit_test(test_overlong_forms_are_refused_and_latin1_letters_are_not),
        cmocka_unit_test(test_odd_bytes_of_a_target_are_escaped_and_flagged),
        cmocka_unit_test(test_upgrade_is_noted_and_not_passed_on),
        cmocka_unit_test(test_connection_cannot_strike_out_what_rules_saw),
        cmocka_unit_test(test_keep_alive_follows_version_and_connection),
        cmocka_unit_test(test_options_of_a_whole_server_stays_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
