/* Policy routes and marks of others that meet ours, where merlon doctor runs: what matters to
 * containers in the network of the host, since in those of containers nobody else routes by marks.
 */
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "cmd/doctor_checks.h"
#include "intercept/icpt.h"
#include "intercept/nl.h"

enum { CONFLICTS_SHOWN = 8 };

struct look {
    struct mln_buf found;
    unsigned conflicts, rules;
};

struct rule {
    uint32_t priority, mark, mask, table;
    bool narrow; /* for some addresses or devices only */
};

static void read_rule(const struct nlmsghdr *h, struct rule *r)
{
    const struct fib_rule_hdr *head = (const void *)((const char *)h + NLMSG_HDRLEN);
    const char *p = (const char *)head + NLMSG_ALIGN(sizeof(*head));
    size_t len = h->nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(sizeof(*head)));
    struct nlattr a;

    *r = (struct rule){.table = head->table, .narrow = head->src_len || head->dst_len};
    for (; len >= sizeof(a); p += NLA_ALIGN(a.nla_len), len -= (size_t)NLA_ALIGN(a.nla_len)) {
        uint32_t v = 0;
        memcpy(&a, p, sizeof(a));
        if (a.nla_len < sizeof(a) || (size_t)NLA_ALIGN(a.nla_len) > len)
            return;
        if (a.nla_len == sizeof(a) + sizeof(v))
            memcpy(&v, p + sizeof(a), sizeof(v));
        if (a.nla_type == FRA_PRIORITY)
            r->priority = v;
        else if (a.nla_type == FRA_FWMARK)
            r->mark = v;
        else if (a.nla_type == FRA_FWMASK)
            r->mask = v;
        else if (a.nla_type == FRA_TABLE)
            r->table = v;
        else if (a.nla_type == FRA_IIFNAME || a.nla_type == FRA_OIFNAME)
            r->narrow = true;
    }
}

/* What another one's rule and ours do to each other, or NULL. */
static const char *conflict(const struct rule *r)
{
    const struct mln_icpt_names *n = &mln_icpt_host_names;

    if (r->table == n->route_table)
        return "has our table";
    if (r->priority < n->rule_pref && !r->narrow &&
        (n->upstream_mark & n->mark_mask & r->mask) == (r->mark & n->mark_mask & r->mask) &&
        (r->mark & ~n->mark_mask) == 0)
        return "takes what is ours first";
    if (r->priority > n->rule_pref && (r->mask & n->mark_mask) == n->mark_mask &&
        (r->mark & n->mark_mask) == n->upstream_mark)
        return "loses what is its own to us";
    return NULL;
}

static bool is_ours(const struct rule *r)
{
    const struct mln_icpt_names *n = &mln_icpt_host_names;

    return r->mark == n->upstream_mark && r->mask == n->mark_mask && r->table == n->route_table;
}

static void take_rule(const struct nlmsghdr *h, void *arg)
{
    struct look *l = arg;
    struct rule r;

    if (h->nlmsg_type != RTM_NEWRULE ||
        h->nlmsg_len < NLMSG_LENGTH(NLMSG_ALIGN(sizeof(struct fib_rule_hdr))))
        return;
    read_rule(h, &r);
    if (is_ours(&r) || r.priority == 0) /* 0: the kernel's own, for local addresses */
        return;
    l->rules++;
    const char *what = conflict(&r);
    if (!what || ++l->conflicts > CONFLICTS_SHOWN)
        return;
    mln_buf_addf(&l->found, "%srule %u (mark 0x%x/0x%x, table %u) %s", l->found.len ? "; " : "",
                 r.priority, r.mark, r.mask, r.table, what);
}

void mln_doctor_marks(struct mln_finding *f)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct look l = {.conflicts = 0};

    for (size_t i = 0; i < MLN_ARRAY_LEN(families); i++) {
        const struct fib_rule_hdr head = {.family = (uint8_t)families[i]};
        struct mln_nl m = {.len = 0};
        MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_ROUTE);
        mln_nl_begin(&m, RTM_GETRULE, NLM_F_DUMP, &head, sizeof(head));
        mln_nl_end(&m);
        if (fd < 0 || mln_nl_dump(fd, &m, take_rule, &l) < 0)
            mln_buf_addf(&l.found, "%srules cannot be listed", l.found.len ? "; " : "");
    }
    bool written = mln_doctor_rule_marks(&l.found);
    if (l.found.len)
        mln_buf_addf(&f->found, "%.*s", MLN_SV_ARG(mln_buf_sv(&l.found)));
    else
        mln_buf_addf(&f->found, "%u policy routes, none meets ours, and no rule writes our marks",
                     l.rules);
    if (l.conflicts || written)
        mln_doctor_say(f, MLN_HEALTH_WARN,
                       "containers in the network of the host (host_network: protect) would lose "
                       "connections; others are not concerned");
    mln_buf_done(&l.found);
}
