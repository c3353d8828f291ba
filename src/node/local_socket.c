#include "node/local_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

static int set_path(const char *state_dir, const char *name, struct sockaddr_un *a)
{
    int n;

    *a = (struct sockaddr_un){.sun_family = AF_UNIX};
    n = snprintf(a->sun_path, sizeof(a->sun_path), "%s/%s", state_dir, name);
    return n < 0 || (size_t)n >= sizeof(a->sun_path) ? -ENAMETOOLONG : 0;
}

int mln_local_listen(const char *state_dir, const char *name)
{
    struct sockaddr_un a;
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    int r = set_path(state_dir, name, &a);
    if (r < 0)
        return r;
    (void)unlink(a.sun_path);
    /* nobody may connect before the mode is right */
    mode_t before = umask(0117);
    r = bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
    (void)umask(before);
    if (r < 0)
        return r;
    return listen(fd, 16) < 0 ? -errno : mln_fd_take(&fd);
}

uint64_t mln_local_inode(const char *state_dir, const char *name)
{
    struct sockaddr_un a;
    struct stat st;

    return set_path(state_dir, name, &a) == 0 && stat(a.sun_path, &st) == 0 ? st.st_ino : 0;
}

void mln_local_unlink(const char *state_dir, const char *name, uint64_t inode)
{
    struct sockaddr_un a;

    if (inode && mln_local_inode(state_dir, name) == inode && set_path(state_dir, name, &a) == 0)
        (void)unlink(a.sun_path);
}
