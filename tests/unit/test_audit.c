/* Audits: the ring, the wire form, the JSON line, masking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <unistd.h>

#include "audit/record.h"
#include "audit/ring.h"
#include "base/fd.h"

enum { RING = 4096 };

static void fill(struct mln_audit_record *r)
{
    memset(r, 0, sizeof(*r));
    r->time = r->first = r->last = UINT64_C(1790000000123456789);
    r->revision = r->count = 1;
    r->mode = 2;
    r->score = 45;
    r->protection = MLN_SV("sqli");
    r->message = MLN_SV("why <b>\"\\");
    r->field.location = MLN_LOC_QUERY;
    r->field.name = MLN_SV("id\x1b[31m");
    r->field.match = MLN_SV("\xff\xfe\r\n\xe2\x80\xae' or 1=1");
    r->field.decoded_by = MLN_SV("url,html");
    r->request.method = MLN_SV("GET");
    r->request.headers[0].name = MLN_SV("Host");
    r->request.headers[0].value = MLN_SV("a\nb");
    r->request.n_headers = 1;
    r->client.known = true;
    r->response_status = 403;
}

static void test_record_survives_the_wire(void **state)
{
    struct mln_audit_record r, back;
    struct mln_buf b = {0}, j1 = {0}, j2 = {0};

    (void)state;
    fill(&r);
    mln_audit_encode(&r, &b);
    assert_int_equal(mln_audit_decode(mln_buf_sv(&b), &back), 0);
    mln_audit_json(&r, &j1);
    mln_audit_json(&back, &j2);
    assert_true(mln_sv_eq(mln_buf_sv(&j1), mln_buf_sv(&j2)));
    mln_buf_done(&b);
    mln_buf_done(&j1);
    mln_buf_done(&j2);
}

static void test_hostile_wire_bytes_do_no_harm(void **state)
{
    struct mln_audit_record r;
    struct mln_buf b = {0};

    (void)state;
    fill(&r);
    mln_audit_encode(&r, &b);
    for (size_t i = 0; i < b.len; i++) {
        struct mln_audit_record back;
        struct mln_buf j = {0};
        char *copy = malloc(b.len);
        assert_non_null(copy);
        memcpy(copy, b.p, b.len);
        copy[i] = (char)(copy[i] ^ 0x55);
        if (mln_audit_decode(mln_sv(copy, b.len), &back) == 0)
            mln_audit_json(&back, &j);
        if (i && mln_audit_decode(mln_sv(copy, i), &back) == 0)
            mln_audit_json(&back, &j);
        mln_buf_done(&j);
        free(copy);
    }
    mln_buf_done(&b);
}

static void test_json_is_valid_and_inert(void **state)
{
    struct mln_audit_record r;
    struct mln_buf b = {0};

    (void)state;
    fill(&r);
    mln_audit_json(&r, &b);
    assert_int_equal(b.p[b.len - 1], '\n');
    for (size_t i = 0; i + 1 < b.len; i++)
        assert_true((unsigned char)b.p[i] >= ' ');
    assert_true(mln_sv_find(mln_buf_sv(&b), MLN_SV("\xe2\x80\xae")) == SIZE_MAX);
    json_t *o = json_loadb(b.p, b.len, 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "time")),
                        "2026-09-21T14:13:20.123456789Z");
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(json_object_get(o, "field"), "decoded_by"), 1)),
                        "html");
    json_decref(o);
    mln_buf_done(&b);
}

/* Marks of direction, and bytes that are a command to a terminal in one encoding or another. */
static void test_what_turns_text_around_is_written_out(void **state)
{
    static const char *const odd[] = {"\xd8\x9c", "\xe2\x80\x8f", "\xe2\x80\xae", "\xe2\x81\xa6",
                                      "\xc2\x9b", "\x9b",         "\x1b"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(odd); i++) {
        struct mln_buf b = {0};
        mln_buf_add_json(&b, mln_sv_str(odd[i]));
        for (size_t k = 0; k < b.len; k++)
            assert_true(b.p[k] >= ' ' && b.p[k] < 0x7f);
        mln_buf_done(&b);
    }
}

