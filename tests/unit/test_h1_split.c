/* The same bytes give the same reading, whatever pieces they come in: for good messages, for
 * messages with a byte changed, and right at the limits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "http/h1.h"

static const struct mln_h1_limits limits = {
    .head_bytes = 400, .target_bytes = 100, .fields = 8, .trailer_bytes = 64};

/* xorshift: the same sequence on every machine. */
static uint64_t next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

struct reading {
    int result; /* 1 head and body read, 0 more wanted, negative: refused */
    enum mln_http_fault_code code;
    size_t used; /* bytes of this message */
    uint32_t n_fields, odd;
    struct mln_buf body, trailer;
};

static void reading_done(struct reading *r)
{
    mln_buf_done(&r->body);
    mln_buf_done(&r->trailer);
}

/* A piece of 1..max bytes; max 0: all at once. */
static size_t step(uint64_t *seed, size_t max, size_t left)
{
    size_t n = max ? next(seed) % max + 1 : left;
    return MLN_MIN(n, left);
}

static int read_body(struct mln_h1_body *b, struct mln_sv raw, uint64_t *seed, size_t max,
                     struct reading *ret)
{
    struct mln_http_fault fault = {0};

    while (!b->done && ret->used < raw.len) {
        size_t n = step(seed, max, raw.len - ret->used);
        for (size_t end = ret->used + n; ret->used < end && !b->done;) {
            size_t took;
            struct mln_sv piece;
            if (mln_h1_body_feed(b, raw.p + ret->used, end - ret->used, &took, &piece, &fault) <
                0) {
                ret->code = fault.code;
                return -1;
            }
            assert_true(took > 0);
            mln_buf_add_sv(&ret->body, piece);
            ret->used += took;
        }
    }
    mln_buf_add_sv(&ret->trailer, mln_buf_sv(&b->trailer));
    return b->done ? 1 : 0;
}

static void read_message(struct mln_sv raw, bool is_response, uint64_t seed, size_t max,
                         struct reading *ret)
{
    struct mln_arena arena;
    struct mln_http_head head;
    struct mln_http_fault fault = {0};
    struct mln_h1_scan scan;
    struct mln_h1_body body;
    size_t have = 0;
    int r = 0;

    *ret = (struct reading){0};
    mln_arena_init(&arena, 1 << 20);
    mln_h1_scan_init(&scan);
    while (r == 0 && have < raw.len) {
        have += step(&seed, max, raw.len - have);
        r = mln_h1_scan_feed(&scan, raw.p, have, is_response, &limits, &fault);
    }
    if (r == 1)
        r = is_response
                ? mln_h1_parse_response(raw.p, scan.head_len, MLN_METHOD_GET, &limits, &arena,
                                        &head, &fault)
                : mln_h1_parse_request(raw.p, scan.head_len, &limits, &arena, &head, &fault);
    else if (r == 0)
        goto out;
    ret->result = r;
    if (r < 0) {
        ret->code = fault.code;
        goto out;
    }
    ret->used = scan.head_len;
    ret->n_fields = head.n_fields;
    ret->odd = head.odd;
    mln_h1_body_init(&body, &head, &limits);
    ret->result = read_body(&body, raw, &seed, max, ret);
    mln_h1_body_done(&body);
out:
    mln_arena_done(&arena);
}

static void expect_same(struct mln_sv raw, const struct reading *a, const struct reading *b)
{
    bool same = (a->result < 0) == (b->result < 0) && a->code == b->code &&
                a->n_fields == b->n_fields && a->odd == b->odd;

    if (a->result >= 0)
        same = same && a->result == b->result && a->used == b->used;
    same = same && mln_sv_eq(mln_buf_sv(&a->body), mln_buf_sv(&b->body));
    if (a->result >= 0)
        same = same && mln_sv_eq(mln_buf_sv(&a->trailer), mln_buf_sv(&b->trailer));
    if (!same)
        fail_msg("at once: %d %s %zu; in pieces: %d %s %zu\n%.*s", a->result,
                 mln_http_fault_info(a->code)->name, a->used, b->result,
                 mln_http_fault_info(b->code)->name, b->used, MLN_SV_ARG(raw));
}

/* All at once against byte by byte and random pieces. */
static void check_splits(struct mln_sv raw, bool is_response, uint64_t seed, unsigned rounds)
{
    struct reading whole, parts;

    read_message(raw, is_response, seed, 0, &whole);
    for (unsigned i = 0; i < rounds; i++) {
        read_message(raw, is_response, seed + i, i == 0 ? 1 : 1 + (i * 7) % 60, &parts);
        expect_same(raw, &whole, &parts);
        reading_done(&parts);
    }
    reading_done(&whole);
}

