#include "intercept/tracked.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fd.h"

enum {
    TYPE_GET = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
    TYPE_DELETE = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
    TUPLE_MAX = 256
};

struct forget {
    int fd; /* for questions beside the dump */
    uint16_t listener;
    const struct mln_port_set *ports;
};

/* ---- what one is like ---- */

static uint16_t port_of(const struct nlattr *tuple, uint16_t which)
{
    uint16_t port = 0;

    return mln_nl_value(mln_nl_within(mln_nl_within(tuple, CTA_TUPLE_PROTO), which), &port,
                        sizeof(port))
               ? ntohs(port)
               : 0;
}

static bool is_tcp(const struct nlattr *tuple)
{
    uint8_t proto = 0;

    return mln_nl_value(mln_nl_within(mln_nl_within(tuple, CTA_TUPLE_PROTO), CTA_PROTO_NUM), &proto,
                        sizeof(proto)) &&
           proto == IPPROTO_TCP;
}

/* Translated; or that is not known. */
static bool is_translated(const struct nlattr *status)
{
    uint32_t v = 0;

    return !mln_nl_value(status, &v, sizeof(v)) || (ntohl(v) & IPS_NAT_MASK);
}

static bool has_mark(const struct nlattr *mark)
{
    uint32_t v = 0;

    return mln_nl_value(mark, &v, sizeof(v)) && v != 0;
}

/* Whether it leads into this namespace. Only what is its own can be bound; a link-local address
 * would need its device for that. */
static bool leads_here(const struct nlattr *tuple)
{
    const struct nlattr *ip = mln_nl_within(tuple, CTA_TUPLE_IP);
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    bool is_v4 = mln_nl_value(mln_nl_within(ip, CTA_IP_V4_DST), &v4.sin_addr, sizeof(v4.sin_addr));

    if (!is_v4 &&
        !mln_nl_value(mln_nl_within(ip, CTA_IP_V6_DST), &v6.sin6_addr, sizeof(v6.sin6_addr)))
        return false;
    if (!is_v4 && IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr))
        return true;
    MLN_CLEANUP_FD int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && (is_v4 ? bind(fd, (const struct sockaddr *)&v4, sizeof(v4))
                             : bind(fd, (const struct sockaddr *)&v6, sizeof(v6))) == 0;
}

static bool is_ours(const struct forget *f, const void *at, size_t len)
{
    const struct nlattr *orig = mln_nl_find(at, len, CTA_TUPLE_ORIG);

    if (!orig || !is_tcp(orig) || mln_nl_size(orig) > TUPLE_MAX)
        return false;
    if (port_of(mln_nl_find(at, len, CTA_TUPLE_REPLY), CTA_PROTO_SRC_PORT) == f->listener)
        return true;
    return mln_port_set_has(f->ports, port_of(orig, CTA_PROTO_DST_PORT)) &&
           !is_translated(mln_nl_find(at, len, CTA_STATUS)) &&
           !has_mark(mln_nl_find(at, len, CTA_MARK)) && !mln_nl_find(at, len, CTA_ZONE) &&
           leads_here(orig);
}

/* ---- forgetting ---- */

static void copy(struct mln_nl *m, const struct nlattr *a)
{
    if (a)
        mln_nl_put(m, a->nla_type, mln_nl_data(a), mln_nl_size(a));
}

static void take(const struct nlmsghdr *h, void *arg)
{
    const struct nfgenmsg *g = (const void *)((const char *)h + NLMSG_HDRLEN);
    const struct forget *f = arg;
    struct mln_nl m = {.len = 0};
    size_t len = 0;
    const void *at = mln_nl_attributes(h, sizeof(*g), &len);

    if (!at || !is_ours(f, at, len))
        return;
    mln_nl_begin(&m, TYPE_DELETE, 0, g, sizeof(*g));
    copy(&m, mln_nl_find(at, len, CTA_TUPLE_ORIG));
    copy(&m, mln_nl_find(at, len, CTA_ZONE));
    copy(&m, mln_nl_find(at, len, CTA_ID)); /* that one, none that has its place by now */
    mln_nl_end(&m);
    (void)!mln_nl_talk(f->fd, &m);
}

int mln_tracked_forget(uint16_t listener, const struct mln_port_set *ports)
{
    const struct nfgenmsg all = {.nfgen_family = 0, .version = NFNETLINK_V0};
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_NETFILTER);
    MLN_CLEANUP_FD int beside = mln_nl_open(NETLINK_NETFILTER);
    struct forget f = {.fd = beside, .listener = listener, .ports = ports};
    struct mln_nl m = {.len = 0};

    if (fd < 0 || beside < 0)
        return fd < 0 ? fd : beside;
    mln_nl_begin(&m, TYPE_GET, NLM_F_DUMP, &all, sizeof(all));
    mln_nl_end(&m);
    return mln_nl_dump(fd, &m, take, &f);
}
