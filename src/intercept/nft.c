#include "intercept/nft.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"

enum {
    LIMIT_MS = 5000,
    ABANDON_MS = 1000,
    PAUSE_MS = 2,
    WHY_BYTES = 1024,
    EXIT_SETNS = 125,
    EXIT_ABSENT = 127
};

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

int mln_nft_start(int ns_fd, struct mln_sv ruleset, struct mln_nft_child *ret)
{
    int out[2];
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
    *ret = (struct mln_nft_child){.pid = pid, .said = mln_fd_take(&out_r)};
    return 0;
}

/* It has ended: what it said is in the pipe, or it waits for room there and was killed. */
static void hear(int fd, struct mln_buf *why)
{
    char text[256];
    ssize_t n;

    while (why->len < WHY_BYTES && (n = read(fd, text, sizeof(text))) > 0)
        mln_buf_add(why, text, (size_t)n);
}

int mln_nft_ended(struct mln_nft_child *c, int status, struct mln_buf *why)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    hear(c->said, why);
    (void)close(c->said);
    *c = (struct mln_nft_child){.said = -1};
    if (code == EXIT_ABSENT) {
        mln_buf_add_str(why, "nft is not installed");
        return -ENOENT;
    }
    if (code == EXIT_SETNS) {
        mln_buf_add_str(why, "the namespace cannot be entered");
        return -EPERM;
    }
    if (code < 0)
        return -ETIMEDOUT;
    return code == 0 && why->len == 0 ? 0 : -EPROTO;
}

void mln_nft_kill(const struct mln_nft_child *c)
{
    if (c->pid)
        (void)kill(c->pid, SIGKILL);
}

/* True when it ended within that time. */
static bool ends_within(const struct mln_nft_child *c, unsigned ms, int *ret_status)
{
    const struct timespec pause = {.tv_nsec = (long)(PAUSE_MS * MLN_NSEC_PER_MSEC)};

    for (unsigned waited = 0;; waited += PAUSE_MS) {
        pid_t r = waitpid(c->pid, ret_status, WNOHANG);
        if (r == c->pid || (r < 0 && errno != EINTR))
            return r == c->pid;
        if (waited >= ms)
            return false;
        (void)nanosleep(&pause, NULL);
    }
}

void mln_nft_abandon(struct mln_nft_child *c)
{
    int status;

    if (!c->pid)
        return;
    mln_nft_kill(c);
    (void)ends_within(c, ABANDON_MS, &status);
    (void)close(c->said);
    *c = (struct mln_nft_child){.said = -1};
}

int mln_nft_load(int ns_fd, struct mln_sv ruleset, struct mln_buf *why)
{
    struct mln_nft_child c = {.said = -1};
    int status = 0, r = mln_nft_start(ns_fd, ruleset, &c);

    if (r < 0)
        return r;
    if (ends_within(&c, LIMIT_MS, &status))
        return mln_nft_ended(&c, status, why);
    mln_nft_abandon(&c);
    return -ETIMEDOUT;
}
