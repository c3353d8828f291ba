#include "intercept/alive.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "intercept/nft_msg.h"

enum { HOOK_PRE_ROUTING = 0 }; /* <linux/netfilter.h> and <netinet/in.h> exclude each other */

#ifndef NFT_TABLE_F_OWNER
#define NFT_TABLE_F_OWNER 0x2
#endif

enum {
    BEFORE_DSTNAT = -101, /* the chain that looks for the bit has -99 */
    TCP_FLAGS_OFFSET = 13,
    FLAGS_LOOKED_AT = TH_FIN | TH_SYN | TH_RST | TH_ACK
};

static const char table[] = MLN_ALIVE_TABLE,
                  chain[] = "alive"; /* no word of nft's: its listing can be loaded */

/* ---- expressions: they work on register 1 ---- */

struct expr {
    size_t element, data;
};

static struct expr expr_begin(struct mln_nl *m, const char *name)
{
    struct expr e = {.element = mln_nl_nest(m, NFTA_LIST_ELEM)};

    mln_nl_put_str(m, NFTA_EXPR_NAME, name);
    e.data = mln_nl_nest(m, NFTA_EXPR_DATA);
    return e;
}

static void expr_end(struct mln_nl *m, struct expr e)
{
    mln_nl_close(m, e.data);
    mln_nl_close(m, e.element);
}

static void put_data(struct mln_nl *m, uint16_t type, const void *p, size_t len)
{
    size_t nest = mln_nl_nest(m, type);

    mln_nl_put(m, NFTA_DATA_VALUE, p, len);
    mln_nl_close(m, nest);
}

static void load_meta(struct mln_nl *m, uint32_t key)
{
    struct expr e = expr_begin(m, "meta");

    mln_nl_put_be32(m, NFTA_META_DREG, NFT_REG_1);
    mln_nl_put_be32(m, NFTA_META_KEY, key);
    expr_end(m, e);
}

static void set_mark(struct mln_nl *m)
{
    struct expr e = expr_begin(m, "meta");

    mln_nl_put_be32(m, NFTA_META_KEY, NFT_META_MARK);
    mln_nl_put_be32(m, NFTA_META_SREG, NFT_REG_1);
    expr_end(m, e);
}

static void equals(struct mln_nl *m, uint8_t value)
{
    struct expr e = expr_begin(m, "cmp");

    mln_nl_put_be32(m, NFTA_CMP_SREG, NFT_REG_1);
    mln_nl_put_be32(m, NFTA_CMP_OP, NFT_CMP_EQ);
    put_data(m, NFTA_CMP_DATA, &value, sizeof(value));
    expr_end(m, e);
}

static void load_tcp_flags(struct mln_nl *m)
{
    struct expr e = expr_begin(m, "payload");

    mln_nl_put_be32(m, NFTA_PAYLOAD_DREG, NFT_REG_1);
    mln_nl_put_be32(m, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
    mln_nl_put_be32(m, NFTA_PAYLOAD_OFFSET, TCP_FLAGS_OFFSET);
    mln_nl_put_be32(m, NFTA_PAYLOAD_LEN, 1);
    expr_end(m, e);
}

/* register = (register & mask) ^ bits */
static void bitwise(struct mln_nl *m, const void *mask, const void *bits, size_t len)
{
    struct expr e = expr_begin(m, "bitwise");

    mln_nl_put_be32(m, NFTA_BITWISE_SREG, NFT_REG_1);
    mln_nl_put_be32(m, NFTA_BITWISE_DREG, NFT_REG_1);
    mln_nl_put_be32(m, NFTA_BITWISE_LEN, (uint32_t)len);
    put_data(m, NFTA_BITWISE_MASK, mask, len);
    put_data(m, NFTA_BITWISE_XOR, bits, len);
    expr_end(m, e);
}

/* ---- table, chain, rule ---- */

static void put_table(struct mln_nl *m)
{
    mln_nft_begin(m, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_ACK);
    mln_nl_put_str(m, NFTA_TABLE_NAME, table);
    mln_nl_put_be32(m, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
    mln_nl_end(m);
}

static void put_chain(struct mln_nl *m)
{
    mln_nft_begin(m, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK);
    mln_nl_put_str(m, NFTA_CHAIN_TABLE, table);
    mln_nl_put_str(m, NFTA_CHAIN_NAME, chain);
    mln_nl_put_str(m, NFTA_CHAIN_TYPE, "filter");
    size_t hook = mln_nl_nest(m, NFTA_CHAIN_HOOK);
    mln_nl_put_be32(m, NFTA_HOOK_HOOKNUM, HOOK_PRE_ROUTING);
    mln_nl_put_be32(m, NFTA_HOOK_PRIORITY, (uint32_t)BEFORE_DSTNAT);
    mln_nl_close(m, hook);
    mln_nl_end(m);
}

/* meta l4proto tcp tcp flags & (fin|syn|rst|ack) == syn meta mark set meta mark | BIT */
static void put_rule(struct mln_nl *m, uint32_t bit)
{
    const uint8_t looked_at = FLAGS_LOOKED_AT, nothing = 0;
    const uint32_t others = ~bit; /* marks are in the order of the machine */

    mln_nft_begin(m, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK);
    mln_nl_put_str(m, NFTA_RULE_TABLE, table);
    mln_nl_put_str(m, NFTA_RULE_CHAIN, chain);
    size_t list = mln_nl_nest(m, NFTA_RULE_EXPRESSIONS);
    load_meta(m, NFT_META_L4PROTO);
    equals(m, IPPROTO_TCP);
    load_tcp_flags(m);
    bitwise(m, &looked_at, &nothing, 1);
    equals(m, TH_SYN);
    load_meta(m, NFT_META_MARK);
    bitwise(m, &others, &bit, sizeof(bit));
    set_mark(m);
    mln_nl_close(m, list);
    mln_nl_end(m);
}

int mln_alive_claim(int fd, const struct mln_icpt_names *n)
{
    struct mln_nl m = {.len = 0};

    mln_nft_batch(&m, NFNL_MSG_BATCH_BEGIN);
    put_table(&m);
    put_chain(&m);
    put_rule(&m, n->alive_mark);
    mln_nft_batch(&m, NFNL_MSG_BATCH_END);
    return mln_nl_talk(fd, &m);
}

int mln_alive_open(const struct mln_icpt_names *n)
{
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_NETFILTER);
    int r = fd < 0 ? fd : mln_alive_claim(fd, n);

    return r < 0 ? r : mln_fd_take(&fd);
}
