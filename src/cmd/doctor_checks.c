#include "cmd/doctor_checks.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/hook_setup.h"
#include "cmd/local_api.h"
#include "node/warden.h"

void mln_doctor_say(struct mln_finding *f, enum mln_health h, const char *advice)
{
    f->health = MLN_MAX(f->health, h);
    mln_buf_addf(&f->advice, "%s%s", f->advice.len ? "; " : "", advice);
}

/* ---- kernel and rights ---- */

static void look_kernel(struct mln_finding *f)
{
    struct utsname u;
    unsigned major = 0, minor = 0;

    if (uname(&u) < 0 || sscanf(u.release, "%u.%u", &major, &minor) != 2) {
        mln_doctor_say(f, MLN_HEALTH_WARN, "the kernel does not say its version");
        return;
    }
    mln_buf_addf(&f->found, "Linux %s", u.release);
    if (major < 5 || (major == 5 && minor < 12))
        mln_doctor_say(
            f, MLN_HEALTH_BAD,
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
        mln_doctor_say(f, MLN_HEALTH_BAD, "start merlon doctor, and the defender, as root");
}

static void look_files(struct mln_finding *f)
{
    struct rlimit r;

    if (getrlimit(RLIMIT_NOFILE, &r) < 0)
        return;
    mln_buf_addf(&f->found, "%llu descriptors", (unsigned long long)r.rlim_max);
    if (r.rlim_max < 65536)
        mln_doctor_say(
            f, MLN_HEALTH_WARN,
            "each connection takes two; raise it (LimitNOFILE=, ulimit -Hn) for a busy node");
}

static void look_leftovers(struct mln_finding *f)
{
    struct mln_left_over l = {0};
    int r = mln_defender_left_over(&l);

    if (r < 0 && !l.left) {
        mln_buf_addf(&f->found, "cannot be told here: %s", strerror(-r));
        return;
    }
    mln_buf_addf(&f->found, "%u networks looked at, %u with rules of a defender that is gone",
                 l.looked_at, l.left);
    if (l.in_use)
        mln_buf_addf(&f->found, ", %u protected by one that runs", l.in_use);
    if (l.left)
        mln_doctor_say(f, MLN_HEALTH_WARN,
                       "one that is started takes them up; merlon defender --cleanup removes them. "
                       "Until then ports with fail: closed are refused, others are direct");
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
    mln_doctor_say(f, MLN_HEALTH_WARN,
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

static void look_cgroups(struct mln_finding *f)
{
    mln_buf_add_str(&f->found, access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0
                                   ? "version 2"
                                   : "version 1");
}

const struct mln_check mln_doctor_checks[] = {
    {"kernel", "the defender", look_kernel},
    {"rights", "the defender", look_rights},
    {"interception", "the defender", mln_doctor_trial},
    {"left over", NULL, look_leftovers},
    {"routing", NULL, look_rp_filter},
    {"tracking", NULL, .look_below = mln_doctor_tracking},
    {"runtimes", "discovery of containers", look_runtimes},
    {"runtime files", NULL, .look_below = mln_doctor_runtime_files},
    {"start hook", NULL, look_hook},
    {"neighbours", NULL, .look_below = mln_doctor_neighbours},
    {"marks", NULL, mln_doctor_marks},
    {"confinement", NULL, .look_below = mln_doctor_confinement},
    {"cgroups", NULL, look_cgroups},
    {"descriptors", NULL, look_files},
    {NULL, NULL, NULL},
};
