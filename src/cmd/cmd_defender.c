/* merlon defender: the node agent. merlon run: the same on one machine, rules from files. */
#include "cmd/cmd.h"
#include "cmd/local_api.h"
#include "cmd/node_options.h"
#include "cmd/options.h"
#include "node/warden.h"
#include "runtime/workload.h"

#define OPTIONS_TEXT                                                                               \
    "  --policy FILE|DIR     which images, and what is done about what; read again on SIGHUP "     \
    "and\n"                                                                                        \
    "                        when it changes. Without it nothing matches.\n"                       \
    "  --runtime NAME        auto (default), docker or containerd\n"                               \
    "  --docker-socket PATH  where Docker answers (default: /run/docker.sock)\n"                   \
    "  --containerd-socket PATH  where containerd answers (default:\n"                             \
    "                        /run/containerd/containerd.sock)\n"                                   \
    "  --audit-log FILE|-    one JSON line for each alert and refusal; - is standard "             \
    "output\n" MLN_AUDIT_OPTIONS_TEXT                                                              \
    "  --metrics ADDR:PORT   Prometheus text on /metrics, and /healthz\n"                          \
    "  --state-dir DIR       lock and status socket (default: /run/merlon)\n"                      \
    "  --workers N           processes that serve (default: one a processor)\n"                    \
    "  --max-conns N         client connections that a worker may hold (default: 16384)\n"         \
    "  --held-memory SIZE    memory of a worker for bodies until their verdict (default: "         \
    "512MiB)\n"                                                                                    \
    "  --log-level LEVEL     debug, info (default), warn or error\n"

#define SIGNALS_TEXT                                                                               \
    "signals: SIGHUP reads the policy again; SIGUSR1 opens the audit log again after a "           \
    "rotation;\n"                                                                                  \
    "         SIGUSR2 starts the program anew from its file, to take over without a gap "          \
    "(upgrade);\n"                                                                                 \
    "         SIGTERM and SIGINT let running requests end (30 s at most), a second one does not\n" \
    "exit:    0 stopped, 1 the policy has errors, 2 usage, 3 the environment does not allow it\n"

static const char defender_usage[] =
    "usage: merlon defender [options]\n"
    "       merlon defender --cleanup [--state-dir DIR]\n"
    "\n"
    "Stands in front of every container of this node whose image matches a rule, inside its "
    "network\n"
    "namespace: nothing about the container changes, and the application sees its clients' own\n"
    "addresses. Needs root, nft and Linux 5.12; merlon doctor tells what is missing.\n"
    "\n" OPTIONS_TEXT
    "  --takeover            replaces the defender that runs, without a gap: an upgrade\n"
    "  --linger              once replaced so, waits for a signal instead of ending: for "
    "Kubernetes,\n"
    "                        which would start it again\n"
    "  --cleanup             takes out of every namespace what a crashed defender left there\n"
    "  --help                this text\n"
    "\n"
    "What is installed in a namespace: nsenter -t PID -n nft list ruleset; ip rule; ip route show\n"
    "table 7777. It is gone when the defender stops; of `fail: closed` rules the refusal stays.\n"
    "\n" SIGNALS_TEXT "\n"
    "  merlon defender --policy /etc/merlon/policy.yaml --audit-log /var/log/merlon/audit.jsonl\n";

static const char run_usage[] =
    "usage: merlon run [options]\n"
    "\n"
    "Protects the containers of this machine by the rules of a file. It is `merlon defender`; the\n"
    "console joins it in a later version.\n"
    "\n" OPTIONS_TEXT "  --help                this text\n"
    "\n" SIGNALS_TEXT "\n"
    "  merlon run --policy policy.yaml --audit-log -\n";

struct parsed {
    struct mln_defender_options o;
    unsigned runtimes; /* bits of enum mln_runtime_kind */
    bool cleanup;
};

static int parse_runtime(const char *command, const char *value, unsigned *ret)
{
    if (strcmp(value, "auto") == 0)
        *ret = MLN_RUNTIME_DOCKER | MLN_RUNTIME_CONTAINERD;
    else if (strcmp(value, "docker") == 0)
        *ret = MLN_RUNTIME_DOCKER;
    else if (strcmp(value, "containerd") == 0)
        *ret = MLN_RUNTIME_CONTAINERD;
    else
        return mln_cmd_bad_value(command, "--runtime", value, "auto, docker or containerd");
    return 0;
}

static int parse_option(const char *command, struct parsed *p, int option, const char *value)
{
    uint64_t n = 0;

    switch (option) {
    case 'r':
        return parse_runtime(command, value, &p->runtimes);
    case 's':
        p->o.node.state_dir = value;
        return 0;
    case 'D':
        p->o.docker_socket = value;
        return 0;
    case 'E':
        p->o.containerd_socket = value;
        return 0;
    case 'T':
        p->o.takeover = true;
        return 0;
    case 'G': /* 'L' and others are of MLN_NODE_OPTIONS */
        p->o.linger = true;
        return 0;
    case 'C':
        p->cleanup = true;
        return 0;
    case 'W': /* for tests, not in the usage: struct mln_workload_msg instead of a runtime */
        if (mln_sv_u64(mln_sv_str(value), &n) < 0 || n > 1024)
            return mln_cmd_bad_value(command, "--workloads-fd", value, "a descriptor");
        p->o.workloads_fd = (int)n;
        return 0;
    default:
        return mln_node_option(command, &p->o.node, option, value);
    }
}

static int run(const char *command, const char *usage, int argc, char **argv)
{
    static const struct option options[] = {
        MLN_NODE_OPTIONS,
        {"runtime", required_argument, NULL, 'r'},
        {"state-dir", required_argument, NULL, 's'},
        {"cleanup", no_argument, NULL, 'C'},
        {"takeover", no_argument, NULL, 'T'},
        {"linger", no_argument, NULL, 'G'},
        {"docker-socket", required_argument, NULL, 'D'},
        {"containerd-socket", required_argument, NULL, 'E'},
        {"workloads-fd", required_argument, NULL, 'W'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct parsed p = {.o = {.node = mln_node_options_default(),
                             .workloads_fd = -1,
                             .docker_socket = "/run/docker.sock",
                             .containerd_socket = "/run/containerd/containerd.sock"},
                       .runtimes = MLN_RUNTIME_DOCKER | MLN_RUNTIME_CONTAINERD};
    int option;

    p.o.node.state_dir = MLN_STATE_DIR_DEFAULT;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(usage, stdout);
            return 0;
        }
        if (option == '?' || option == ':')
            return mln_cmd_bad_option(command, option, argv, options);
        int r = parse_option(command, &p, option, optarg);
        if (r)
            return r;
    }
    if (optind < argc)
        return mln_cmd_bad_value(command, "arguments", argv[optind], "options only");
    p.o.node.argv = argv;
    if (p.cleanup)
        return mln_defender_cleanup(p.o.node.state_dir);
    if (!(p.runtimes & MLN_RUNTIME_DOCKER))
        p.o.docker_socket = NULL;
    if (!(p.runtimes & MLN_RUNTIME_CONTAINERD))
        p.o.containerd_socket = NULL;
    mln_cmd_say_defaults(command, "no container has a rule, and none is protected", &p.o.node);
    return mln_defender_run(&p.o);
}

int mln_cmd_defender(int argc, char **argv)
{
    return run("defender", defender_usage, argc, argv);
}

int mln_cmd_run(int argc, char **argv)
{
    return run("run", run_usage, argc, argv);
}
