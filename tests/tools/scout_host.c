/* Plays the warden to a scout: `scout_host POLICY DOCKER_SOCKET [CONTAINERD_SOCKET]`. Prints what
 * the scout tells as JSON lines, answers GONE with DONE, compiles POLICY anew on SIGHUP, gives a
 * new courier's socket on SIGUSR1. Ends with its input. */
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/roles.h"
#include "node/scout_link.h"
#include "policy/policy.h"
#include "runtime/meta.h"

struct host {
    struct mln_loop *loop;
    struct mln_scout_link *link;
    struct mln_io meta, signals, input;
    const char *policy;
};

static int policy_fd(const char *path)
{
    struct mln_diags diags = {0};
    struct mln_policy *p = NULL;
    struct mln_buf blob = {0};
    int fd = mln_policy_load_path(path, &p, &diags);

    if (fd == 0)
        fd = mln_policy_compile(p, &blob);
    if (fd == 0)
        fd = mln_memfd_sealed("policy", mln_buf_sv(&blob));
    (void)mln_policy_free(p);
    mln_diags_done(&diags);
    mln_buf_done(&blob);
    return fd;
}

static void on_workload(void *ctx, const struct mln_workload_msg *told, size_t len)
{
    static const char *const ops[] = {"", "put", "gone", "synced", "done", "none", "policy"};
    struct host *h = ctx;
    struct mln_workload_msg m = *told;

    (void)printf(
        "{\"op\":\"%s\",\"slot\":%u,\"rule\":%d,\"pid\":%u,\"flags\":%u,\"runtime\":%u,\"ports\":[",
        ops[m.op], m.slot, (int)m.rule, m.pid, m.flags, m.runtime);
    for (uint32_t i = 0; i < m.n_ports; i++)
        (void)printf("%s%u", i ? "," : "", m.ports[i]);
    (void)printf("]}\n");
    m.op = m.op == MLN_WORKLOAD_GONE ? MLN_WORKLOAD_DONE : 0;
    if (m.op && mln_scout_link_send(h->link, &m) < 0)
        (void)fprintf(stderr, "the scout does not take an answer\n");
}

static void print_metas(int fd)
{
    static char bytes[MLN_META_MAX + 1];
    static struct mln_meta m;
    struct mln_buf out = {0};
    size_t n;
    int r;

    while ((r = mln_scm_recv(fd, bytes, sizeof(bytes), NULL, 0, &n)) > 0) {
        mln_buf_clear(&out);
        if (mln_meta_decode(mln_sv(bytes, (size_t)r), &m) < 0) {
            (void)printf("{\"op\":\"bad\"}\n");
            continue;
        }
        mln_buf_addf(&out, "{\"op\":\"meta\",\"kind\":%u,\"slot\":%u,\"synced\":%s", m.op, m.slot,
                     m.synced ? "true" : "false");
#define X(field)                                                                                   \
    mln_buf_addf(&out, ",\"" #field "\":");                                                        \
    mln_buf_add_json(&out, m.field);
        MLN_META_TEXTS(X)
#undef X
        mln_buf_addf(&out, ",\"labels\":%u,\"refs\":[", m.n_labels);
        for (uint32_t i = 0; i < m.n_refs; i++) {
            mln_buf_add_str(&out, i ? "," : "");
            mln_buf_add_json(&out, m.refs[i]);
        }
        (void)printf("%.*s]}\n", MLN_SV_ARG(mln_buf_sv(&out)));
    }
    mln_buf_done(&out);
}

static void on_meta_ready(struct mln_io *io, uint32_t events)
{
    (void)events;
    print_metas(io->fd);
}

static void on_meta(void *ctx, int fd)
{
    struct host *h = ctx;

    if (h->meta.fd >= 0) {
        print_metas(h->meta.fd);
        mln_io_del(h->loop, &h->meta);
        mln_fd_close(&h->meta.fd);
    }
    h->meta = (struct mln_io){.fd = dup(fd), .ready = on_meta_ready};
    MLN_REQUIRE(mln_io_add(h->loop, &h->meta, MLN_IO_READ) == 0);
}

static void bury(struct host *h)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!mln_scout_link_child_died(h->link, pid, status))
            (void)fprintf(stderr, "an unknown child died\n");
}

static void on_signal(struct mln_io *io, uint32_t events)
{
    struct host *h = MLN_OWNER(io, struct host, signals);
    struct signalfd_siginfo info;

    (void)events;
    if (read(io->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
        return;
    if (info.ssi_signo == SIGCHLD)
        bury(h);
    if (info.ssi_signo == SIGUSR1)
        mln_scout_link_courier(h->link);
    if (info.ssi_signo != SIGHUP)
        return;
    MLN_CLEANUP_FD int fd = policy_fd(h->policy);
    if (fd >= 0)
        mln_scout_link_policy(h->link, fd);
}

static void on_input(struct mln_io *io, uint32_t events)
{
    (void)events;
    mln_loop_stop((MLN_OWNER(io, struct host, input))->loop);
}

static int take_signals(struct host *h)
{
    static const int wanted[] = {SIGHUP, SIGUSR1, SIGCHLD};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < MLN_ARRAY_LEN(wanted); i++)
        (void)sigaddset(&set, wanted[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    h->signals = (struct mln_io){.fd = signalfd(-1, &set, SFD_CLOEXEC), .ready = on_signal};
    h->input = (struct mln_io){.fd = STDIN_FILENO, .ready = on_input};
    return mln_io_add(h->loop, &h->signals, MLN_IO_READ) == 0
               ? mln_io_add(h->loop, &h->input, MLN_IO_READ)
               : -1;
}

int main(int argc, char **argv)
{
    static const struct mln_scout_link_ops ops = {.workload = on_workload, .meta = on_meta};
    struct host h = {.meta.fd = -1};
    int role = mln_role_main(argc, argv);

    if (role >= 0)
        return role;
    if (argc < 3 || mln_loop_new(&h.loop) < 0 || take_signals(&h) < 0)
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    h.policy = argv[1];
    MLN_CLEANUP_FD int policy = policy_fd(h.policy);
    const struct mln_scout_link_config cfg = {.loop = h.loop,
                                              .ops = &ops,
                                              .ctx = &h,
                                              .docker_socket = argv[2],
                                              .containerd_socket = argc > 3 ? argv[3] : NULL,
                                              .has_policy = true,
                                              .log_level = MLN_LOG_INFO};
    h.link = mln_scout_link_new(&cfg);
    if (policy < 0 || !h.link || mln_scout_link_start(h.link, policy) < 0)
        return 3;
    int r = mln_loop_run(h.loop);
    h.link = mln_scout_link_free(h.link);
    h.loop = mln_loop_free(h.loop);
    return r < 0;
}
