/* merlon hook: a container's program does not run before it is protected. */
#include <unistd.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/hook_setup.h"
#include "cmd/local_api.h"
#include "cmd/node_options.h"
#include "cmd/options.h"
#include "node/hook_client.h"

static const char usage[] =
    "usage: merlon hook install|uninstall|status [--dir DIR] [--root DIR] [--state-dir DIR]\n"
    "                                            [--timeout TIME]\n"
    "       merlon hook [--state-dir DIR] [--timeout TIME] <STATE\n"
    "\n"
    "Closes the gap between the start of a container and its protection: the container runtime\n"
    "asks the defender after it has made a container, and runs its program once its ports are\n"
    "protected. Where nothing is to be protected, the answer comes at once. Where no defender\n"
    "answers in time, containers start all the same, unless a rule says fail: closed.\n"
    "\n"
    "  install     for containerd and Docker: a small program that stands before runc, and a line\n"
    "              for their units of systemd; says what is to be restarted\n"
    "  uninstall   removes both\n"
    "  status      whether the runtimes that run call it\n"
    "\n"
    "Without one of these it is the hook itself, createRuntime of the OCI specification, which\n"
    "reads the state of the container on standard input: for runtimes that take hooks from files.\n"
    "\n"
    "  --dir DIR         where the program is put, default " MLN_HOOK_DIR_DEFAULT "\n"
    "  --root DIR        the file system of the host, from within a container\n"
    "  --state-dir DIR   of the defender, default " MLN_STATE_DIR_DEFAULT "\n"
    "  --timeout TIME    how long a start waits at most, default 2s, from 1ms to 60s\n"
    "  --help            this text\n"
    "\n"
    "exit: 0 good, 1 the start is refused, or the hook is not called, 2 usage,\n"
    "      3 a file cannot be written\n";

static int print_state(const struct mln_hook_setup *s)
{
    struct mln_buf found = {0}, advice = {0};
    enum mln_hook_state state = mln_hook_state(s, &found, &advice);

    (void)printf("%.*s\n", MLN_SV_ARG(mln_buf_sv(&found)));
    if (advice.len)
        (void)printf("-> %.*s\n", MLN_SV_ARG(mln_buf_sv(&advice)));
    mln_buf_done(&found);
    mln_buf_done(&advice);
    return state == MLN_HOOK_ACTIVE ? 0 : 1;
}

static int parse_limit(const char *text, unsigned *ret)
{
    mln_nsec t = 0;

    if (mln_parse_duration(mln_sv_str(text), &t) < 0 || t < MLN_NSEC_PER_MSEC ||
        t > 60 * MLN_NSEC_PER_SEC)
        return mln_cmd_bad_value("hook", "--timeout", text, "a time from 1ms to 60s");
    *ret = (unsigned)(t / MLN_NSEC_PER_MSEC);
    return 0;
}

/* Folders of the host go into files that others read: nothing that could mean more there. */
static int parse_dir(const char *option, const char *text, const char **ret)
{
    bool good = text[0] == '/';

    for (const char *p = text; *p; p++)
        good = good && (mln_cc((unsigned char)*p, MLN_CC_WORD) || strchr("/.-+@", *p));
    if (!good)
        return mln_cmd_bad_value("hook", option, text,
                                 "a path from / on, of letters, digits and /._-+@");
    *ret = text;
    return 0;
}

static int parse(int option, const char *value, struct mln_hook_setup *s)
{
    return option == 'd'   ? parse_dir("--dir", value, &s->dir)
           : option == 'r' ? parse_dir("--root", value, &s->root)
           : option == 's' ? parse_dir("--state-dir", value, &s->state_dir)
                           : parse_limit(value, &s->limit_ms);
}

static int act(const char *what, const struct mln_hook_setup *s)
{
    if (!what)
        return mln_hook_run(s->state_dir, s->limit_ms, STDIN_FILENO);
    if (strcmp(what, "install") == 0)
        return mln_hook_install(s);
    if (strcmp(what, "uninstall") == 0)
        return mln_hook_uninstall(s);
    if (strcmp(what, "status") == 0)
        return print_state(s);
    return mln_cmd_bad_value("hook", "argument", what, "install, uninstall or status");
}

int mln_cmd_hook(int argc, char **argv)
{
    static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
                                            {"root", required_argument, NULL, 'r'},
                                            {"state-dir", required_argument, NULL, 's'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct mln_hook_setup s = {.root = "",
                               .dir = MLN_HOOK_DIR_DEFAULT,
                               .state_dir = MLN_STATE_DIR_DEFAULT,
                               .limit_ms = MLN_HOOK_LIMIT_MS_DEFAULT};
    int o;

    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 'h') {
            (void)fputs(usage, stdout);
            return 0;
        }
        if (o == '?' || o == ':')
            return mln_cmd_bad_option("hook", o, argv, options);
        int r = parse(o, optarg, &s);
        if (r)
            return r;
    }
    if (argc - optind > 1)
        return mln_cmd_bad_value("hook", "arguments", argv[optind + 1], "one command at most");
    return act(optind < argc ? argv[optind] : NULL, &s);
}
