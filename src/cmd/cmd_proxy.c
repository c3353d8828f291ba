/* merlon proxy: the data plane alone. */
#include <unistd.h>

#include "base/addr.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "node/roles.h"
#include "node/wire.h"

static const char usage[] =
    "usage: merlon proxy --listen ADDR:PORT --upstream ADDR:PORT [options]\n"
    "\n"
    "A reverse proxy that inspects every request before the application sees it. Needs no root.\n"
    "\n"
    "  --listen ADDR:PORT    where clients connect (127.0.0.1:8080, [::1]:8080, :8080 for all)\n"
    "  --upstream ADDR:PORT  where the application listens; an address, not a name\n"
    "  --policy FILE|DIR     what is done about what; without it each protection's default action\n"
    "                        is enforced. Read again on SIGHUP and when it changes.\n"
    "  --audit-log FILE|-    one JSON line for each alert and refusal; - is standard output.\n"
    "                        Without it they are counted and nothing is written.\n"
    "  --metrics ADDR:PORT   Prometheus text on /metrics, and /healthz\n"
    "  --workers N           processes that serve (default: one a processor)\n"
    "  --max-conns N         client connections that a worker may hold (default: 16384)\n"
    "  --log-level LEVEL     debug, info (default), warn or error\n"
    "  --help                this text\n"
    "\n"
    "signals: SIGHUP reads the policy again; SIGUSR1 opens the audit log again after a rotation;\n"
    "         SIGTERM and SIGINT let running requests end (30 s at most), a second one does not\n"
    "exit:    0 stopped, 1 the policy has errors, 2 usage, 3 the environment does not allow it\n"
    "\n"
    "  merlon proxy --listen 127.0.0.1:8080 --upstream 127.0.0.1:9000 --audit-log audit.jsonl\n";

static int bad(const char *option, const char *value, const char *expected)
{
    (void)fprintf(stderr, "merlon proxy: %s: expected %s, found \"%s\"\ntry: merlon proxy --help\n",
                  option, expected, value);
    return 2;
}

static int parse_count(const char *option, const char *text, uint64_t min, uint64_t max,
                       uint64_t *ret)
{
    char expected[64];

    if (mln_sv_u64(mln_sv_str(text), ret) == 0 && *ret >= min && *ret <= max)
        return 0;
    (void)snprintf(expected, sizeof(expected), "a number from %llu to %llu",
                   (unsigned long long)min, (unsigned long long)max);
    return bad(option, text, expected);
}

static int parse_level(const char *text, enum mln_log_level *ret)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (unsigned i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret = (enum mln_log_level)i;
            return 0;
        }
    return bad("--log-level", text, "debug, info, warn or error");
}

static int parse_addr(const char *option, const char *text, struct mln_addr *a, uint16_t *port)
{
    return mln_addr_port_parse(mln_sv_str(text), a, port) == 0 && *port
               ? 0
               : bad(option, text,
                     "ADDR:PORT like 127.0.0.1:8080 or [::1]:8080 (an address; names are not "
                     "looked up)");
}

struct parsed {
    struct mln_proxy_options o;
    bool has_listen, has_upstream;
};

static int parse_option(struct parsed *p, int option, const char *value)
{
    uint64_t n = 0;
    int r;

    switch (option) {
    case 'l':
        p->has_listen = true;
        return parse_addr("--listen", value, &p->o.listen_addr, &p->o.listen_port);
    case 'u':
        p->has_upstream = true;
        return parse_addr("--upstream", value, &p->o.upstream_addr, &p->o.upstream_port);
    case 'm':
        p->o.node.has_metrics = true;
        return parse_addr("--metrics", value, &p->o.node.metrics_addr, &p->o.node.metrics_port);
    case 'p':
        p->o.node.policy = value;
        return 0;
    case 'a':
        p->o.node.audit_log = value;
        return 0;
    case 'w':
        r = parse_count("--workers", value, 1, MLN_WORKERS_MAX, &n);
        p->o.node.workers = (unsigned)n;
        return r;
    case 'c':
        r = parse_count("--max-conns", value, 1, 1000000, &n);
        p->o.node.max_conns = (uint32_t)n;
        return r;
    case 'L':
        return parse_level(value, &p->o.node.log_level);
    case 't':
        return mln_cmd_bad_usage(
            "proxy", "TLS needs a later version of Merlon; put a TLS terminator in front");
    default:
        return 2;
    }
}

/* What an operator might miss, before the log begins. */
static void say_defaults(const struct mln_node_options *o)
{
    if (!o->policy)
        (void)fputs("merlon proxy: no --policy: the built-in defaults are enforced (merlon lint "
                    "--explain lists them)\n",
                    stderr);
    if (!o->audit_log)
        (void)fputs("merlon proxy: no --audit-log: alerts and refusals are counted, not written\n",
                    stderr);
}

int mln_cmd_proxy(int argc, char **argv)
{
    static const struct option options[] = {
        {"listen", required_argument, NULL, 'l'},
        {"upstream", required_argument, NULL, 'u'},
        {"policy", required_argument, NULL, 'p'},
        {"audit-log", required_argument, NULL, 'a'},
        {"metrics", required_argument, NULL, 'm'},
        {"workers", required_argument, NULL, 'w'},
        {"max-conns", required_argument, NULL, 'c'},
        {"log-level", required_argument, NULL, 'L'},
        {"tls-cert", required_argument, NULL, 't'},
        {"tls-key", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    struct parsed p = {
        .o.node = {.max_conns = 16384, .drain = 30 * MLN_NSEC_PER_SEC, .log_level = MLN_LOG_INFO}};
    int option;

    opterr = 0;
    p.o.node.workers = (unsigned)MLN_MIN(MLN_MAX(cpus, 1L), (long)MLN_WORKERS_MAX);
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
    if (optind < argc)
        return bad("arguments", argv[optind], "options only");
    say_defaults(&p.o.node);
    return mln_proxy_run(&p.o);
}
