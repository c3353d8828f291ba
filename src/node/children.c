#include "node/children.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/roles.h"

enum { BACKOFF_MIN_MS = 50, HEALTHY_S = 30 };

static void exec_child(const char *role, const char *const *args, int fd)
{
    char name[] = "merlon", flag[64];
    char *argv[2 + MLN_CHILD_ARGS_MAX + 1] = {name, flag};
    char *env[] = {NULL};
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)snprintf(flag, sizeof(flag), "--role=%s", role);
    for (unsigned i = 0; args && args[i] && i < MLN_CHILD_ARGS_MAX; i++)
        argv[2 + i] = (char *)(uintptr_t)args[i]; /* execve changes none of them */
    if (fd == MLN_CONTROL_FD ? mln_fd_cloexec(fd, false) < 0 : dup2(fd, MLN_CONTROL_FD) < 0)
        _exit(126);
    (void)execve("/proc/self/exe", argv, env);
    _exit(127);
}

pid_t mln_child_spawn(const char *role, const char *const *args, int *ret_fd)
{
    int fds[2];
    int r = mln_scm_pair(fds);

    if (r < 0)
        return r;
    pid_t pid = fork();
    if (pid == 0)
        exec_child(role, args, fds[1]);
    (void)close(fds[1]);
    if (pid < 0) {
        r = -errno;
        (void)close(fds[0]);
        return r;
    }
    *ret_fd = fds[0];
    return pid;
}

mln_nsec mln_child_backoff(mln_nsec lived, unsigned *ms)
{
    *ms = lived > HEALTHY_S * MLN_NSEC_PER_SEC || !*ms
              ? BACKOFF_MIN_MS
              : MLN_MIN(*ms * 2, (unsigned)MLN_CHILD_BACKOFF_MAX_MS);
    return *ms * MLN_NSEC_PER_MSEC;
}

int mln_child_send(int fd, enum mln_wire_type type, struct mln_wire m, const int *fds, size_t n)
{
    m.version = MLN_WIRE_VERSION;
    m.type = type;
    return mln_scm_send(fd, &m, sizeof(m), fds, n);
}

int mln_child_receive(struct mln_wire *m, int *ret_fds, size_t max_fds, size_t *ret_n)
{
    struct pollfd p = {.fd = MLN_CONTROL_FD, .events = POLLIN};
    int r;

    do {
        if (poll(&p, 1, 30000) <= 0)
            return -ETIMEDOUT;
        r = mln_scm_recv(MLN_CONTROL_FD, m, sizeof(*m), ret_fds, max_fds, ret_n);
    } while (r == -EAGAIN);
    if (r < 0)
        return r;
    return r == (int)sizeof(*m) && m->version == MLN_WIRE_VERSION ? 0 : -EPROTO;
}

int mln_child_take_start(int (*take)(void *arg, const struct mln_wire *m, int *fds, size_t n),
                         void *arg)
{
    struct mln_wire m;
    int fds[4], r;
    size_t n;

    do {
        r = mln_child_receive(&m, fds, MLN_ARRAY_LEN(fds), &n);
        if (r == 0)
            r = take(arg, &m, fds, n);
    } while (r == 0);
    return MLN_MIN(r, 0);
}

/* Ctrl-C of a terminal and the signals of a service manager go to the whole group; they are meant
 * for the supervisor, whose end a child notices by its control socket. */
static void leave_signals_to_supervisor(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE};

    for (size_t i = 0; i < MLN_ARRAY_LEN(signals); i++)
        (void)signal(signals[i], SIG_IGN);
}

int mln_role_main(int argc, char **argv)
{
    if (argc < 2 || strncmp(argv[1], "--role=", 7) != 0)
        return -1;
    const char *role = argv[1] + 7;

    leave_signals_to_supervisor();
    if (strcmp(role, "worker") == 0)
        return mln_worker_main(argc > 2 ? argv[2] : NULL);
    if (strcmp(role, "courier") == 0)
        return mln_courier_main();
    if (strcmp(role, "scout") == 0)
        return mln_scout_main();
    if (strcmp(role, "compile") == 0)
        return mln_compile_main(argc - 2, argv + 2);
    if (strcmp(role, "feeder") == 0)
        return mln_feeder_main();
    if (strcmp(role, "lists") == 0)
        return mln_lists_main();
    return 2;
}
