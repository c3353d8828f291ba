/* merlon apps: every container of this node, the rule that it got, what really holds, and why. */
#include "cmd/cmd.h"
#include "cmd/local_api.h"

static const char usage[] =
    "usage: merlon apps [--state-dir DIR] [--json]\n"
    "\n"
    "Lists the containers of this machine: image, rule, mode, and for each port whether it is\n"
    "protected, and if not, why, and what it speaks as far as that was overheard. Containers\n"
    "without a rule are listed, too.\n"
    "\n"
    "  --state-dir DIR   of the defender, default " MLN_STATE_DIR_DEFAULT "\n"
    "  --json            everything that is known, for programs\n"
    "  --help            this text\n"
    "\n"
    "exit: 0 good, 1 no container is known, 2 usage, 3 no defender answers\n"
    "\n"
    "  merlon apps --json | jq '.apps[] | select(.effective == \"none\")'\n";

enum { TEXT = 128 };

static void print_since(const json_t *port)
{
    char since[TEXT];

    (void)mln_local_text(port, "since", since, sizeof(since));
    if (strcmp(since, "hook") == 0)
        (void)printf(", before the program ran (hook)");
    else if (strcmp(since, "before_start") == 0)
        (void)printf(", before the runtime called it started");
    else if (json_is_number(json_object_get(port, "gap_ms")))
        (void)printf(", %.0f ms after its start",
                     json_number_value(json_object_get(port, "gap_ms")));
}

static void print_ports(const json_t *app)
{
    const json_t *port, *ports = json_object_get(app, "ports");
    char text[TEXT], protocol[8];
    size_t i;

    if (json_array_size(ports) == 0)
        (void)printf("    no listening port is known\n");
    json_array_foreach(ports, i, port)
    {
        json_int_t number = json_integer_value(json_object_get(port, "port"));
        (void)mln_local_text(port, "state", text, sizeof(text));
        bool udp = strcmp(mln_local_text(port, "protocol", protocol, sizeof(protocol)), "udp") == 0;
        if (number)
            (void)printf("    port %lld%s: %s", number, udp ? "/udp" : "", text);
        else
            (void)printf("    %s", text);
        if (*mln_local_text(port, "speaks", text, sizeof(text)))
            (void)printf(", speaks %s", text);
        print_since(port);
        (void)printf("\n");
    }
}

static void print_notes(const json_t *app)
{
    const json_t *note;
    size_t i;

    json_array_foreach(json_object_get(app, "notes"), i, note)(void)
        printf("    note: %s\n", json_string_value(note) ? json_string_value(note) : "");
}

static void print_app(const json_t *app)
{
    char name[TEXT], image[2 * TEXT], id[13], space[TEXT], rule[TEXT], mode[TEXT], now[TEXT],
        why[4 * TEXT];

    (void)mln_local_text(app, "namespace", space, sizeof(space));
    (void)printf("%s%s%s (%s)  %s\n", space, *space ? "/" : "",
                 mln_local_text(app, "container", name, sizeof(name)),
                 mln_local_text(app, "container_id", id, sizeof(id)),
                 mln_local_text(app, "image", image, sizeof(image)));
    (void)mln_local_text(app, "rule", rule, sizeof(rule));
    (void)mln_local_text(app, "mode", mode, sizeof(mode));
    (void)mln_local_text(app, "effective", now, sizeof(now));
    (void)mln_local_text(app, "why", why, sizeof(why));
    if (*rule)
        (void)printf("    rule %s (%s)  mode %s, in effect: %s\n", rule, why, mode, now);
    if (strcmp(now, "bypass") == 0)
        (void)printf("    PROTECTION IS OFF, %lld s more (merlon bypass)\n",
                     json_integer_value(json_object_get(app, "bypass_s")));
    if (!*rule)
        (void)printf("    no rule: %s\n", why);
    print_ports(app);
    print_notes(app);
}

static int print_all(const struct mln_local_options *o)
{
    json_t *answer = mln_local_get_json("apps", o, "/v1/apps"), *app;
    const json_t *apps = json_object_get(answer, "apps");
    size_t i;

    if (!answer)
        return 3;
    json_array_foreach(apps, i, app) print_app(app);
    int code = json_array_size(apps) ? 0 : 1;
    if (code)
        (void)printf("no container runs, or none is known yet: see merlon status\n");
    json_decref(answer);
    return code;
}

int mln_cmd_apps(int argc, char **argv)
{
    struct mln_local_options o;
    struct mln_buf body = {0};
    int code = mln_local_options("apps", argc, argv, &o);

    if (code != 0)
        return code;
    if (o.help) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (!o.json)
        return print_all(&o);
    code = mln_local_get("apps", &o, "/v1/apps", &body);
    (void)fwrite(body.p, 1, body.len, stdout);
    mln_buf_done(&body);
    return code;
}
