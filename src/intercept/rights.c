#include "intercept/rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

static bool has_net_admin(uint32_t pid)
{
    struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = (int)pid};
    struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = {{0}};

    return syscall(SYS_capget, &h, d) == 0 && d[0].permitted & 1u << CAP_NET_ADMIN;
}

static bool same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

bool mln_process_rules_net(uint32_t pid, int ns_fd)
{
    char path[64];
    struct stat its, ours, owner;

    (void)snprintf(path, sizeof(path), "/proc/%u/ns/user", pid);
    if (!has_net_admin(pid) || stat(path, &its) < 0 || stat("/proc/self/ns/user", &ours) < 0)
        return false;
    if (same(&its, &ours))
        return true;
    MLN_CLEANUP_FD int fd = ioctl(ns_fd, NS_GET_USERNS);
    return fd >= 0 && fstat(fd, &owner) == 0 && same(&its, &owner);
}
