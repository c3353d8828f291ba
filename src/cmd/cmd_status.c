/* merlon status: does the defender of this machine run, and does it do what its rules ask. */
#include "cmd/cmd.h"
#include "cmd/local_api.h"

static const char usage[] =
    "usage: merlon status [--state-dir DIR] [--json | --ready]\n"
    "\n"
    "Says how the defender of this machine is: the runtime that it follows, how many containers\n"
    "run, have a rule, are protected, and what it did with requests.\n"
    "\n"
    "  --state-dir DIR   of the defender, default " MLN_STATE_DIR_DEFAULT "\n"
    "  --json            the same, for programs\n"
    "  --ready           says nothing; good when the defender runs in this container and knows\n"
    "                    what else runs here: a probe for Kubernetes\n"
    "  --help            this text\n"
    "\n"
    "exit: 0 good, 1 the runtime is not followed, or a container has a rule, whose mode is not\n"
    "      off, and no protected port; with --ready: not ready; 2 usage, 3 no defender answers\n";

static long long number(const json_t *o, const char *group, const char *key)
{
    return json_integer_value(json_object_get(json_object_get(o, group), key));
}

static int verdict(const json_t *s)
{
    bool synced = json_is_true(json_object_get(s, "synced"));
    long long wanted = number(s, "containers", "with_rule") - number(s, "containers", "off");

    return synced && number(s, "containers", "protected") >= wanted ? 0 : 1;
}

/* Nothing, as long as no hook asked. */
static void print_starts(const json_t *starts)
{
    long long late = number(starts, "hook", "late") + number(starts, "hook", "failed"),
              refused = number(starts, "hook", "refused"),
              away = number(starts, "hook", "no_defender"),
              left = number(starts, "hook", "unknown"), good = number(starts, "hook", "protected"),
              none = number(starts, "hook", "no_rule"), unknown = number(starts, "hook", "no_port");

    if (late + refused + away + good + none + unknown + left == 0)
        return;
    (void)printf("hook       %lld starts waited for their protection, %lld needed none\n", good,
                 none);
    if (unknown)
        (void)printf("           %lld had a rule and no port that is known before it is opened\n",
                     unknown);
    if (late + refused + away)
        (void)printf("           %lld went on unprotected, %lld were refused, %lld met no "
                     "defender\n",
                     late, refused, away);
    if (left)
        (void)printf("           %lld could not be told in time which rule they have\n", left);
}

static void print_bypasses(const json_t *list)
{
    const json_t *one;
    char rule[128];
    size_t i;

    json_array_foreach(list, i, one)(void)
        printf("bypass     PROTECTION IS OFF for rule %s, %lld s more\n",
               mln_local_text(one, "rule", rule, sizeof(rule)),
               json_integer_value(json_object_get(one, "seconds")));
}

static void print_feeds(const json_t *list)
{
    const json_t *one;
    char name[128], age[64];
    size_t i;

    json_array_foreach(list, i, one)
    {
        const json_t *seconds = json_object_get(one, "age_s");
        long long failures = json_integer_value(json_object_get(one, "failures"));
        (void)snprintf(age, sizeof(age), "%lld s old", (long long)json_integer_value(seconds));
        (void)printf("feed       %s: %s", mln_local_text(one, "name", name, sizeof(name)),
                     seconds ? age : "no copy yet");
        if (failures)
            (void)printf(", %lld fetches failed since", failures);
        (void)printf("\n");
    }
}

static void print_status(const json_t *s)
{
    char version[64], name[64], state[256];
    const json_t *runtime;
    size_t i;

    (void)printf("merlon %s, %lld workers, up %lld s\n",
                 mln_local_text(s, "version", version, sizeof(version)),
                 json_integer_value(json_object_get(s, "workers")),
                 json_integer_value(json_object_get(s, "uptime_s")));
    json_array_foreach(json_object_get(s, "runtimes"), i, runtime)(void)
        printf("%-10s %s\n", mln_local_text(runtime, "name", name, sizeof(name)),
               mln_local_text(runtime, "state", state, sizeof(state)));
    (void)printf("containers %lld run, %lld with a rule", number(s, "containers", "all"),
                 number(s, "containers", "with_rule"));
    if (number(s, "containers", "off"))
        (void)printf(" (of %lld its mode is off)", number(s, "containers", "off"));
    (void)printf(", %lld protected\n", number(s, "containers", "protected"));
    (void)printf("requests   %lld forwarded, %lld blocked, %lld malformed\n",
                 number(s, "requests", "forwarded"), number(s, "requests", "blocked"),
                 number(s, "requests", "malformed"));
    print_bypasses(json_object_get(s, "bypass"));
    print_feeds(json_object_get(s, "feeds"));
    print_starts(json_object_get(s, "starts"));
    if (verdict(s) != 0)
        (void)printf("not all that has a rule is protected: merlon apps says what and why\n");
}

int mln_cmd_status(int argc, char **argv)
{
    struct mln_local_options o;
    int code = mln_local_options("status", argc, argv, &o);

    if (code != 0)
        return code;
    if (o.help) {
        (void)fputs(usage, stdout);
        return 0;
    }
    json_t *s = mln_local_get_json("status", &o, "/v1/status");
    if (!s)
        return 3;
    if (o.ready) {
        code = json_is_true(json_object_get(s, "synced")) && mln_local_is_here(&o) ? 0 : 1;
        json_decref(s);
        return code;
    }
    if (o.json) {
        (void)json_dumpf(s, stdout, JSON_INDENT(1));
        (void)printf("\n");
    } else {
        print_status(s);
    }
    code = verdict(s);
    json_decref(s);
    return code;
}
