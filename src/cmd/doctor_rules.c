/* Rules of others that write bits of a packet's mark which are ours in the network of the host:
 * what nftables lists, those of iptables-nft included. */
#include <endian.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_MARK.h>
#include <string.h>
#include <sys/socket.h>

#include "cmd/doctor_checks.h"
#include "cmd/doctor_netlink.h"
#include "intercept/icpt.h"

enum { RULES_SHOWN = 8 };

struct look {
    struct mln_buf *found;
    unsigned collisions;
};

static uint32_t be32_of(struct mln_sv v)
{
    uint32_t n = 0;

    if (v.len == sizeof(n))
        memcpy(&n, v.p, sizeof(n));
    return be32toh(n);
}

/* Of a value within a value, as the kernel writes constants: in the order of this machine. */
static uint32_t constant(struct mln_sv data, uint16_t type)
{
    struct mln_sv v = mln_attribute(mln_attribute(data, type), NFTA_DATA_VALUE);
    uint32_t n = 0;

    if (v.len == sizeof(n))
        memcpy(&n, v.p, sizeof(n));
    return n;
}

static uint32_t written_by_restore(struct mln_sv info, uint32_t revision)
{
    struct xt_connmark_tginfo1 one = {0};
    struct xt_connmark_tginfo2 two = {0};
    bool restore;

    memcpy(&one, info.p, MLN_MIN(info.len, sizeof(one)));
    memcpy(&two, info.p, MLN_MIN(info.len, sizeof(two)));
    restore = (revision >= 2 ? two.mode : one.mode) == XT_CONNMARK_RESTORE;
    return restore ? one.nfmask | one.ctmask : 0; /* at the same places in both */
}

/* The bits of the packet's mark that a target of iptables writes. */
static uint32_t written_by_target(struct mln_sv data)
{
    struct mln_sv name = mln_attribute(data, NFTA_TARGET_NAME),
                  info = mln_attribute(data, NFTA_TARGET_INFO);
    uint32_t revision = be32_of(mln_attribute(data, NFTA_TARGET_REV));
    struct xt_mark_tginfo2 mark = {0};

    if (!info.len)
        return 0;
    if (mln_sv_eq(name, MLN_SV("CONNMARK\0")))
        return written_by_restore(info, revision);
    if (!mln_sv_eq(name, MLN_SV("MARK\0")))
        return 0;
    memcpy(&mark, info.p, MLN_MIN(info.len, sizeof(mark)));
    return mark.mark | mark.mask;
}

/* The bits of the mark that an expression writes. *changed: those in which the value that the
 * expressions before it made may differ from the packet's mark. */
static uint32_t written(struct mln_sv name, struct mln_sv data, uint32_t *changed)
{
    bool mark = be32_of(mln_attribute(data, NFTA_META_KEY)) == NFT_META_MARK;

    if (mln_sv_eq(name, MLN_SV("target\0")))
        return written_by_target(data);
    if (mln_sv_eq(name, MLN_SV("meta\0")) && mark && mln_attribute(data, NFTA_META_SREG).p)
        return *changed;
    if (mln_sv_eq(name, MLN_SV("meta\0")) && mark) /* loaded */
        *changed = 0;
    else if (mln_sv_eq(name, MLN_SV("bitwise\0")) &&
             be32_of(mln_attribute(data, NFTA_BITWISE_OP)) == NFT_BITWISE_BOOL)
        *changed |= ~constant(data, NFTA_BITWISE_MASK) | constant(data, NFTA_BITWISE_XOR);
    else
        *changed = UINT32_MAX;
    return 0;
}

static uint32_t bits_written(struct mln_sv expressions)
{
    uint32_t bits = 0, changed = UINT32_MAX;
    struct mln_sv one;
    uint16_t type;

    while (mln_attribute_next(&expressions, &type, &one))
        bits |= written(mln_attribute(one, NFTA_EXPR_NAME), mln_attribute(one, NFTA_EXPR_DATA),
                        &changed);
    return bits;
}

static void take_rule(const struct nlmsghdr *h, void *arg)
{
    const struct mln_icpt_names *n = &mln_icpt_host_names;
    const uint32_t ours = n->mark_mask | n->alive_mark;
    struct look *l = arg;
    struct mln_sv all = mln_attributes_of(h, sizeof(struct nfgenmsg)),
                  table = mln_attribute(all, NFTA_RULE_TABLE),
                  chain = mln_attribute(all, NFTA_RULE_CHAIN);
    uint32_t bits = bits_written(mln_attribute(all, NFTA_RULE_EXPRESSIONS)) & ours;

    if (!bits || !table.len || !chain.len || mln_sv_starts(table, MLN_SV("merlon")) ||
        ++l->collisions > RULES_SHOWN)
        return;
    mln_buf_addf(l->found, "%sa rule of table %.*s, chain %.*s, writes bits 0x%x of marks",
                 l->found->len ? "; " : "", (int)table.len - 1, table.p, (int)chain.len - 1,
                 chain.p, bits);
}

bool mln_doctor_rule_marks(struct mln_buf *found)
{
    const struct nfgenmsg any = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
    struct look l = {.found = found};

    if (mln_doctor_list(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETRULE, &any,
                        sizeof(any), take_rule, &l) < 0)
        mln_buf_addf(found, "%srules of nftables cannot be listed", found->len ? "; " : "");
    return l.collisions > 0;
}
