/* Writing to somebody who may be slow. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"

enum { BYTES = 1 << 20 };

static char bytes[BYTES];

/* A child that reads `step` bytes every `pause_us`, until the end. Our end does not block. */
static int reader(size_t step, unsigned pause_us, pid_t *ret_pid)
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        size_t all = 0;
        (void)close(fds[0]);
        for (ssize_t n; (n = read(fds[1], bytes, step)) > 0; all += (size_t)n)
            (void)usleep(pause_us);
        _exit(all == BYTES ? 0 : 1);
    }
    (void)close(fds[1]);
    assert_int_equal(mln_fd_nonblock(fds[0]), 0);
    *ret_pid = pid;
    return fds[0];
}

static int end(int fd, pid_t pid)
{
    int status;

    (void)close(fd);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
}

static void test_who_reads_gets_all(void **state)
{
    pid_t pid;
    int fd = reader(BYTES, 0, &pid);

    (void)state;
    assert_int_equal(mln_fd_write_within(fd, mln_sv(bytes, sizeof(bytes)), 60000), 0);
    assert_int_equal(end(fd, pid), 0);
}

/* Each byte is progress; all of them would take hours. */
static void test_who_reads_byte_by_byte_is_left(void **state)
{
    pid_t pid;
    int fd = reader(1, 20000, &pid);
    mln_nsec start = mln_now_mono();

    (void)state;
    assert_int_equal(mln_fd_write_within(fd, mln_sv(bytes, sizeof(bytes)), 200), -ETIMEDOUT);
    assert_true(mln_now_mono() - start >= 200 * MLN_NSEC_PER_MSEC);
    assert_int_equal(kill(pid, SIGKILL), 0);
    (void)end(fd, pid);
}

static void test_who_is_gone_is_said(void **state)
{
    int fds[2];

    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    (void)close(fds[1]);
    assert_int_equal(mln_fd_write_within(fds[0], MLN_SV("x"), 1000), -EPIPE);
    assert_int_equal(mln_fd_write_within(fds[0], MLN_SV(""), 1000), 0);
    (void)close(fds[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_reads_gets_all),
        cmocka_unit_test(test_who_reads_byte_by_byte_is_left),
        cmocka_unit_test(test_who_is_gone_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
