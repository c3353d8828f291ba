/* Leaks in answers: what is one and what only looks like one, the same however the bytes are split,
 * nothing sent before it was looked at, masks that cover and keep the length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zlib.h>

#include "base/buf.h"
#include "engine/leak_checks.h"
#include "engine/txn.h"
#include "policy/policy.h"

#define KEY "MIIEpAIBAAKCAQEA7bq2hZ3m9x0QyX1cVw2n8Yt5LrJk4uPzEoGfHsDaWqRb6TvN\n"

struct fixture {
    struct mln_buf blob;
    struct mln_snapshot snap;
    struct mln_engine *engine;
};

static void open_policy(struct fixture *f, const char *options)
{
    const struct mln_engine_config cfg = {{1, 2}, false, false};
    struct mln_diags diags = {0};
    struct mln_policy *p = NULL;
    char text[512];

    *f = (struct fixture){0};
    (void)snprintf(text, sizeof(text),
                   "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"
                   "spec: {protections: {leakage: {action: prevent%s}}}\n",
                   options);
    assert_int_equal(mln_policy_load_text("p", mln_sv_str(text), &p, &diags), 0);
    assert_int_equal(mln_policy_compile(p, &f->blob), 0);
    assert_int_equal(mln_snapshot_open(f->blob.p, f->blob.len, &f->snap), 0);
    p = mln_policy_free(p);
    mln_diags_done(&diags);
    f->engine = mln_engine_new(&cfg);
    assert_non_null(f->engine);
}

static void close_policy(struct fixture *f)
{
    f->engine = mln_engine_free(f->engine);
    mln_buf_done(&f->blob);
}

struct outcome {
    int step;
    int detector; /* of the last detection, or -1 */
    uint32_t limits;
    struct mln_buf sent;
};

/* What a data plane does: holds what is not released, overwrites, sends. */
static void take_piece(struct mln_txn *t, struct mln_sv piece, struct mln_buf *held,
                       struct outcome *o)
{
    struct mln_response_mask m;

    mln_buf_add_sv(held, piece);
    o->step = piece.p ? mln_txn_response_body(t, piece) : mln_txn_response_end(t);
    if (o->step == MLN_STEP_STOP)
        return;
    while (mln_txn_response_mask(t, &m)) {
        assert_true(m.from >= o->sent.len); /* nothing that was to be masked has been sent */
        assert_true(m.from <= m.to && m.to <= o->sent.len + held->len);
        memset(held->p + (m.from - o->sent.len), '*', (size_t)(m.to - m.from));
    }
    uint64_t upto = mln_txn_response_release(t);
    size_t n = (size_t)MLN_MIN(upto > o->sent.len ? upto - o->sent.len : 0, (uint64_t)held->len);
    mln_buf_add(&o->sent, held->p, n);
    mln_buf_consume(held, n);
}

