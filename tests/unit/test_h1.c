/* The HTTP/1 codec: what is refused and why, framing, writing anew, any split of the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "http/h1.h"

static const struct mln_h1_limits limits = {
    .head_bytes = 8192, .target_bytes = 2048, .fields = 40, .trailer_bytes = 512};

struct parsed {
    int result; /* 1 complete, 0 more needed, negative: fault */
    struct mln_http_fault fault;
    struct mln_http_head head;
    struct mln_buf body;
};

/* Feeds raw in pieces of `step` bytes, as a connection would. */
static void parse(struct mln_arena *a, struct mln_sv raw, size_t step, struct parsed *p)
{
    struct mln_h1_scan scan;
    size_t have = 0;

    memset(p, 0, sizeof(*p));
    mln_h1_scan_init(&scan);
    while (p->result == 0 && have < raw.len) {
        have = MLN_MIN(have + step, raw.len);
        p->result = mln_h1_scan_feed(&scan, raw.p, have, false, &limits, &p->fault);
    }
    if (p->result != 1)
        return;
    int r = mln_h1_parse_request(raw.p, scan.head_len, &limits, a, &p->head, &p->fault);
    if (r < 0) {
        p->result = r;
        return;
    }
    struct mln_h1_body b;
    mln_h1_body_init(&b, &p->head, &limits);
    for (size_t at = scan.head_len; at < raw.len && !b.done && p->result == 1;) {
        size_t used;
        struct mln_sv piece;
        if (mln_h1_body_feed(&b, raw.p + at, MLN_MIN(step, raw.len - at), &used, &piece,
                             &p->fault) < 0)
            p->result = -1;
        mln_buf_add_sv(&p->body, piece);
        at += used;
    }
    mln_h1_body_done(&b);
}

struct fault_case {
    const char *raw;
    enum mln_http_fault_code code; /* NONE: accepted */
};

