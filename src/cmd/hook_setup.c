#include "cmd/hook_setup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/hook_client.h"

enum { PROGRAM_MAX = 64 << 20, ENVIRON_MAX = 1 << 20 };

#define DROP_IN "50-merlon-hook.conf"
#define SYSTEMD_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* A dockerd that has no containerd beside it starts one of its own. */
static const struct service {
    const char *unit, *process;
} services[] = {{"containerd", "containerd"}, {"docker", "dockerd"}};

static int complain(const char *what, int err)
{
    (void)fprintf(stderr, "merlon hook: %s: %s\n", what, strerror(-err));
    return 3;
}

/* ---- processes ---- */

static bool is_named(const char *pid, const char *name)
{
    struct mln_buf text = {0};
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%.16s/comm", pid);
    bool good = mln_file_read(path, 64, &text) == 0 &&
                mln_sv_ends(mln_buf_sv(&text), MLN_SV("\n")) &&
                mln_sv_eq(mln_sv_sub(mln_buf_sv(&text), 0, text.len - 1), mln_sv_str(name));
    mln_buf_done(&text);
    return good;
}

/* Calls `each` for each process of this name, until it says false. */
static void each_process(const char *name, bool (*each)(void *arg, const char *pid), void *arg)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    bool more = true;

    while (d && more && (e = readdir(d)))
        if (isdigit((unsigned char)e->d_name[0]) && is_named(e->d_name, name))
            more = each(arg, e->d_name);
    if (d)
        (void)closedir(d);
}

/* A variable of its environment, appended; nothing when it has none. */
static void read_variable(const char *pid, struct mln_sv prefix, struct mln_buf *out)
{
    struct mln_buf text = {0};
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%.16s/environ", pid);
    if (mln_file_read(path, ENVIRON_MAX, &text) == 0) {
        struct mln_sv rest = mln_buf_sv(&text);
        while (rest.p) {
            struct mln_sv one = mln_sv_split(&rest, '\0');
            if (mln_sv_starts(one, prefix))
                mln_buf_add_sv(out, mln_sv_sub(one, prefix.len, one.len));
        }
    }
    mln_buf_done(&text);
}

/* ---- the PATH that a unit shall have ---- */

static bool take_path(void *arg, const char *pid)
{
    struct mln_buf *path = arg;

    read_variable(pid, MLN_SV("PATH="), path);
    return path->len == 0;
}

/* As it is now, without us, and us before it. */
static void wanted_path(const struct mln_hook_setup *s, const struct service *v,
                        struct mln_buf *out)
{
    struct mln_buf now = {0};

    each_process(v->process, take_path, &now);
    struct mln_sv rest = now.len ? mln_buf_sv(&now) : MLN_SV(SYSTEMD_PATH);
    mln_buf_add_str(out, s->dir);
    while (rest.p) {
        struct mln_sv dir = mln_sv_split(&rest, ':');
        if (dir.len && !mln_sv_eq(dir, mln_sv_str(s->dir)))
            mln_buf_addf(out, ":%.*s", MLN_SV_ARG(dir));
    }
    mln_buf_done(&now);
}

/* ---- files ---- */

static bool has_unit(const struct mln_hook_setup *s, const char *unit)
{
    static const char *const dirs[] = {"/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"};
    char path[PATH_MAX];

    for (size_t i = 0; i < MLN_ARRAY_LEN(dirs); i++)
        if (snprintf(path, sizeof(path), "%s%s/systemd/system/%s.service", s->root, dirs[i], unit) <
                (int)sizeof(path) &&
            access(path, F_OK) == 0)
            return true;
    return false;
}

static void drop_in_dir(const struct mln_hook_setup *s, const char *unit, char out[PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s/etc/systemd/system/%s.service.d", s->root, unit);
}

/* Each folder of the path. */
static int make_dirs(const char *path)
{
    char part[PATH_MAX];

    if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
        return -ENAMETOOLONG;
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            return -errno;
        *at = '/';
    }
    return mkdir(part, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/* In one step: a runtime may be about to call it. */
static int write_file(const char *dir, const char *name, struct mln_sv text, mode_t mode)
{
    char path[PATH_MAX], next[PATH_MAX];
    int r = make_dirs(dir);

    if (r < 0)
        return r;
    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
        snprintf(next, sizeof(next), "%s/.%s.new", dir, name) >= (int)sizeof(next))
        return -ENAMETOOLONG;
    (void)unlink(next);
    MLN_CLEANUP_FD int fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    r = mln_fd_write_all(fd, text.p, text.len);
    if (r == 0 && (fchmod(fd, mode) < 0 || rename(next, path) < 0))
        r = -errno;
    if (r < 0)
        (void)unlink(next);
    return r;
}

static int remove_file(const char *dir, const char *name)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    if (unlink(path) < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    (void)rmdir(dir); /* when nothing else is in it */
    return 1;
}

/* merlon-runc, which lies beside this program. */
static int read_program(struct mln_buf *out)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);

    if (n < 0)
        return -errno;
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    (void)snprintf(slash + 1, 16, "merlon-runc");
    int r = mln_file_read(path, PROGRAM_MAX, out);
    if (r < 0)
        (void)complain(path, r);
    return r;
}