static struct outcome answer(const struct fixture *f, const char *type, const char *coding,
                             struct mln_sv body, size_t step)
{
    static const char raw[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_head head, resp;
    struct mln_arena a;
    struct mln_buf held = {0};
    struct outcome o = {.detector = -1};
    char text[256];

    mln_arena_init(&a, 4 << 20);
    const struct mln_txn_params params = {
        .snap = &f->snap, .rule = mln_snap_rule_first(&f->snap), .arena = &a};
    struct mln_txn *t = mln_txn_new(f->engine, &params);
    assert_int_equal(mln_h1_parse_request(raw, sizeof(raw) - 1, &limits, &a, &head, &fault), 0);
    assert_int_equal(mln_txn_request_head(t, &head), MLN_STEP_MORE);
    assert_int_equal(mln_txn_request_end(t, NULL, 0), MLN_STEP_MORE);
    int n =
        snprintf(text, sizeof(text),
                 "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s%s%sContent-Length: %zu\r\n\r\n", type,
                 *coding ? "Content-Encoding: " : "", coding, *coding ? "\r\n" : "", body.len);
    assert_int_equal(
        mln_h1_parse_response(text, (size_t)n, MLN_METHOD_GET, &limits, &a, &resp, &fault), 0);
    o.step = mln_txn_response_head(t, &resp);
    for (size_t i = 0; i < body.len && o.step == MLN_STEP_MORE; i += step)
        take_piece(t, mln_sv_sub(body, i, step), &held, &o);
    if (o.step == MLN_STEP_MORE)
        take_piece(t, MLN_SV_NULL, &held, &o);
    const struct mln_verdict *v = mln_txn_verdict(t);
    o.limits = v->limits;
    if (v->n)
        o.detector = v->d[v->n - 1].detector;
    if (o.step == MLN_STEP_MORE)
        assert_int_equal(o.sent.len, body.len);
    t = mln_txn_free(t);
    mln_arena_done(&a);
    mln_buf_done(&held);
    return o;
}

static int detector_of(const struct fixture *f, const char *type, struct mln_sv body, size_t step)
{
    struct outcome o = answer(f, type, "", body, step);
    int d = o.detector;

    assert_int_equal(o.step, d >= 0 ? MLN_STEP_STOP : MLN_STEP_MORE);
    if (d >= 0 && o.sent.len) /* what leaks has not left */
        assert_int_equal(mln_sv_find(mln_buf_sv(&o.sent), MLN_SV("-----BEGIN RSA")), SIZE_MAX);
    mln_buf_done(&o.sent);
    return d;
}

static const struct {
    int detector;
    const char *body;
} leaks[] = {
    {MLN_DET_LEAKAGE_private_key, "x\n-----BEGIN RSA PRIVATE KEY-----\n" KEY KEY},
    {MLN_DET_LEAKAGE_private_key, "{\"k\":\"-----BEGIN PRIVATE KEY-----\\n" KEY},
    {MLN_DET_LEAKAGE_private_key, "-----BEGIN OPENSSH PRIVATE KEY-----\r\n" KEY},
    {MLN_DET_LEAKAGE_private_key,
     "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" KEY},
    {MLN_DET_LEAKAGE_passwd, "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/sh\n"},
    {MLN_DET_LEAKAGE_passwd, "<pre>root:x:0:0:root:/root:/bin/bash\n</pre>"},
    {MLN_DET_LEAKAGE_passwd, "root:$6$abc$def:19000:0:99999:7:::\n"},
    {MLN_DET_LEAKAGE_passwd, "root:*:19000:0:99999:7:::\n"},
    {MLN_DET_LEAKAGE_credentials, "key=AKIAIOSFODNN7EXAMPLE;"},
    {MLN_DET_LEAKAGE_credentials,
     "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"},
    {MLN_DET_LEAKAGE_credentials, "token: ghp_0123456789abcdefghijABCDEFGHIJ012345"},
    {MLN_DET_LEAKAGE_php_info, "<title>PHP 8.2.7 - phpinfo()</title>"},
    {MLN_DET_LEAKAGE_stack_trace,
     "java.lang.NullPointerException\n\tat shop.cart.Total.of(Total.java:41)\n"
     "\tat shop.Main.main(Main.java:7)\n"},
    {MLN_DET_LEAKAGE_stack_trace,
     "Traceback (most recent call last):\n  File \"/srv/app/views.py\", line 3, in index\n"},
    {MLN_DET_LEAKAGE_stack_trace,
     "<b>Warning</b>:  mysqli_query() in <b>/var/www/shop/a.php</b> on line <b>12</b><br />"},
    {MLN_DET_LEAKAGE_stack_trace, "<h1>Server Error in '/shop' Application.</h1>"},
    {MLN_DET_LEAKAGE_stack_trace, "/srv/app/a.rb:3:in `call'"},
    {MLN_DET_LEAKAGE_stack_trace, "panic: x\n\ngoroutine 1 [running]:\nmain.main()"},
    {MLN_DET_LEAKAGE_directory, "<html><head><title>Index of /backup</title>"},
    {MLN_DET_LEAKAGE_database, "You have an error in your SQL syntax; check the manual"},
    {MLN_DET_LEAKAGE_database, "ORA-00933: SQL command not properly ended"},
    {MLN_DET_LEAKAGE_database, "SQLSTATE[42000]: Syntax error"},
    {MLN_DET_LEAKAGE_source, "<?php\n$db = mysqli_connect('localhost');\n"},
};

static const char *const look_alikes[] = {
    "The file starts with -----BEGIN RSA PRIVATE KEY----- and ends with -----END",
    "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN CERTIFICATE-----\n" KEY,
    "-----BEGIN PUBLIC KEY-----\n" KEY,
    "the root: x is 0, root:0:0 and root::",
    "grassroot:x:0:0:a:/b:/c",
    "root:x:1000:1000:root:/root:/bin/bash",
    "AKIA is a prefix; AKIA1234 is short; akiaiosfodnn7example is lower case",
    "XAKIAIOSFODNN7EXAMPLE is part of another word",
    "see Total.java:41 and Main.java:7",
    "one line: at shop.cart.Total.of(Total.java:41)",
    "Traceback (most recent call last) is what Python prints first",
    "the bug is on line 12 of a.php; a warning on line 3",
    "Warning: read /srv/a.php first, the answer stands on line 3",
    "phpinfo() shows <title>phpinfo</title>",
    "Index of prices, <h2>Index of /terms</h2>",
    "an error in your SQL syntax is a common thing; ORA-12 too; SQLSTATE is a code",
    "&lt;?php echo 1; ?&gt; is how PHP starts",
    "<?xml version=\"1.0\"?><a/>",
    "4111 1111 1111 1111",
};

static void test_leaks_and_look_alikes_in_pieces_of_any_size(void **state)
{
    static const size_t steps[] = {1, 2, 7, 64, 300, 100000};
    struct fixture f;

    (void)state;
    open_policy(&f, "");
    for (size_t s = 0; s < MLN_ARRAY_LEN(steps); s++) {
        for (size_t pad = 0; pad < 3; pad++) {
            struct mln_buf b = {0};
            static const size_t before[] = {0, 100, 5000};
            for (size_t k = 0; k < MLN_ARRAY_LEN(leaks); k++) {
                mln_buf_clear(&b);
                for (size_t i = 0; i < before[pad]; i++)
                    mln_buf_add_char(&b, i % 40 ? 'a' : '\n');
                if (before[pad])
                    mln_buf_add_char(&b, '\n');
                mln_buf_add_str(&b, leaks[k].body);
                if (pad == 2)
                    for (size_t i = 0; i < 1000; i++)
                        mln_buf_add_char(&b, '.');
                if (detector_of(&f, "text/html", mln_buf_sv(&b), steps[s]) != leaks[k].detector)
                    fail_msg("%s, in pieces of %zu behind %zu", leaks[k].body, steps[s],
                             before[pad]);
            }
            for (size_t k = 0; k < MLN_ARRAY_LEN(look_alikes); k++) {
                mln_buf_clear(&b);
                for (size_t i = 0; i < before[pad]; i++)
                    mln_buf_add_char(&b, ' ');
                mln_buf_add_str(&b, look_alikes[k]);
                if (detector_of(&f, "text/html", mln_buf_sv(&b), steps[s]) != -1)
                    fail_msg("%s", look_alikes[k]);
            }
            mln_buf_done(&b);
        }
    }
    close_policy(&f);
}

static void test_masks_cover_the_secret_and_nothing_else(void **state)
{
    static const struct {
        const char *body, *masked;
    } table[] = {
        {"id AKIAIOSFODNN7EXAMPLE, ok", "id ********************, ok"},
        {"a\nroot:x:0:0:root:/root:/bin/sh\nb", "a\n*****************************\nb"},
        {"<title>Index of /x", "*****************x"},
    };
    struct fixture f;

    (void)state;
    open_policy(&f, ", on_match: mask");
    for (size_t k = 0; k < MLN_ARRAY_LEN(table); k++)
        for (size_t step = 1; step < 40; step++) {
            struct outcome o = answer(&f, "text/html", "", mln_sv_str(table[k].body), step);
            assert_int_equal(o.step, MLN_STEP_MORE);
            assert_true(o.detector >= 0);
            if (!mln_sv_eq(mln_buf_sv(&o.sent), mln_sv_str(table[k].masked)))
                fail_msg("%.*s", MLN_SV_ARG(mln_buf_sv(&o.sent)));
            mln_buf_done(&o.sent);
        }
    close_policy(&f);
}

/* A key is longer than what a check looks at: it is masked to its end, wherever that is. */
static void test_a_whole_key_is_masked(void **state)
{
    static const unsigned lines[] = {1, 30, 600};
    struct fixture f;

    (void)state;
    open_policy(&f, ", on_match: mask");
    for (size_t k = 0; k < MLN_ARRAY_LEN(lines); k++)
        for (size_t step = 1; step < 5000; step = step * 5 + 2) {
            struct mln_buf b = {0};
            mln_buf_add_str(&b, "before\n-----BEGIN RSA PRIVATE KEY-----\n");
            for (unsigned i = 0; i < lines[k]; i++)
                mln_buf_add_str(&b, KEY);
            mln_buf_add_str(&b, "-----END RSA PRIVATE KEY-----\nafter the key all is as it was");
            struct outcome o = answer(&f, "text/plain", "", mln_buf_sv(&b), step);
            struct mln_sv sent = mln_buf_sv(&o.sent);
            assert_int_equal(mln_sv_find(sent, MLN_SV("MIIEpAIBAAKCAQEA")), SIZE_MAX);
            assert_true(mln_sv_starts(sent, MLN_SV("before\n***")));
            assert_true(mln_sv_ends(sent, MLN_SV("\nafter the key all is as it was")));
            mln_buf_done(&o.sent);
            mln_buf_done(&b);
        }
    close_policy(&f);
}

static struct mln_buf gzip(struct mln_sv body)
{
    struct mln_buf out = {0};
    z_stream z = {0};
    unsigned char piece[65536];

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)body.p;
    z.avail_in = (uInt)body.len;
    int r;
    do {
        z.next_out = piece;
        z.avail_out = sizeof(piece);
        r = deflate(&z, Z_FINISH);
        mln_buf_add(&out, piece, sizeof(piece) - z.avail_out);
    } while (r == Z_OK);
    (void)deflateEnd(&z);
    return out;
}