#define H "Host: a.test\r\n"
static const struct fault_case cases[] = {
    {"GET / HTTP/1.1\r\n" H "\r\n", MLN_FAULT_NONE},
    {"\r\nGET / HTTP/1.1\r\n" H "\r\n", MLN_FAULT_NONE},
    {"OPTIONS * HTTP/1.1\r\n" H "\r\n", MLN_FAULT_NONE},
    {"GET http://a.test/x HTTP/1.1\r\n" H "\r\n", MLN_FAULT_NONE},
    {"GET http://a.test:80/x HTTP/1.1\r\n" H "\r\n", MLN_FAULT_NONE},
    {"GET / HTTP/1.0\r\n\r\n", MLN_FAULT_NONE},
    {"GET /?a={b}|c HTTP/1.1\r\n" H "\r\n", MLN_FAULT_NONE},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 0005\r\n\r\nabcde", MLN_FAULT_NONE},
    {"GET / HTTP/1.1\n" H "\r\n", MLN_FAULT_BARE_LF},
    {"GET / HTTP/1.1\r\n" H "\n", MLN_FAULT_BARE_LF},
    {"GET / HTTP/1.1\rHost: a\r\n\r\n", MLN_FAULT_BARE_CR},
    {"G\x01T / HTTP/1.1\r\n" H "\r\n", MLN_FAULT_CONTROL},
    {"\x16\x03\x01\x02", MLN_FAULT_METHOD},
    {"GE(T / HTTP/1.1\r\n" H "\r\n", MLN_FAULT_METHOD},
    {"GET  / HTTP/1.1\r\n" H "\r\n", MLN_FAULT_REQUEST_LINE},
    {"GET /\r\n" H "\r\n", MLN_FAULT_VERSION},
    {"GET / HTTP/2.0\r\n" H "\r\n", MLN_FAULT_VERSION},
    {"GET / http/1.1\r\n" H "\r\n", MLN_FAULT_REQUEST_LINE},
    {"GET p HTTP/1.1\r\n" H "\r\n", MLN_FAULT_TARGET_FORM},
    {"GET * HTTP/1.1\r\n" H "\r\n", MLN_FAULT_TARGET_FORM},
    {"GET gopher://a.test/ HTTP/1.1\r\n" H "\r\n", MLN_FAULT_TARGET_FORM},
    {"CONNECT a.test:1 HTTP/1.1\r\n" H "\r\n", MLN_FAULT_CONNECT},
    {"GET /a%2 HTTP/1.1\r\n" H "\r\n", MLN_FAULT_ESCAPE},
    {"GET /a%00 HTTP/1.1\r\n" H "\r\n", MLN_FAULT_ENCODED_NUL},
    {"GET /%c0%ae HTTP/1.1\r\n" H "\r\n", MLN_FAULT_OVERLONG},
    {"GET /%e0%80%af HTTP/1.1\r\n" H "\r\n", MLN_FAULT_OVERLONG},
    {"GET / HTTP/1.1\r\n\r\n", MLN_FAULT_NO_HOST},
    {"GET / HTTP/1.1\r\n" H H "\r\n", MLN_FAULT_MANY_HOSTS},
    {"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", MLN_FAULT_BAD_HOST},
    {"GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", MLN_FAULT_BAD_HOST},
    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", MLN_FAULT_BAD_HOST},
    {"GET http://b.test/ HTTP/1.1\r\n" H "\r\n", MLN_FAULT_HOST_MISMATCH},
    {"GET / HTTP/1.1\r\n" H "X : y\r\n\r\n", MLN_FAULT_SPACE_COLON},
    {"GET / HTTP/1.1\r\n" H "X y\r\n\r\n", MLN_FAULT_NO_COLON},
    {"GET / HTTP/1.1\r\n" H "X@y: z\r\n\r\n", MLN_FAULT_FIELD_NAME},
    {"GET / HTTP/1.1\r\n" H ": z\r\n\r\n", MLN_FAULT_FIELD_NAME},
    {"GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", MLN_FAULT_OBS_FOLD},
    {"GET / HTTP/1.1\r\n" H "Content-Type: a/b\r\nContent-Type: c/d\r\n\r\n",
     MLN_FAULT_DUPLICATE_FIELD},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
     MLN_FAULT_MANY_LENGTHS},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 5, 5\r\n\r\nabcde", MLN_FAULT_MANY_LENGTHS},
    {"POST / HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nabcde", MLN_FAULT_BAD_LENGTH},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 0x5\r\n\r\nabcde", MLN_FAULT_BAD_LENGTH},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999\r\n\r\n", MLN_FAULT_BAD_LENGTH},
    {"POST / HTTP/1.1\r\n" H "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     MLN_FAULT_TE_AND_CL},
    {"POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", MLN_FAULT_TE_HTTP10},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n", MLN_FAULT_BAD_TE},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked, gzip\r\n\r\n", MLN_FAULT_BAD_TE},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n", MLN_FAULT_UNKNOWN_TE},
    {"POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     MLN_FAULT_BAD_TE},
    {"POST / HTTP/1.1\r\n" H "Expect: magic\r\n\r\n", MLN_FAULT_EXPECTATION},
    {"TRACE / HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\na", MLN_FAULT_TRACE_BODY},
#define CHUNKED "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
    {CHUNKED "5\r\nabcde\r\n0\r\n\r\n", MLN_FAULT_NONE},
    {CHUNKED "5;x=y\r\nabcde\r\n0\r\nX: y\r\n\r\n", MLN_FAULT_NONE},
    {CHUNKED "+5\r\nabcde\r\n0\r\n\r\n", MLN_FAULT_CHUNK_SIZE},
    {CHUNKED "5 \r\nabcde\r\n0\r\n\r\n", MLN_FAULT_CHUNK_SIZE},
    {CHUNKED "\r\nabcde\r\n0\r\n\r\n", MLN_FAULT_CHUNK_SIZE},
    {CHUNKED "10000000000000000\r\nabcde", MLN_FAULT_CHUNK_SIZE},
    {CHUNKED "5\nabcde\r\n0\r\n\r\n", MLN_FAULT_BARE_LF},
    {CHUNKED "5\r\nabcdeX\r\n0\r\n\r\n", MLN_FAULT_CHUNK_END},
    {CHUNKED "5;\n\r\nabcde\r\n0\r\n\r\n", MLN_FAULT_CHUNK_EXT},
    {CHUNKED "0\r\nX: y\n\r\n", MLN_FAULT_TRAILER},
};

