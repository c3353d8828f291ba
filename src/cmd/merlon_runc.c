/* merlon-runc: what containerd's shim calls instead of runc, under that name. Adds a createRuntime
 * hook to the configuration of a container that is being made, and becomes the real runc. The hook
 * is this program once more: it asks the defender, and the container's program does not run before
 * the answer. Whatever goes wrong with that, runc runs; only `fail: closed` refuses a start.
 *
 * A program of its own, static and small: it runs as root on the node, five times for each
 * container, and whatever it needed would have to be there for any container to start.
 *
 * Environment, of containerd: MERLON_STATE_DIR, of the defender (/run/merlon); MERLON_RUNC, name or
 * path of the runtime to become (runc); MERLON_HOOK_TIMEOUT (2s). */
#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "node/hook_client.h"

static const char *setting(const char *name, const char *otherwise)
{
    const char *v = getenv(name);

    return v && *v ? v : otherwise;
}

static unsigned limit_of(const char *text)
{
    mln_nsec t = 0;

    return text && mln_parse_duration(mln_sv_str(text), &t) == 0 && t >= MLN_NSEC_PER_MSEC &&
                   t <= 60 * MLN_NSEC_PER_SEC
               ? (unsigned)(t / MLN_NSEC_PER_MSEC)
               : MLN_HOOK_LIMIT_MS_DEFAULT;
}

/* ---- the hook ---- */

/* As written by node/hook_bundle.c. */
static int run_hook(int argc, char **argv)
{
    const char *state_dir = "/run/merlon", *limit = NULL;

    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--state-dir") == 0)
            state_dir = argv[i + 1];
        else if (strcmp(argv[i], "--timeout") == 0)
            limit = argv[i + 1];
    }
    return mln_hook_run(state_dir, limit_of(limit), STDIN_FILENO);
}

/* ---- the command line of runc ---- */

/* Options before the command that have a value of their own, of runc and of those like it. */
static bool takes_value(const char *option)
{
    static const char *const known[] = {"--root",     "--log",  "--log-format",
                                        "--rootless", "--criu", "--cgroup-manager"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(known); i++)
        if (strcmp(option, known[i]) == 0)
            return true;
    return false;
}

/* Where the command stands, argc when there is none. */
static int find_command(int argc, char **argv)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-')
        i += takes_value(argv[i]) ? 2 : 1;
    return MLN_MIN(i, argc);
}

static const char *bundle_of(int argc, char **argv, int command)
{
    const char *bundle = ".";

    for (int i = command + 1; i < argc; i++) {
        if (strncmp(argv[i], "--bundle=", 9) == 0)
            bundle = argv[i] + 9;
        else if (i + 1 < argc && (strcmp(argv[i], "--bundle") == 0 || strcmp(argv[i], "-b") == 0))
            bundle = argv[++i];
    }
    return bundle;
}

static bool makes_container(int argc, char **argv, int command)
{
    return command < argc &&
           (strcmp(argv[command], "create") == 0 || strcmp(argv[command], "run") == 0);
}

/* False: the start is to be refused. */
static bool add_hook(const char *self, const char *bundle)
{
    const char *state_dir = setting("MERLON_STATE_DIR", "/run/merlon");
    int r =
        mln_hook_add_to_bundle(bundle, self, state_dir, limit_of(getenv("MERLON_HOOK_TIMEOUT")));

    if (r == 0)
        return true;
    (void)fprintf(stderr, "merlon-runc: %s/config.json: %s\n", bundle, strerror(-r));
    return mln_hook_missing(state_dir, bundle) == 0;
}

/* ---- the real one ---- */

static bool is_ourselves(const char *path)
{
    struct stat a, b;

    return stat(path, &a) == 0 && stat("/proc/self/exe", &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static void become(const char *path, char **argv)
{
    if (!is_ourselves(path))
        (void)execv(path, argv);
}

/* Returns only when there is none. */
static void become_runtime(char **argv)
{
    const char *name = setting("MERLON_RUNC", "runc");
    struct mln_sv dirs =
        mln_sv_str(setting("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    char path[PATH_MAX];

    if (strchr(name, '/')) {
        become(name, argv);
        return;
    }
    while (dirs.p) {
        struct mln_sv dir = mln_sv_split(&dirs, ':');
        int n = snprintf(path, sizeof(path), "%.*s/%s", MLN_SV_ARG(dir), name);
        if (dir.len && n < (int)sizeof(path))
            become(path, argv);
    }
}

int main(int argc, char **argv)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (argc > 1 && strcmp(argv[1], "hook") == 0)
        return run_hook(argc, argv);
    self[n > 0 ? n : 0] = '\0';
    int command = find_command(argc, argv);
    if (makes_container(argc, argv, command) && !add_hook(self, bundle_of(argc, argv, command)))
        return 1;
    become_runtime(argv);
    (void)fprintf(stderr, "merlon-runc: no %s in PATH but this one\n",
                  setting("MERLON_RUNC", "runc"));
    return 127;
}
