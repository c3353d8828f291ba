/* merlon bans: who is refused for a time, and an end to it. */
#include <errno.h>

#include "base/addr.h"
#include "cmd/cmd.h"
#include "cmd/local_api.h"
#include "cmd/node_options.h"
#include "cmd/options.h"
#include "node/doors.h"

static const char usage[] =
    "usage: merlon bans [--state-dir DIR] [--json]\n"
    "       merlon bans lift ADDRESS|all [--state-dir DIR] [--json]\n"
    "\n"
    "Lists the clients that this machine refuses for a time, after something whose action is ban:\n"
    "at which rule, why, and how much longer. lift ends the bans of a client (of an IPv6 client: "
    "of\n"
    "its /64), or all, at every rule.\n"
    "\n"
    "  --state-dir DIR   of the defender or proxy, default " MLN_STATE_DIR_DEFAULT "\n"
    "  --json            for programs\n"
    "  --help            this text\n"
    "\n"
    "exit: 0 good, 1 nobody is banned, or not that client, 2 usage, 3 nobody answers\n"
    "\n"
    "  merlon bans lift 203.0.113.7\n";

enum { TEXT = 128 };

static int complain(const char *path, int err)
{
    (void)fprintf(
        stderr, "merlon bans: %s: %s; %s\n", path, strerror(-err),
        err == -EACCES
            ? "ask as who started it or as a member of its group"
            : "does `merlon defender` run, or `merlon proxy --state-dir`, with this one?");
    return 3;
}

/* The answer, or NULL after a complaint. */
static json_t *ask(const char *state_dir, const char *what)
{
    struct mln_reply reply;
    char path[4096], request[256];
    json_t *v = NULL;

    (void)snprintf(path, sizeof(path), "%s/" MLN_BANS_SOCKET_NAME, state_dir);
    (void)snprintf(request, sizeof(request), "%s HTTP/1.1\r\nHost: merlon\r\n\r\n", what);
    mln_reply_init(&reply, 64 << 20);
    int r = mln_local_exchange(path, mln_sv_str(request), &reply);
    if (r == 0 && reply.status == 200)
        v = json_loadb(reply.body.p ? reply.body.p : "", reply.body.len, JSON_ALLOW_NUL, NULL);
    mln_reply_done(&reply);
    if (!v)
        (void)complain(path, r < 0 ? r : -EPROTO);
    return v;
}

static void print_ban(const json_t *ban)
{
    char client[TEXT], rule[TEXT], why[TEXT];

    (void)printf("%-22s rule %s  %s  %lld s more\n",
                 mln_local_text(ban, "client", client, sizeof(client)),
                 mln_local_text(ban, "rule", rule, sizeof(rule)),
                 mln_local_text(ban, "why", why, sizeof(why)),
                 json_integer_value(json_object_get(ban, "left_s")));
}

static int show(const struct mln_local_options *o, json_t *answer)
{
    const json_t *bans = json_object_get(answer, "bans"), *ban;
    bool any = json_array_size(bans) > 0;
    size_t i;

    if (o->json) {
        (void)json_dumpf(answer, stdout, JSON_INDENT(1));
        (void)printf("\n");
        return any ? 0 : 1;
    }
    json_array_foreach(bans, i, ban) print_ban(ban);
    if (!any)
        (void)printf("nobody is banned\n");
    return any ? 0 : 1;
}

static int show_lifted(const struct mln_local_options *o, const json_t *answer)
{
    json_int_t n = json_integer_value(json_object_get(answer, "lifted"));

    if (o->json)
        (void)printf("{\"lifted\": %lld}\n", n);
    else
        (void)printf("%lld ban%s lifted\n", n, n == 1 ? "" : "s");
    return n ? 0 : 1;
}

/* An address, or an IPv6 client with its /64 as the list shows it. */
static bool read_client(const char *text, char out[MLN_ADDR_TEXT])
{
    struct mln_prefix p;

    if (mln_prefix_parse(mln_sv_str(text), &p) < 0 ||
        (p.bits != 128 && (p.bits != 64 || mln_addr_is_v4(&p.addr))))
        return false;
    (void)mln_addr_format(&p.addr, out);
    return true;
}

/* Nothing, or: lift ADDRESS. */
static int read_words(int n, char **words, char ret_who[MLN_ADDR_TEXT])
{
    ret_who[0] = '\0';
    if (n == 0)
        return 0;
    if (strcmp(words[0], "lift") != 0)
        return mln_cmd_bad_value("bans", "argument", words[0], "lift, or none");
    if (n != 2)
        return mln_cmd_bad_usage("bans", "lift whom? One ADDRESS, or all");
    if (strcmp(words[1], "all") == 0)
        (void)snprintf(ret_who, MLN_ADDR_TEXT, "all");
    else if (!read_client(words[1], ret_who))
        return mln_cmd_bad_value("bans", "lift", words[1],
                                 "an address like 203.0.113.7 or 2001:db8::/64, or all");
    return 0;
}

int mln_cmd_bans(int argc, char **argv)
{
    struct mln_local_options o;
    char who[MLN_ADDR_TEXT], target[TEXT];
    int code = mln_local_words("bans", argc, argv, &o);

    if (code == 0 && o.help) {
        (void)fputs(usage, stdout);
        return 0;
    }
    if (code == 0)
        code = read_words(argc - optind, argv + optind, who);
    if (code)
        return code;
    (void)snprintf(target, sizeof(target), "%s%s", *who ? "DELETE /v1/bans/" : "GET /v1/bans", who);
    json_t *answer = ask(o.state_dir, target);
    if (!answer)
        return 3;
    code = *who ? show_lifted(&o, answer) : show(&o, answer);
    json_decref(answer);
    return code;
}
