#include "intercept/nft_msg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

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

static void put_port(struct mln_nl *m, uint16_t port)
{
    const uint16_t value = htons(port);
    size_t element = mln_nl_nest(m, NFTA_LIST_ELEM);
    size_t key = mln_nl_nest(m, NFTA_SET_ELEM_KEY);

    mln_nl_put(m, NFTA_DATA_VALUE, &value, sizeof(value));
    mln_nl_close(m, key);
    mln_nl_close(m, element);
}

static void fill(struct mln_nl *m, const char *set, const struct mln_icpt_ports *p, bool closed)
{
    size_t list = 0;

    begin_elements(m, NFT_MSG_DELSETELEM, 0, set); /* without elements: all of them */
    mln_nl_end(m);
    for (uint32_t i = 0; i < p->n; i++) {
        if (closed && !p->closed[i])
            continue;
        if (!list) {
            begin_elements(m, NFT_MSG_NEWSETELEM, NLM_F_CREATE, set);
            list = mln_nl_nest(m, NFTA_SET_ELEM_LIST_ELEMENTS);
        }
        put_port(m, p->port[i]);
    }
    if (list) {
        mln_nl_close(m, list);
        mln_nl_end(m);
    }
}

int mln_nft_fill(const char *ports, const char *closed, const struct mln_icpt_ports *p)
{
    struct mln_nl m = {.len = 0};

    mln_nft_batch(&m, NFNL_MSG_BATCH_BEGIN);
    if (ports)
        fill(&m, ports, p, false);
    if (closed)
        fill(&m, closed, p, true);
    mln_nft_batch(&m, NFNL_MSG_BATCH_END);
    return talk(&m);
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

int mln_nft_table_exists(const char *name)
{
    struct mln_nl m = {.len = 0};

    mln_nft_begin(&m, NFT_MSG_GETTABLE, NLM_F_ACK);
    mln_nl_put_str(&m, NFTA_TABLE_NAME, name);
    mln_nl_end(&m);
    int r = talk(&m);
    return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}
