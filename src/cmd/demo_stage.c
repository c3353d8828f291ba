#include "cmd/demo_stage.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/demo_docker.h"

enum { APP_LOG_MAX = 1 << 20 };

int mln_demo_stage_init(struct mln_demo_stage *s)
{
    (void)snprintf(s->dir, sizeof(s->dir), "/tmp/merlon-demo-XXXXXX");
    if (!mkdtemp(s->dir)) {
        (void)fprintf(stderr, "merlon demo: cannot make a folder in /tmp: %s\n", strerror(errno));
        return -1;
    }
    (void)snprintf(s->audit, sizeof(s->audit), "%s/audit.jsonl", s->dir);
    (void)snprintf(s->log, sizeof(s->log), "%s/log", s->dir);
    (void)snprintf(s->policy, sizeof(s->policy), "%s/policy.yaml", s->dir);
    return 0;
}

bool mln_demo_find(const char *name, char *path, size_t cap)
{
    static const char *const places[] = {"../../demo", "../libexec/merlon"};
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; i < MLN_ARRAY_LEN(places); i++) {
        int len = snprintf(path, cap, "%s/%s/%s", self, places[i], name);
        if (len > 0 && (size_t)len < cap && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

pid_t mln_demo_spawn(const struct mln_demo_stage *s, const char *program, char *const argv[])
{
    pid_t parent = getpid(), pid = fork();

    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        FILE *f = freopen(s->log, "ae", stderr);
        if (f)
            (void)dup2(fileno(f), STDOUT_FILENO);
        if (getppid() == parent)
            (void)execv(program, argv);
        _exit(127);
    }
    return pid;
}

void mln_demo_end(pid_t *pid)
{
    if (*pid > 0) {
        (void)kill(*pid, SIGTERM);
        (void)waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

static int start_shop(struct mln_demo_stage *s)
{
    char path[4096], port[8];
    char *argv[] = {path, port, NULL};

    if (!mln_demo_find("shop", path, sizeof(path))) {
        (void)fputs("merlon demo: the sample shop is not there; build it with: make\n", stderr);
        return -1;
    }
    (void)snprintf(port, sizeof(port), "%u", ntohs(s->bare.sin_port));
    s->shop = mln_demo_spawn(s, path, argv);
    return s->shop > 0 && mln_demo_wait_port(&s->bare) ? 0 : -1;
}

static int start_proxy(struct mln_demo_stage *s)
{
    char front[MLN_DEMO_ADDR_TEXT], bare[MLN_DEMO_ADDR_TEXT], name[] = "merlon", proxy[] = "proxy",
                                                              l[] = "--listen", u[] = "--upstream",
                                                              a[] = "--audit-log";
    char *argv[] = {name, proxy, l, front, u, bare, a, s->audit, NULL};

    (void)mln_demo_addr_text(&s->front, front);
    (void)mln_demo_addr_text(&s->bare, bare);
    s->merlon = mln_demo_spawn(s, "/proc/self/exe", argv);
    return s->merlon > 0 && mln_demo_wait_port(&s->front) ? 0 : -1;
}

int mln_demo_stage_proxy(struct mln_demo_stage *s)
{
    (void)mln_demo_addr("127.0.0.1", mln_demo_free_port(), &s->bare);
    (void)mln_demo_addr("127.0.0.1", mln_demo_free_port(), &s->front);
    if (start_shop(s) == 0 && start_proxy(s) == 0)
        return 0;
    (void)fprintf(stderr, "merlon demo: did not start; see %s\n", s->log);
    return -1;
}

void mln_demo_stage_unprotect(struct mln_demo_stage *s)
{
    mln_demo_end(&s->merlon);
}

int mln_demo_stage_app_log(const struct mln_demo_stage *s, struct mln_buf *ret)
{
    return s->docker ? mln_demo_docker_log(s, ret) : mln_file_read(s->log, APP_LOG_MAX, ret);
}

void mln_demo_stage_close(struct mln_demo_stage *s)
{
    mln_demo_end(&s->merlon);
    mln_demo_end(&s->shop);
    if (s->docker)
        mln_demo_docker_remove(s);
}