static void test_faults_name_their_reason_at_any_split(void **state)
{
    static const size_t steps[] = {1, 2, 3, 7, 64, 65536};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        for (size_t k = 0; k < MLN_ARRAY_LEN(steps); k++) {
            struct mln_arena a;
            struct parsed p;
            mln_arena_init(&a, 1 << 20);
            parse(&a, mln_sv_str(cases[i].raw), steps[k], &p);
            enum mln_http_fault_code got = p.result < 0 ? p.fault.code : MLN_FAULT_NONE;
            if (got != cases[i].code || (cases[i].code == MLN_FAULT_NONE && p.result != 1))
                fail_msg("case %zu, pieces of %zu: %s instead of %s\n%s", i, steps[k],
                         mln_http_fault_info(got)->name, mln_http_fault_info(cases[i].code)->name,
                         cases[i].raw);
            mln_buf_done(&p.body);
            mln_arena_done(&a);
        }
}

static void test_limits_hold(void **state)
{
    struct mln_arena a;
    struct parsed p;
    struct mln_buf b = {0};

    (void)state;
    mln_arena_init(&a, 1 << 20);
    mln_buf_add_str(&b, "GET / HTTP/1.1\r\n" H);
    for (int i = 0; i < 60; i++)
        mln_buf_addf(&b, "X-%d: y\r\n", i);
    mln_buf_add_str(&b, "\r\n");
    parse(&a, mln_buf_sv(&b), 100, &p);
    assert_int_equal(p.fault.code, MLN_FAULT_TOO_MANY_FIELDS);
    mln_buf_clear(&b);
    mln_buf_add_str(&b, "GET /");
    for (int i = 0; i < 5000; i++)
        mln_buf_add_char(&b, 'a');
    parse(&a, mln_buf_sv(&b), 100, &p);
    assert_int_equal(p.fault.code, MLN_FAULT_TARGET_TOO_LONG);
    mln_buf_clear(&b);
    mln_buf_add_str(&b, "GET / HTTP/1.1\r\nX: ");
    for (int i = 0; i < 9000; i++)
        mln_buf_add_char(&b, 'a');
    parse(&a, mln_buf_sv(&b), 100, &p);
    assert_int_equal(p.fault.code, MLN_FAULT_HEAD_TOO_LARGE);
    mln_buf_done(&b);
    mln_arena_done(&a);
}

static void test_chunked_body_is_decoded(void **state)
{
    struct mln_arena a;
    struct parsed p;

    (void)state;
    mln_arena_init(&a, 1 << 20);
    for (size_t step = 1; step < 40; step++) {
        parse(&a, MLN_SV(CHUNKED "5\r\nabcde\r\n1a;q\r\n01234567890123456789012345\r\n0\r\n\r\n"),
              step, &p);
        assert_int_equal(p.result, 1);
        assert_true(mln_sv_eq(mln_buf_sv(&p.body), MLN_SV("abcde01234567890123456789012345")));
        mln_buf_done(&p.body);
    }
    mln_arena_done(&a);
}

