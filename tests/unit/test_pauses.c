/* Work that is put off half-way: fibers, and transactions of one engine that take turns wherever it
 * pauses. Each comes to the verdict that it comes to alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/txn.h"
#include "io/fiber.h"
#include "policy/policy.h"

static const char rule[] = "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"
                           "spec: {mode: enforce}\n";

struct job {
    struct mln_fiber *fiber;
    const struct mln_snapshot *snap;
    struct mln_engine *engine;
    const char *type;
    struct mln_buf body;
    bool begun, ended;
    int step, score;
    uint32_t detections;
};

static struct mln_fiber *running;
static unsigned pauses;

static void pause(void *pauser)
{
    (void)pauser;
    pauses++;
    if (running)
        mln_fiber_yield(running);
}

static void judge(void *arg)
{
    struct job *j = arg;
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_http_head head;
    struct mln_arena a;
    char raw[256];

    mln_arena_init(&a, 4 << 20);
    int n =
        snprintf(raw, sizeof(raw),
                 "POST /f HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                 j->type, j->body.len);
    assert_int_equal(mln_h1_parse_request(raw, (size_t)n, &limits, &a, &head, &fault), 0);
    const struct mln_txn_params params = {
        .snap = j->snap, .rule = mln_snap_rule_first(j->snap), .arena = &a};
    struct mln_txn *t = mln_txn_new(j->engine, &params);
    assert_non_null(t);
    j->step = mln_txn_request_head(t, &head);
    if (j->step == MLN_STEP_MORE)
        j->step = mln_txn_request_body(t, mln_buf_sv(&j->body));
    if (j->step == MLN_STEP_MORE)
        j->step = mln_txn_request_end(t, NULL, 0);
    j->score = mln_txn_verdict(t)->score;
    j->detections = mln_txn_verdict(t)->n;
    (void)mln_txn_free(t);
    mln_arena_done(&a);
}

static const struct {
    const char *type, *start, *unit, *end;
} bodies[] = {
    {"text/plain", "", "a: '\"`a=b&c={<a b=\"%41$([[a \"a$(a /\":\"b=c&d=e\"}&[code]", ""},
    {"text/plain", "", "Words of a text, one after the other. ", "' union select a from b--"},
    {"application/json", "[", "\"some words, <b>bold</b>\",", "\"<script>alert(1)</script>\"]"},
    {"application/json", "[", "{\"a\":\"x=1&y=%7B%22b%22%3A1%7D\"},", "1]"},
    {"application/x-www-form-urlencoded", "a=", "<a b%3D\"%27", "&b=;cat /etc/passwd"},
    {"application/x-www-form-urlencoded", "a=", "dGhlIHdvcmRzIG9mIGEgdGV4dA", "&b=2"},
    {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n",
     "{{ x }} and ${y}, ", "\r\n--b--\r\n"},
    {"application/xml", "<r>", "<a c='d'>e &amp; f</a>", "</r>"},
};
enum { JOBS = MLN_ARRAY_LEN(bodies), BODY_BYTES = 40000 };

static void fill(struct job *j, unsigned which)
{
    j->type = bodies[which].type;
    mln_buf_add_str(&j->body, bodies[which].start);
    while (j->body.len < BODY_BYTES)
        mln_buf_add_str(&j->body, bodies[which].unit);
    mln_buf_add_str(&j->body, bodies[which].end);
    assert_false(mln_buf_failed(&j->body));
}

static bool all_ended(const struct job *jobs)
{
    for (unsigned i = 0; i < JOBS; i++)
        if (!jobs[i].ended)
            return false;
    return true;
}

static void in_turns(struct job *jobs)
{
    for (unsigned turn = 0; !all_ended(jobs); turn++)
        for (unsigned i = 0; i < JOBS; i++) {
            struct job *j = &jobs[i];
            if (j->ended || (turn + i) % 3 == 0) /* not always in the same order */
                continue;
            running = j->fiber;
            j->ended = j->begun ? mln_fiber_resume(j->fiber) : mln_fiber_start(j->fiber, judge, j);
            j->begun = true;
            running = NULL;
        }
}

static void test_transactions_that_take_turns_come_to_their_own_verdicts(void **state)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf blob = {0};
    struct mln_snapshot snap;
    const struct mln_engine_config cfg = {.hash_key = {1, 2}};
    struct mln_engine *e = mln_engine_new(&cfg), *fresh;
    struct job alone[JOBS] = {0}, turns[JOBS] = {0};
    unsigned found = 0;

    (void)state;
    assert_int_equal(mln_policy_load_text("t", mln_sv_str(rule), &p, &diags), 0);
    assert_int_equal(mln_policy_compile(p, &blob), 0);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &snap), 0);
    mln_engine_pauses(e, pause, NULL);
    for (unsigned i = 0; i < JOBS; i++) {
        fresh = mln_engine_new(&cfg);
        alone[i].snap = turns[i].snap = &snap;
        alone[i].engine = fresh;
        turns[i].engine = e;
        fill(&alone[i], i);
        fill(&turns[i], i);
        judge(&alone[i]);
        (void)mln_engine_free(fresh);
        assert_int_equal(mln_fiber_new(&turns[i].fiber), 0);
    }
    in_turns(turns);
    assert_true(pauses > 20 * JOBS);
    for (unsigned i = 0; i < JOBS; i++) {
        assert_int_equal(turns[i].step, alone[i].step);
        assert_int_equal(turns[i].score, alone[i].score);
        assert_int_equal(turns[i].detections, alone[i].detections);
        found += alone[i].step == MLN_STEP_STOP;
        (void)mln_fiber_free(turns[i].fiber);
        mln_buf_done(&turns[i].body);
        mln_buf_done(&alone[i].body);
    }
    assert_true(found > 1 && found < JOBS);
    (void)mln_engine_free(e);
    (void)mln_policy_free(p);
    mln_diags_done(&diags);
    mln_buf_done(&blob);
}

/* ---- fibers ---- */

struct counting {
    struct mln_fiber *fiber;
    unsigned n, upto;
};

static void count(void *arg)
{
    struct counting *c = arg;

    for (c->n = 0; c->n < c->upto; c->n++)
        mln_fiber_yield(c->fiber);
}

static void test_a_fiber_goes_on_where_it_was_and_is_used_again(void **state)
{
    struct counting a = {.upto = 3}, b = {.upto = 2};

    (void)state;
    assert_int_equal(mln_fiber_new(&a.fiber), 0);
    assert_int_equal(mln_fiber_new(&b.fiber), 0);
    for (unsigned round = 0; round < 3; round++) {
        assert_false(mln_fiber_start(a.fiber, count, &a));
        assert_false(mln_fiber_start(b.fiber, count, &b));
        assert_false(mln_fiber_resume(a.fiber));
        assert_int_equal(a.n, 1);
        assert_int_equal(b.n, 0);
        assert_false(mln_fiber_resume(b.fiber));
        assert_false(mln_fiber_resume(a.fiber));
        assert_true(mln_fiber_resume(b.fiber));
        assert_true(mln_fiber_resume(a.fiber));
        assert_int_equal(a.n, 3);
        assert_int_equal(b.n, 2);
    }
    (void)mln_fiber_free(a.fiber);
    (void)mln_fiber_free(b.fiber);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transactions_that_take_turns_come_to_their_own_verdicts),
        cmocka_unit_test(test_a_fiber_goes_on_where_it_was_and_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
