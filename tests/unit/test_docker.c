/* The Docker state machine against a scripted daemon: what is asked, what is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "base/buf.h"
#include "runtime/docker.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define IMAGE "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

struct fake {
    struct mln_docker *d;
    mln_nsec now;
    bool wanted[MLN_DOCKER_CONNS], open[MLN_DOCKER_CONNS];
    struct mln_docker_ask asked[MLN_DOCKER_CONNS];
    bool waiting[MLN_DOCKER_CONNS];
    char log[4096]; /* "+a:tag" changed, "-a" gone, "." synced, "!" trouble */
};

static void note(struct fake *f, const char *fmt, ...) MLN_PRINTF(2, 3);
static void note(struct fake *f, const char *fmt, ...)
{
    size_t n = strlen(f->log);
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(f->log + n, sizeof(f->log) - n, fmt, ap);
    va_end(ap);
}

static void op_connect(void *ctx, unsigned conn)
{
    struct fake *f = ctx;

    assert_false(f->open[conn]);
    f->wanted[conn] = true;
}

static void op_ask(void *ctx, unsigned conn, const struct mln_docker_ask *q)
{
    struct fake *f = ctx;

    assert_true(f->open[conn] && !f->waiting[conn]);
    assert_int_equal(mln_docker_ask_check(q, sizeof(*q)), 0);
    f->asked[conn] = *q;
    f->waiting[conn] = true;
}

static void op_close(void *ctx, unsigned conn)
{
    struct fake *f = ctx;

    f->open[conn] = f->wanted[conn] = f->waiting[conn] = false;
}

static void op_changed(void *ctx, const struct mln_container *c, const struct mln_image *image)
{
    note(ctx, "+%c:%.*s ", c->id.p[0], image && image->n_refs ? (int)image->refs[0].tag.len : 1,
         image && image->n_refs ? image->refs[0].tag.p : "?");
}

static void op_gone(void *ctx, struct mln_sv id)
{
    note(ctx, "-%c ", id.p[0]);
}

static void op_synced(void *ctx)
{
    note(ctx, ". ");
}

static void op_trouble(void *ctx, const char *what, int why)
{
    (void)what;
    (void)why;
    note(ctx, "! ");
}

static struct fake *begin(void)
{
    static const struct mln_docker_ops ops = {.connect = op_connect,
                                              .ask = op_ask,
                                              .close = op_close,
                                              .changed = op_changed,
                                              .gone = op_gone,
                                              .synced = op_synced,
                                              .trouble = op_trouble};
    struct fake *f = calloc(1, sizeof(*f));

    f->now = 100 * MLN_NSEC_PER_SEC;
    f->d = mln_docker_new(&ops, f);
    (void)mln_docker_tick(f->d, f->now, f->now);
    return f;
}

static void end(struct fake *f)
{
    (void)mln_docker_free(f->d);
    free(f);
}

/* What was noted since the last call. */
static void expect(struct fake *f, const char *log)
{
    assert_string_equal(f->log, log);
    f->log[0] = '\0';
}

static void wait_ms(struct fake *f, unsigned ms)
{
    for (unsigned i = 0; i < ms; i += 10) {
        f->now += 10 * MLN_NSEC_PER_MSEC;
        (void)mln_docker_tick(f->d, f->now, f->now);
    }
}

/* Until it wants the events (again). */
static void wait_wanted(struct fake *f)
{
    f->wanted[0] = false;
    for (unsigned k = 0; k < 600 && !f->wanted[0]; k++)
        wait_ms(f, 10);
    assert_true(f->wanted[0]);
}

static void accept_all(struct fake *f)
{
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++)
        if (f->wanted[i]) {
            f->wanted[i] = false;
            f->open[i] = true;
            f->open[i] = mln_docker_connected(f->d, i, 0);
        }
}

static void say(struct fake *f, unsigned conn, const char *text)
{
    mln_docker_bytes(f->d, conn, mln_sv_str(text));
}

