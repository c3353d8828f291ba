/* The one-shot child that reads a policy's lists: whoever wrote them, they meet a process without
 * keys, files, network and privileges. It opens every file, then locks itself in, then reads. */
#include <errno.h>
#include <sys/prctl.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/blob.h"
#include "node/children.h"
#include "node/sandbox.h"
#include "policy/policy.h"

static int lock_in(void)
{
    struct mln_sandbox_state s;

    return mln_sandbox_enter(MLN_SANDBOX_LISTS, &s);
}

static int read_lists(const struct mln_snapshot *s, struct mln_lists_how *how, struct mln_buf *blob)
{
    struct mln_diags diags = {0};
    struct mln_buf text = {0};
    int r = mln_lists_read(s, how, &diags, blob);

    mln_diags_print(&diags, MLN_DIAG_WARNING, &text);
    (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&text)));
    mln_buf_done(&text);
    mln_diags_done(&diags);
    return r;
}

int mln_lists_main(void)
{
    struct mln_wire m, answer = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_LISTS};
    struct mln_blob policy = {.map = NULL};
    struct mln_buf blob = {0};
    struct mln_lists_how how = {.opened = lock_in};
    int given[2] = {-1, -1}; /* the policy, the folder of fetched copies */
    MLN_CLEANUP_FD int fd = -1;
    size_t n = 0;
    int r = mln_child_receive(&m, given, 2, &n);

    if (r == 0)
        r = n >= 1 ? mln_blob_map(given[0], &policy) : -EPROTO;
    how.copies = given[1];
    how.distrust = r == 0 && m.arg;
    if (r == 0)
        r = read_lists(&policy.snap, &how, &blob);
    if (r == 0)
        r = fd = mln_memfd_sealed("merlon-lists", mln_buf_sv(&blob));
    if (r >= 0) {
        const struct mln_lists_header *h = (const void *)blob.p;
        answer.id = h->revision;
        answer.index = h->v4 + h->v6;
        answer.app = how.fetched;
    }
    answer.arg = r < 0 ? (uint64_t)-r : 0;
    r = mln_scm_send(MLN_CONTROL_FD, &answer, sizeof(answer), &fd, answer.arg ? 0 : 1);
    answer.type = MLN_WIRE_FEED;
    answer.id = how.bad;
    if (r == 0 && !answer.arg && how.fetched)
        r = mln_scm_send(MLN_CONTROL_FD, &answer, sizeof(answer), NULL, 0);
    mln_buf_done(&blob);
    mln_blob_unmap(&policy);
    mln_fd_close(&given[0]);
    mln_fd_close(&given[1]);
    return r < 0 || answer.arg ? 1 : 0;
}
