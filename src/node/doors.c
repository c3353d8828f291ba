#include "node/doors.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

enum { BACKLOG = 512 };

/* Beside its name: what is not shown yet, and what a successor may have replaced. */
static const char hidden[] = ".new", kept[] = ".kept";

typedef char door_path[sizeof(((struct sockaddr_un *)0)->sun_path)];

static int path_of(const struct mln_doors *d, const char *name, const char *suffix, door_path ret)
{
    return snprintf(ret, sizeof(door_path), "%s/%s%s", d->dir, name, suffix) >=
                   (int)sizeof(door_path)
               ? -ENAMETOOLONG
               : 0;
}

static uint64_t inode_at(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_ino : 0;
}

static int listen_at(const char *path, int type, mode_t mode)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -errno;
    memcpy(a.sun_path, path, strlen(path));
    (void)unlink(path);
    mode_t before = umask(0777 & ~mode); /* nobody may connect before the mode is right */
    int r = bind(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
    (void)umask(before);
    if (r < 0)
        return r;
    return listen(fd, BACKLOG) < 0 ? -errno : mln_fd_take(&fd);
}

static int show(const struct mln_doors *d, const char *name)
{
    door_path from, to;

    if (path_of(d, name, hidden, from) < 0 || path_of(d, name, "", to) < 0)
        return -ENAMETOOLONG;
    return rename(from, to) < 0 ? -errno : 0;
}

int mln_doors_open(struct mln_doors *d, const char *name, int type, mode_t mode)
{
    door_path path, old;

    if (!d->dir)
        return -EBADF;
    if (d->n == MLN_DOORS_MAX)
        return -ENOSPC;
    if (path_of(d, name, kept, old) < 0 || path_of(d, name, hidden, path) < 0)
        return -ENAMETOOLONG;
    if (!d->hidden)
        (void)unlink(old); /* of one that was killed */
    MLN_CLEANUP_FD int fd = listen_at(path, type, mode);
    if (fd < 0)
        return fd;
    d->one[d->n].name = name;
    d->one[d->n++].inode = inode_at(path);
    int r = d->hidden ? 0 : show(d, name);
    return r < 0 ? r : mln_fd_take(&fd);
}

int mln_doors_show(struct mln_doors *d)
{
    int first = 0;

    for (unsigned i = 0; d->hidden && i < d->n; i++) {
        int r = show(d, d->one[i].name);
        first = first ? first : r;
    }
    d->hidden = false;
    return first;
}

static void unlink_ours(const struct mln_doors *d, unsigned i, const char *suffix)
{
    door_path path;

    if (path_of(d, d->one[i].name, suffix, path) == 0 && inode_at(path) == d->one[i].inode)
        (void)unlink(path);
}

void mln_doors_remove(struct mln_doors *d, const char *name)
{
    for (unsigned i = 0; i < d->n; i++) {
        if (strcmp(d->one[i].name, name) != 0)
            continue;
        unlink_ours(d, i, "");
        unlink_ours(d, i, hidden);
        unlink_ours(d, i, kept);
        d->one[i] = d->one[--d->n];
        return;
    }
}

/* ---- while somebody takes over ---- */

void mln_doors_keep(struct mln_doors *d)
{
    door_path from, to;

    for (unsigned i = 0; i < d->n; i++)
        if (path_of(d, d->one[i].name, "", from) == 0 &&
            path_of(d, d->one[i].name, kept, to) == 0 && inode_at(from) == d->one[i].inode) {
            (void)unlink(to);
            (void)!link(from, to);
        }
}

/* Also what it left of its own. */
void mln_doors_take_back(struct mln_doors *d)
{
    door_path from, to;

    for (unsigned i = 0; i < d->n; i++) {
        if (path_of(d, d->one[i].name, hidden, from) == 0)
            (void)unlink(from);
        if (path_of(d, d->one[i].name, "", to) == 0 &&
            path_of(d, d->one[i].name, kept, from) == 0 && inode_at(to) != d->one[i].inode &&
            inode_at(from) == d->one[i].inode)
            (void)!rename(from, to);
    }
    mln_doors_let_go(d);
}

void mln_doors_let_go(struct mln_doors *d)
{
    for (unsigned i = 0; i < d->n; i++)
        unlink_ours(d, i, kept);
}
