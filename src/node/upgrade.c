#include "node/upgrade.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "node/notify.h"

static const char takeover[] = "--takeover";

void mln_upgrade_init(struct mln_upgrade *u)
{
    ssize_t n = readlink("/proc/self/exe", u->path, sizeof(u->path) - 1);

    u->path[n > 0 ? n : 0] = '\0';
    u->heir = 0;
}

/* Allocated: the same and --takeover, once. NULL: no memory. */
static char **arguments(char *const *argv)
{
    size_t n = 0;
    bool has = false;

    for (; argv[n]; n++)
        has = has || strcmp(argv[n], takeover) == 0;
    char **all = calloc(n + 3, sizeof(*all));
    if (!all)
        return NULL;
    all[0] = (char *)(uintptr_t) "merlon"; /* execv changes none of them */
    memcpy(all + 1, argv, n * sizeof(*all));
    if (!has)
        all[n + 1] = (char *)(uintptr_t)takeover;
    return all;
}

static void failed(const char *why)
{
    mln_log(MLN_LOG_ERROR, "upgrade_failed", MLN_KVS("why", why), MLN_KVS("effect", "we go on"));
}

void mln_upgrade_begin(struct mln_upgrade *u, char *const *argv)
{
    if (u->heir || !u->path[0]) {
        failed(u->heir ? "one is under way" : "where our file is is not known");
        return;
    }
    char **all = arguments(argv);
    pid_t pid = all ? fork() : -1;
    if (pid == 0) {
        sigset_t none;
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)execv(u->path, all);
        _exit(127);
    }
    if (pid < 0)
        failed(strerror(errno));
    else
        mln_logf(MLN_LOG_INFO, "upgrade_begins", "pid=%d path=%s", (int)pid, u->path);
    u->heir = pid > 0 ? pid : 0;
    free(all);
}

bool mln_upgrade_child_died(struct mln_upgrade *u, pid_t pid, int status)
{
    char why[64];

    if (!u->heir || pid != u->heir)
        return false;
    u->heir = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        (void)snprintf(why, sizeof(why), "the new program cannot be started");
    else if (WIFEXITED(status))
        (void)snprintf(why, sizeof(why), "the new one ended with exit code %d",
                       WEXITSTATUS(status));
    else
        (void)snprintf(why, sizeof(why), "the new one ended by signal %d", WTERMSIG(status));
    failed(why);
    return true;
}

bool mln_upgrade_taken_over(struct mln_upgrade *u, pid_t by)
{
    char text[32];

    if (!u->heir || by != u->heir)
        return false;
    (void)snprintf(text, sizeof(text), "MAINPID=%d", (int)by);
    mln_notify(text);
    u->heir = 0; /* how it ends is no longer ours to tell */
    return true;
}