/* ---- install ---- */

static int write_drop_in(const struct mln_hook_setup *s, const struct service *v)
{
    struct mln_buf text = {0};
    char dir[PATH_MAX], limit[16];

    drop_in_dir(s, v->unit, dir);
    (void)snprintf(limit, sizeof(limit), "%ums", s->limit_ms);
    mln_buf_add_str(&text, "# by `merlon hook install`; `merlon hook uninstall` removes it\n"
                           "[Service]\nEnvironment=\"PATH=");
    wanted_path(s, v, &text);
    mln_buf_addf(&text, "\"\nEnvironment=\"MERLON_STATE_DIR=%s\"\n", s->state_dir);
    if (s->limit_ms != MLN_HOOK_LIMIT_MS_DEFAULT)
        mln_buf_addf(&text, "Environment=\"MERLON_HOOK_TIMEOUT=%s\"\n", limit);
    int r = mln_buf_failed(&text) ? -ENOMEM : write_file(dir, DROP_IN, mln_buf_sv(&text), 0644);
    mln_buf_done(&text);
    if (r < 0)
        return complain(dir, r);
    (void)printf("wrote %s/" DROP_IN "\n", dir);
    return 0;
}

int mln_hook_install(const struct mln_hook_setup *s)
{
    struct mln_buf program = {0};
    char dir[PATH_MAX];
    bool any = false;
    int r = read_program(&program);

    (void)snprintf(dir, sizeof(dir), "%s%s", s->root, s->dir);
    if (r == 0 && (r = write_file(dir, "runc", mln_buf_sv(&program), 0755)) < 0)
        (void)complain(dir, r);
    mln_buf_done(&program);
    if (r < 0)
        return 3;
    (void)printf("wrote %s/runc\n", dir);
    for (size_t i = 0; i < MLN_ARRAY_LEN(services); i++) {
        if (!has_unit(s, services[i].unit))
            continue;
        any = true;
        if (write_drop_in(s, &services[i]) != 0)
            return 3;
    }
    if (any)
        (void)printf("now: systemctl daemon-reload && systemctl restart containerd\n"
                     "     (what runs goes on; a dockerd without the unit containerd.service is to "
                     "be restarted instead)\n");
    else
        (void)printf("now: there is no unit of systemd here; start containerd with %s as the first "
                     "folder of its PATH\n",
                     s->dir);
    return 0;
}

int mln_hook_uninstall(const struct mln_hook_setup *s)
{
    char dir[PATH_MAX];
    int done = 0, r = 0;

    for (size_t i = 0; i < MLN_ARRAY_LEN(services) && r >= 0; i++) {
        drop_in_dir(s, services[i].unit, dir);
        r = remove_file(dir, DROP_IN);
        done += r > 0;
    }
    if (r >= 0) {
        (void)snprintf(dir, sizeof(dir), "%s%s", s->root, s->dir);
        r = remove_file(dir, "runc");
        done += r > 0;
    }
    if (r < 0)
        return complain(dir, r);
    (void)printf(done ? "removed; runc is called as before at once\n" : "nothing was installed\n");
    return 0;
}

/* ---- how it is ---- */

struct look {
    const struct mln_hook_setup *s;
    const char *name;
    struct mln_buf *found;
    unsigned n, calling;
};

static bool look_at(void *arg, const char *pid)
{
    struct look *l = arg;
    struct mln_buf path = {0};

    read_variable(pid, MLN_SV("PATH="), &path);
    struct mln_sv rest = mln_buf_sv(&path);
    bool calls = mln_sv_eq(mln_sv_split(&rest, ':'), mln_sv_str(l->s->dir));
    mln_buf_done(&path);
    mln_buf_addf(l->found, "%s%s (process %s) %s", l->found->len ? "; " : "", l->name, pid,
                 calls ? "calls it" : "does not call it");
    l->n++;
    l->calling += calls;
    return true;
}

enum mln_hook_state mln_hook_state(const struct mln_hook_setup *s, struct mln_buf *found,
                                   struct mln_buf *advice)
{
    char path[PATH_MAX];
    struct look l = {.s = s, .found = found};

    (void)snprintf(path, sizeof(path), "%s%s/runc", s->root, s->dir);
    bool there = access(path, X_OK) == 0;
    for (size_t i = 0; i < MLN_ARRAY_LEN(services) && l.n == 0; i++) {
        l.name =
            services[i].process; /* dockerd matters only where it has a containerd of its own */
        each_process(services[i].process, look_at, &l);
    }
    if (l.n && l.calling == l.n && there)
        return MLN_HOOK_ACTIVE;
    if (!there) {
        mln_buf_clear(found);
        mln_buf_add_str(found, "not installed");
        mln_buf_add_str(advice, "a client that is there before a container starts may reach it "
                                "before Merlon does; for no gap: merlon hook install");
        return MLN_HOOK_NOT_THERE;
    }
    if (l.n == 0) {
        mln_buf_add_str(found, "installed; no runtime runs");
        return MLN_HOOK_NO_RUNTIME;
    }
    mln_buf_add_str(advice, "systemctl daemon-reload && systemctl restart containerd");
    return MLN_HOOK_NOT_YET;
}
