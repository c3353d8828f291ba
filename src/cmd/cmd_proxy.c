/* merlon proxy: the data plane alone. */
#include "cmd/cmd.h"
#include "cmd/node_options.h"
#include "cmd/options.h"

static const char usage[] =
    "usage: merlon proxy --listen ADDR:PORT --upstream ADDR:PORT [options]\n"
    "\n"
    "A reverse proxy that inspects every request before the application sees it. Needs no root.\n"
    "\n"
    "  --listen ADDR:PORT    where clients connect (127.0.0.1:8080, [::1]:8080, :8080 for all)\n"
    "  --upstream ADDR:PORT  where the application listens; an address, not a name\n"
    "  --policy FILE|DIR     what is done about what; without it each protection's default action\n"
    "                        is enforced. Read again on SIGHUP and when it changes.\n"
    "  --tls-cert FILE       clients speak TLS; the certificate in PEM form, those between it and\n"
    "                        the root behind it. The application is spoken to in plain; what a\n"
    "                        policy says of TLS goes first. Read again when the file changes.\n"
    "  --tls-key FILE        its private key, in PEM form without a passphrase\n"
    "  --audit-log FILE|-    one JSON line for each alert and refusal; - is standard output.\n"
    "                        Without it they are counted only.\n" MLN_AUDIT_OPTIONS_TEXT
    "  --metrics ADDR:PORT   Prometheus text on /metrics, and /healthz\n"
    "  --state-dir DIR       for copies of fetched lists and the sockets of merlon bans, merlon\n"
    "                        bypass and --takeover; without it there are none\n"
    "  --takeover            replaces the proxy that runs with the same --state-dir, without a "
    "gap:\n"
    "                        an upgrade\n"
    "  --workers N           processes that serve (default: one a processor)\n"
    "  --max-conns N         client connections that a worker may hold (default: 16384)\n"
    "  --held-memory SIZE    memory of a worker for bodies until their verdict (default: 512MiB)\n"
    "  --log-level LEVEL     debug, info (default), warn or error\n"
    "  --help                this text\n"
    "\n"
    "signals: SIGHUP reads the policy again; SIGUSR1 opens the audit log again after a rotation;\n"
    "         SIGUSR2 starts the program anew from its file, to take over without a gap "
    "(upgrade);\n"
    "         SIGTERM and SIGINT let running requests end (30 s at most), a second one does not\n"
    "exit:    0 stopped, 1 the policy has errors, 2 usage, 3 the environment does not allow it\n"
    "\n"
    "  merlon proxy --listen 127.0.0.1:8080 --upstream 127.0.0.1:9000 --audit-log audit.jsonl\n";

struct parsed {
    struct mln_proxy_options o;
    bool has_listen, has_upstream;
};

static int parse_option(struct parsed *p, int option, const char *value)
{
    switch (option) {
    case 'l':
        p->has_listen = true;
        return mln_cmd_addr("proxy", "--listen", value, &p->o.listen_addr, &p->o.listen_port);
    case 'u':
        p->has_upstream = true;
        return mln_cmd_addr("proxy", "--upstream", value, &p->o.upstream_addr, &p->o.upstream_port);
    case 'C':
        p->o.node.tls_cert = value;
        return 0;
    case 'K':
        p->o.node.tls_key = value;
        return 0;
    case 's':
        p->o.node.state_dir = value;
        return 0;
    case 'T':
        p->o.takeover = true;
        return 0;
    default:
        return mln_node_option("proxy", &p->o.node, option, value);
    }
}

int mln_cmd_proxy(int argc, char **argv)
{
    static const struct option options[] = {
        {"listen", required_argument, NULL, 'l'},
        {"upstream", required_argument, NULL, 'u'},
        MLN_NODE_OPTIONS,
        {"tls-cert", required_argument, NULL, 'C'},
        {"tls-key", required_argument, NULL, 'K'},
        {"state-dir", required_argument, NULL, 's'},
        {"takeover", no_argument, NULL, 'T'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct parsed p = {.o.node = mln_node_options_default()};
    int option;

    p.o.node.argv = argv;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == 'h') {
            (void)fputs(usage, stdout);
            return 0;
        }
        if (option == '?' || option == ':')
            return mln_cmd_bad_option("proxy", option, argv, options);
        int r = parse_option(&p, option, optarg);
        if (r)
            return r;
    }
    if (argc == 1) {
        (void)fputs(usage, stderr);
        return 2;
    }
    if (!p.has_listen || !p.has_upstream)
        return mln_cmd_bad_usage("proxy", p.has_upstream ? "--listen ADDR:PORT is missing"
                                                         : "--upstream ADDR:PORT is missing");
    if (p.o.listen_port == p.o.upstream_port && mln_addr_eq(&p.o.listen_addr, &p.o.upstream_addr))
        return mln_cmd_bad_usage("proxy", "--listen and --upstream are the same address: every "
                                          "request would come back to the proxy");
    if (!p.o.node.tls_cert != !p.o.node.tls_key)
        return mln_cmd_bad_usage("proxy", p.o.node.tls_key ? "--tls-cert FILE is missing"
                                                           : "--tls-key FILE is missing");
    if (p.o.takeover && !p.o.node.state_dir)
        return mln_cmd_bad_usage("proxy", "--takeover needs the --state-dir of the one that runs");
    if (optind < argc)
        return mln_cmd_bad_value("proxy", "arguments", argv[optind], "options only");
    mln_cmd_say_defaults("proxy",
                         "the built-in defaults are enforced (merlon lint --explain lists them)",
                         &p.o.node);
    return mln_proxy_run(&p.o);
}
