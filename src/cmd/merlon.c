/* The table of subcommands. */
#include "base/base.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "node/roles.h"
#include "policy/diag.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *text;
};

static const struct command commands[] = {
    {"run", mln_cmd_run, "protect the containers of this machine by the rules of a file"},
    {"defender", mln_cmd_defender, "the node agent: a firewall before every matching container"},
    {"proxy", mln_cmd_proxy, "a reverse proxy that inspects every request; needs no root"},
    {"check", mln_cmd_check, "offline verdicts, one JSON line a request"},
    {"lint", mln_cmd_lint, "check policy files; --explain documents every field"},
    {"apps", mln_cmd_apps, "the containers of this node: rule, state of each port, and why"},
    {"status", mln_cmd_status, "how the defender of this node is"},
    {"bans", mln_cmd_bans, "clients that are refused for a time; lift ends it"},
    {"bypass", mln_cmd_bypass, "protection of a rule off for a while; it comes back by itself"},
    {"doctor", mln_cmd_doctor, "what works on this machine, and what to do about the rest"},
    {"hook", mln_cmd_hook, "no gap at the start of a container; install, uninstall, status"},
    {"demo", mln_cmd_demo, "a sample shop under protection, honest and hostile traffic"},
    {"version", mln_cmd_version, "version and build"},
};

static void print_help(FILE *to)
{
    (void)fputs("Merlon, an application firewall that stands in front of your application.\n\n"
                "usage: merlon COMMAND [options]\n"
                "       merlon help COMMAND\n\n",
                to);
    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        (void)fprintf(to, "  %-9s %s\n", commands[i].name, commands[i].text);
    (void)fputs(
        "\nTry it before an application on port 9000; it reports attacks and blocks none of them:\n"
        "  printf 'apiVersion: merlon.dev/v1\\nkind: Rule\\n' > try.yaml\n"
        "  printf 'metadata: {name: try}\\nspec: {mode: shadow}\\n' >> try.yaml\n"
        "  merlon proxy --listen 127.0.0.1:8080 --upstream 127.0.0.1:9000 \\\n"
        "      --policy try.yaml --audit-log -\n"
        "\nexit: 0 good, 1 the answer is no, 2 usage, 3 the environment\n",
        to);
}

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown(const char *name)
{
    const char *names[MLN_ARRAY_LEN(commands)];

    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        names[i] = commands[i].name;
    const char *near = mln_nearest(mln_sv_str(name), names, MLN_ARRAY_LEN(names));
    (void)fprintf(stderr, "merlon: there is no command \"%s\"%s%s%s\ntry: merlon help\n", name,
                  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return 2;
}

#ifdef __clang__
#define COMPILER __VERSION__ /* "Clang 14.0.6" */
#else
#define COMPILER "gcc " __VERSION__
#endif

int mln_cmd_version(int argc, char **argv)
{
    if (argc > 1) {
        bool help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
        if (!help)
            return mln_cmd_bad_usage("version", "this command takes no options");
        (void)fputs("usage: merlon version\n\n"
                    "Prints the version of the program and the compiler that built it.\n",
                    stdout);
        return 0;
    }
    (void)printf("merlon %s (built with %s)\n", MLN_VERSION, COMPILER);
    return 0;
}

int main(int argc, char **argv)
{
    int role = mln_role_main(argc, argv); /* a worker, courier or compile child of ourselves */

    if (role >= 0)
        return role;
    if (argc < 2) {
        print_help(stderr);
        return 2;
    }
    bool help = strcmp(argv[1], "help") == 0;
    if ((help && argc == 2) || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    const char *name = help ? argv[2] : strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    const struct command *c = find(name);
    if (!c)
        return unknown(name);
    if (help) {
        char flag[] = "--help";
        char *sub[] = {argv[2], flag, NULL};
        return c->run(2, sub);
    }
    return c->run(argc - 1, argv + 1);
}
