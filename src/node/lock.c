#include "node/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

int mln_lock_take(const char *state_dir)
{
    char path[4096];

    if (mkdir(state_dir, 0750) < 0 && errno != EEXIST)
        return -errno;
    if (snprintf(path, sizeof(path), "%s/lock", state_dir) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    MLN_CLEANUP_FD int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return -errno;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    return mln_fd_take(&fd);
}