static void test_compressed_answers_are_looked_into(void **state)
{
    struct fixture f;
    struct mln_buf b = {0};
    uint64_t seed = 5;

    (void)state;
    for (unsigned i = 0; i < 60000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        mln_buf_add_char(&b, "abcdefghijklmnopqrstuvwxyz 0123456789\n"[(seed >> 33) % 38]);
    }
    struct mln_buf clean = gzip(mln_buf_sv(&b));
    mln_buf_add_str(&b, "\nroot:x:0:0:root:/root:/bin/bash\n");
    struct mln_buf leak = gzip(mln_buf_sv(&b));
    for (unsigned mask = 0; mask < 2; mask++) {
        open_policy(&f, mask ? ", on_match: mask" : "");
        for (size_t step = 100; step < 50000; step *= 5) {
            struct outcome o = answer(&f, "text/html", "gzip", mln_buf_sv(&clean), step);
            assert_int_equal(o.step, MLN_STEP_MORE);
            mln_buf_done(&o.sent);
            o = answer(&f, "text/html", "gzip", mln_buf_sv(&leak), step);
            assert_int_equal(o.step, MLN_STEP_STOP); /* what is coded cannot be overwritten */
            assert_int_equal(o.detector, MLN_DET_LEAKAGE_passwd);
            assert_true(o.sent.len < leak.len);
            mln_buf_done(&o.sent);
        }
        close_policy(&f);
    }
    mln_buf_done(&b);
    mln_buf_done(&clean);
    mln_buf_done(&leak);
}