#define H "Host: a.test\r\n"
static const char *const requests[] = {
    "GET /a?b=c HTTP/1.1\r\n" H "X-A: 1\r\nCookie: a=b; c=d\r\n\r\n",
    "\r\nGET http://a.test:80/{x} HTTP/1.1\r\n" H "Accept: */*\r\n\r\n",
    "POST /p HTTP/1.1\r\n" H "Content-Length: 11\r\n\r\nhello worldGET / HTTP/1.1\r\n",
    "POST /p HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
    "5\r\nabcde\r\n1A;q=\"r\"\r\n01234567890123456789012345\r\n0\r\nX-Sum: 9\r\n\r\nrest",
    "POST /p HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
};
static const char *const responses[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: x\r\n\r\nabcde",
    "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    "HTTP/1.0 404 Not Found\r\nX: a\r\n b\r\n\t c\r\n\r\nuntil the end",
    "HTTP/1.1 204 No Content\r\n\r\n",
};

static void test_good_messages_read_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(requests); i++)
        check_splits(mln_sv_str(requests[i]), false, 0x9e3779b97f4a7c15u + i, 200);
    for (size_t i = 0; i < MLN_ARRAY_LEN(responses); i++)
        check_splits(mln_sv_str(responses[i]), true, 0x9e3779b97f4a7c15u + i, 200);
}

/* Bytes that mean something to a parser, put anywhere. */
static void mutate(char *p, size_t len, uint64_t *seed)
{
    static const char hot[] = "\r\n\0 \t:;,%/?#\x7f\x01\x80\xff_05aAfFHx";
    unsigned n = (unsigned)(next(seed) % 3 + 1);

    while (n--)
        p[next(seed) % len] = hot[next(seed) % (sizeof(hot) - 1)];
}

static void check_mutants(const char *text, bool is_response, uint64_t seed)
{
    char raw[512];
    size_t len = strlen(text);

    assert_true(len <= sizeof(raw));
    for (unsigned i = 0; i < 400; i++) {
        memcpy(raw, text, len);
        mutate(raw, len, &seed);
        check_splits(mln_sv(raw, len), is_response, next(&seed), 6);
    }
}

static void test_broken_messages_are_refused_alike_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(requests); i++)
        check_mutants(requests[i], false, 0xd1b54a32d192ed03u + i);
    for (size_t i = 0; i < MLN_ARRAY_LEN(responses); i++)
        check_mutants(responses[i], true, 0xd1b54a32d192ed03u + i);
}

/* A head that is around a limit is taken or refused by its size, not by its pieces. */
static void test_limits_do_not_depend_on_pieces(void **state)
{
    (void)state;
    for (size_t pad = 0; pad < 700; pad++) {
        struct mln_buf in_field = {0}, in_target = {0}, control = {0};
        mln_buf_add_str(&in_field, "GET / HTTP/1.1\r\n" H "X: ");
        mln_buf_add_str(&in_target, "GET /");
        mln_buf_add_str(&control, "GET /");
        for (size_t i = 0; i < pad; i++) {
            mln_buf_add_char(&in_field, 'a');
            mln_buf_add_char(&in_target, 'a');
            mln_buf_add_char(&control, 'a');
        }
        mln_buf_add_str(&in_field, "\r\n\r\n");
        mln_buf_add_str(&in_target, " HTTP/1.1\r\n" H "\r\n");
        mln_buf_add_str(&control, "\x01 HTTP/1.1\r\n" H "\r\n");
        check_splits(mln_buf_sv(&in_field), false, pad + 1, 4);
        check_splits(mln_buf_sv(&in_target), false, pad + 1, 4);
        check_splits(mln_buf_sv(&control), false, pad + 1, 4);
        mln_buf_done(&in_field);
        mln_buf_done(&in_target);
        mln_buf_done(&control);
    }
}

/* The limit counts the head without its last line end, to the byte. */
static void test_head_limit_is_exact(void **state)
{
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct mln_buf b = {0};
        struct reading r;
        mln_buf_add_str(&b, "GET / HTTP/1.1\r\n" H "X: ");
        while (b.len < limits.head_bytes - 2 + over)
            mln_buf_add_char(&b, 'a');
        mln_buf_add_str(&b, "\r\n\r\n");
        read_message(mln_buf_sv(&b), false, 1, 1, &r);
        assert_int_equal(r.code, over ? MLN_FAULT_HEAD_TOO_LARGE : MLN_FAULT_NONE);
        reading_done(&r);
        mln_buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_messages_read_the_same_in_any_pieces),
        cmocka_unit_test(test_broken_messages_are_refused_alike_in_any_pieces),
        cmocka_unit_test(test_limits_do_not_depend_on_pieces),
        cmocka_unit_test(test_head_limit_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
