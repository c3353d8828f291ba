/* containerd's wire: protocol buffers, gRPC in HTTP/2 frames, questions; and the state machine
 * where the order of events and answers matters (tests/integration has the real daemon). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "base/buf.h"
#include "runtime/containerd.h"
#include "runtime/containerd_pb.h"
#include "runtime/grpc.h"
#include "runtime/pb.h"

/* ---- writing what a daemon writes ---- */

static void put_varint(struct mln_buf *b, uint64_t v)
{
    for (; v > 127; v >>= 7)
        mln_buf_add_char(b, (char)(v | 0x80));
    mln_buf_add_char(b, (char)v);
}

static void put_bytes(struct mln_buf *b, unsigned field, struct mln_sv v)
{
    put_varint(b, field << 3 | 2);
    put_varint(b, v.len);
    mln_buf_add_sv(b, v);
}

static void put_text(struct mln_buf *b, unsigned field, const char *v)
{
    put_bytes(b, field, mln_sv_str(v));
}

static void put_number(struct mln_buf *b, unsigned field, uint64_t v)
{
    put_varint(b, field << 3);
    put_varint(b, v);
}

static void put_frame(struct mln_buf *b, unsigned type, unsigned flags, unsigned stream,
                      struct mln_sv payload)
{
    const char head[] = {
        0,           (char)(payload.len >> 8), (char)payload.len, (char)type, (char)flags, 0, 0, 0,
        (char)stream};

    mln_buf_add(b, head, sizeof(head));
    mln_buf_add_sv(b, payload);
}

static void put_message(struct mln_buf *b, struct mln_sv m)
{
    struct mln_buf data = {0};
    const char prefix[] = {0, 0, 0, (char)(m.len >> 8), (char)m.len};

    mln_buf_add(&data, prefix, sizeof(prefix));
    mln_buf_add_sv(&data, m);
    put_frame(b, 0, 0, 1, mln_buf_sv(&data));
    mln_buf_done(&data);
}

/* ---- pb ---- */

