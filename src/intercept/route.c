#include "intercept/route.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/nl.h"

enum { LOOPBACK_INDEX = 1 }; /* in every namespace: it is the first device made there */

static const char fwmark_accept[] = "/proc/sys/net/ipv4/tcp_fwmark_accept";
static const char lo_without_ipv6[] = "/proc/sys/net/ipv6/conf/lo/disable_ipv6";

/* '0', '1', … or a negative errno. */
static int read_digit(const char *path)
{
    MLN_CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    char c = 0;

    if (fd < 0)
        return -errno;
    return read(fd, &c, 1) == 1 ? c : -EIO;
}

static int change_rule(int fd, const struct mln_icpt_names *n, int family, bool add)
{
    const struct fib_rule_hdr head = {.family = (uint8_t)family, .action = FR_ACT_TO_TBL};
    struct mln_nl m = {.len = 0};
    uint16_t flags = add ? NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK : NLM_F_ACK;

    mln_nl_begin(&m, add ? RTM_NEWRULE : RTM_DELRULE, flags, &head, sizeof(head));
    mln_nl_put_u32(&m, FRA_FWMARK, n->upstream_mark);
    mln_nl_put_u32(&m, FRA_FWMASK, n->mark_mask);
    mln_nl_put_u32(&m, FRA_TABLE, n->route_table);
    mln_nl_put_u32(&m, FRA_PRIORITY, n->rule_pref);
    mln_nl_end(&m);
    return mln_nl_talk(fd, &m);
}

static int change_route(int fd, const struct mln_icpt_names *n, int family, bool add)
{
    const struct rtmsg head = {.rtm_family = (uint8_t)family,
                               .rtm_protocol = RTPROT_STATIC,
                               .rtm_scope = RT_SCOPE_HOST,
                               .rtm_type = RTN_LOCAL};
    struct mln_nl m = {.len = 0};
    uint16_t flags = add ? NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK : NLM_F_ACK;

    mln_nl_begin(&m, add ? RTM_NEWROUTE : RTM_DELROUTE, flags, &head, sizeof(head));
    mln_nl_put_u32(&m, RTA_TABLE, n->route_table);
    mln_nl_put_u32(&m, RTA_OIF, LOOPBACK_INDEX);
    mln_nl_end(&m);
    return mln_nl_talk(fd, &m);
}

static int add_family(int fd, const struct mln_icpt_names *n, int family)
{
    int r = change_rule(fd, n, family, true);

    if (r < 0 && r != -EEXIST)
        return r;
    r = change_route(fd, n, family, true);
    return r == -EEXIST ? 0 : r;
}

int mln_route_add(const struct mln_icpt_names *n)
{
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_ROUTE);

    if (fd < 0)
        return fd;
    int r = add_family(fd, n, AF_INET);
    if (r == 0 && read_digit(lo_without_ipv6) == '0')
        r = add_family(fd, n, AF_INET6);
    return r;
}

static bool absent(int err)
{
    return err == -ENOENT || err == -ESRCH || err == -EAFNOSUPPORT || err == -ENODEV;
}

int mln_route_remove(const struct mln_icpt_names *n)
{
    static const int families[] = {AF_INET, AF_INET6};
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_ROUTE);
    int first = fd < 0 ? fd : 0;

    for (size_t i = 0; i < MLN_ARRAY_LEN(families) && fd >= 0; i++) {
        int rule = change_rule(fd, n, families[i], false);
        int route = change_route(fd, n, families[i], false);
        if (first == 0 && rule < 0 && !absent(rule))
            first = rule;
        if (first == 0 && route < 0 && !absent(route))
            first = route;
    }
    return first;
}

int mln_fwmark_accept_get(bool *ret)
{
    int c = read_digit(fwmark_accept);

    *ret = c == '1';
    return c < 0 ? c : 0;
}

int mln_fwmark_accept_set(bool on)
{
    MLN_CLEANUP_FD int fd = open(fwmark_accept, O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    return write(fd, on ? "1" : "0", 1) == 1 ? 0 : -errno;
}

int mln_fwmark_accept_unlock(void)
{
    struct statvfs v;

    if (statvfs("/proc/sys", &v) < 0)
        return -errno;
    if (!(v.f_flag & ST_RDONLY))
        return 0;
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
        mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID | MS_NODEV | MS_NOEXEC,
              NULL) < 0)
        return -errno;
    return 0;
}
