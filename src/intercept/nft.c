#include "intercept/nft.h"

#include <errno.h>
#include <unistd.h>

#include "base/fd.h"

enum { LIMIT_MS = 5000 };

/* In the child: returns only when there is none. */
static int become_nft(void *arg)
{
    static const char *const paths[] = {"/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft"};
    char name[] = "nft", flag[] = "-f", from[] = "-";
    char *argv[] = {name, flag, from, NULL}, *env[] = {NULL};

    (void)arg;
    for (size_t i = 0; i < MLN_ARRAY_LEN(paths); i++)
        (void)execve(paths[i], argv, env);
    return -ENOENT;
}

int mln_nft_start(int ns_fd, struct mln_sv ruleset, struct mln_icpt_child *ret)
{
    MLN_CLEANUP_FD int in = mln_memfd_sealed("merlon-ruleset", ruleset);

    if (in < 0)
        return in;
    if (lseek(in, 0, SEEK_SET) < 0)
        return -errno;
    return mln_icpt_child_start(ns_fd, &in, become_nft, NULL, ret);
}

int mln_nft_ended(struct mln_icpt_child *c, int status, struct mln_buf *why)
{
    int r = mln_icpt_child_ended(c, status, why);

    if (r == -ENOENT)
        mln_buf_add_str(why, "nft is not installed");
    else if (r < 0 && r != -ETIMEDOUT)
        mln_buf_add_str(why, "the namespace cannot be entered");
    return r < 0 ? r : r == 0 && why->len == 0 ? 0 : -EPROTO;
}

int mln_nft_load(int ns_fd, struct mln_sv ruleset, struct mln_buf *why)
{
    struct mln_icpt_child c = {.said = -1};
    int status = 0, r = mln_nft_start(ns_fd, ruleset, &c);

    if (r < 0)
        return r;
    return mln_icpt_child_wait(&c, LIMIT_MS, &status) ? mln_nft_ended(&c, status, why) : -ETIMEDOUT;
}
