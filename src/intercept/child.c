#include "intercept/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"

enum { KILLED_MS = 100, PAUSE_MS = 2, WHY_BYTES = 1024, ERRNO_FROM = 101, OTHER_ERRNO = 255 };

/* An exit code has a byte: 0 to 100 as they are, errnos above. */
static int to_code(int r)
{
    return r >= 0 ? r : MLN_MIN(ERRNO_FROM - 1 - r, OTHER_ERRNO);
}

static int from_code(int code)
{
    return code < ERRNO_FROM ? code : code == OTHER_ERRNO ? -EIO : ERRNO_FROM - 1 - code;
}

/* What it inherits must not outlive us in it: a table goes with the last holder of its owner. */
static bool keep_only_standard(int in, int out)
{
    return (in < 0 || dup2(in, STDIN_FILENO) >= 0) && dup2(out, STDOUT_FILENO) >= 0 &&
           dup2(out, STDERR_FILENO) >= 0 &&
           syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0;
}

struct ends {
    int r, w;
};

static int new_pipe(struct ends *ret)
{
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) < 0)
        return -errno;
    *ret = (struct ends){.r = fds[0], .w = fds[1]};
    return 0;
}

static void close_pipe(struct ends *p)
{
    mln_fd_close(&p->r);
    mln_fd_close(&p->w);
}

/* `gate`: closed by who started us once `in` is ours alone. */
MLN_NORETURN static void run(int ns_fd, int in, int out, struct ends gate, int (*work)(void *arg),
                             void *arg)
{
    sigset_t none;
    char byte;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    mln_fd_close(&gate.w);
    (void)!read(gate.r, &byte, 1);
    if (setns(ns_fd, CLONE_NEWNET) < 0 || !keep_only_standard(in, out))
        _exit(to_code(-errno));
    _exit(to_code(work(arg)));
}

int mln_icpt_child_start(int ns_fd, int *in, int (*work)(void *arg), void *arg,
                         struct mln_icpt_child *ret)
{
    struct ends out = {-1, -1}, gate = {-1, -1};
    int r = new_pipe(&out);

    if (r < 0)
        return r;
    r = new_pipe(&gate);
    if (r < 0) {
        close_pipe(&out);
        return r;
    }
    pid_t pid = fork();
    if (pid == 0)
        run(ns_fd, *in, out.w, gate, work, arg);
    r = pid < 0 ? -errno : 0;
    if (r == 0) {
        mln_fd_close(in);
        *ret = (struct mln_icpt_child){.pid = pid, .said = mln_fd_take(&out.r)};
    }
    close_pipe(&gate);
    close_pipe(&out);
    return r;
}

/* It has ended: what it said is in the pipe, or it waited for room there and was killed. */
static void hear(int fd, struct mln_buf *why)
{
    char text[256];
    ssize_t n;

    while (why->len < WHY_BYTES && (n = read(fd, text, sizeof(text))) > 0)
        mln_buf_add(why, text, (size_t)n);
}

int mln_icpt_child_ended(struct mln_icpt_child *c, int status, struct mln_buf *why)
{
    hear(c->said, why);
    (void)close(c->said);
    *c = (struct mln_icpt_child){.said = -1};
    return WIFEXITED(status) ? from_code(WEXITSTATUS(status)) : -ETIMEDOUT;
}

void mln_icpt_child_kill(const struct mln_icpt_child *c)
{
    if (c->pid)
        (void)kill(c->pid, SIGKILL);
}

mln_nsec mln_icpt_child_used(const struct mln_icpt_child *c)
{
    struct timespec t;
    clockid_t clock;

    if (!c->pid || clock_getcpuclockid(c->pid, &clock) != 0 || clock_gettime(clock, &t) < 0)
        return 0;
    return (mln_nsec)t.tv_sec * MLN_NSEC_PER_SEC + (mln_nsec)t.tv_nsec;
}

void mln_icpt_child_slow_down(const struct mln_icpt_child *c)
{
    enum { LAST = 19 };

    if (c->pid)
        (void)setpriority(PRIO_PROCESS, (id_t)c->pid, LAST);
}

/* True when it ended within that time. */
static bool ends_within(const struct mln_icpt_child *c, unsigned ms, int *ret_status)
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

bool mln_icpt_child_wait(struct mln_icpt_child *c, unsigned ms, int *ret_status)
{
    if (ends_within(c, ms, ret_status))
        return true;
    mln_icpt_child_kill(c);
    if (ends_within(c, KILLED_MS, ret_status))
        return true;
    (void)close(c->said);
    *c = (struct mln_icpt_child){.said = -1};
    return false;
}
