/* The one-shot child that turns a policy into a sealed blob. */
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/snapshot.h"
#include "io/scm.h"
#include "node/children.h"
#include "policy/policy.h"

static int load(const char *path, struct mln_policy **ret)
{
    struct mln_diags diags = {0};
    struct mln_buf text = {0};
    int r = path ? mln_policy_load_path(path, ret, &diags) : mln_policy_default(ret);

    mln_diags_print(&diags, MLN_DIAG_WARNING, &text);
    (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&text)));
    mln_buf_done(&text);
    mln_diags_done(&diags);
    return r;
}

int mln_compile_main(const char *path)
{
    struct mln_policy *p = NULL;
    struct mln_buf blob = {0};
    struct mln_wire m = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_POLICY};
    MLN_CLEANUP_FD int fd = -1;

    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    int r = load(path, &p);
    if (r == 0)
        r = mln_policy_compile(p, &blob);
    if (r == 0)
        r = fd = mln_memfd_sealed("merlon-policy", mln_buf_sv(&blob));
    m.arg = r < 0 ? (uint64_t)-r : 0;
    m.id = r < 0 ? 0 : ((const struct mln_snap_header *)(const void *)blob.p)->revision;
    m.index = p ? (uint32_t)mln_policy_rule_count(p) : 0;
    p = mln_policy_free(p);
    mln_buf_done(&blob);
    r = mln_scm_send(MLN_CONTROL_FD, &m, sizeof(m), &fd, fd >= 0 ? 1 : 0);
    return r < 0 || m.arg ? 1 : 0;
}
