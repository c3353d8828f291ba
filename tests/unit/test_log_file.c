/* Logs whose reader stalls, goes away, or is a file. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/log_file.h"

enum { LINE_BYTES = 1000 };

static struct mln_log_file log_to(int fd)
{
    struct mln_log_file f = {.fd = -1, .name = "audit", .failed = "audit_write_failed"};

    mln_log_file_open(&f, fd);
    return f;
}

static void done(struct mln_log_file *f)
{
    mln_log_file_done(f);
    mln_fd_close(&f->fd);
}

static void add(struct mln_log_file *f, unsigned number)
{
    struct mln_buf line = {0};

    mln_buf_addf(&line, "%0*u\n", LINE_BYTES - 1, number);
    mln_log_file_add(f, &line);
    mln_buf_done(&line);
}

/* Reads what comes until nothing waits. Returns how many whole lines came, in order from `first`.
 */
static unsigned read_lines(struct mln_log_file *f, int fd, unsigned first)
{
    struct mln_buf got = {0};
    unsigned n = 0;

    assert_int_equal(mln_fd_nonblock(fd), 0);
    for (bool more = true; more;) {
        char piece[65536];
        bool written = mln_log_file_flush(f);
        ssize_t r = read(fd, piece, sizeof(piece));
        more = written || r > 0;
        if (r > 0)
            mln_buf_add(&got, piece, (size_t)r);
    }
    assert_int_equal(mln_log_file_waiting(f), 0);
    assert_int_equal(got.len % LINE_BYTES, 0);
    for (; n < got.len / LINE_BYTES; n++) {
        const char *line = got.p + (size_t)n * LINE_BYTES;
        assert_int_equal(line[LINE_BYTES - 1], '\n');
        assert_int_equal(strtoul(line, NULL, 10), first + n);
    }
    mln_buf_done(&got);
    return n;
}

/* The writing end may wait, as standard output may, which others share. */
static void a_reader_that_stalls_loses_whole_lines(int to, int from)
{
    struct mln_log_file f = log_to(to);
    unsigned n = 0;

    (void)alarm(60); /* instead of a test that hangs */
    for (; f.lost == 0; n++)
        add(&f, n);
    assert_true(mln_log_file_waiting(&f) <= MLN_LOG_FILE_WAITING_MAX);
    assert_true(mln_log_file_waiting(&f) > MLN_LOG_FILE_WAITING_MAX - LINE_BYTES);
    for (unsigned i = 1; i < 10; i++)
        add(&f, n);
    assert_int_equal(f.lost, 10);
    assert_int_equal(read_lines(&f, from, 0), n - 1);
    add(&f, 7);
    assert_int_equal(read_lines(&f, from, 7), 1);
    assert_int_equal(f.lost, 10);
    (void)alarm(0);
    done(&f);
    (void)close(from);
}

static void test_a_pipe(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    a_reader_that_stalls_loses_whole_lines(fds[1], fds[0]);
}

static void test_a_socket(void **state)
{
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    a_reader_that_stalls_loses_whole_lines(fds[1], fds[0]);
}

static void test_a_reader_that_has_gone(void **state)
{
    int fds[2];

    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(fds), 0);
    struct mln_log_file f = log_to(fds[1]);
    (void)close(fds[0]);
    add(&f, 1);
    assert_false(mln_log_file_flush(&f));
    assert_int_equal(mln_log_file_waiting(&f), 0);
    done(&f);
}

static void test_a_file_and_the_next(void **state)
{
    char name[] = "/tmp/merlon-log-XXXXXX", next[] = "/tmp/merlon-log-XXXXXX";
    struct mln_log_file f = log_to(mkstemp(name));
    struct mln_log_file none = log_to(-1);

    (void)state;
    add(&f, 1);
    assert_int_equal(mln_log_file_waiting(&f), LINE_BYTES);
    assert_true(mln_log_file_flush(&f));
    assert_false(mln_log_file_flush(&f));
    assert_int_equal(lseek(f.fd, 0, SEEK_CUR), LINE_BYTES);
    mln_log_file_open(&f, mkstemp(next));
    for (unsigned i = 0; i < 1000; i++)
        add(&f, i);
    (void)mln_log_file_flush(&f);
    assert_int_equal(lseek(f.fd, 0, SEEK_CUR), 1000 * LINE_BYTES);
    add(&none, 1);
    assert_false(mln_log_file_flush(&none));
    assert_int_equal(mln_log_file_waiting(&none) + none.lost, 0);
    done(&f);
    (void)unlink(name);
    (void)unlink(next);
}

/* No file may be larger from now on, as if the disk were full. */
static void set_room(rlim_t bytes)
{
    struct rlimit l;

    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
    l.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static void add_text(struct mln_log_file *f, const char *text)
{
    struct mln_buf line = {0};

    mln_buf_add_str(&line, text);
    mln_log_file_add(f, &line);
    mln_buf_done(&line);
}

static void test_a_line_that_was_cut_spoils_no_other(void **state)
{
    char path[] = "/tmp/merlon-log-file-XXXXXX";
    struct mln_log_file f = log_to(mkstemp(path));
    struct mln_buf text = {0};

    (void)state;
    assert_true(f.fd >= 0);
    set_room(25);
    add_text(&f, "first 789\n");
    add_text(&f, "second 89\n");
    add_text(&f, "third 789\n");
    add_text(&f, "fourth 89\n");
    assert_true(mln_log_file_flush(&f));
    assert_int_equal(f.lost, 2);
    add_text(&f, "fifth 789\n");
    assert_false(mln_log_file_flush(&f));
    assert_int_equal(f.lost, 3);
    set_room(RLIM_INFINITY);
    add_text(&f, "sixth 789\n");
    assert_true(mln_log_file_flush(&f));
    add_text(&f, "seventh 9\n");
    assert_true(mln_log_file_flush(&f));
    assert_int_equal(f.lost, 3);
    assert_int_equal(mln_file_read(path, 4096, &text), 0);
    mln_buf_add_char(&text, '\0');
    assert_string_equal(text.p, "first 789\nsecond 89\nthird\nsixth 789\nseventh 9\n");
    mln_buf_done(&text);
    done(&f);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe),
        cmocka_unit_test(test_a_socket),
        cmocka_unit_test(test_a_reader_that_has_gone),
        cmocka_unit_test(test_a_file_and_the_next),
        cmocka_unit_test(test_a_line_that_was_cut_spoils_no_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
