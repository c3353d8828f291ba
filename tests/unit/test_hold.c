/* `hold`: what of a body may leave before the verdict, in whatever pieces it comes; the verdict is
 * the same, and no byte of what is refused was released. Rules on the answer's body likewise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/txn.h"
#include "one_rule.h"

#define ATTACK "1' UNION SELECT password FROM users--"
#define PAD                                                                                        \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define PADS PAD PAD PAD

struct fixture {
    struct mln_buf blob;
    struct mln_snapshot snap;
    struct mln_engine *e;
};

static void load(struct fixture *f, const char *spec)
{
    *f = (struct fixture){.e = mln_engine_new(&(struct mln_engine_config){.hash_key = {1, 2}})};
    one_rule(spec, &f->blob, &f->snap);
}

static void unload(struct fixture *f)
{
    f->e = mln_engine_free(f->e);
    mln_buf_done(&f->blob);
}

struct run {
    int step;
    uint64_t released; /* most that might have left before the end of the request */
    int score;
};

static struct mln_txn *begin(const struct fixture *f, struct mln_arena *a, const char *type,
                             int *ret_step)
{
    static const char form[] = "POST /f HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_head *head = mln_arena_zalloc(a, sizeof(*head));
    char *raw = mln_arena_alloc(a, 512);

    assert_true(head && raw);
    int n = snprintf(raw, 512, form, type);
    assert_int_equal(mln_h1_parse_request(raw, (size_t)n, &limits, a, head, &fault), 0);
    const struct mln_txn_params params = {
        .snap = &f->snap, .rule = mln_snap_rule_first(&f->snap), .arena = a};
    struct mln_txn *t = mln_txn_new(f->e, &params);
    assert_non_null(t);
    *ret_step = mln_txn_request_head(t, head);
    return t;
}

static struct run judge(const struct fixture *f, const char *type, const char *body, size_t step)
{
    struct mln_arena a;
    struct run r = {0};
    size_t len = strlen(body);

    mln_arena_init(&a, 4 << 20);
    struct mln_txn *t = begin(f, &a, type, &r.step);
    for (size_t at = 0; at < len && r.step == MLN_STEP_MORE; at += step) {
        r.step = mln_txn_request_body(t, mln_sv(body + at, MLN_MIN(step, len - at)));
        r.released = MLN_MAX(r.released, mln_txn_release(t));
    }
    if (r.step == MLN_STEP_MORE)
        r.step = mln_txn_request_end(t, NULL, 0);
    r.score = mln_txn_verdict(t)->score;
    t = mln_txn_free(t);
    mln_arena_done(&a);
    return r;
}

static const struct {
    const char *type, *body;
} bodies[] = {
    {"application/x-www-form-urlencoded", "a=" PADS "&b=2&c=" ATTACK "&d=" PADS},
    {"application/json",
     "{\"a\":\"" PADS "\",\"b\":[1,2],\"c\":\"" ATTACK "\",\"d\":\"" PADS "\"}"},
    {"application/x-ndjson", "{\"a\":1}\n{\"b\":\"" PAD "\"}\n\n[2]\n{\"c\":\"" ATTACK "\"}\n{}\n"},
    {"application/x-ndjson", "\n \n{\"c\":\"" ATTACK "\"}\n"},
    {"application/json-seq", "\x1e{\"a\":1}\n\x1e{\"c\":\"" ATTACK "\"}\n"},
    {"application/x-ndjson", "<a>1</a>\n<b>" ATTACK "</b>\n"}, /* a type that lies */
    {"application/x-ndjson", "a=1&b=" ATTACK "&c=3\n"},
    {"multipart/form-data; boundary=bb",
     "--bb\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" PADS
     "\r\n--bb\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n" ATTACK "\r\n--bb--\r\n"},
    {"application/xml", "<r><a>" PADS "</a><c>" ATTACK "</c><d/></r>"},
};

static void test_the_verdict_does_not_depend_on_pieces_or_hold(void **state)
{
    static const char *const specs[] = {"  mode: enforce\n", "  hold: request\n",
                                        "  hold: message\n"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(specs); i++) {
        struct fixture f;
        load(&f, specs[i]);
        for (size_t b = 0; b < MLN_ARRAY_LEN(bodies); b++) {
            size_t attack = (size_t)(strstr(bodies[b].body, ATTACK) - bodies[b].body);
            int score = judge(&f, bodies[b].type, bodies[b].body, SIZE_MAX / 2).score;
            for (size_t step = 1; step < 90; step += step < 12 ? 1 : 13) {
                struct run r = judge(&f, bodies[b].type, bodies[b].body, step);
                if (r.step != MLN_STEP_STOP || r.score != score || r.released > attack)
                    fail_msg("%s %s in pieces of %zu: step %d score %d, not %d; %llu of %zu left",
                             specs[i], bodies[b].type, step, r.step, r.score, score,
                             (unsigned long long)r.released, attack);
                if (i == 1 && r.released)
                    fail_msg("%s: %s released", specs[i], bodies[b].type);
            }
        }
        unload(&f);
    }
}

