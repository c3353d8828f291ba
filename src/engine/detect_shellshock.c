/* Shellshock: old Bash reads an environment variable that starts with "() {" as a function and
 * runs what follows it. CGI puts request headers and parameters into the environment. */
#include "engine/detect.h"

static size_t skip_space(const struct mln_view *v, size_t i)
{
    while (i < v->n && mln_cc(v->p[i], MLN_CC_SPACE))
        i++;
    return i;
}

void mln_detect_shellshock(const struct mln_view *v, struct mln_detect_ctx *ctx,
                           struct mln_findings *out)
{
    /* Bash wants the definition at the start of the value; quotes in front are left by sloppy
     * tools and by header values that an application unquotes. */
    size_t i = skip_space(v, 0), start;

    (void)ctx;
    while (i < v->n && (v->p[i] == '"' || v->p[i] == '\''))
        i++;
    start = i = skip_space(v, i);
    if (i >= v->n || v->p[i] != '(')
        return;
    i = skip_space(v, i + 1);
    if (i >= v->n || v->p[i] != ')')
        return;
    i = skip_space(v, i + 1);
    if (i >= v->n || v->p[i] != '{')
        return;
    mln_findings_add(out, MLN_SIG_SHELLSHOCK_FUNCTION, v, start, i + 1 - start);
}
