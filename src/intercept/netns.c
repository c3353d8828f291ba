#include "intercept/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

enum { STAT_BYTES = 1024, START_TIME_FIELD = 22 };

int mln_proc_start_time(uint32_t pid, uint64_t *ret)
{
    char path[64], text[STAT_BYTES];

    (void)snprintf(path, sizeof(path), "/proc/%u/stat", pid);
    MLN_CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    ssize_t n = read(fd, text, sizeof(text));
    if (n <= 0)
        return -ESRCH;
    struct mln_sv s = mln_sv(text, (size_t)n);
    size_t end = SIZE_MAX; /* of field 2, a name that may hold spaces and brackets */
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] == ')')
            end = i;
    if (end == SIZE_MAX)
        return -EPROTO;
    s = mln_sv_sub(s, end + 2, s.len);
    for (unsigned field = 3; field < START_TIME_FIELD; field++)
        (void)mln_sv_split(&s, ' ');
    return mln_sv_u64(mln_sv_split(&s, ' '), ret) < 0 ? -EPROTO : 0;
}

static int key_of(int fd, struct mln_netns_key *ret)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    *ret = (struct mln_netns_key){.dev = st.st_dev, .inode = st.st_ino};
    return 0;
}

static int open_ns(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    return fd >= 0 ? fd : errno == ENOENT ? -ESRCH : -errno;
}

int mln_netns_open(uint32_t pid, uint64_t start_time, struct mln_netns_key *ret)
{
    char path[64];
    uint64_t now = 0;

    (void)snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
    MLN_CLEANUP_FD int fd = open_ns(path);
    if (fd < 0)
        return fd;
    int r = mln_proc_start_time(pid, &now);
    if (r < 0)
        return r;
    if (start_time && start_time != now)
        return -ESRCH;
    r = key_of(fd, ret);
    return r < 0 ? r : mln_fd_take(&fd);
}

int mln_netns_own(struct mln_netns_key *ret)
{
    MLN_CLEANUP_FD int fd = open_ns("/proc/self/ns/net");

    return fd < 0 ? fd : key_of(fd, ret);
}

bool mln_netns_key_eq(const struct mln_netns_key *a, const struct mln_netns_key *b)
{
    return a->dev == b->dev && a->inode == b->inode;
}

int mln_netns_call(int ns_fd, int (*fn)(void *arg), void *arg)
{
    MLN_CLEANUP_FD int home = open_ns("/proc/self/ns/net");

    if (home < 0)
        return home;
    if (setns(ns_fd, CLONE_NEWNET) < 0)
        return -errno;
    int r = fn(arg);
    MLN_REQUIRE(setns(home, CLONE_NEWNET) == 0);
    return r;
}
