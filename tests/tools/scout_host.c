/* Plays the warden to a scout: `scout_host POLICY DOCKER_SOCKET`. Prints what the scout tells as
 * JSON lines, answers GONE with DONE, compiles POLICY anew on SIGHUP. Ends with its input. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/roles.h"
#include "policy/policy.h"
#include "runtime/meta.h"

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

static void send_wire(int fd, enum mln_wire_type type, struct mln_wire m, int passed)
{
    m.version = MLN_WIRE_VERSION;
    m.type = type;
    if (mln_scm_send(fd, &m, sizeof(m), &passed, passed >= 0) < 0)
        (void)fprintf(stderr, "the scout does not take a message\n");
}

static int connect_unix(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        int e = -errno;
        mln_fd_close(&fd);
        return e;
    }
    return fd;
}

static void on_control(int control, const char *socket_path)
{
    struct mln_wire m;
    size_t n;

    while (mln_scm_recv(control, &m, sizeof(m), NULL, 0, &n) == (int)sizeof(m)) {
        if (m.type == MLN_WIRE_READY)
            (void)printf("{\"op\":\"ready\"}\n");
        if (m.type != MLN_WIRE_WANT)
            continue;
        MLN_CLEANUP_FD int fd = connect_unix(socket_path);
        send_wire(control, MLN_WIRE_SOCKET,
                  (struct mln_wire){.id = m.id, .arg = fd < 0 ? (uint64_t)-fd : 0}, fd);
    }
}

static void on_workload(int fd)
{
    static const char *const ops[] = {"", "put", "gone", "synced", "done"};
    struct mln_workload_msg m;
    size_t n;
    int r;

    while ((r = mln_scm_recv(fd, &m, sizeof(m), NULL, 0, &n)) > 0) {
        if (mln_workload_check(&m, (size_t)r) < 0) {
            (void)printf("{\"op\":\"bad\"}\n");
            continue;
        }
        (void)printf("{\"op\":\"%s\",\"slot\":%u,\"rule\":%d,\"pid\":%u,\"flags\":%u,\"ports\":[",
                     ops[m.op], m.slot, (int)m.rule, m.pid, m.flags);
        for (uint32_t i = 0; i < m.n_ports; i++)
            (void)printf("%s%u", i ? "," : "", m.ports[i]);
        (void)printf("]}\n");
        m.op = m.op == MLN_WORKLOAD_GONE ? MLN_WORKLOAD_DONE : 0;
        if (m.op && mln_scm_send(fd, &m, sizeof(m), NULL, 0) < 0)
            (void)fprintf(stderr, "the scout does not take an answer\n");
    }
}

static void on_meta(int fd)
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

int main(int argc, char **argv)
{
    int role = mln_role_main(argc, argv);
    int control, workloads[2], metas[2];
    sigset_t set;

    if (role >= 0)
        return role;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGHUP);
    if (argc != 3 || sigprocmask(SIG_BLOCK, &set, NULL) < 0 || mln_scm_pair(workloads) < 0 ||
        mln_scm_pair(metas) < 0)
        return 2;
    int signals = signalfd(-1, &set, SFD_CLOEXEC), policy = policy_fd(argv[1]);
    pid_t pid = mln_child_spawn("scout", NULL, &control);
    if (policy < 0 || pid < 0)
        return 3;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    send_wire(control, MLN_WIRE_INIT, (struct mln_wire){.arg = MLN_RUNTIME_DOCKER}, workloads[1]);
    send_wire(control, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, policy);
    send_wire(control, MLN_WIRE_META, (struct mln_wire){.arg = 0}, metas[1]);
    send_wire(control, MLN_WIRE_START, (struct mln_wire){.arg = 0}, -1);
    for (;;) {
        struct pollfd p[] = {{control, POLLIN, 0},
                             {workloads[0], POLLIN, 0},
                             {metas[0], POLLIN, 0},
                             {signals, POLLIN, 0},
                             {STDIN_FILENO, POLLIN, 0}};
        struct signalfd_siginfo info;
        if (poll(p, 5, -1) < 0 || p[4].revents || (p[0].revents & POLLHUP))
            break;
        on_control(control, argv[2]);
        on_workload(workloads[0]);
        on_meta(metas[0]);
        if (p[3].revents && read(signals, &info, sizeof(info)) > 0) {
            MLN_CLEANUP_FD int fd = policy_fd(argv[1]);
            if (fd >= 0)
                send_wire(control, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, fd);
        }
    }
    (void)close(control);
    (void)waitpid(pid, NULL, 0);
    return 0;
}
