#include "intercept/nft_msg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>

#include "base/fd.h"

enum { FAMILY_INET = 1 }; /* <linux/netfilter.h> and <netinet/in.h> exclude each other */

void mln_nft_begin(struct mln_nl *m, uint16_t type, uint16_t flags)
{
    const struct nfgenmsg head = {.nfgen_family = FAMILY_INET, .version = NFNETLINK_V0};

    mln_nl_begin(m, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &head, sizeof(head));
}

void mln_nft_batch(struct mln_nl *m, uint16_t type)
{
    const struct nfgenmsg head = {.version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES)};

    mln_nl_begin(m, type, 0, &head, sizeof(head));
    mln_nl_end(m);
}

static int talk(const struct mln_nl *m)
{
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_NETFILTER);

    return fd < 0 ? fd : mln_nl_talk(fd, m);
}

/* ---- sets ---- */

static void begin_elements(struct mln_nl *m, uint16_t type, uint16_t flags, const char *set)
{
    mln_nft_begin(m, type, flags | NLM_F_ACK);
    mln_nl_put_str(m, NFTA_SET_ELEM_LIST_TABLE, "merlon");
    mln_nl_put_str(m, NFTA_SET_ELEM_LIST_SET, set);
}

static void put_element(struct mln_nl *m, const void *value, size_t len)
{
    size_t element = mln_nl_nest(m, NFTA_LIST_ELEM);
    size_t key = mln_nl_nest(m, NFTA_SET_ELEM_KEY);

    mln_nl_put(m, NFTA_DATA_VALUE, value, len);
    mln_nl_close(m, key);
    mln_nl_close(m, element);
}

static void empty(struct mln_nl *m, const char *set)
{
    begin_elements(m, NFT_MSG_DELSETELEM, 0, set); /* without elements: all of them */
    mln_nl_end(m);
}

static void fill_ports(struct mln_nl *m, const char *set, const struct mln_icpt_ports *p,
                       bool closed)
{
    size_t list = 0;

    empty(m, set);
    for (uint32_t i = 0; i < p->n; i++) {
        const uint16_t port = htons(p->port[i]);
        if (closed && !p->closed[i])
            continue;
        if (!list) {
            begin_elements(m, NFT_MSG_NEWSETELEM, NLM_F_CREATE, set);
            list = mln_nl_nest(m, NFTA_SET_ELEM_LIST_ELEMENTS);
        }
        put_element(m, &port, sizeof(port));
    }
    if (list) {
        mln_nl_close(m, list);
        mln_nl_end(m);
    }
}

static void fill_protocol(struct mln_nl *m, const char *set, bool on)
{
    const uint8_t tcp = IPPROTO_TCP;

    empty(m, set);
    if (!on)
        return;
    begin_elements(m, NFT_MSG_NEWSETELEM, NLM_F_CREATE, set);
    size_t list = mln_nl_nest(m, NFTA_SET_ELEM_LIST_ELEMENTS);
    put_element(m, &tcp, sizeof(tcp));
    mln_nl_close(m, list);
    mln_nl_end(m);
}

int mln_nft_fill(const struct mln_icpt_ports *p, bool closed_only)
{
    struct mln_nl m = {.len = 0};

    mln_nft_batch(&m, NFNL_MSG_BATCH_BEGIN);
    if (!closed_only) {
        fill_ports(&m, "ports", p, false);
        fill_protocol(&m, "others", p->others != MLN_ICPT_OTHERS_PASS);
    }
    fill_ports(&m, "closed", p, true);
    fill_protocol(&m, "others_closed", p->others == MLN_ICPT_OTHERS_CATCH_CLOSED);
    mln_nft_batch(&m, NFNL_MSG_BATCH_END);
    return talk(&m);
}

/* One message of the set's elements. */
static void take_ports(const struct nlmsghdr *h, void *arg)
{
    struct mln_port_set *s = arg;
    size_t len = 0;
    const void *at = mln_nl_attributes(h, sizeof(struct nfgenmsg), &len);
    const struct nlattr *list = at ? mln_nl_find(at, len, NFTA_SET_ELEM_LIST_ELEMENTS) : NULL;
    size_t left = list ? mln_nl_size(list) : 0;
    const char *p = list ? mln_nl_data(list) : NULL;

    for (const struct nlattr *a; left && (a = mln_nl_find(p, left, NFTA_LIST_ELEM));) {
        const struct nlattr *key = mln_nl_within(a, NFTA_SET_ELEM_KEY);
        uint16_t port;
        if (mln_nl_value(mln_nl_within(key, NFTA_DATA_VALUE), &port, sizeof(port))) {
            port = ntohs(port);
            s->bits[port / 8] |= (uint8_t)(1 << port % 8);
        }
        const char *next = (const char *)a + NLA_ALIGN(a->nla_len);
        left = next < p + left ? (size_t)(p + left - next) : 0;
        p = next;
    }
}

int mln_nft_ports(struct mln_port_set *ret)
{
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_NETFILTER);
    struct mln_nl m = {.len = 0};

    memset(ret, 0, sizeof(*ret));
    if (fd < 0)
        return fd;
    mln_nft_begin(&m, NFT_MSG_GETSETELEM, NLM_F_DUMP);
    mln_nl_put_str(&m, NFTA_SET_ELEM_LIST_TABLE, "merlon");
    mln_nl_put_str(&m, NFTA_SET_ELEM_LIST_SET, "ports");
    mln_nl_end(&m);
    return mln_nl_dump(fd, &m, take_ports, ret);
}

/* ---- tables ---- */

int mln_nft_delete_table(const char *name)
{
    struct mln_nl m = {.len = 0};

    mln_nft_batch(&m, NFNL_MSG_BATCH_BEGIN);
    mln_nft_begin(&m, NFT_MSG_DELTABLE, NLM_F_ACK);
    mln_nl_put_str(&m, NFTA_TABLE_NAME, name);
    mln_nl_end(&m);
    mln_nft_batch(&m, NFNL_MSG_BATCH_END);
    int r = talk(&m);
    return r == -ENOENT ? 0 : r;
}

int mln_nft_table_exists_by(int fd, const char *name)
{
    struct mln_nl m = {.len = 0};

    mln_nft_begin(&m, NFT_MSG_GETTABLE, NLM_F_ACK);
    mln_nl_put_str(&m, NFTA_TABLE_NAME, name);
    mln_nl_end(&m);
    int r = mln_nl_talk(fd, &m);
    return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

int mln_nft_table_exists(const char *name)
{
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_NETFILTER);

    return fd < 0 ? fd : mln_nft_table_exists_by(fd, name);
}