static void start_events(struct fake *f)
{
    accept_all(f);
    assert_int_equal(f->asked[0].what, MLN_DOCKER_EVENTS);
    assert_true(f->asked[0].since < f->now); /* from before the list */
    say(f, 0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

static void event(struct fake *f, const char *type, const char *id)
{
    struct mln_buf b = {0}, chunk = {0};

    mln_buf_addf(&b, "{\"Type\":\"%s\",\"Action\":\"x\",\"Actor\":{\"ID\":\"%s\"}}\n", type, id);
    mln_buf_addf(&chunk, "%zx\r\n%.*s\r\n%c", b.len, MLN_SV_ARG(mln_buf_sv(&b)), '\0');
    say(f, 0, chunk.p);
    mln_buf_done(&b);
    mln_buf_done(&chunk);
}

/* The connection that waits for an answer to this question. */
static unsigned asked(struct fake *f, enum mln_docker_what what, uint8_t id0)
{
    for (int round = 0; round < 2; round++, accept_all(f))
        for (unsigned i = 1; i < MLN_DOCKER_CONNS; i++)
            if (f->waiting[i] && f->asked[i].what == what && f->asked[i].id[0] == id0)
                return i;
    fail_msg("question %d for %02x was not asked", (int)what, id0);
    return 0;
}

static void answer(struct fake *f, unsigned conn, int status, const char *body)
{
    struct mln_buf b = {0};

    mln_buf_addf(&b, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n%s%c", status, strlen(body), body,
                 '\0');
    f->waiting[conn] = false;
    say(f, conn, b.p);
    mln_buf_done(&b);
}

static void answer_list(struct fake *f, const char *ids)
{
    answer(f, asked(f, MLN_DOCKER_LIST, 0), 200, ids);
}

static void answer_container(struct fake *f, const char *id, unsigned pid)
{
    char body[1024];

    (void)snprintf(body, sizeof(body),
                   "{\"Id\":\"%s\",\"Name\":\"/n\",\"Image\":\"" IMAGE
                   "\",\"State\":{\"Running\":%s,\"Pid\":%u},\"Config\":{\"Image\":\"shop\"}}",
                   id, pid ? "true" : "false", pid);
    answer(f, asked(f, MLN_DOCKER_CONTAINER, id[0] == 'a' ? 0xaa : 0xbb), 200, body);
}

static void answer_summary(struct fake *f, const char *id)
{
    char body[512];

    (void)snprintf(
        body, sizeof(body),
        "[{\"Id\":\"%s\",\"Names\":[\"/x/alias\",\"/n\"],\"Image\":\"shop\",\"ImageID\":\"" IMAGE
        "\",\"State\":\"created\"}]",
        id);
    answer(f, asked(f, MLN_DOCKER_SUMMARY, id[0] == 'a' ? 0xaa : 0xbb), 200, body);
}

static void answer_image(struct fake *f, const char *tag)
{
    char body[256];

    (void)snprintf(body, sizeof(body), "{\"Id\":\"" IMAGE "\",\"RepoTags\":[\"shop:%s\"]}", tag);
    answer(f, asked(f, MLN_DOCKER_IMAGE, 0xcc), 200, body);
}

static struct fake *begin_with_a(void)
{
    struct fake *f = begin();

    start_events(f);
    answer_list(f, "[{\"Id\":\"" A "\"}]");
    answer_container(f, A, 7);
    expect(f, ""); /* its image is not known yet */
    answer_image(f, "1");
    expect(f, "+a:1 . ");
    return f;
}

static void test_the_list_is_told_and_then_that_it_is_complete(void **state)
{
    (void)state;
    end(begin_with_a());
}

static void test_an_event_is_a_reason_to_look_and_no_more(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    event(f, "container", B);
    expect(f, "");
    answer_container(f, B, 8);
    expect(f, "+b:1 "); /* the image is known */
    event(f, "container", B);
    event(f, "container", B); /* once more while it is being asked */
    answer_container(f, B, 8);
    expect(f, "+b:1 ");
    answer_container(f, B, 0);
    expect(f, "-b ");
    event(f, "container", A);
    answer(f, asked(f, MLN_DOCKER_CONTAINER, 0xaa), 404, "{}");
    expect(f, "-a ");
    end(f);
}

static void test_tags_that_move_are_asked_again(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    event(f, "image", IMAGE);
    answer_image(f, "2");
    expect(f, "+a:2 ");
    event(f, "image", IMAGE);
    answer(f, asked(f, MLN_DOCKER_IMAGE, 0xcc), 404, "{}");
    expect(f, "+a:? "); /* removed under its container */
    end(f);
}

static void test_nothing_is_gone_while_the_daemon_is_away(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    f->open[0] = f->waiting[0] = false;
    mln_docker_closed(f->d, 0);
    expect(f, "! ");
    for (unsigned i = 0; i < 5; i++) { /* refused: quietly, ever more rarely */
        wait_wanted(f);
        f->wanted[0] = false;
        assert_true(mln_docker_connected(f->d, 0, -ECONNREFUSED));
    }
    expect(f, "");
    wait_wanted(f);
    start_events(f);
    answer_list(f, "[{\"Id\":\"" B "\"}]");
    answer_container(f, B, 9);
    expect(f, "+b:1 ");
    answer(f, asked(f, MLN_DOCKER_CONTAINER, 0xaa), 404, "{}");
    expect(f, "-a . ");
    end(f);
}

static void test_a_question_that_fails_is_put_again_and_all_is_not_known_before(void **state)
{
    struct fake *f = begin();

    (void)state;
    start_events(f);
    answer_list(f, "[{\"Id\":\"" A "\"}]");
    for (unsigned i = 0; i < 5; i++) {
        expect(f, "");
        answer(f, asked(f, MLN_DOCKER_CONTAINER, 0xaa), 500, "{}");
        wait_ms(f, 600);
    }
    expect(f, "! "); /* given up: and no word that the list is complete */
    wait_ms(f, 5000);
    answer_list(f, "[{\"Id\":\"" A "\"}]");
    answer_container(f, A, 7);
    answer_image(f, "1");
    expect(f, "+a:1 . ");
    end(f);
}

static void test_broken_and_missing_answers_cost_a_connection(void **state)
{
    struct fake *f = begin();

    (void)state;
    start_events(f);
    unsigned conn = asked(f, MLN_DOCKER_LIST, 0);
    say(f, conn, "SSH-2.0\r\n");
    assert_false(f->open[conn]);
    wait_ms(f, 600);
    conn = asked(f, MLN_DOCKER_LIST, 0);
    wait_ms(f, 10100); /* silence */
    assert_false(f->open[conn]);
    wait_ms(f, 600);
    conn = asked(f, MLN_DOCKER_LIST, 0);
    answer(f, conn, 200, "{\"not\":\"a list\"}");
    wait_ms(f, 600);
    answer_list(f, "[]");
    expect(f, ". ");
    end(f);
}

static void test_the_list_is_compared_every_minute(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    wait_ms(f, 61000);
    answer_list(f, "[{\"Id\":\"" A "\",\"State\":\"running\"}]");
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++) /* as is known: not inspected each time */
        assert_false(f->waiting[i] && f->asked[i].what == MLN_DOCKER_CONTAINER);
    wait_ms(f, 61000);
    answer_list(f, "[]"); /* an event was lost */
    answer_container(f, A, 0);
    expect(f, "-a ");
    end(f);
}

static void test_events_come_in_any_pieces(void **state)
{
    static const char text[] = "{\"Type\":\"container\",\"Actor\":{\"ID\":\"" B "\"}}\n"
                               "{\"Type\":\"network\",\"Actor\":{\"ID\":\"x\"}}\nnonsense\n";
    struct fake *f = begin_with_a();

    (void)state;
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        char chunk[16];
        (void)snprintf(chunk, sizeof(chunk), "1\r\n%c\r\n", text[i]);
        say(f, 0, chunk);
    }
    expect(f, "! "); /* the nonsense; what was sense stays so */
    answer_container(f, B, 9);
    expect(f, "+b:1 ");
    end(f);
}