/* What we write is read back as the same request. */
static void test_written_request_reads_the_same(void **state)
{
    static const char *const raws[] = {
        "GET /a?b=c HTTP/1.1\r\n" H "X-A: 1\r\nX-A: 2\r\n\r\n",
        "POST /p HTTP/1.1\r\n" H
        "Content-Length: 3\r\nConnection: keep-alive, X-A\r\nX-A: stays\r\n\r\nabc",
        "GET http://a.test/x{y} HTTP/1.1\r\n" H "TE: trailers\r\nUpgrade: h2c\r\n\r\n",
        "POST / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(raws); i++) {
        struct mln_arena a;
        struct parsed p, q;
        struct mln_buf out = {0};
        mln_arena_init(&a, 1 << 20);
        parse(&a, mln_sv_str(raws[i]), 4096, &p);
        assert_int_equal(p.result, 1);
        mln_h1_write_request(&out, &p.head,
                             &(struct mln_h1_write_opts){.framing = p.head.framing,
                                                         .content_length = p.head.content_length});
        mln_buf_add_sv(&out, mln_buf_sv(&p.body));
        parse(&a, mln_buf_sv(&out), 4096, &q);
        assert_int_equal(q.result, 1);
        assert_true(mln_sv_eq(p.head.target, q.head.target));
        assert_true(mln_sv_eq(p.head.method_name, q.head.method_name));
        assert_true(mln_sv_eq(p.head.authority, q.head.authority));
        assert_true(mln_sv_eq(mln_buf_sv(&p.body), mln_buf_sv(&q.body)));
        for (uint32_t k = 0; k < p.head.n_fields; k++) {
            const struct mln_http_field *f = &p.head.fields[k];
            bool there = mln_http_get_name(&q.head, f->name).p != NULL;
            assert_true(there == !(f->flags & MLN_FIELD_HOP));
        }
        mln_buf_done(&out);
        mln_buf_done(&p.body);
        mln_buf_done(&q.body);
        mln_arena_done(&a);
    }
}

static int parse_response(struct mln_arena *a, const char *raw, enum mln_http_method method,
                          struct mln_http_head *h, struct mln_http_fault *f)
{
    struct mln_h1_scan scan;

    mln_h1_scan_init(&scan);
    int r = mln_h1_scan_feed(&scan, raw, strlen(raw), true, &limits, f);
    return r == 1 ? mln_h1_parse_response(raw, scan.head_len, method, &limits, a, h, f) : -1;
}

static void test_response_framing(void **state)
{
    static const struct {
        const char *raw;
        enum mln_http_method method;
        int framing; /* -1: refused */
    } table[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", MLN_METHOD_GET, MLN_FRAMING_LENGTH},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", MLN_METHOD_HEAD, MLN_FRAMING_NONE},
        {"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n", MLN_METHOD_GET, MLN_FRAMING_CHUNKED},
        {"HTTP/1.1 200 OK\r\n\r\n", MLN_METHOD_GET, MLN_FRAMING_CLOSE},
        {"HTTP/1.1 204 No Content\r\n\r\n", MLN_METHOD_GET, MLN_FRAMING_NONE},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", MLN_METHOD_GET,
         MLN_FRAMING_NONE},
        {"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", MLN_METHOD_GET,
         MLN_FRAMING_NONE},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
         MLN_METHOD_GET, -1},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", MLN_METHOD_GET, -1},
        {"HTTP/1.1 99 Odd\r\n\r\n", MLN_METHOD_GET, -1},
        {"HTTP/2 200 OK\r\n\r\n", MLN_METHOD_GET, -1},
        {"ICY 200 OK\r\n\r\n", MLN_METHOD_GET, -1},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_arena a;
        struct mln_http_head h;
        struct mln_http_fault f;
        mln_arena_init(&a, 1 << 20);
        int r = parse_response(&a, table[i].raw, table[i].method, &h, &f);
        if (table[i].framing < 0 ? r >= 0 : r < 0 || h.framing != table[i].framing)
            fail_msg("%s", table[i].raw);
        mln_arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults_name_their_reason_at_any_split),
        cmocka_unit_test(test_limits_hold),
        cmocka_unit_test(test_chunked_body_is_decoded),
        cmocka_unit_test(test_written_request_reads_the_same),
        cmocka_unit_test(test_response_framing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
