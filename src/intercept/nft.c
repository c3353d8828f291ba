#include "intercept/nft.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"

enum { LIMIT_MS = 5000, WHY_BYTES = 1024, EXIT_SETNS = 125, EXIT_ABSENT = 127 };

/* In the child, between fork and exec: only calls that are safe there. */
MLN_NORETURN static void run(int ns_fd, int in, int out)
{
    static const char *const paths[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft"};
    char name[] = "nft", flag[] = "-f", from[] = "-";
    char *argv[] = {name, flag, from, NULL}, *env[] = {NULL};
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (setns(ns_fd, CLONE_NEWNET) < 0)
        _exit(EXIT_SETNS);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
        _exit(EXIT_SETNS);
    for (size_t i = 0; i < MLN_ARRAY_LEN(paths); i++)
        (void)execve(paths[i], argv, env);
    _exit(EXIT_ABSENT);
}

/* What nft says, until it ends or its time does. */
static int listen_to(int fd, struct mln_buf *why)
{
    mln_nsec end = mln_now_mono() + LIMIT_MS * MLN_NSEC_PER_MSEC;

    for (;;) {
        mln_nsec now = mln_now_mono();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        char text[256];
        if (now >= end)
            return -ETIMEDOUT;
        int r = poll(&p, 1, (int)((end - now) / MLN_NSEC_PER_MSEC) + 1);
        if (r < 0 && errno != EINTR)
            return -errno;
        if (r <= 0)
            continue;
        ssize_t n = read(fd, text, sizeof(text));
        if (n <= 0)
            return n < 0 ? -errno : 0;
        if (why->len < WHY_BYTES)
            mln_buf_add(why, text, (size_t)n);
    }
}

static int outcome(int heard, int status, struct mln_buf *why)
{
    if (heard < 0)
        return heard;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_ABSENT) {
        mln_buf_add_str(why, "nft is not installed");
        return -ENOENT;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SETNS) {
        mln_buf_add_str(why, "the namespace cannot be entered");
        return -EPERM;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 && why->len == 0 ? 0 : -EPROTO;
}

int mln_nft_load(int ns_fd, struct mln_sv ruleset, struct mln_buf *why)
{
    int out[2], status = 0;
    MLN_CLEANUP_FD int in = mln_memfd_sealed("merlon-ruleset", ruleset);

    if (in < 0)
        return in;
    if (lseek(in, 0, SEEK_SET) < 0 || pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    MLN_CLEANUP_FD int out_r = out[0];
    MLN_CLEANUP_FD int out_w = out[1];
    pid_t pid = fork();
    if (pid == 0)
        run(ns_fd, in, out_w);
    if (pid < 0)
        return -errno;
    mln_fd_close(&out_w);
    int r = listen_to(out_r, why);
    if (r < 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return outcome(r, status, why);
}
