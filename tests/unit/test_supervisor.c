/* The parts of the supervisor that work without children: keys of tickets, the watch over files,
 * the table of bans, the sockets of commands, the pause before a restart. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "intel/bans.h"
#include "io/tls.h"
#include "node/bans_table.h"
#include "node/children.h"
#include "node/policy_watch.h"
#include "node/ticket_keys.h"

static struct mln_tls_tickets keys_of(int fd)
{
    struct mln_tls_tickets k;

    assert_int_equal(mln_ticket_keys_read(fd, &k), 0);
    return k;
}

static void test_a_rotation_keeps_what_can_still_be_opened(void **state)
{
    int fd = -1;

    (void)state;
    assert_true(mln_ticket_keys_rotate(&fd) < 0); /* nothing to keep */
    assert_int_equal(fd, -1);
    assert_int_equal(mln_ticket_keys_new(&fd), 0);
    struct mln_tls_tickets a = keys_of(fd);
    assert_int_equal(mln_ticket_keys_rotate(&fd), 0);
    struct mln_tls_tickets b = keys_of(fd);
    assert_memory_equal(&b.key[1], &a.key[0], sizeof(a) - sizeof(a.key[0]));
    for (unsigned i = 0; i < MLN_TLS_TICKET_KEYS; i++)
        assert_memory_not_equal(&b.key[0], &a.key[i], sizeof(a.key[0]));
    mln_fd_close(&fd);
}

static void test_only_sealed_keys_are_read(void **state)
{
    struct mln_tls_tickets keys, before;

    (void)state;
    memset(&keys, 1, sizeof(keys));
    before = keys;
    int fd = mln_memfd_shared("open", sizeof(keys));
    assert_int_equal(mln_ticket_keys_read(fd, &keys), -EBADMSG);
    mln_fd_close(&fd);
    fd = mln_memfd_sealed("short", MLN_SV("keys"));
    assert_int_equal(mln_ticket_keys_read(fd, &keys), -EBADMSG);
    mln_fd_close(&fd);
    assert_memory_equal(&keys, &before, sizeof(keys));
}

