#include "intercept/tracked.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include "base/fd.h"
#include "intercept/nl.h"

enum {
    TYPE_GET = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
    TYPE_DELETE = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE
};

struct forget {
    int fd; /* for questions beside the dump */
    uint16_t listener;
};

/* ---- attributes ---- */

/* The first of that type among `len` bytes of them. NULL: none is whole. */
static const struct nlattr *find(const void *at, size_t len, uint16_t type)
{
    const char *p = at;

    while (len >= NLA_HDRLEN) {
        const struct nlattr *a = (const void *)p;
        if (a->nla_len < NLA_HDRLEN || a->nla_len > len)
            return NULL;
        if ((a->nla_type & NLA_TYPE_MASK) == type)
            return a;
        size_t step = MLN_MIN((size_t)NLA_ALIGN(a->nla_len), len);
        p += step;
        len -= step;
    }
    return NULL;
}

static size_t size(const struct nlattr *a)
{
    return a->nla_len - (size_t)NLA_HDRLEN;
}

static const void *data(const struct nlattr *a)
{
    return (const char *)a + NLA_HDRLEN;
}

static const struct nlattr *within(const struct nlattr *a, uint16_t type)
{
    return a ? find(data(a), size(a), type) : NULL;
}

/* ---- which ---- */

static bool is_tcp(const struct nlattr *tuple)
{
    const struct nlattr *proto = within(within(tuple, CTA_TUPLE_PROTO), CTA_PROTO_NUM);

    return proto && size(proto) >= 1 && *(const uint8_t *)data(proto) == IPPROTO_TCP;
}

static bool comes_from(const struct nlattr *tuple, uint16_t port)
{
    const struct nlattr *a = within(within(tuple, CTA_TUPLE_PROTO), CTA_PROTO_SRC_PORT);
    uint16_t found;

    if (!a || size(a) < sizeof(found))
        return false;
    memcpy(&found, data(a), sizeof(found));
    return ntohs(found) == port;
}

static bool is_translated(const struct nlattr *status)
{
    uint32_t v = 0;

    if (!status || size(status) < sizeof(v))
        return true; /* not known: left alone */
    memcpy(&v, data(status), sizeof(v));
    return ntohl(v) & IPS_NAT_MASK;
}

static void copy(struct mln_nl *m, const struct nlattr *a)
{
    if (a)
        mln_nl_put(m, a->nla_type, data(a), size(a));
}

static void take(const struct nlmsghdr *h, void *arg)
{
    const struct forget *f = arg;
    const struct nfgenmsg *g = (const void *)((const char *)h + NLMSG_HDRLEN);
    size_t head = NLMSG_ALIGN(sizeof(*g));

    if (h->nlmsg_len < NLMSG_LENGTH(head))
        return;
    const char *at = (const char *)g + head;
    size_t len = h->nlmsg_len - NLMSG_LENGTH(head);
    const struct nlattr *orig = find(at, len, CTA_TUPLE_ORIG),
                        *reply = find(at, len, CTA_TUPLE_REPLY);
    if (!orig || !is_tcp(orig) || size(orig) > 256 ||
        (!comes_from(reply, f->listener) && is_translated(find(at, len, CTA_STATUS))))
        return;
    struct mln_nl m = {.len = 0};
    mln_nl_begin(&m, TYPE_DELETE, 0, g, sizeof(*g));
    copy(&m, orig);
    copy(&m, find(at, len, CTA_ZONE));
    copy(&m, find(at, len, CTA_ID)); /* that one, none that has its place by now */
    mln_nl_end(&m);
    (void)!mln_nl_talk(f->fd, &m);
}

int mln_tracked_forget(uint16_t listener)
{
    const struct nfgenmsg all = {.nfgen_family = 0, .version = NFNETLINK_V0};
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_NETFILTER);
    MLN_CLEANUP_FD int beside = mln_nl_open(NETLINK_NETFILTER);
    struct forget f = {.fd = beside, .listener = listener};
    struct mln_nl m = {.len = 0};

    if (fd < 0 || beside < 0)
        return fd < 0 ? fd : beside;
    mln_nl_begin(&m, TYPE_GET, NLM_F_DUMP, &all, sizeof(all));
    mln_nl_end(&m);
    return mln_nl_dump(fd, &m, take, &f);
}