static void test_secrets_are_masked_by_name_and_shape(void **state)
{
    static const struct {
        const char *in, *out;
    } table[] = {
        {"card 4111 1111 1111 1111 ok", "card *** ok"},
        {"4111111111111112", "4111111111111112"},
        {"order 1234567890123", "order 1234567890123"},
        {"t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijk", "t=***"},
        {"plain", "plain"},
        {"-----BEGIN RSA PRIVATE KEY-----\nabc", "***"},
        {"https://a.test/x?token=abc&q=1", "https://a.test/x?token=***&q=1"},
        {"{\"password\": \"a b\", \"q\": 1}", "{\"password\": \"***\", \"q\": 1}"},
        {"{\\\"password\\\":\\\"ab\\\"}", "{\\\"password\\\":\\\"***\"}"},
        {"<user_password>x</user_password>", "<user_password>***</user_password>"},
        {"['pwd' => 'x', 'q' => 'y']", "['pwd' => '***', 'q' => 'y']"},
        {"Authorization: Bearer abc.def ok", "Authorization: *** ok"},
        {"SELECT password FROM users", "SELECT password FROM users"},
        {"password=", "password="},
        {"shipping=1&pin=2", "shipping=1&pin=***"},
        {"{\"password\": \"a\\\"b\", \"q\": 1}", "{\"password\": \"***\", \"q\": 1}"},
        {"{\"password\": \"a\\", "{\"password\": \"***"},
        {"user=a&pass=b&q=1", "user=a&pass=***&q=1"},
        {"newPwd=1&cardCvc=2&PHPSESSID=3", "newPwd=***&cardCvc=***&PHPSESSID=***"},
        {"4111+1111+1111+1111", "***"},
        {"eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp.48V1_ALb6US.5eym8TW_c8.XFBoMYUZo", "***"},
        {"a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOi", "a ***"},
        {"eyJhIjoxLCJiIjoyLCJjIjozfQ", "eyJhIjoxLCJiIjoyLCJjIjozfQ"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_buf b = {0};
        bool masked = false;
        mln_redact_value(&b, mln_sv_str(table[i].in), false, &masked);
        if (!mln_sv_eq(mln_buf_sv(&b), mln_sv_str(table[i].out)))
            fail_msg("%s became %.*s", table[i].in, MLN_SV_ARG(mln_buf_sv(&b)));
        mln_buf_done(&b);
    }
    assert_true(mln_redact_name(MLN_SV("user_password")));
    assert_true(mln_redact_name(MLN_SV("Authorization")));
    assert_true(mln_redact_name(MLN_SV("pin")));
    assert_false(mln_redact_name(MLN_SV("shipping")));
    assert_true(mln_redact_name(MLN_SV("userPIN")));
    assert_true(mln_redact_name(MLN_SV("X-Jwt-Assertion")));
    assert_true(mln_redact_name(MLN_SV("connect.sid")));
    static const char *const honest[] = {"passage", "bypass", "isPinned", "author",
                                         "compass", "side",   "keyboard", "discard"};
    for (size_t i = 0; i < MLN_ARRAY_LEN(honest); i++)
        if (mln_redact_name(mln_sv_str(honest[i])))
            fail_msg("%s", honest[i]);
}

static void put_number(struct mln_ring *r, uint64_t n, int want)
{
    char text[200];
    bool wake;
    int len = snprintf(text, sizeof(text), "%llu %.*s", (unsigned long long)n, (int)(n % 100),
                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                       "xxxxxxxxxxxxxxxxxxxxxxxxx");

    assert_int_equal(mln_ring_put(r, mln_sv(text, (size_t)len), &wake), want);
}

static void test_ring_keeps_order_over_many_rounds(void **state)
{
    struct mln_ring w, r;
    char out[256];
    int fd = mln_memfd_shared("test", mln_ring_size(RING));

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    assert_int_equal(mln_ring_attach(fd, RING, false, &r), 0);
    for (uint64_t n = 0; n < 5000; n++) {
        put_number(&w, n, 0);
        int len = mln_ring_get(&r, out, sizeof(out));
        assert_true(len > 0);
        assert_int_equal(strtoull(out, NULL, 10), n);
    }
    assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 0);
    mln_ring_detach(&w);
    mln_ring_detach(&r);
    (void)close(fd);
}

static void test_full_ring_drops_and_counts_and_a_successor_goes_on(void **state)
{
    struct mln_ring w, r;
    char out[256];
    bool wake;
    int fd = mln_memfd_shared("test", mln_ring_size(RING)), n = 0;

    (void)state;
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    while (mln_ring_put(&w, MLN_SV("0123456789"), &wake) == 0)
        n++;
    assert_int_equal(n, RING / 24);
    assert_int_equal(mln_ring_dropped(&w), 1);
    mln_ring_detach(&w); /* the worker dies */
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    assert_int_equal(mln_ring_attach(fd, RING, false, &r), 0);
    assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 10);
    assert_int_equal(mln_ring_put(&w, MLN_SV("successor"), &wake), 0);
    for (int i = 1; i < n; i++)
        assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 10);
    assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 9);
    assert_memory_equal(out, "successor", 9);
    mln_ring_detach(&w);
    mln_ring_detach(&r);
    (void)close(fd);
}

static void test_reader_trusts_no_writer(void **state)
{
    struct mln_ring w, r;
    char out[256];
    bool wake;
    int fd = mln_memfd_shared("test", mln_ring_size(RING));

    (void)state;
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    assert_int_equal(mln_ring_attach(fd, RING, false, &r), 0);
    uint64_t *words = (uint64_t *)(void *)w.s;
    for (unsigned i = 0; i < 64; i++) {
        uint64_t saved[32];
        memcpy(saved, words, sizeof(saved));
        assert_int_equal(mln_ring_put(&w, MLN_SV("abc"), &wake), 0);
        words[i % 32] ^= UINT64_C(0x123456789abcdef) << (i / 2 % 16);
        int n = mln_ring_get(&r, out, sizeof(out));
        assert_true(n <= (int)sizeof(out));
        memcpy(words, saved, sizeof(saved));
        w.pos = r.pos;
        words[8] = words[16] = r.pos; /* head and tail: the test mends what it broke */
    }
    mln_ring_detach(&w);
    mln_ring_detach(&r);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record_survives_the_wire),
        cmocka_unit_test(test_hostile_wire_bytes_do_no_harm),
        cmocka_unit_test(test_json_is_valid_and_inert),
        cmocka_unit_test(test_what_turns_text_around_is_written_out),
        cmocka_unit_test(test_secrets_are_masked_by_name_and_shape),
        cmocka_unit_test(test_ring_keeps_order_over_many_rounds),
        cmocka_unit_test(test_full_ring_drops_and_counts_and_a_successor_goes_on),
        cmocka_unit_test(test_reader_trusts_no_writer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
