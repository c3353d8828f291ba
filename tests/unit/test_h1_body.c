/* Trailers and the end of bodies. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "http/h1.h"

static const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;

static void test_trailers_that_frame_route_or_authenticate_are_refused(void **state)
{
    static const char *const refused[] = {
        "Host: b\r\n",
        "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Authorization: x\r\n",
        "Proxy-Authorization: x\r\n",
        "Cookie: a=b\r\n",
        "X-Forwarded-For: 127.0.0.1\r\n",
        "X-Forwarded-Host: b\r\n",
        "X-Forwarded-Proto: https\r\n",
        "Forwarded: for=127.0.0.1\r\n",
        "X-Original-URL: /admin\r\n",
        "X-Rewrite-URL: /admin\r\n",
        "X-HTTP-Method-Override: PUT\r\n",
        "Origin: null\r\n",
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(refused); i++) {
        struct mln_arena a;
        struct mln_http_field *f;
        uint32_t n;
        struct mln_http_fault fault = {0};
        mln_arena_init(&a, 1 << 16);
        if (mln_h1_parse_trailer(mln_sv_str(refused[i]), &limits, &a, &f, &n, &fault) >= 0 ||
            fault.code != MLN_FAULT_TRAILER)
            fail_msg("%s", refused[i]);
        mln_arena_done(&a);
    }
}

static void test_other_trailers_are_read(void **state)
{
    struct mln_arena a;
    struct mln_http_field *f;
    uint32_t n;
    struct mln_http_fault fault = {0};

    (void)state;
    mln_arena_init(&a, 1 << 16);
    assert_int_equal(mln_h1_parse_trailer(MLN_SV("X-Sum: 9\r\nServer-Timing: a\r\n"), &limits, &a,
                                          &f, &n, &fault),
                     0);
    assert_int_equal(n, 2);
    assert_true(mln_sv_eq(f[0].value, MLN_SV("9")));
    assert_int_equal(mln_h1_parse_trailer(MLN_SV(""), &limits, &a, &f, &n, &fault), 0);
    assert_int_equal(n, 0);
    mln_arena_done(&a);
}

static void test_only_a_body_until_close_may_end_with_the_connection(void **state)
{
    static const struct {
        enum mln_http_framing framing;
        int result;
    } table[] = {
        {MLN_FRAMING_NONE, 0},
        {MLN_FRAMING_CLOSE, 0},
        {MLN_FRAMING_LENGTH, -1},
        {MLN_FRAMING_CHUNKED, -1},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        const struct mln_http_head head = {.framing = (uint8_t)table[i].framing,
                                           .content_length = 9};
        struct mln_h1_body b;
        struct mln_http_fault fault = {0};
        mln_h1_body_init(&b, &head, &limits);
        int r = mln_h1_body_eof(&b, &fault);
        assert_true(table[i].result == 0 ? r == 0 && b.done
                                         : r < 0 && fault.code == MLN_FAULT_CUT_SHORT);
        mln_h1_body_done(&b);
    }
}

/* What follows a message on its connection is the next message, to the byte. */
static void test_a_chunked_body_ends_exactly_behind_its_last_line(void **state)
{
    static const struct {
        const char *raw, *trailer;
    } table[] = {
        {"0\r\n\r\n", ""},
        {"3\r\nabc\r\n0\r\n\r\n", ""},
        {"3\r\nabc\r\n000;x\r\nX: 1\r\n\r\n", "X: 1\r\n"},
        {"0\r\nX: 1\r\nY: 2\r\n\r\n", "X: 1\r\nY: 2\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        for (size_t step = 1; step < 40; step++) {
            const struct mln_http_head head = {.framing = MLN_FRAMING_CHUNKED};
            struct mln_buf raw = {0};
            struct mln_h1_body b;
            struct mln_http_fault fault = {0};
            size_t at = 0;
            mln_buf_add_str(&raw, table[i].raw);
            mln_buf_add_str(&raw, "GET / HTTP/1.1\r\n");
            mln_h1_body_init(&b, &head, &limits);
            while (!b.done && at < raw.len) {
                struct mln_sv piece;
                size_t used;
                assert_int_equal(mln_h1_body_feed(&b, raw.p + at, MLN_MIN(step, raw.len - at),
                                                  &used, &piece, &fault),
                                 0);
                at += used;
            }
            assert_true(b.done);
            assert_int_equal(at, strlen(table[i].raw));
            assert_true(mln_sv_eq(mln_buf_sv(&b.trailer), mln_sv_str(table[i].trailer)));
            mln_h1_body_done(&b);
            mln_buf_done(&raw);
        }
}

static void test_chunk_heads_are_read_back(void **state)
{
    static const uint64_t sizes[] = {1,   9,    15,       16,
                                     255, 4096, 0xabcdef, UINT64_C(0xfffffffffffffff)};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(sizes); i++) {
        const struct mln_http_head head = {.framing = MLN_FRAMING_CHUNKED};
        struct mln_h1_body b;
        struct mln_http_fault fault = {0};
        struct mln_sv piece;
        size_t used;
        char text[MLN_H1_CHUNK_HEAD_MAX];
        size_t n = mln_h1_chunk_head(sizes[i], text);
        mln_h1_body_init(&b, &head, &limits);
        assert_int_equal(mln_h1_body_feed(&b, text, n, &used, &piece, &fault), 0);
        assert_int_equal(used, n);
        assert_true(b.left == sizes[i]);
        mln_h1_body_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trailers_that_frame_route_or_authenticate_are_refused),
        cmocka_unit_test(test_other_trailers_are_read),
        cmocka_unit_test(test_only_a_body_until_close_may_end_with_the_connection),
        cmocka_unit_test(test_a_chunked_body_ends_exactly_behind_its_last_line),
        cmocka_unit_test(test_chunk_heads_are_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