/* A page may be as repetitive as it likes for its first MiB; what grows on at that rate is not
 * worth the time that looking at it takes. */
static void test_a_bomb_is_looked_into_for_a_while(void **state)
{
    static const struct {
        size_t before;
        int step;
    } cases[] = {{900 << 10, MLN_STEP_STOP}, {2 << 20, MLN_STEP_MORE}};
    struct fixture f;

    (void)state;
    open_policy(&f, "");
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_buf b = {0};
        char *p = mln_buf_reserve(&b, cases[i].before);
        memset(p, ' ', cases[i].before);
        b.len = cases[i].before;
        mln_buf_add_str(&b, "\nroot:x:0:0:root:/root:/bin/bash\n");
        struct mln_buf coded = gzip(mln_buf_sv(&b));
        struct outcome o = answer(&f, "text/html", "gzip", mln_buf_sv(&coded), 65536);
        assert_int_equal(o.step, cases[i].step);
        assert_int_equal(o.limits != 0, cases[i].step == MLN_STEP_MORE);
        if (o.limits) /* it goes on all the same */
            assert_int_equal(o.sent.len, coded.len);
        mln_buf_done(&o.sent);
        mln_buf_done(&coded);
        mln_buf_done(&b);
    }
    close_policy(&f);
}

static void test_only_what_is_asked_for(void **state)
{
    struct fixture f;

    (void)state;
    open_policy(&f, ", sensitive: [cards, passwd]");
    assert_int_equal(detector_of(&f, "text/html", MLN_SV("pay 4111 1111 1111 1111 now"), 3),
                     MLN_DET_LEAKAGE_card);
    assert_int_equal(detector_of(&f, "text/html", MLN_SV("pay 4111-1111-1111-1112 now"), 3), -1);
    assert_int_equal(detector_of(&f, "text/html", MLN_SV("id 94111111111111111"), 3), -1);
    assert_int_equal(detector_of(&f, "text/html", MLN_SV("t=1764115200000 1764115200001"), 3), -1);
    assert_int_equal(detector_of(&f, "text/html", MLN_SV("<title>Index of /"), 3), -1);
    assert_int_equal(detector_of(&f, "image/png", MLN_SV("root:x:0:0:root:/root:/bin/bash\n"), 3),
                     -1);
    close_policy(&f);
}