/* Byte by byte: after each line all of it may leave, and nothing of an unfinished value. */
static void test_lines_are_released_with_their_end(void **state)
{
    static const char body[] = "\n{\"a\":1,\"b\":\"xyz\"}\n[1,\n2]\n\"text\"\n17\ntrue\n\n{}\n";
    static const char *const whole[] = {
        "\n{\"a\":1,\"b\":\"xyz\"}\n", "[1,\n2]\n", "\"text\"\n", "17\n", "true\n", "\n", "{}\n"};
    struct fixture f;
    struct mln_arena a;
    size_t end = 0, next = 0;
    int step;

    (void)state;
    load(&f, "  mode: enforce\n");
    mln_arena_init(&a, 4 << 20);
    struct mln_txn *t = begin(&f, &a, "application/x-ndjson", &step);
    assert_int_equal(step, MLN_STEP_MORE);
    for (size_t i = 0; body[i]; i++) {
        assert_int_equal(mln_txn_request_body(t, mln_sv(body + i, 1)), MLN_STEP_MORE);
        if (i + 1 == end + strlen(whole[next])) {
            end = i + 1;
            next++;
            if (mln_txn_release(t) != end)
                fail_msg("%zu of %zu bytes may leave", (size_t)mln_txn_release(t), end);
        }
    }
    assert_int_equal(next, MLN_ARRAY_LEN(whole));
    t = mln_txn_free(t);
    mln_arena_done(&a);
    unload(&f);
}

/* ---- the answer ---- */

static int answer(const struct fixture *f, const char *body, size_t step, uint64_t *ret_released)
{
    static const char form[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_head head = {0};
    struct mln_arena a;
    char raw[256];
    size_t len = strlen(body);
    int r;

    mln_arena_init(&a, 4 << 20);
    struct mln_txn *t = begin(f, &a, "text/plain", &r);
    assert_int_equal(mln_txn_request_end(t, NULL, 0), MLN_STEP_MORE);
    memcpy(raw, form, sizeof(form));
    assert_int_equal(
        mln_h1_parse_response(raw, strlen(form), MLN_METHOD_POST, &limits, &a, &head, &fault), 0);
    r = mln_txn_response_head(t, &head);
    assert_true(mln_txn_response_looks(t));
    *ret_released = 0;
    for (size_t at = 0; at < len && r == MLN_STEP_MORE; at += step) {
        r = mln_txn_response_body(t, mln_sv(body + at, MLN_MIN(step, len - at)));
        if (r == MLN_STEP_MORE)
            *ret_released = MLN_MAX(*ret_released, mln_txn_response_release(t));
    }
    if (r == MLN_STEP_MORE)
        r = mln_txn_response_end(t);
    t = mln_txn_free(t);
    mln_arena_done(&a);
    return r;
}

static void test_the_window_of_an_answer_is_the_same_in_any_pieces(void **state)
{
    static char body[MLN_ANSWER_WINDOW + 100];
    static const size_t steps[] = {7, 100, 4096, 16384, 20000};
    uint64_t released;
    struct fixture f;

    (void)state;
    load(&f, "  custom: [{id: x, when: 'resp.body contains \"secret\"'}]\n");
    for (size_t i = 0; i < MLN_ARRAY_LEN(steps); i++)
        for (size_t at = MLN_ANSWER_WINDOW - 6; at <= MLN_ANSWER_WINDOW - 5; at++) {
            memset(body, 'x', sizeof(body) - 1);
            memcpy(body + at, "secret", 6);
            bool within = at + 6 <= MLN_ANSWER_WINDOW;
            assert_int_equal(answer(&f, body, steps[i], &released),
                             within ? MLN_STEP_STOP : MLN_STEP_MORE);
            assert_true(within ? released == 0 : released > 0);
        }
    assert_int_equal(answer(&f, "a short secret", 3, &released), MLN_STEP_STOP);
    assert_int_equal(released, 0);
    unload(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_verdict_does_not_depend_on_pieces_or_hold),
        cmocka_unit_test(test_lines_are_released_with_their_end),
        cmocka_unit_test(test_the_window_of_an_answer_is_the_same_in_any_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