static void test_a_process_is_told_before_docker_says_that_it_runs(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    mln_docker_early(f->d, MLN_SV(B), 9); /* never heard of: looked at, without waiting for locks */
    expect(f, "");
    answer_summary(f, B);
    expect(f, "+b:1 ");
    event(f, "container", B);
    answer_container(f, B, 0); /* Docker is not that far yet */
    expect(f, "");
    event(f, "container", B);
    answer_container(f, B, 9);
    expect(f, "+b:1 ");
    mln_docker_ended(f->d, MLN_SV(B), 0);
    answer_container(f, B, 0);
    expect(f, "-b ");
    mln_docker_early(f->d, MLN_SV(B), 10); /* the next start; it fails */
    expect(f, "+b:1 ");
    mln_docker_ended(f->d, MLN_SV(B), 0);
    answer_container(f, B, 0);
    expect(f, "-b ");
    mln_docker_early(f->d, MLN_SV(B), 11);
    expect(f, "+b:1 ");
    mln_docker_not_early(f->d); /* nobody will tell of its end: Docker's word counts */
    answer_container(f, B, 0);
    expect(f, "-b ");
    mln_docker_early(f->d, MLN_SV("../x"), 12);
    mln_docker_ended(f->d, MLN_SV(B), 0);
    answer(f, asked(f, MLN_DOCKER_CONTAINER, 0xbb), 404, "{}");
    mln_docker_early(f->d, MLN_SV(B), 13); /* and it ends before the answer comes */
    mln_docker_ended(f->d, MLN_SV(B), 0);
    answer_summary(f, B);
    expect(f, "");
    end(f);
}

