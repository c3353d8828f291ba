/* merlon bypass: the switch for three in the morning. */
#include <errno.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/local_api.h"
#include "cmd/options.h"
#include "node/bypass.h"
#include "node/wire.h"

static const char usage[] =
    "usage: merlon bypass RULE|--node --for DURATION [--state-dir DIR]\n"
    "       merlon bypass RULE|--node --end [--state-dir DIR]\n"
    "       merlon bypass [--state-dir DIR]\n"
    "\n"
    "Switches the protection of a rule, or of the whole node, off for a while: requests go on to "
    "the\n"
    "application without inspection. It comes back by itself. What cannot be framed is refused "
    "all\n"
    "the same. The audit log, merlon status, merlon apps and /metrics say so. Without a rule it "
    "lists\n"
    "what is off.\n"
    "\n"
    "  RULE              metadata.name of a rule of the policy; merlon apps shows which one an\n"
    "                    application has\n"
    "  --node            every rule\n"
    "  --for DURATION    30s, 15m, 2h; a day at most\n"
    "  --end             now, instead of when its time is over\n"
    "  --state-dir DIR   of the defender or proxy, default " MLN_STATE_DIR_DEFAULT "\n"
    "  --help            this text\n"
    "\n"
    "exit: 0 done, 1 no container has that rule, or nothing is off, 2 usage, 3 nobody answers\n"
    "\n"
    "  merlon bypass shop --for 15m\n";

struct parsed {
    const char *state_dir, *duration;
    bool node, end, help;
};

static int parse(int argc, char **argv, struct parsed *p)
{
    static const struct option options[] = {
        {"node", no_argument, NULL, 'n'}, {"for", required_argument, NULL, 'f'},
        {"end", no_argument, NULL, 'e'},  {"state-dir", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0},
    };
    int o;

    *p = (struct parsed){.state_dir = MLN_STATE_DIR_DEFAULT};
    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 'n')
            p->node = true;
        else if (o == 'f')
            p->duration = optarg;
        else if (o == 'e')
            p->end = true;
        else if (o == 's')
            p->state_dir = optarg;
        else if (o == 'h')
            p->help = true;
        else
            return mln_cmd_bad_option("bypass", o, argv, options);
    }
    return 0;
}

static int fill(const struct parsed *p, int n, char **names, struct mln_bypass_request *q)
{
    mln_nsec d = 0;

    *q = (struct mln_bypass_request){.version = MLN_WIRE_VERSION, .op = MLN_BYPASS_LIST};
    if (n == 0 && !p->node)
        return p->duration || p->end ? mln_cmd_bad_usage("bypass", "which RULE, or --node?") : 0;
    if (n + p->node != 1)
        return mln_cmd_bad_usage("bypass", "one RULE, or --node");
    if (p->end == (p->duration != NULL))
        return mln_cmd_bad_usage("bypass", "--for DURATION or --end is missing");
    q->op = p->end ? MLN_BYPASS_END : MLN_BYPASS_BEGIN;
    if (p->duration && (mln_parse_duration(mln_sv_str(p->duration), &d) < 0 ||
                        d < MLN_NSEC_PER_SEC || d > MLN_BYPASS_SECONDS_MAX * MLN_NSEC_PER_SEC))
        return mln_cmd_bad_usage("bypass", "--for: expected 1s to 24h, like 15m");
    q->seconds = d / MLN_NSEC_PER_SEC;
    if (n && (!*names[0] || strlen(names[0]) >= sizeof(q->name)))
        return mln_cmd_bad_usage("bypass", "that is no name of a rule");
    if (n)
        memcpy(q->name, names[0], strlen(names[0]));
    return 0;
}

/* Of a defender: a typing error must not look like a success. A proxy has no list of containers. */
static bool is_somebodys(const struct parsed *p, const char *rule)
{
    const struct mln_local_options o = {.state_dir = p->state_dir};
    char path[4096], have[MLN_BYPASS_NAME_MAX];
    json_t *app;
    size_t i;

    (void)snprintf(path, sizeof(path), "%s/merlon.sock", p->state_dir);
    if (access(path, F_OK) < 0)
        return true;
    json_t *answer = mln_local_get_json("bypass", &o, "/v1/apps");
    bool found = false;
    json_array_foreach(json_object_get(answer, "apps"), i, app) found =
        found || strcmp(mln_local_text(app, "rule", have, sizeof(have)), rule) == 0;
    json_decref(answer);
    return found;
}

static int complain(const struct parsed *p, const struct mln_bypass_request *q, int r)
{
    if (r == -ENOENT && q->op == MLN_BYPASS_END) {
        (void)fprintf(stderr, "merlon bypass: the protection of %s is not switched off\n",
                      *q->name ? q->name : "the node");
        return 1;
    }
    (void)fprintf(
        stderr, "merlon bypass: %s/" MLN_BYPASS_SOCKET_NAME ": %s; %s\n", p->state_dir,
        strerror(-r),
        r == -EACCES || r == -EPERM
            ? "ask as the user who started it"
            : "does `merlon defender` run, or `merlon proxy --state-dir`, with this one?");
    return 3;
}

static void print_list(const struct mln_bypass_answer *a)
{
    if (a->n == 0)
        (void)printf("all that has a rule is protected as it says\n");
    for (uint32_t i = 0; i < a->n; i++) {
        char left[MLN_UNIT_TEXT];
        mln_format_duration(a->off[i].seconds * MLN_NSEC_PER_SEC, left);
        (void)printf("PROTECTION IS OFF for %s%s, %s more\n", *a->off[i].name ? "rule " : "",
                     *a->off[i].name ? a->off[i].name : "every rule", left);
    }
}

int mln_cmd_bypass(int argc, char **argv)
{
    struct mln_bypass_request q;
    struct mln_bypass_answer a;
    struct parsed p;
    int code = parse(argc, argv, &p);

    if (code == 0 && p.help) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (code == 0)
        code = fill(&p, argc - optind, argv + optind, &q);
    if (code)
        return code;
    if (q.op == MLN_BYPASS_BEGIN && *q.name && !is_somebodys(&p, q.name)) {
        (void)fprintf(stderr,
                      "merlon bypass: no container has a rule \"%s\"; merlon apps lists them\n",
                      q.name);
        return 1;
    }
    int r = mln_bypass_ask(p.state_dir, &q, &a);
    if (r < 0 || a.error < 0)
        return complain(&p, &q, r < 0 ? r : a.error);
    print_list(&a);
    return 0;
}
