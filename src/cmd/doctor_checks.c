#include "cmd/doctor_checks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/hook_setup.h"
#include "cmd/local_api.h"
#include "intercept/alive.h"
#include "intercept/nft.h"
#include "intercept/nft_msg.h"
#include "intercept/route.h"
#include "intercept/sockets.h"

static void say(struct mln_finding *f, enum mln_health h, const char *advice)
{
    f->health = MLN_MAX(f->health, h);
    mln_buf_add_str(&f->advice, advice);
}

/* ---- kernel and rights ---- */

static void look_kernel(struct mln_finding *f)
{
    struct utsname u;
    unsigned major = 0, minor = 0;

    if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2) {
        say(f, MLN_HEALTH_WARN, "the kernel does not say its version");
        return;
    }
    mln_buf_addf(&f->found, "Linux %s", u.release);
    if (major < 5 || (major == 5 && minor < 12))
        say(f, MLN_HEALTH_BAD,
            "the defender needs Linux 5.12 or later (nf_tables whose tables have an owner); merlon "
            "proxy works here");
}

static uint64_t effective_capabilities(void)
{
    struct mln_buf text = {0};
    uint64_t caps = 0;

    if (mln_file_read("/proc/self/status", 65536, &text) == 0) {
        mln_buf_add_char(&text, '\0');
        const char *at = strstr(text.p, "CapEff:");
        caps = at ? strtoull(at + 7, NULL, 16) : 0;
    }
    mln_buf_done(&text);
    return caps;
}

static void look_rights(struct mln_finding *f)
{
    static const struct {
        unsigned bit;
        const char *name;
    } needed[] = {{12, "CAP_NET_ADMIN"}, {21, "CAP_SYS_ADMIN"}, {19, "CAP_SYS_PTRACE"}};
    uint64_t caps = effective_capabilities();
    bool missing = false;

    mln_buf_addf(&f->found, "user %u", (unsigned)geteuid());
    for (size_t i = 0; i < MLN_ARRAY_LEN(needed); i++)
        if (!(caps >> needed[i].bit & 1)) {
            mln_buf_addf(&f->found, "%s%s", missing ? ", " : ", without ", needed[i].name);
            missing = true;
        }
    if (missing)
        say(f, MLN_HEALTH_BAD, "start merlon doctor, and the defender, as root");
}

static void look_files(struct mln_finding *f)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) < 0)
        return;
    mln_buf_addf(&f->found, "%llu descriptors", (unsigned long long)r.rlim_max);
    if (r.rlim_max < 65536)
        say(f, MLN_HEALTH_WARN,
            "each connection takes two; raise it (LimitNOFILE=, ulimit -Hn) for a busy node");
}

/* ---- interception, tried in a namespace of our own ---- */

struct trial {
    const char *what;
    int (*run)(int ns, struct mln_buf *why);
};

static int try_owner(int ns, struct mln_buf *why)
{
    int fd = mln_alive_open(&mln_icpt_names);

    (void)ns;
    (void)why;
    if (fd >= 0)
        (void)close(fd);
    return fd < 0 ? fd : 0;
}

static int try_nft(int ns, struct mln_buf *why)
{
    return mln_nft_load(ns,
                        MLN_SV("table inet merlon_doctor {\n chain c {\n  type nat hook prerouting "
                               "priority dstnat;\n  tcp dport 80 redirect to :15077\n }\n chain z "
                               "{\n  type filter hook output priority raw;\n  ct zone set 77\n "
                               "}\n}\n"),
                        why);
}

static int try_route(int ns, struct mln_buf *why)
{
    (void)ns;
    (void)why;
    return mln_route_add(&mln_icpt_names);
}

static int try_fwmark(int ns, struct mln_buf *why)
{
    int r = mln_fwmark_accept_unlock();

    (void)ns;
    (void)why;
    return r < 0 ? r : mln_fwmark_accept_set(true);
}

static int try_sockets(int ns, struct mln_buf *why)
{
    int fds[1], fd = mln_icpt_listen(ns, &mln_icpt_names, 16);
    int n = fd < 0 ? fd : mln_icpt_upstreams(ns, &mln_icpt_names, fds, 1, false);

    (void)why;
    if (fd >= 0)
        (void)close(fd);
    if (n > 0)
        (void)close(fds[0]);
    return n < 0 ? n : 0;
}

static const struct trial trials[] = {
    {"tables with an owner (nf_tables)", try_owner},
    {"redirect and conntrack zones through nft(8)", try_nft},
    {"policy routes", try_route},
    {"net.ipv4.tcp_fwmark_accept", try_fwmark},
    {"transparent sockets", try_sockets},
};

/* A new namespace has its lo down. */
static int raise_lo(void)
{
    struct ifreq r = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    r.ifr_flags = IFF_UP | IFF_RUNNING;
    int e = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &r) < 0 ? -errno : 0;
    if (fd >= 0)
        (void)close(fd);
    return e;
}