static void test_a_child_that_lived_is_started_soon(void **state)
{
    unsigned ms = 0;

    (void)state;
    mln_nsec first = mln_child_backoff(0, &ms);
    assert_true(mln_child_backoff(0, &ms) == 2 * first);
    for (unsigned i = 0; i < 40; i++)
        assert_true(mln_child_backoff(0, &ms) <= MLN_CHILD_BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
    assert_true(mln_child_backoff(0, &ms) == MLN_CHILD_BACKOFF_MAX_MS * MLN_NSEC_PER_MSEC);
    assert_true(mln_child_backoff(3600 * MLN_NSEC_PER_SEC, &ms) == first);
}

static void test_who_reads_bans_cannot_write_them(void **state)
{
    struct mln_doors none = {.dir = NULL}, lost = {.dir = "/nonexistent"};
    struct mln_bans_table t;

    (void)state;
    assert_int_equal(mln_bans_table_open(&t, &none), 0);
    assert_int_equal(t.api, -1);
    assert_ptr_equal(mmap(NULL, mln_bans_size(), PROT_WRITE, MAP_SHARED, t.to_read, 0), MAP_FAILED);
    void *p = mmap(NULL, mln_bans_size(), PROT_READ, MAP_SHARED, t.to_read, 0);
    assert_ptr_not_equal(p, MAP_FAILED);
    (void)munmap(p, mln_bans_size());
    mln_bans_table_close(&t, &none);
    assert_int_equal(t.to_write, -1);
    assert_true(mln_bans_table_open(&t, &lost) < 0);
    mln_bans_table_close(&t, &lost);
    assert_int_equal(t.to_read, -1);
}

/* ---- doors ---- */

static bool is_there(const char *dir, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static int open_door(struct mln_doors *d, const char *name)
{
    int fd = mln_doors_open(d, name, SOCK_STREAM, 0600);

    assert_true(fd >= 0);
    return fd;
}

static void test_who_takes_over_is_found_when_it_says_so(void **state)
{
    char dir[] = "/tmp/merlon-doors-XXXXXX";
    struct mln_doors old = {.dir = NULL}, heir = {.hidden = true};

    (void)state;
    assert_int_equal(mln_doors_open(&old, "a", SOCK_STREAM, 0600), -EBADF);
    old.dir = heir.dir = mkdtemp(dir);
    assert_non_null(old.dir);
    int fds[] = {open_door(&old, "a"), open_door(&old, "b"), open_door(&heir, "a"), -1};
    mln_doors_keep(&old);
    assert_true(is_there(dir, "a.kept") && is_there(dir, "a.new"));
    assert_int_equal(mln_doors_show(&heir), 0);
    assert_false(is_there(dir, "a.new"));
    mln_doors_remove(&old, "b");
    mln_doors_take_back(&old); /* it died */
    assert_false(is_there(dir, "a.kept") || is_there(dir, "b"));
    mln_doors_remove(&heir, "a"); /* which is not its own any more */
    assert_true(is_there(dir, "a"));
    heir.hidden = true;
    mln_fd_close(&fds[2]);
    fds[3] = open_door(&heir, "a");
    mln_doors_keep(&old);
    assert_int_equal(mln_doors_show(&heir), 0);
    mln_doors_let_go(&old);
    assert_false(is_there(dir, "a.kept"));
    mln_doors_remove(&old, "a");
    assert_true(is_there(dir, "a"));
    mln_doors_remove(&heir, "a");
    for (unsigned i = 0; i < 4; i++)
        mln_fd_close(&fds[i]);
    assert_int_equal(rmdir(dir), 0);
}

/* ---- the watch ---- */

struct watched {
    struct mln_loop *loop;
    struct mln_policy_watch w;
    char dir[64], policy[96], other[64];
    unsigned seen;
};

static void seen(void *arg)
{
    ((struct watched *)arg)->seen++;
}

static void put(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    (void)close(fd);
}

/* Long enough for changes to settle on a slow machine when `expected` are to come. */
static void turn(struct watched *t, unsigned expected)
{
    mln_nsec end = mln_now_mono() + (t->seen < expected ? 20 : 1) * MLN_NSEC_PER_SEC;

    while (mln_now_mono() < end && (t->seen < expected || expected == 0))
        assert_int_equal(mln_loop_turn(t->loop, 100 * MLN_NSEC_PER_MSEC), 0);
    assert_int_equal(t->seen, expected);
}

static void open_watch(struct watched *t)
{
    memset(t, 0, sizeof(*t));
    (void)snprintf(t->dir, sizeof(t->dir), "/tmp/merlon-watch-XXXXXX");
    (void)snprintf(t->other, sizeof(t->other), "/tmp/merlon-watch-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    assert_non_null(mkdtemp(t->other));
    (void)snprintf(t->policy, sizeof(t->policy), "%s/policy.yaml", t->dir);
    assert_int_equal(mln_loop_new(&t->loop), 0);
    t->w = (struct mln_policy_watch){.loop = t->loop, .io.fd = -1, .changed = seen, .arg = t};
    mln_policy_watch_open(&t->w, t->policy);
}

static void close_watch(struct watched *t)
{
    char path[96];

    mln_policy_watch_close(&t->w);
    t->loop = mln_loop_free(t->loop);
    (void)unlink(t->policy);
    (void)snprintf(path, sizeof(path), "%s/list", t->other);
    (void)unlink(path);
    assert_int_equal(rmdir(t->dir), 0);
    assert_int_equal(rmdir(t->other), 0);
}

static void test_many_steps_of_an_editor_are_one_change(void **state)
{
    struct watched t;

    (void)state;
    open_watch(&t);
    for (unsigned i = 0; i < 5; i++)
        put(t.policy);
    turn(&t, 1);
    close_watch(&t);
}

static void test_folders_of_lists_are_watched_too(void **state)
{
    struct watched t;
    char path[96];

    (void)state;
    open_watch(&t);
    int folders = mln_memfd_sealed("folders", mln_sv(t.other, strlen(t.other) + 1));
    assert_true(folders >= 0);
    mln_policy_watch_folders(&t.w, folders);
    mln_policy_watch_folders(&t.w, folders);
    (void)close(folders);
    (void)snprintf(path, sizeof(path), "%s/list", t.other);
    put(path);
    turn(&t, 1);
    close_watch(&t);
}

static void test_what_is_forgotten_is_not_said(void **state)
{
    struct watched t;

    (void)state;
    open_watch(&t);
    put(t.policy);
    assert_int_equal(mln_loop_turn(t.loop, 0), 0);
    assert_true(t.w.settle.deadline != 0);
    mln_policy_watch_forget(&t.w);
    turn(&t, 0);
    close_watch(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rotation_keeps_what_can_still_be_opened),
        cmocka_unit_test(test_only_sealed_keys_are_read),
        cmocka_unit_test(test_a_child_that_lived_is_started_soon),
        cmocka_unit_test(test_who_reads_bans_cannot_write_them),
        cmocka_unit_test(test_who_takes_over_is_found_when_it_says_so),
        cmocka_unit_test(test_many_steps_of_an_editor_are_one_change),
        cmocka_unit_test(test_folders_of_lists_are_watched_too),
        cmocka_unit_test(test_what_is_forgotten_is_not_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
