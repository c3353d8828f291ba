#include "node/bans_table.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "intel/bans.h"

int mln_bans_table_open(struct mln_bans_table *t, struct mln_doors *doors)
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
    if (!doors->dir)
        return 0;
    t->api = mln_doors_open(doors, MLN_BANS_SOCKET_NAME, SOCK_STREAM, 0660);
    return MLN_MIN(t->api, 0);
}

void mln_bans_table_close(struct mln_bans_table *t, struct mln_doors *doors)
{
    mln_doors_remove(doors, MLN_BANS_SOCKET_NAME);
    mln_fd_close(&t->api);
    mln_fd_close(&t->to_read);
    mln_fd_close(&t->to_write);
}
