#include "node/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "node/seccomp.h"

enum { NOBODY = 65534 };
#define MEMORY_MOST ((rlim_t)2 << 30) /* of its own; what it holds for clients has lower bounds */

struct ids {
    uid_t uid;
    gid_t gid;
};

/* The user "merlon" when the system has one, else nobody. Looked up before the root is gone. */
static struct ids find_ids(void)
{
    const struct passwd *pw = getpwnam("merlon");

    return pw ? (struct ids){pw->pw_uid, pw->pw_gid} : (struct ids){NOBODY, NOBODY};
}

static const char *leave_namespaces(bool root)
{
    int flags = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

    if (unshare(root ? flags : flags | CLONE_NEWUSER) == 0)
        return "empty";
    return "kept";
}

/* Into a folder that was deleted: nothing is in it and nothing can be made in it. */
static bool enter_empty_root(void)
{
    char dir[] = "/tmp/merlon-root-XXXXXX";

    if (!mkdtemp(dir) || chdir(dir) < 0)
        return false;
    (void)rmdir(dir);
    return chroot(".") == 0 && chdir("/") == 0;
}

static bool deny_files(void)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = (UINT64_C(1) << 13) - 1};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);

    if (fd < 0)
        return false;
    bool ok = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    (void)close(fd);
    return ok;
}

/* Adds to a rule set what may be done below a folder. */
static bool allow_below(int ruleset, int dir, uint64_t access)
{
    const struct landlock_path_beneath_attr below = {.allowed_access = access, .parent_fd = dir};

    return dir >= 0 &&
           syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0;
}

/* Names and certificates may be read, copies written. */
static bool allow_few_files(int dir)
{
    static const char *const readable[] = {"/etc", "/usr", "/lib", "/run/systemd/resolve",
                                           "/run/resolvconf"};
    const uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE,
                   own = read_file | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                         LANDLOCK_ACCESS_FS_REMOVE_FILE;
    struct landlock_ruleset_attr attr = {.handled_access_fs = (UINT64_C(1) << 13) - 1};
    MLN_CLEANUP_FD int set =
        (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);

    if (set < 0)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(readable); i++) {
        MLN_CLEANUP_FD int fd = open(readable[i], O_PATH | O_CLOEXEC);
        (void)allow_below(set, fd, read_file | LANDLOCK_ACCESS_FS_READ_DIR);
    }
    return allow_below(set, dir, own) && syscall(SYS_landlock_restrict_self, set, 0) == 0;
}

static bool drop_user(struct ids ids)
{
    return setgroups(0, NULL) == 0 && setresgid(ids.gid, ids.gid, ids.gid) == 0 &&
           setresuid(ids.uid, ids.uid, ids.uid) == 0;
}

/* Before the user changes: it takes a capability to give them up for good. */
static void drop_bounding_set(void)
{
    for (int cap = 0; cap < 64; cap++)
        (void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};

    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &head, none) == 0;
}

/* A worker that blows up ends before the application does, and before the node is short. */
static void offer_to_oom_killer(void)
{
    MLN_CLEANUP_FD int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : write(fd, "500", 3);

    (void)n;
}

static int set_limits(void)
{
    struct rlimit files, memory, none = {0, 0};

    if (getrlimit(RLIMIT_DATA, &memory) < 0)
        return -errno;
    memory.rlim_cur = memory.rlim_max = MLN_MIN(memory.rlim_max, MEMORY_MOST); /* or less */
    /* a sanitizer's shadow counts as data */
    if (!MLN_SANITIZER && setrlimit(RLIMIT_DATA, &memory) < 0)
        return -errno;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    return 0;
}

/* Another user, no capabilities, and no way back to either. */
static int give_up_rights(bool root, struct ids ids, struct mln_sandbox_state *ret)
{
    drop_bounding_set();
    ret->user = !root            ? "same"
                : drop_user(ids) ? (ids.uid == NOBODY ? "nobody" : "merlon")
                                 : "root";
    ret->caps = drop_capabilities() ? "none" : "kept";
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int mln_sandbox_enter(enum mln_sandbox_profile profile, struct mln_sandbox_state *ret)
{
    bool root = geteuid() == 0;
    struct ids ids = root ? find_ids() : (struct ids){geteuid(), getegid()};

    offer_to_oom_killer();
    ret->net = leave_namespaces(root);
    ret->root = root && enter_empty_root() ? "empty" : "kept";
    int r = give_up_rights(root, ids, ret);
    if (r < 0)
        return r;
    if (deny_files() && strcmp(ret->root, "kept") == 0)
        ret->root = "landlock";
    r = set_limits();
    if (r < 0)
        return r;
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_NPROC, &none) < 0)
        return -errno;
    return mln_seccomp_enter(profile, &ret->seccomp);
}

int mln_sandbox_enter_feeder(int dir, struct mln_sandbox_state *ret)
{
    bool root = geteuid() == 0;
    struct ids ids = root ? find_ids() : (struct ids){geteuid(), getegid()};

    offer_to_oom_killer();
    ret->net = "host";
    int r = give_up_rights(root, ids, ret);
    if (r < 0)
        return r;
    ret->root = allow_few_files(dir) ? "landlock" : "kept";
    r = set_limits();
    return r < 0 ? r : mln_seccomp_forbid(&ret->seccomp);
}

/* False when something is weaker than it could be on a machine that permits everything. */
static bool is_whole(const struct mln_sandbox_state *s)
{
    return strcmp(s->user, "root") != 0 && strcmp(s->caps, "none") == 0 &&
           strcmp(s->root, "kept") != 0 && strcmp(s->net, "empty") == 0 &&
           strcmp(s->seccomp, "on") == 0;
}

void mln_sandbox_log(const char *event, const struct mln_sandbox_state *s)
{
    mln_logf(is_whole(s) ? MLN_LOG_INFO : MLN_LOG_WARN, event,
             "user=%s caps=%s root=%s net=%s seccomp=\"%s\"", s->user, s->caps, s->root, s->net,
             s->seccomp);
}
