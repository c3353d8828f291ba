/* merlon doctor: what works on this machine, and what to do about what does not. */
#include <stdio.h>

#include "cmd/cmd.h"
#include "cmd/doctor_checks.h"
#include "cmd/options.h"

static const char usage[] =
    "usage: merlon doctor [--json] [--root DIR]\n"
    "\n"
    "Looks at this machine as the defender needs it: kernel, rights, interception (tried out in a\n"
    "network namespace of its own, which ends with the trial), container runtimes, networks, "
    "limits.\n"
    "Says what works and what to do about the rest. Changes nothing. As root it sees all of it.\n"
    "\n"
    "  --json       one object a line, for programs\n"
    "  --root DIR   files of the runtimes and of the kernel below DIR, as from within a container\n"
    "  --help       this text\n"
    "\n"
    "exit: 0 the defender can run here, 1 it cannot, 2 usage,\n"
    "      3 there is no memory or no process to look with\n";

static const char *const words[MLN_HEALTH_MAX] = {"ok", "warn", "BAD"};

static void add_json_text(struct mln_buf *out, struct mln_sv s)
{
    mln_buf_add_char(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            mln_buf_addf(out, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            mln_buf_addf(out, "\\u%04x", c);
        else
            mln_buf_add_char(out, (char)c);
    }
    mln_buf_add_char(out, '"');
}

static void print_json(const struct mln_check *c, const struct mln_finding *f)
{
    struct mln_buf out = {0};

    mln_buf_addf(&out, "{\"check\":\"%s\",\"health\":\"%s\",\"found\":", c->name,
                 f->health == MLN_HEALTH_BAD ? "bad" : words[f->health]);
    add_json_text(&out, mln_buf_sv(&f->found));
    mln_buf_add_str(&out, ",\"advice\":");
    add_json_text(&out, mln_buf_sv(&f->advice));
    (void)printf("%.*s}\n", MLN_SV_ARG(mln_buf_sv(&out)));
    mln_buf_done(&out);
}

static void print_text(const struct mln_check *c, const struct mln_finding *f)
{
    (void)printf("%-5s %-13s %.*s\n", words[f->health], c->name, MLN_SV_ARG(mln_buf_sv(&f->found)));
    if (f->advice.len)
        (void)printf("      %-13s -> %.*s\n", "", MLN_SV_ARG(mln_buf_sv(&f->advice)));
}

static int examine(bool json, const char *root)
{
    enum mln_health worst = MLN_HEALTH_GOOD;
    bool failed = false;

    for (const struct mln_check *c = mln_doctor_checks; c->name; c++) {
        struct mln_finding f = {.health = MLN_HEALTH_GOOD};
        if (c->look)
            c->look(&f);
        else
            c->look_below(root, &f);
        (json ? print_json : print_text)(c, &f);
        worst = MLN_MAX(worst, f.health);
        failed = failed || mln_buf_failed(&f.found) || mln_buf_failed(&f.advice) || f.blind;
        mln_buf_done(&f.found);
        mln_buf_done(&f.advice);
    }
    if (failed)
        return 3;
    if (!json)
        (void)printf("\n%s\n", worst == MLN_HEALTH_BAD
                                   ? "the defender cannot run here as things are; merlon proxy can"
                                   : "the defender can run here");
    return worst == MLN_HEALTH_BAD;
}

int mln_cmd_doctor(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"root", required_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *root = "";
    bool json = false;
    int o;

    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 'h') {
            (void)fputs(usage, stdout);
            return 0;
        }
        if (o == 'j')
            json = true;
        else if (o == 'r')
            root = optarg;
        else
            return mln_cmd_bad_option("doctor", o, argv, options);
    }
    if (optind < argc)
        return mln_cmd_bad_usage("doctor", "this command takes no arguments");
    return examine(json, root);
}
