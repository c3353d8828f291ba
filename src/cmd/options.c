#include "cmd/options.h"

#include "base/base.h"
#include "policy/diag.h"

enum { OPTIONS_MAX = 32 };

int mln_cmd_bad_usage(const char *command, const char *what)
{
    (void)fprintf(stderr, "merlon %s: %s\ntry: merlon %s --help\n", command, what, command);
    return 2;
}

/* The long name in "--name=value", clipped. */
static struct mln_sv name_of(const char *arg)
{
    struct mln_sv s = mln_sv_str(arg);

    while (s.len && s.p[0] == '-')
        s = mln_sv_sub(s, 1, s.len);
    return mln_sv_sub(s, 0, MLN_MIN(mln_sv_find(s, MLN_SV("=")), (size_t)64));
}

int mln_cmd_bad_option(const char *command, int answer, char *const *argv,
                       const struct option *options)
{
    const char *names[OPTIONS_MAX];
    const char *arg = argv[optind - 1];
    char what[256];
    size_t n = 0;

    for (; n < OPTIONS_MAX && options[n].name; n++)
        names[n] = options[n].name;
    const char *near = mln_nearest(name_of(arg), names, n);
    if (answer == ':')
        (void)snprintf(what, sizeof(what), "%.64s needs a value", arg);
    else
        (void)snprintf(what, sizeof(what), "unknown or misused option %.64s%s%s%s", arg,
                       near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
    return mln_cmd_bad_usage(command, what);
}
