/* config.json of a bundle with the hook in it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/hook_client.h"
#include "runtime/oci.h"

enum { SPARE_S = 3 }; /* before the runtime gives the hook up, which it takes for a refusal */

static void hook_json(const char *program, const char *state_dir, unsigned limit_ms,
                      struct mln_buf *out)
{
    mln_buf_add_str(out, "{\"path\":");
    mln_buf_add_json(out, mln_sv_str(program));
    mln_buf_add_str(out, ",\"args\":[\"merlon-runc\",\"hook\",\"--state-dir\",");
    mln_buf_add_json(out, mln_sv_str(state_dir));
    mln_buf_addf(out, ",\"--timeout\",\"%ums\"],\"timeout\":%u}", limit_ms,
                 limit_ms / 1000 + SPARE_S);
}

/* The same owner and rights, in one step. */
static int replace(const char *path, struct mln_sv text)
{
    char next[4096];
    struct stat st;

    if (snprintf(next, sizeof(next), "%s.merlon", path) >= (int)sizeof(next))
        return -ENAMETOOLONG;
    if (stat(path, &st) < 0)
        return -errno;
    (void)unlink(next);
    MLN_CLEANUP_FD int fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
    if (fd < 0)
        return -errno;
    int r = mln_fd_write_all(fd, text.p, text.len);
    if (r == 0 && (fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 07777) < 0 ||
                   rename(next, path) < 0))
        r = -errno;
    if (r < 0)
        (void)unlink(next);
    return r;
}

int mln_hook_add_to_bundle(const char *bundle, const char *program, const char *state_dir,
                           unsigned limit_ms)
{
    struct mln_buf text = {0}, hook = {0}, out = {.limit_bytes = 2 * MLN_OCI_TEXT_MAX};
    char path[4096];
    int r = snprintf(path, sizeof(path), "%s/config.json", bundle) >= (int)sizeof(path)
                ? -ENAMETOOLONG
                : mln_file_read(path, MLN_OCI_TEXT_MAX, &text);

    hook_json(program, state_dir, limit_ms, &hook);
    if (r == 0 && mln_buf_failed(&hook))
        r = -ENOMEM;
    if (r == 0)
        r = mln_oci_add_hook(mln_buf_sv(&text), mln_buf_sv(&hook), &out);
    if (r == 0 && !mln_sv_eq(mln_buf_sv(&text), mln_buf_sv(&out)))
        r = replace(path, mln_buf_sv(&out));
    mln_buf_done(&text);
    mln_buf_done(&hook);
    mln_buf_done(&out);
    return r;
}
