#include "node/bans_table.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "intel/bans.h"
#include "node/local_socket.h"

int mln_bans_table_open(struct mln_bans_table *t, const char *state_dir)
{
    char path[64];

    *t = MLN_BANS_TABLE_NONE;
    t->to_write = mln_memfd_shared("merlon-bans", mln_bans_size());
    if (t->to_write < 0)
        return t->to_write;
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", t->to_write);
    t->to_read = open(path, O_RDONLY | O_CLOEXEC);
    if (t->to_read < 0)
        return -errno;
    if (!state_dir)
        return 0;
    t->api = mln_local_listen(state_dir, MLN_BANS_SOCKET_NAME);
    t->inode = mln_local_inode(state_dir, MLN_BANS_SOCKET_NAME);
    return MLN_MIN(t->api, 0);
}

void mln_bans_table_close(struct mln_bans_table *t, const char *state_dir)
{
    if (t->api >= 0)
        mln_local_unlink(state_dir, MLN_BANS_SOCKET_NAME, t->inode);
    mln_fd_close(&t->api);
    mln_fd_close(&t->to_read);
    mln_fd_close(&t->to_write);
}