/* In the child: the first trial that fails goes to `out` as text. */
static int try_all(int out)
{
    struct mln_buf why = {0};
    int ns, r = 0;

    if (unshare(CLONE_NEWNET) < 0 || raise_lo() < 0 ||
        (ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0) {
        (void)dprintf(out, "a network namespace cannot be made: %s", strerror(errno));
        return 1;
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(trials) && r == 0; i++) {
        r = trials[i].run(ns, &why);
        if (r < 0)
            (void)dprintf(out, "%s: %s%s%.*s", trials[i].what, strerror(-r), why.len ? ": " : "",
                          MLN_SV_ARG(mln_sv_trim(mln_buf_sv(&why))));
    }
    mln_buf_done(&why);
    return r < 0;
}

static void look_intercept(struct mln_finding *f)
{
    char text[512];
    int fds[2], status = 0;
    ssize_t n;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        f->blind = true;
        return;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(try_all(fds[1]));
    (void)close(fds[1]);
    while (pid > 0 && (n = read(fds[0], text, sizeof(text))) > 0)
        mln_buf_add(&f->found, text, (size_t)n);
    (void)close(fds[0]);
    f->blind = pid < 0;
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
        say(f, MLN_HEALTH_BAD,
            geteuid() != 0 ? "only root can tell"
            : access("/usr/sbin/nft", X_OK) < 0
                ? "install nftables (Debian: apt-get install nftables)"
                : "without it no container can be protected; merlon proxy works here");
    else
        mln_buf_add_str(&f->found, "a trial in a namespace of its own went well");
}

static void look_leftovers(struct mln_finding *f)
{
    int r = mln_nft_table_exists("merlon");

    mln_buf_add_str(&f->found, r > 0   ? "a table named merlon is in the namespace of this machine"
                               : r < 0 ? "cannot be told here"
                                       : "nothing of ours in the namespace of this machine");
    if (r > 0)
        say(f, MLN_HEALTH_WARN,
            "if no defender runs, a crash left it: merlon defender --cleanup removes it");
}

static void look_rp_filter(struct mln_finding *f)
{
    struct mln_buf v = {0};

    if (mln_file_read("/proc/sys/net/ipv4/conf/all/rp_filter", 64, &v) == 0)
        mln_buf_addf(&f->found, "rp_filter %c; any value works, answers come back over lo",
                     v.len ? v.p[0] : '?');
    mln_buf_done(&v);
}

/* ---- runtimes and neighbours ---- */

static bool answers(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
    bool good = fd >= 0 && connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;
    if (fd >= 0)
        (void)close(fd);
    return good;
}

static void look_runtimes(struct mln_finding *f)
{
    static const struct {
        const char *name, *path;
    } runtimes[] = {{"Docker", "/run/docker.sock"},
                    {"containerd", "/run/containerd/containerd.sock"},
                    {"containerd of k3s", "/run/k3s/containerd/containerd.sock"},
                    {"CRI-O", "/run/crio/crio.sock"}};
    bool any = false;

    for (size_t i = 0; i < MLN_ARRAY_LEN(runtimes); i++)
        if (answers(runtimes[i].path)) {
            mln_buf_addf(&f->found, "%s%s", any ? ", " : "", runtimes[i].name);
            any = true;
        }
    if (any)
        return;
    mln_buf_add_str(&f->found, "no runtime answers");
    say(f, MLN_HEALTH_WARN,
        "the defender follows Docker (/run/docker.sock) and containerd "
        "(/run/containerd/containerd.sock); start one, or name its socket");
}

static void look_hook(struct mln_finding *f)
{
    const struct mln_hook_setup s = {
        .root = "", .dir = MLN_HOOK_DIR_DEFAULT, .state_dir = MLN_STATE_DIR_DEFAULT};
    enum mln_hook_state state = mln_hook_state(&s, &f->found, &f->advice);

    if (state == MLN_HOOK_NOT_YET || state == MLN_HOOK_NOT_THERE)
        f->health = MLN_HEALTH_WARN;
}

static void look_networks(struct mln_finding *f)
{
    static const struct {
        const char *part, *say;
    } known[] = {
        {"istio", "Istio's mutual TLS hides requests from the defender: such pods are shown as not "
                  "protected"},
        {"linkerd", "Linkerd's mutual TLS hides requests from the defender: such pods are shown as "
                    "not protected"},
        {"cilium", "Cilium beside the defender is not tested yet; try it on one node first"},
        {"calico", "Calico beside the defender is not tested yet; try it on one node first"},
    };
    DIR *d = opendir("/etc/cni/net.d");
    struct dirent *e;
    unsigned n = 0;

    while (d && (e = readdir(d))) {
        struct mln_sv name = mln_sv_str(e->d_name);
        if (e->d_name[0] == '.')
            continue;
        mln_buf_addf(&f->found, "%s%s", n++ ? ", " : "", e->d_name);
        for (size_t i = 0; i < MLN_ARRAY_LEN(known); i++)
            if (mln_sv_ifind(name, mln_sv_str(known[i].part)) != SIZE_MAX)
                say(f, MLN_HEALTH_WARN, known[i].say);
    }
    if (d)
        (void)closedir(d);
    if (!n)
        mln_buf_add_str(&f->found, "no CNI configuration: Docker's own networks, or none");
}

static void look_cgroups(struct mln_finding *f)
{
    mln_buf_add_str(&f->found, access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0
                                   ? "version 2"
                                   : "version 1");
}

const struct mln_check mln_doctor_checks[] = {
    {"kernel", "the defender", look_kernel},
    {"rights", "the defender", look_rights},
    {"interception", "the defender", look_intercept},
    {"left over", NULL, look_leftovers},
    {"routing", NULL, look_rp_filter},
    {"tracking", NULL, .look_below = mln_doctor_tracking},
    {"runtimes", "discovery of containers", look_runtimes},
    {"runtime files", NULL, .look_below = mln_doctor_runtime_files},
    {"start hook", NULL, look_hook},
    {"networks", NULL, look_networks},
    {"cgroups", NULL, look_cgroups},
    {"descriptors", NULL, look_files},
    {NULL, NULL, NULL},
};
