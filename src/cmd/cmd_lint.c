/* merlon lint: is a policy right, and what does a field mean. */
#include <errno.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "engine/snapshot.h"
#include "node/certificates.h"
#include "policy/policy.h"

static const char usage[] =
    "usage: merlon lint FILE|DIR...\n"
    "       merlon lint --explain [FIELD]\n"
    "\n"
    "Checks policies: file, line, column, what was expected, what you may have meant. A DIR is "
    "one\n"
    "policy: its *.yaml and *.yml are read together.\n"
    "\n"
    "  --explain   document every field, or those that end in FIELD: type, range, default\n"
    "  --help      this text\n"
    "\n"
    "exit: 0 good, 1 the policy has errors or there is no such field, 2 usage,\n"
    "      3 a file cannot be read\n"
    "\n"
    "  merlon lint --explain body_inspect\n";

static int explain(const char *key)
{
    struct mln_buf out = {0};
    int r = mln_policy_explain(key, &out);

    (void)fprintf(r < 0 ? stderr : stdout, "%.*s", MLN_SV_ARG(mln_buf_sv(&out)));
    mln_buf_done(&out);
    return r < 0 ? 1 : 0;
}

static int check_lists(const struct mln_policy *p, struct mln_diags *diags)
{
    struct mln_lists_how how = {.copies = -1};
    struct mln_buf policy = {0}, lists = {0};
    struct mln_snapshot s;
    int r = mln_policy_compile(p, &policy);

    if (r == 0)
        r = mln_snapshot_open(policy.p, policy.len, &s);
    if (r == 0)
        r = mln_lists_read(&s, &how, diags, &lists);
    mln_buf_done(&policy);
    mln_buf_done(&lists);
    return r == -E2BIG ? -EINVAL : r;
}

static int lint(const char *path)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf out = {0};
    int r = mln_policy_load_path(path, &p, &diags);

    if (r == 0)
        mln_certificates_check(p, mln_now_wall(), &diags);
    if (r == 0 && mln_policy_has_lists(p))
        r = check_lists(p, &diags);
    if (diags.errors)
        r = r < 0 ? r : -EINVAL;
    mln_diags_print(&diags, MLN_DIAG_NOTE, &out);
    (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&out)));
    if (r == 0)
        (void)printf("%s: good, %zu rule%s\n", path, mln_policy_rule_count(p),
                     mln_policy_rule_count(p) == 1 ? "" : "s");
    p = mln_policy_free(p);
    mln_diags_done(&diags);
    mln_buf_done(&out);
    return r == 0 ? 0 : r == -EINVAL ? 1 : 3;
}

int mln_cmd_lint(int argc, char **argv)
{
    static const struct option options[] = {
        {"explain", no_argument, NULL, 'e'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    bool want_explain = false;
    int o, code = 0;

    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 'e') {
            want_explain = true;
            continue;
        }
        if (o != 'h')
            return mln_cmd_bad_option("lint", o, argv, options);
        (void)fputs(usage, stdout);
        return 0;
    }
    if (want_explain)
        return explain(optind < argc ? argv[optind] : NULL);
    if (optind == argc)
        return mln_cmd_bad_usage("lint", "no FILE given");
    for (int i = optind; i < argc; i++) {
        int r = lint(argv[i]);
        code = MLN_MAX(code, r);
    }
    return code;
}
