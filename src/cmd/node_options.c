#include "cmd/node_options.h"

#include <unistd.h>

#include "base/units.h"
#include "node/wire.h"

int mln_cmd_bad_value(const char *command, const char *option, const char *value,
                      const char *expected)
{
    (void)fprintf(stderr, "merlon %s: %s: expected %s, found \"%s\"\ntry: merlon %s --help\n",
                  command, option, expected, value, command);
    return 2;
}

static int parse_count(const char *command, const char *option, const char *text, uint64_t max,
                       uint64_t *ret)
{
    char expected[64];

    if (mln_sv_u64(mln_sv_str(text), ret) == 0 && *ret >= 1 && *ret <= max)
        return 0;
    (void)snprintf(expected, sizeof(expected), "a number from 1 to %llu", (unsigned long long)max);
    return mln_cmd_bad_value(command, option, text, expected);
}

static int parse_held(const char *command, const char *text, uint64_t *ret)
{
    enum { LEAST = 1 << 20 };

    if (mln_parse_size(mln_sv_str(text), ret) == 0 && *ret >= LEAST && *ret <= UINT32_MAX)
        return 0;
    return mln_cmd_bad_value(command, "--held-memory", text,
                             "a size like 512MiB, 1MiB at least and below 4GiB");
}

static int parse_level(const char *command, const char *text, enum mln_log_level *ret)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (unsigned i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret = (enum mln_log_level)i;
            return 0;
        }
    return mln_cmd_bad_value(command, "--log-level", text, "debug, info, warn or error");
}

static int parse_format(const char *command, const char *text, enum mln_syslog_format *ret)
{
    static const char *const names[MLN_SYSLOG_FORMAT_MAX] = {"rfc5424", "cef"};

    for (unsigned i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (strcmp(text, names[i]) == 0) {
            *ret = (enum mln_syslog_format)i;
            return 0;
        }
    return mln_cmd_bad_value(command, "--audit-syslog-format", text, "rfc5424 or cef");
}

int mln_cmd_addr(const char *command, const char *option, const char *text, struct mln_addr *a,
                 uint16_t *port)
{
    return mln_addr_port_parse(mln_sv_str(text), a, port) == 0 && *port
               ? 0
               : mln_cmd_bad_value(command, option, text,
                                   "ADDR:PORT like 127.0.0.1:8080 or [::1]:8080 (an address; "
                                   "names are not looked up)");
}

struct mln_node_options mln_node_options_default(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    return (struct mln_node_options){
        .workers = (unsigned)MLN_MIN(MLN_MAX(cpus, 1L), (long)MLN_WORKERS_MAX),
        .max_conns = 16384,
        .held_bytes = 512 << 20,
        .drain = 30 * MLN_NSEC_PER_SEC,
        .log_level = MLN_LOG_INFO,
    };
}

int mln_node_option(const char *command, struct mln_node_options *o, int option, const char *value)
{
    uint64_t n = 0;
    int r;

    switch (option) {
    case 'm':
        o->has_metrics = true;
        return mln_cmd_addr(command, "--metrics", value, &o->metrics_addr, &o->metrics_port);
    case 'p':
        o->policy = value;
        return 0;
    case 'a':
        o->audit_log = value;
        return 0;
    case 'A':
        o->access_log = value;
        return 0;
    case 'S':
        return mln_syslog_parse(value, &o->syslog) == 0
                   ? 0
                   : mln_cmd_bad_value(command, "--audit-syslog", value,
                                       "unix:/PATH, udp:ADDR:PORT or tcp:ADDR:PORT (an address; "
                                       "names are not looked up)");
    case 'F':
        return parse_format(command, value, &o->syslog.format);
    case 'w':
        r = parse_count(command, "--workers", value, MLN_WORKERS_MAX, &n);
        o->workers = (unsigned)n;
        return r;
    case 'c':
        r = parse_count(command, "--max-conns", value, 1000000, &n);
        o->max_conns = (uint32_t)n;
        return r;
    case 'H':
        return parse_held(command, value, &o->held_bytes);
    case 'L':
        return parse_level(command, value, &o->log_level);
    default:
        return -1;
    }
}

void mln_cmd_say_defaults(const char *command, const char *without_policy,
                          const struct mln_node_options *o)
{
    if (!o->policy)
        (void)fprintf(stderr, "merlon %s: no --policy: %s\n", command, without_policy);
    if (!o->audit_log && !o->syslog.transport)
        (void)fprintf(stderr,
                      "merlon %s: no --audit-log: alerts and refusals are counted, not written\n",
                      command);
}
