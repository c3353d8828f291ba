/* What merlon doctor reads from files of the machine. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "base/fd.h"
#include "cmd/doctor_checks.h"
#include "cmd/hook_setup.h"

enum { FILE_BYTES_MAX = 1 << 20, NEARLY_FULL_PERCENT = 80 };

static int read_below(const char *root, const char *path, struct mln_buf *ret)
{
    char full[4096];

    if (snprintf(full, sizeof(full), "%s%s", root, path) >= (int)sizeof(full))
        return -ENAMETOOLONG;
    return mln_file_read(full, FILE_BYTES_MAX, ret);
}

/* ---- connection tracking ---- */

/* 0 when it cannot be told. */
static uint64_t number_in(const char *root, const char *path)
{
    struct mln_buf text = {0};
    uint64_t n = 0;
    int r = read_below(root, path, &text);
    struct mln_sv all = mln_buf_sv(&text), line = mln_sv_split(&all, '\n');

    if (r < 0 || mln_sv_u64(line, &n) < 0)
        n = 0;
    mln_buf_done(&text);
    return n;
}

void mln_doctor_tracking(const char *root, struct mln_finding *f)
{
    uint64_t max = number_in(root, "/proc/sys/net/netfilter/nf_conntrack_max"),
             n = number_in(root, "/proc/sys/net/netfilter/nf_conntrack_count");

    if (max == 0) {
        mln_buf_add_str(&f->found, "not in use here yet");
        return;
    }
    mln_buf_addf(&f->found, "%llu of %llu connections tracked here", (unsigned long long)n,
                 (unsigned long long)max);
    if (n >= max / 100 * NEARLY_FULL_PERCENT)
        mln_doctor_say(
            f, MLN_HEALTH_WARN,
            "when it is full the kernel drops new connections, those to protected ports, too: "
            "raise net.netfilter.nf_conntrack_max");
}

/* ---- runtimes ---- */

static void look_docker(const char *root, struct mln_finding *f)
{
    struct mln_buf text = {0};
    json_error_t e;

    if (read_below(root, "/etc/docker/daemon.json", &text) == 0) {
        json_t *o = json_loadb(text.p, text.len, 0, &e);
        const char *runtime = json_string_value(json_object_get(o, "default-runtime")),
                   *remap = json_string_value(json_object_get(o, "userns-remap"));
        mln_buf_add_str(&f->found, o ? "Docker: daemon.json" : "Docker: daemon.json, no JSON");
        if (remap && *remap)
            mln_buf_add_str(&f->found, ", user namespaces (protected like others)");
        if (runtime && strcmp(runtime, "runc") != 0) {
            mln_buf_addf(&f->found, ", default runtime %.64s", runtime);
            mln_doctor_say(
                f, MLN_HEALTH_WARN,
                "the start hook stands before runc only: containers of that runtime start "
                "without waiting for their protection");
        }
        json_decref(o);
    }
    mln_buf_done(&text);
}

/* The first one that is not the hook's own. */
static struct mln_sv named_in_full(struct mln_sv config)
{
    while (config.p) {
        struct mln_sv value = mln_sv_trim(mln_sv_split(&config, '\n'));
        struct mln_sv key = mln_sv_trim(mln_sv_split(&value, '='));
        value = mln_sv_trim(value);
        if (mln_sv_eq(key, MLN_SV("BinaryName")) && mln_sv_starts(value, MLN_SV("\"/")) &&
            mln_sv_find(value, MLN_SV(MLN_HOOK_DIR_DEFAULT)) == SIZE_MAX)
            return mln_sv_sub(value, 0, 128);
    }
    return MLN_SV_NULL;
}

static void look_containerd(const char *root, struct mln_finding *f)
{
    struct mln_buf text = {0};

    if (read_below(root, "/etc/containerd/config.toml", &text) == 0) {
        struct mln_sv name = named_in_full(mln_buf_sv(&text));
        mln_buf_addf(&f->found, "%scontainerd: config.toml", f->found.len ? "; " : "");
        if (name.p) {
            mln_buf_addf(&f->found, ", BinaryName %.*s", MLN_SV_ARG(name));
            mln_doctor_say(f, MLN_HEALTH_WARN,
                           "containerd names its runc in full and does not find the start hook: "
                           "BinaryName = \"" MLN_HOOK_DIR_DEFAULT "/runc\"");
        }
    }
    mln_buf_done(&text);
}

void mln_doctor_runtime_files(const char *root, struct mln_finding *f)
{
    look_docker(root, f);
    look_containerd(root, f);
    if (!f->found.len)
        mln_buf_add_str(&f->found, "nothing but what runtimes do by themselves");
}

/* ---- what else confines programs ---- */

static char first_of(const char *root, const char *path)
{
    struct mln_buf text = {0};
    char c = read_below(root, path, &text) == 0 && text.len ? text.p[0] : 0;

    mln_buf_done(&text);
    return c;
}

void mln_doctor_confinement(const char *root, struct mln_finding *f)
{
    char selinux = first_of(root, "/sys/fs/selinux/enforce");
    bool apparmor = first_of(root, "/sys/module/apparmor/parameters/enabled") == 'Y';

    if (!selinux && !apparmor)
        mln_buf_add_str(&f->found, "neither AppArmor nor SELinux");
    if (apparmor) {
        mln_buf_add_str(&f->found, "AppArmor");
        mln_doctor_say(f, MLN_HEALTH_GOOD,
                       "a defender in a container of its own needs apparmor=unconfined, as its "
                       "manifest and its documentation have it; on the machine it needs nothing");
    }
    if (selinux)
        mln_buf_addf(&f->found, "%sSELinux, %s", apparmor ? ", " : "",
                     selinux == '1' ? "enforcing" : "permissive");
    if (selinux == '1')
        mln_doctor_say(f, MLN_HEALTH_WARN,
                       "beside SELinux it is not tested yet; a defender in a container needs the "
                       "type spc_t (label=disable) to enter networks of others");
}