static void test_a_start_again_that_is_heard_of_before_the_end(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    mln_docker_early(f->d, MLN_SV(A), 8);
    mln_docker_early(f->d, MLN_SV(A), 8); /* by the next one who heard of it */
    expect(f, "+a:1 ");
    mln_docker_ended(f->d, MLN_SV(A), 7); /* the process before it, late */
    mln_docker_early(f->d, MLN_SV(B), 9); /* of another Docker */
    answer(f, asked(f, MLN_DOCKER_SUMMARY, 0xbb), 200, "[]");
    expect(f, "-b ");
    mln_docker_ended(f->d, MLN_SV(A), 8);
    answer_container(f, A, 0);
    expect(f, "-a ");
    end(f);
}

static void test_what_is_made_is_prepared_by_its_event(void **state)
{
    struct fake *f = begin_with_a();

    (void)state;
    say(f, 0,
        "79\r\n{\"Type\":\"container\",\"Action\":\"create\",\"Actor\":{\"ID\":\"" B "\"}}\n\r\n");
    answer_summary(f, B);
    expect(f, "");
    mln_docker_early(f->d, MLN_SV(B), 9);
    expect(f, "+b:1 ");
    event(f, "container", B);
    answer_container(f, B, 9);
    expect(f, "+b:1 ");
    end(f);
}

static void test_questions_become_get_requests_only(void **state)
{
    struct mln_docker_ask q = {.version = MLN_DOCKER_ASK_VERSION, .what = MLN_DOCKER_CONTAINER};
    char text[MLN_DOCKER_ASK_TEXT_MAX];

    (void)state;
    assert_true(mln_docker_id_binary(MLN_SV(A), q.id));
    assert_false(mln_docker_id_binary(
        MLN_SV("../../../../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), q.id));
    assert_int_equal(mln_docker_ask_check(&q, sizeof(q)), 0);
    mln_docker_ask_text(&q, text);
    assert_non_null(strstr(text, "GET /containers/" A "/json HTTP/1.1\r\n"));
    q.what = MLN_DOCKER_WHAT_MAX;
    assert_int_equal(mln_docker_ask_check(&q, sizeof(q)), -EPROTO);
    q.what = 0;
    assert_int_equal(mln_docker_ask_check(&q, sizeof(q)), -EPROTO);
    assert_int_equal(mln_docker_ask_check(&q, sizeof(q) - 1), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_list_is_told_and_then_that_it_is_complete),
        cmocka_unit_test(test_an_event_is_a_reason_to_look_and_no_more),
        cmocka_unit_test(test_tags_that_move_are_asked_again),
        cmocka_unit_test(test_nothing_is_gone_while_the_daemon_is_away),
        cmocka_unit_test(test_a_question_that_fails_is_put_again_and_all_is_not_known_before),
        cmocka_unit_test(test_broken_and_missing_answers_cost_a_connection),
        cmocka_unit_test(test_the_list_is_compared_every_minute),
        cmocka_unit_test(test_events_come_in_any_pieces),
        cmocka_unit_test(test_a_process_is_told_before_docker_says_that_it_runs),
        cmocka_unit_test(test_a_start_again_that_is_heard_of_before_the_end),
        cmocka_unit_test(test_what_is_made_is_prepared_by_its_event),
        cmocka_unit_test(test_questions_become_get_requests_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