/* An answer that ends nowhere near a word is sent but for the last few bytes. */
static void test_little_is_held(void **state)
{
    struct fixture f;
    struct mln_arena a;

    (void)state;
    open_policy(&f, "");
    mln_arena_init(&a, 4 << 20);
    static const char raw[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char head_text[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_head head, resp;
    const struct mln_txn_params params = {
        .snap = &f.snap, .rule = mln_snap_rule_first(&f.snap), .arena = &a};
    struct mln_txn *t = mln_txn_new(f.engine, &params);
    assert_int_equal(mln_h1_parse_request(raw, sizeof(raw) - 1, &limits, &a, &head, &fault), 0);
    (void)mln_txn_request_head(t, &head);
    (void)mln_txn_request_end(t, NULL, 0);
    assert_int_equal(mln_h1_parse_response(head_text, sizeof(head_text) - 1, MLN_METHOD_GET,
                                           &limits, &a, &resp, &fault),
                     0);
    (void)mln_txn_response_head(t, &resp);
    assert_true(mln_txn_response_looks(t));
    for (unsigned i = 1; i <= 100; i++) {
        char piece[1000];
        memset(piece, 'a', sizeof(piece));
        assert_int_equal(mln_txn_response_body(t, mln_sv(piece, sizeof(piece))), MLN_STEP_MORE);
        assert_true(mln_txn_response_release(t) + MLN_LEAK_BEFORE + 64 >= i * sizeof(piece));
    }
    t = mln_txn_free(t);
    mln_arena_done(&a);
    close_policy(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaks_and_look_alikes_in_pieces_of_any_size),
        cmocka_unit_test(test_masks_cover_the_secret_and_nothing_else),
        cmocka_unit_test(test_a_whole_key_is_masked),
        cmocka_unit_test(test_compressed_answers_are_looked_into),
        cmocka_unit_test(test_a_bomb_is_looked_into_for_a_while),
        cmocka_unit_test(test_only_what_is_asked_for),
        cmocka_unit_test(test_little_is_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
