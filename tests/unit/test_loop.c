/* The loop: timers are never early and all fire, whatever is armed and disarmed meanwhile; events
 * of a turn reach only descriptors that are still registered. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/loop.h"

enum { TIMERS = 2000, MSEC = 1000000 };

struct probe {
    struct mln_timer t; /* first */
    struct mln_loop *l;
    mln_nsec due;
    unsigned fired;
};

static void note(struct mln_timer *t)
{
    struct probe *p = (struct probe *)(void *)t;

    assert_true(mln_now_mono() >= p->due);
    p->fired++;
}

static void arm(struct probe *p, mln_nsec after)
{
    p->due = mln_loop_now(p->l) + after;
    mln_timer_arm(p->l, &p->t, after);
}

static struct mln_loop *fresh(void)
{
    struct mln_loop *l = NULL;

    assert_int_equal(mln_loop_new(&l), 0);
    return l;
}

static void turn_for(struct mln_loop *l, mln_nsec time)
{
    mln_nsec end = mln_now_mono() + time;

    while (mln_now_mono() < end)
        assert_int_equal(mln_loop_turn(l, 20 * MSEC), 0);
}

static void test_timers_are_never_early_and_hardly_late(void **state)
{
    static struct probe p[TIMERS];
    struct mln_loop *l = fresh();

    (void)state;
    for (unsigned i = 0; i < TIMERS; i++) {
        p[i] = (struct probe){.t.fire = note, .l = l};
        arm(&p[i], (mln_nsec)(i % 300) * MSEC);
    }
    turn_for(l, 400 * MSEC);
    for (unsigned i = 0; i < TIMERS; i++)
        assert_int_equal(p[i].fired, 1);
    mln_loop_free(l);
}

static void test_a_moved_timer_fires_once_at_its_last_deadline(void **state)
{
    struct mln_loop *l = fresh();
    struct probe later = {.t.fire = note, .l = l}, sooner = {.t.fire = note, .l = l},
                 never = {.t.fire = note, .l = l};

    (void)state;
    arm(&later, 20 * MSEC);
    arm(&later, 120 * MSEC);
    arm(&sooner, 30000 * (mln_nsec)MSEC);
    arm(&sooner, 30 * MSEC);
    arm(&never, 40 * MSEC);
    mln_timer_disarm(l, &never.t);
    turn_for(l, 80 * MSEC);
    assert_int_equal(later.fired, 0);
    assert_int_equal(sooner.fired, 1);
    turn_for(l, 80 * MSEC);
    assert_int_equal(later.fired, 1);
    assert_int_equal(never.fired, 0);
    mln_loop_free(l);
}

static struct probe *victim;

static void disarm_victim(struct mln_timer *t)
{
    mln_timer_disarm(victim->l, &victim->t);
    mln_timer_arm(victim->l, t, 0); /* again, at once: the loop must not spin in one turn */
}

static void test_a_timer_may_disarm_another_of_its_slot_and_arm_itself(void **state)
{
    struct mln_loop *l = fresh();
    struct probe b = {.t.fire = note, .l = l};
    struct mln_timer a = {.fire = disarm_victim};

    (void)state;
    victim = &b;
    mln_timer_arm(l, &a, 10 * MSEC);
    arm(&b, 10 * MSEC);
    turn_for(l, 60 * MSEC);
    assert_int_equal(b.fired, 0);
    mln_timer_disarm(l, &a);
    mln_loop_free(l);
}

static void test_a_wait_ends_when_the_only_timer_is_due(void **state)
{
    struct mln_loop *l = fresh();
    struct probe p = {.t.fire = note, .l = l};
    mln_nsec start = mln_now_mono();
    unsigned turns = 0;

    (void)state;
    arm(&p, 150 * MSEC);
    for (; !p.fired && turns < 100; turns++)
        assert_int_equal(mln_loop_turn(l, UINT64_MAX / 2), 0);
    assert_true(p.fired && turns <= 2);
    assert_true(mln_now_mono() - start < 400 * (mln_nsec)MSEC);
    mln_loop_free(l);
}

struct end {
    struct mln_io io; /* first */
    struct mln_loop *l;
    struct end *other;
    unsigned ready;
    bool other_was_reported;
};

static void drop_other(struct mln_io *io, uint32_t events)
{
    struct end *e = (struct end *)(void *)io;

    assert_true(events & MLN_IO_READ);
    e->ready++;
    e->other_was_reported = mln_io_reported(&e->other->io);
    mln_io_del(e->l, &e->other->io);
}