static void test_fields_are_read_and_what_is_none_is_bad(void **state)
{
    static const struct mln_sv bad[] = {
        MLN_SV("\x08"),                                             /* no value */
        MLN_SV("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* a varint without end */
        MLN_SV("\x12\x05"
               "abc"),      /* shorter than it says */
        MLN_SV("\x0b"),     /* a group */
        MLN_SV("\x00\x01"), /* field 0 */
        MLN_SV("\x0d\x01"), /* half a fixed32 */
    };
    struct mln_buf b = {0};
    struct mln_pb_field f;

    (void)state;
    put_number(&b, 3, 300);
    put_text(&b, 2, "abc");
    mln_buf_add(&b, "\x0d\x01\x02\x00\x00", 5); /* fixed32, field 1 */
    struct mln_pb p = mln_pb(mln_buf_sv(&b));
    assert_true(mln_pb_next(&p, &f) && f.number == 3 && !f.is_bytes && f.value == 300);
    assert_true(mln_pb_next(&p, &f) && f.number == 2 && mln_sv_eq(f.bytes, MLN_SV("abc")));
    assert_true(mln_pb_next(&p, &f) && f.number == 1 && f.value == 0x201);
    assert_false(mln_pb_next(&p, &f) || p.bad);
    for (size_t i = 0; i < MLN_ARRAY_LEN(bad); i++) {
        p = mln_pb(bad[i]);
        assert_false(mln_pb_next(&p, &f));
        assert_true(p.bad);
    }
    mln_buf_done(&b);
}

/* ---- gRPC ---- */

static void collect(void *arg, struct mln_sv m)
{
    mln_buf_addf(arg, "[%.*s]", MLN_SV_ARG(m));
}

static int feed(const char *bytes, size_t n, size_t step, struct mln_buf *got, bool *ret_ended)
{
    struct mln_grpc g;
    int r = 0;

    mln_buf_clear(got);
    mln_grpc_init(&g);
    for (size_t at = 0; r == 0 && at < n; at += step)
        r = mln_grpc_feed(&g, mln_sv(bytes + at, MLN_MIN(step, n - at)), collect, got);
    *ret_ended = g.ended;
    mln_grpc_done(&g);
    return r;
}

static void test_messages_come_out_of_frames_in_any_pieces(void **state)
{
    struct mln_buf b = {0}, got = {0};
    bool ended;

    (void)state;
    put_frame(&b, 4, 0, 0, MLN_SV(""));     /* SETTINGS */
    put_frame(&b, 1, 4, 1, MLN_SV("\x88")); /* HEADERS */
    put_message(&b, MLN_SV("one"));
    put_message(&b, MLN_SV(""));
    put_frame(&b, 6, 0, 0, MLN_SV("12345678"));    /* PING: goes without an answer */
    put_frame(&b, 0, 0, 1, MLN_SV("\0\0\0\0\4t")); /* a message in two frames, … */
    put_frame(&b, 0, 8, 1, MLN_SV("\2wo!\0\0"));   /* … the second one padded */
    put_frame(&b, 1, 5, 1, MLN_SV("\x88"));        /* trailers, END_STREAM */
    for (size_t step = 1; step <= b.len; step++) {
        assert_int_equal(feed(b.p, b.len, step, &got, &ended), 0);
        assert_true(mln_sv_eq(mln_buf_sv(&got), MLN_SV("[one][][two!]")));
        assert_true(ended);
    }
    mln_buf_done(&b);
    mln_buf_done(&got);
}

static void test_what_is_not_grpc_or_was_given_up_is_an_error(void **state)
{
    struct mln_buf b = {0}, got = {0};
    bool ended;

    (void)state;
    assert_int_equal(feed("HTTP/1.1 400 Bad Request\r\n", 26, 26, &got, &ended), -EBADMSG);
    put_frame(&b, 3, 0, 1, MLN_SV("\0\0\0\2"));
    assert_int_equal(feed(b.p, b.len, b.len, &got, &ended), -ECONNRESET);
    mln_buf_clear(&b);
    put_frame(&b, 7, 0, 0, MLN_SV("\0\0\0\1\0\0\0\2"));
    assert_int_equal(feed(b.p, b.len, b.len, &got, &ended), -ECONNRESET);
    mln_buf_clear(&b);
    put_frame(&b, 0, 0, 1, MLN_SV("\1\0\0\0\0")); /* compressed */
    assert_int_equal(feed(b.p, b.len, b.len, &got, &ended), -EBADMSG);
    mln_buf_clear(&b);
    put_frame(&b, 0, 8, 1, MLN_SV("\4abc")); /* more padding than frame */
    assert_int_equal(feed(b.p, b.len, b.len, &got, &ended), -EBADMSG);
    mln_buf_clear(&b);
    put_frame(&b, 0, 0, 1, MLN_SV("\0\x7f\xff\xff\xff"));
    assert_int_equal(feed(b.p, b.len, b.len, &got, &ended), -EFBIG);
    mln_buf_done(&b);
    mln_buf_done(&got);
}

/* ---- questions ---- */

static void test_questions_are_checked(void **state)
{
    struct mln_containerd_ask q = {.version = MLN_CONTAINERD_ASK_VERSION,
                                   .what = MLN_CONTAINERD_CONTAINERS,
                                   .ns = "k8s.io",
                                   .id = "abc"};
    char text[MLN_CONTAINERD_ASK_TEXT_MAX];

    (void)state;
    assert_int_equal(mln_containerd_ask_check(&q, sizeof(q)), 0);
    size_t n = mln_containerd_ask_text(&q, text);
    assert_true(mln_sv_find(mln_sv(text, n), MLN_SV("\x06k8s.io")) != SIZE_MAX);
    assert_true(mln_sv_ends(mln_sv(text, n), MLN_SV("\x0a\x07id==abc")));
    assert_int_equal(mln_containerd_ask_check(&q, sizeof(q) - 1), -EPROTO);
    (void)snprintf(q.ns, sizeof(q.ns), "a\r\nb");
    assert_int_equal(mln_containerd_ask_check(&q, sizeof(q)), -EPROTO);
    q.ns[0] = '\0';
    assert_int_equal(mln_containerd_ask_check(&q, sizeof(q)), -EPROTO);
    memset(q.ns, 'a', sizeof(q.ns));
    assert_int_equal(mln_containerd_ask_check(&q, sizeof(q)), -EPROTO);
    q = (struct mln_containerd_ask){.version = MLN_CONTAINERD_ASK_VERSION,
                                    .what = MLN_CONTAINERD_WHAT_MAX};
    assert_int_equal(mln_containerd_ask_check(&q, sizeof(q)), -EPROTO);
}

/* ---- the state machine ---- */

struct fake {
    struct mln_containerd *d;
    mln_nsec now;
    bool wanted[MLN_CONTAINERD_CONNS], open[MLN_CONTAINERD_CONNS];
    struct mln_containerd_ask asked[MLN_CONTAINERD_CONNS];
    char log[4096];
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
    ((struct fake *)ctx)->wanted[conn] = true;
}

static void op_ask(void *ctx, unsigned conn, const struct mln_containerd_ask *q)
{
    struct fake *f = ctx;

    assert_int_equal(mln_containerd_ask_check(q, sizeof(*q)), 0);
    f->asked[conn] = *q;
}

static void op_close(void *ctx, unsigned conn)
{
    struct fake *f = ctx;

    f->open[conn] = f->wanted[conn] = false;
}

static void op_changed(void *ctx, const struct mln_container *c, const struct mln_image *image)
{
    note(ctx, "+%.*s:%u%s ", MLN_SV_ARG(c->id), c->pid, image ? "" : "?");
}

static void op_gone(void *ctx, struct mln_sv id)
{
    note(ctx, "-%.*s ", MLN_SV_ARG(id));
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

static void op_dockers(void *ctx, struct mln_sv id, uint32_t pid, bool ended)
{
    note(ctx, "%.*s=%u%s ", MLN_SV_ARG(id), pid, ended ? "x" : "");
}

static void expect(struct fake *f, const char *log)
{
    assert_string_equal(f->log, log);
    f->log[0] = '\0';
}

static void wait_ms(struct fake *f, unsigned ms)
{
    f->now += ms * MLN_NSEC_PER_MSEC;
    (void)mln_containerd_tick(f->d, f->now);
}

static unsigned asked(struct fake *f, enum mln_containerd_what what, const char *id)
{
    for (int round = 0; round < 8; round++) {
        for (unsigned i = 1; i < MLN_CONTAINERD_CONNS; i++) {
            if (f->wanted[i]) {
                f->wanted[i] = false;
                f->open[i] = true;
                assert_true(mln_containerd_connected(f->d, i, 0));
            }
            if (f->open[i] && f->asked[i].what == what && strcmp(f->asked[i].id, id) == 0)
                return i;
        }
    }
    fail_msg("question %d for %s was not asked", (int)what, id);
    return 0;
}

static void answer_on(struct fake *f, unsigned conn, const struct mln_buf *m)
{
    struct mln_buf b = {0};

    put_frame(&b, 1, 4, 1, MLN_SV("\x88"));
    put_message(&b, mln_buf_sv(m));
    put_frame(&b, 1, 5, 1, MLN_SV("\x88"));
    mln_containerd_bytes(f->d, conn, mln_buf_sv(&b));
    mln_buf_done(&b);
}

static void answer(struct fake *f, enum mln_containerd_what what, const char *id, struct mln_buf *m)
{
    answer_on(f, asked(f, what, id), m);
    mln_buf_done(m);
}

static void add_container(struct mln_buf *list, const char *id)
{
    struct mln_buf c = {0};

    put_text(&c, 1, id);
    put_text(&c, 3, "docker.io/library/a:1");
    put_bytes(list, 1, mln_buf_sv(&c));
    mln_buf_done(&c);
}

static void add_task(struct mln_buf *list, const char *id, unsigned pid)
{
    struct mln_buf t = {0};

    put_text(&t, 2, id);
    put_number(&t, 3, pid);
    put_number(&t, 4, 2);
    put_bytes(list, 1, mln_buf_sv(&t));
    mln_buf_done(&t);
}

static void answer_images(struct fake *f)
{
    struct mln_buf list = {0}, image = {0}, target = {0};

    put_text(&target, 2, "sha256:aa");
    put_text(&image, 1, "docker.io/library/a:1");
    put_bytes(&image, 3, mln_buf_sv(&target));
    put_bytes(&list, 1, mln_buf_sv(&image));
    mln_buf_done(&image);
    mln_buf_done(&target);
    answer(f, MLN_CONTAINERD_IMAGES, "", &list);
}

static void event(struct fake *f, const char *ns, const char *topic, const char *id,
                  unsigned pid_field, unsigned pid)
{
    struct mln_buf own = {0}, any = {0}, m = {0}, frame = {0};

    put_text(&own, 1, id);
    if (pid_field)
        put_number(&own, pid_field, pid);
    put_bytes(&any, 2, mln_buf_sv(&own));
    put_text(&m, 2, ns);
    put_text(&m, 3, topic);
    put_bytes(&m, 4, mln_buf_sv(&any));
    put_message(&frame, mln_buf_sv(&m));
    mln_containerd_bytes(f->d, 0, mln_buf_sv(&frame));
    mln_buf_done(&own);
    mln_buf_done(&any);
    mln_buf_done(&m);
    mln_buf_done(&frame);
}

static struct fake *begin(void)
{
    static const struct mln_containerd_ops ops = {.connect = op_connect,
                                                  .ask = op_ask,
                                                  .close = op_close,
                                                  .changed = op_changed,
                                                  .gone = op_gone,
                                                  .synced = op_synced,
                                                  .trouble = op_trouble,
                                                  .dockers = op_dockers};
    struct fake *f = calloc(1, sizeof(*f));
    struct mln_buf list = {0}, ns = {0};

    f->now = 100 * MLN_NSEC_PER_SEC;
    f->d = mln_containerd_new(&ops, f);
    (void)mln_containerd_tick(f->d, f->now);
    f->wanted[0] = false;
    f->open[0] = true;
    assert_true(mln_containerd_connected(f->d, 0, 0));
    assert_int_equal(f->asked[0].what, MLN_CONTAINERD_EVENTS);
    put_text(&ns, 1, "k8s.io");
    put_bytes(&list, 1, mln_buf_sv(&ns));
    mln_buf_clear(&ns);
    put_text(&ns, 1, "moby");
    put_bytes(&list, 1, mln_buf_sv(&ns));
    mln_buf_done(&ns);
    answer(f, MLN_CONTAINERD_NAMESPACES, "", &list);
    return f;
}

static struct fake *begin_with_one(void)
{
    struct fake *f = begin();
    struct mln_buf containers = {0}, tasks = {0};

    answer_images(f);
    add_container(&containers, "one");
    answer(f, MLN_CONTAINERD_CONTAINERS, "", &containers);
    add_task(&tasks, "one", 7);
    answer(f, MLN_CONTAINERD_TASKS, "", &tasks);
    expect(f, "+one:7 . ");
    return f;
}

static void end(struct fake *f)
{
    (void)mln_containerd_free(f->d);
    free(f);
}

static void test_a_process_is_told_at_its_creation(void **state)
{
    struct fake *f = begin_with_one();
    struct mln_buf list = {0};

    (void)state;
    event(f, "k8s.io", "/containers/create", "two", 0, 0);
    add_container(&list, "two");
    answer(f, MLN_CONTAINERD_CONTAINERS, "two", &list);
    expect(f, "");
    event(f, "k8s.io", "/tasks/create", "two", 6, 9);
    expect(f, "+two:9 ");
    event(f, "k8s.io", "/tasks/exit", "two", 3, 9);
    expect(f, "-two ");
    event(f, "moby", "/tasks/create", "aaaa", 6, 10);
    event(f, "moby", "/tasks/exit", "aaaa", 3, 10);
    expect(f, "aaaa=10 aaaa=10x ");
    end(f);
}

static void test_a_process_that_somebody_else_names_first(void **state)
{
    struct fake *f = begin_with_one();
    struct mln_buf list = {0}, ns = {0}, name = {0}, containers = {0}, tasks = {0};

    (void)state;
    mln_containerd_early(f->d, MLN_SV("k8s.io"), MLN_SV("two"), 9);
    mln_containerd_early(f->d, MLN_SV("k8s.io"), MLN_SV("two"), 9); /* asked again */
    expect(f, "");
    add_container(&list, "two");
    answer(f, MLN_CONTAINERD_CONTAINERS, "two", &list);
    expect(f, "+two:9 ");
    wait_ms(f, 1100); /* lists that know nothing of a task that is being made */
    put_text(&name, 1, "k8s.io");
    put_bytes(&ns, 1, mln_buf_sv(&name));
    mln_buf_done(&name);
    answer(f, MLN_CONTAINERD_NAMESPACES, "", &ns);
    answer_images(f);
    add_container(&containers, "one");
    add_container(&containers, "two");
    answer(f, MLN_CONTAINERD_CONTAINERS, "", &containers);
    add_task(&tasks, "one", 7);
    answer(f, MLN_CONTAINERD_TASKS, "", &tasks);
    assert_null(strstr(f->log, "-two"));
    f->log[0] = '\0';
    event(f, "k8s.io", "/tasks/exit", "two", 3, 8); /* of the process before it, late */
    expect(f, "");
    event(f, "k8s.io", "/tasks/create", "two", 6, 9);
    mln_containerd_ended(f->d, MLN_SV("k8s.io"), MLN_SV("two"), 8);
    expect(f, "+two:9 ");
    mln_containerd_ended(f->d, MLN_SV("k8s.io"), MLN_SV("two"), 9);
    expect(f, "-two ");
    mln_containerd_early(f->d, MLN_SV("k8s.io"), MLN_SV("else"), 10); /* of another containerd */
    answer(f, MLN_CONTAINERD_CONTAINERS, "else", &list);
    expect(f, "-else ");
    end(f);
}

static void test_a_list_that_is_older_than_an_event_is_put_again(void **state)
{
    struct fake *f = begin_with_one();
    struct mln_buf empty = {0}, containers = {0}, tasks = {0};

    (void)state;
    wait_ms(f, 1100); /* the second look at the lists: nobody says when events have begun */
    struct mln_buf ns = {0}, name = {0};
    put_text(&name, 1, "k8s.io");
    put_bytes(&ns, 1, mln_buf_sv(&name));
    mln_buf_done(&name);
    answer(f, MLN_CONTAINERD_NAMESPACES, "", &ns);
    answer_images(f);
    f->log[0] = '\0';
    unsigned list = asked(f, MLN_CONTAINERD_CONTAINERS, "");
    unsigned running = asked(f, MLN_CONTAINERD_TASKS, "");
    event(f, "k8s.io", "/tasks/create", "two", 6, 9); /* while both are on their way */
    add_container(&containers, "two");
    answer(f, MLN_CONTAINERD_CONTAINERS, "two", &containers);
    expect(f, "+two:9 ");
    answer_on(f, list, &empty);
    answer_on(f, running, &empty);
    expect(f, ""); /* neither one nor two is gone by that */
    add_container(&containers, "two");
    answer(f, MLN_CONTAINERD_CONTAINERS, "", &containers);
    expect(f, "+two:9 -one ");
    add_task(&tasks, "two", 9);
    answer(f, MLN_CONTAINERD_TASKS, "", &tasks);
    expect(f, "+two:9 ");
    end(f);
}

static void test_a_failed_call_is_put_again_and_nothing_is_gone_meanwhile(void **state)
{
    struct fake *f = begin();
    struct mln_buf b = {0}, tasks = {0}, containers = {0};

    (void)state;
    answer_images(f);
    put_frame(&b, 1, 5, 1, MLN_SV("\x88")); /* trailers only: an error */
    unsigned conn = asked(f, MLN_CONTAINERD_CONTAINERS, "");
    mln_containerd_bytes(f->d, conn, mln_buf_sv(&b));
    mln_buf_done(&b);
    add_task(&tasks, "one", 7);
    answer(f, MLN_CONTAINERD_TASKS, "", &tasks);
    expect(f, "");
    wait_ms(f, 200);
    add_container(&containers, "one");
    answer(f, MLN_CONTAINERD_CONTAINERS, "", &containers);
    expect(f, "+one:7 . ");
    f->open[0] = false;
    mln_containerd_closed(f->d, 0);
    expect(f, "! ");
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_are_read_and_what_is_none_is_bad),
        cmocka_unit_test(test_messages_come_out_of_frames_in_any_pieces),
        cmocka_unit_test(test_what_is_not_grpc_or_was_given_up_is_an_error),
        cmocka_unit_test(test_questions_are_checked),
        cmocka_unit_test(test_a_process_is_told_at_its_creation),
        cmocka_unit_test(test_a_process_that_somebody_else_names_first),
        cmocka_unit_test(test_a_list_that_is_older_than_an_event_is_put_again),
        cmocka_unit_test(test_a_failed_call_is_put_again_and_nothing_is_gone_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
