/* The one-shot child that turns a policy into sealed blobs. It alone reads private keys from files.
 */
#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/snapshot.h"
#include "io/scm.h"
#include "node/certificates.h"
#include "node/children.h"
#include "node/keys.h"

static int read_policy(const char *path, const char *cert, const char *key, struct mln_diags *diags,
                       struct mln_policy **ret)
{
    int r = path ? mln_policy_load_path(path, ret, diags) : mln_policy_default(ret);

    if (r == 0 && cert)
        r = mln_policy_add_tls(*ret, cert, key, diags);
    if (r < 0)
        return r;
    mln_certificates_check(*ret, mln_now_wall(), diags);
    return diags->errors ? -EINVAL : 0;
}

static int load(const char *path, const char *cert, const char *key, struct mln_policy **ret)
{
    struct mln_diags diags = {0};
    struct mln_buf text = {0};
    int r = read_policy(path, cert, key, &diags, ret);

    mln_diags_print(&diags, MLN_DIAG_WARNING, &text);
    (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&text)));
    mln_buf_done(&text);
    mln_diags_done(&diags);
    return r;
}

/* One NUL-terminated path after the other. */
static int folders(const struct mln_policy *p)
{
    struct mln_buf text = {0};
    struct mln_sv dir;

    for (size_t i = 0; (dir = mln_policy_folder(p, i)).p; i++) {
        mln_buf_add_sv(&text, dir);
        mln_buf_add_char(&text, '\0');
    }
    int fd =
        mln_buf_failed(&text) ? -ENOMEM : mln_memfd_sealed("merlon-folders", mln_buf_sv(&text));
    mln_buf_done(&text);
    return fd;
}

static int keys(const struct mln_policy *p, uint64_t revision)
{
    struct mln_buf blob = {0};

    mln_keys_write(p, revision, &blob);
    int fd = mln_buf_failed(&blob) ? -ENOMEM : mln_memfd_sealed("merlon-keys", mln_buf_sv(&blob));
    mln_keys_wipe(&blob);
    return fd;
}

/* The three blobs. 0 or a negative errno; what was made is in fds either way. */
static int compile(const struct mln_policy *p, int fds[3], struct mln_wire *m)
{
    struct mln_buf blob = {0};
    int r = mln_policy_compile(p, &blob);

    if (r == 0) {
        m->id = ((const struct mln_snap_header *)(const void *)blob.p)->revision;
        m->index = (uint32_t)mln_policy_rule_count(p);
        m->app = mln_policy_has_lists(p);
        r = fds[0] = mln_memfd_sealed("merlon-policy", mln_buf_sv(&blob));
    }
    if (r >= 0)
        r = fds[1] = keys(p, m->id);
    if (r >= 0)
        r = fds[2] = folders(p);
    mln_buf_done(&blob);
    return r < 0 ? r : 0;
}

int mln_compile_main(int n_args, char **args)
{
    struct mln_policy *p = NULL;
    struct mln_wire m = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_POLICY};
    int fds[3] = {-1, -1, -1};

    /* keys are in its memory */
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const char *path = n_args > 0 && *args[0] ? args[0] : NULL;
    int r = load(path, n_args > 2 ? args[1] : NULL, n_args > 2 ? args[2] : NULL, &p);
    if (r == 0)
        r = compile(p, fds, &m);
    m.arg = r < 0 ? (uint64_t)-r : 0;
    r = mln_scm_send(MLN_CONTROL_FD, &m, sizeof(m), fds, m.arg ? 0 : 3);
    (void)mln_policy_free(p);
    for (unsigned i = 0; i < MLN_ARRAY_LEN(fds); i++)
        mln_fd_close(&fds[i]);
    return r < 0 || m.arg ? 1 : 0;
}