static void test_a_deleted_descriptor_hears_nothing_more_in_the_same_turn(void **state)
{
    int a[2], b[2];
    struct mln_loop *l = fresh();

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
    struct end x = {.io = {.fd = a[0], .ready = drop_other}, .l = l},
               y = {.io = {.fd = b[0], .ready = drop_other}, .l = l, .other = &x};
    x.other = &y;
    assert_int_equal(mln_io_add(l, &x.io, MLN_IO_READ), 0);
    assert_int_equal(mln_io_add(l, &y.io, MLN_IO_READ), 0);
    assert_int_equal(write(a[1], "x", 1), 1);
    assert_int_equal(write(b[1], "x", 1), 1);
    assert_int_equal(mln_loop_turn(l, 0), 0);
    assert_int_equal(x.ready + y.ready, 1);
    assert_true(x.other_was_reported || y.other_was_reported);
    for (int i = 0; i < 2; i++) {
        (void)close(a[i]);
        (void)close(b[i]);
    }
    mln_loop_free(l);
}

static void drop_by_close(struct mln_io *io, uint32_t events)
{
    struct end *e = (struct end *)(void *)io;

    (void)events;
    e->ready++;
    mln_io_close(e->l, &e->other->io);
    assert_int_equal(e->other->io.fd, -1);
}

static void count(struct mln_io *io, uint32_t events)
{
    (void)events;
    ((struct end *)(void *)io)->ready++;
}

static void test_a_closed_descriptor_hears_nothing_more(void **state)
{
    int a[2], b[2];
    struct mln_loop *l = fresh();

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
    struct end x = {.io = {.fd = a[0], .ready = drop_by_close}, .l = l},
               y = {.io = {.fd = b[0], .ready = drop_by_close}, .l = l, .other = &x};
    x.other = &y;
    assert_int_equal(mln_io_add(l, &x.io, MLN_IO_READ), 0);
    assert_int_equal(mln_io_add(l, &y.io, MLN_IO_READ), 0);
    assert_int_equal(write(a[1], "x", 1), 1);
    assert_int_equal(write(b[1], "x", 1), 1);
    assert_int_equal(mln_loop_turn(l, 0), 0);
    assert_int_equal(x.ready + y.ready, 1);
    struct end *left = x.ready ? &x : &y;
    left->io.ready = count;
    assert_int_equal(mln_loop_turn(l, 0), 0); /* the kernel forgot the other one */
    assert_int_equal(x.ready + y.ready, 2);
    mln_io_close(l, &left->io);
    (void)close(a[1]);
    (void)close(b[1]);
    mln_loop_free(l);
}

static void test_a_moved_descriptor_is_told_to_its_new_owner_only(void **state)
{
    int a[2];
    struct mln_loop *l = fresh();

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    struct end x = {.io = {.fd = a[0], .ready = count}}, y = {.io = {.fd = -1, .ready = count}};
    assert_int_equal(mln_io_add(l, &x.io, MLN_IO_READ), 0);
    assert_int_equal(mln_io_move(l, &x.io, &y.io, MLN_IO_READ), 0);
    assert_int_equal(x.io.fd, -1);
    assert_int_equal(y.io.fd, a[0]);
    assert_int_equal(write(a[1], "x", 1), 1);
    assert_int_equal(mln_loop_turn(l, 0), 0);
    assert_int_equal(x.ready, 0);
    assert_int_equal(y.ready, 1);
    assert_true(mln_io_move(l, &x.io, &y.io, MLN_IO_READ) < 0); /* nothing is there to move */
    mln_io_close(l, &y.io);
    (void)close(a[1]);
    mln_loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timers_are_never_early_and_hardly_late),
        cmocka_unit_test(test_a_moved_timer_fires_once_at_its_last_deadline),
        cmocka_unit_test(test_a_timer_may_disarm_another_of_its_slot_and_arm_itself),
        cmocka_unit_test(test_a_wait_ends_when_the_only_timer_is_due),
        cmocka_unit_test(test_a_deleted_descriptor_hears_nothing_more_in_the_same_turn),
        cmocka_unit_test(test_a_closed_descriptor_hears_nothing_more),
        cmocka_unit_test(test_a_moved_descriptor_is_told_to_its_new_owner_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
