/* The rules of the backend `redirect`, as text for nft(8). docs/user/containers.md tells users what
 * each chain is for. */
#include "intercept/rules.h"

#define SYN_ONLY "tcp flags & (fin|syn|rst|ack) == syn"
#define MISSED_OTHERS(set) "  meta l4proto @" set " tcp dport != 0 counter reject with tcp reset\n"

static void add_elements(struct mln_buf *b, const struct mln_icpt_ports *p, bool closed_only)
{
    bool first = true;

    for (uint32_t i = 0; i < p->n; i++) {
        if (closed_only && !p->closed[i])
            continue;
        mln_buf_addf(b, "%s%u", first ? " elements = { " : ", ", p->port[i]);
        first = false;
    }
    if (!first)
        mln_buf_add_str(b, " };");
}

bool mln_icpt_any_closed(const struct mln_icpt_ports *p)
{
    if (p->others == MLN_ICPT_OTHERS_CATCH_CLOSED)
        return true;
    for (uint32_t i = 0; i < p->n; i++)
        if (p->closed[i])
            return true;
    return false;
}

static void add_set(struct mln_buf *b, const char *name, const struct mln_icpt_ports *p,
                    bool closed)
{
    mln_buf_addf(b, " set %s { type inet_service;", name);
    add_elements(b, p, closed);
    mln_buf_add_str(b, " }\n");
}

static void add_others(struct mln_buf *b, const char *name, bool on)
{
    mln_buf_addf(b, " set %s { type inet_proto;%s }\n", name, on ? " elements = { tcp };" : "");
}

/* "meta mark == MARK", of the bits that are ours. */
static const char *marked(const struct mln_icpt_names *n, uint32_t mark, const char *op,
                          char out[64])
{
    (void)snprintf(out, 64, "meta mark & 0x%x %s 0x%x", n->mark_mask, op, mark);
    return out;
}

/* Our own leg needs no tracking, and must not share an entry with the client's. */
static void add_untracked(struct mln_buf *b, const struct mln_icpt_names *n)
{
    char ours[64];

    (void)marked(n, n->upstream_mark, "==", ours);
    mln_buf_addf(b,
                 " chain untracked_out { type filter hook output priority raw;\n"
                 "  %s notrack\n }\n"
                 " chain untracked_in { type filter hook prerouting priority raw;\n"
                 "  iifname \"lo\" %s notrack\n }\n",
                 ours, ours);
}

/* Where sockets cannot take over the mark of their SYN (tcp_fwmark_accept would be for the whole
 * node), tracking finds the answers of our leg. Its own direction has a zone of its own: else it
 * would be the client's connection. Nobody else may translate it: a source that "becomes" itself is
 * settled. */
static void add_tracked(struct mln_buf *b, const struct mln_icpt_names *n)
{
    char ours[64];

    (void)marked(n, n->upstream_mark, "==", ours);
    mln_buf_addf(b,
                 " chain zone { type filter hook output priority raw;\n"
                 "  %s ct original zone set %u\n }\n"
                 " chain answers { type route hook output priority mangle;\n"
                 "  %s ct mark set 0x%x accept\n"
                 "  ct direction reply ct mark 0x%x meta mark set meta mark & 0x%x | 0x%x\n }\n"
                 " chain settled { type nat hook postrouting priority 99;\n"
                 "  %s oifname \"lo\" snat ip to ip saddr\n"
                 "  %s oifname \"lo\" snat ip6 to ip6 saddr\n }\n",
                 ours, n->zone, ours, n->upstream_mark, n->upstream_mark, ~n->mark_mask,
                 n->upstream_mark, ours, ours);
}

/* A SYN that was caught has the application's port here; only a stray one has ours. */
static void add_stray(struct mln_buf *b, const struct mln_icpt_names *n)
{
    mln_buf_addf(b,
                 " chain stray { type filter hook prerouting priority mangle;\n"
                 "  tcp dport %u " SYN_ONLY " fib daddr type local counter drop\n }\n",
                 n->port);
}

/* Ports that nobody named: only where a socket listens, which the kernel looks up for the packet.
 * So the first client of a port that opens now comes to us, and what nobody listens on is refused
 * by the kernel, as ever. */
static void add_catch_others(struct mln_buf *b, const struct mln_icpt_names *n)
{
    mln_buf_addf(b,
                 "  meta l4proto @others_closed tcp dport != %u " SYN_ONLY
                 " socket wildcard <= 1 counter redirect to :%u\n"
                 "  meta mark & 0x%x != 0 meta l4proto @others tcp dport != %u " SYN_ONLY
                 " socket wildcard <= 1 counter redirect to :%u\n",
                 n->port, n->port, n->alive_mark, n->port, n->port);
}

/* A SYN that was to be caught and was not reaches nobody. Else a port that opens between the
 * look-up above and the kernel's own, microseconds later, would have its first client without us;
 * so would one who comes again with the address and port of a connection that is tracked as it is
 * (the kernel decides once for each), or that is in TIME_WAIT. Who finds no listener gets what the
 * kernel would answer. Where the kernel cannot look for sockets, others are not caught, and nobody
 * can miss that. */
static void add_missed(struct mln_buf *b, const struct mln_icpt *i, bool blind)
{
    mln_buf_addf(b,
                 " chain missed {\n"
                 "  tcp dport @closed counter reject with tcp reset\n"
                 "%s"
                 "  meta mark & 0x%x == 0 return\n"
                 "  tcp dport @ports counter reject with tcp reset\n"
                 "%s }\n",
                 blind ? "" : MISSED_OTHERS("others_closed"), mln_icpt_names_of(i)->alive_mark,
                 blind ? "" : MISSED_OTHERS("others"));
}

/* Connections that stood before us show no SYN: they are left alone, and so are those that only
 * pass through the namespace on their way. After whatever else translates in it: what a mesh takes
 * for its own proxy is ciphertext that only that one can read. */
static void add_catch(struct mln_buf *b, const struct mln_icpt *i, bool blind)
{
    const struct mln_icpt_names *n = mln_icpt_names_of(i);

    mln_buf_addf(b,
                 " chain catch { type nat hook prerouting priority -99;\n"
                 "  iifname \"lo\" return\n"
                 "  fib daddr type != local return\n"
                 "  tcp dport @closed " SYN_ONLY " counter redirect to :%u\n"
                 "  meta mark & 0x%x != 0 tcp dport @ports " SYN_ONLY " counter redirect to :%u\n",
                 n->port, n->alive_mark, n->port);
    if (!blind)
        add_catch_others(b, n);
    mln_buf_add_str(b, " }\n");
    add_missed(b, i, blind);
    mln_buf_addf(b,
                 " chain unmark { type filter hook prerouting priority -98;\n"
                 "  iifname != \"lo\" " SYN_ONLY
                 " ct status & dnat == 0 fib daddr type local jump missed\n"
                 "  meta mark & 0x%x != 0 meta mark set meta mark & 0x%x\n }\n",
                 n->alive_mark, ~n->alive_mark);
}

/* What a taken-over worker may still reach with the sockets it holds: interception.md section 3.
 * Answers that were marked on their way out still show the device that they would have left by. */
static void add_contain(struct mln_buf *b, const struct mln_icpt *i)
{
    const struct mln_icpt_names *n = mln_icpt_names_of(i);
    char clients[64], others[64];

    mln_buf_addf(b,
                 " chain contain { type filter hook output priority filter;\n"
                 "  %s " SYN_ONLY " counter drop\n"
                 "  %s accept\n"
                 "%s"
                 "  oifname != \"lo\" counter drop\n"
                 "  tcp dport @ports accept\n"
                 "  tcp sport @ports accept\n"
                 "  counter drop\n }\n",
                 marked(n, n->client_mark, "==", clients),
                 marked(n, n->upstream_mark, "!=", others),
                 i->host ? "  ct direction reply tcp sport @ports accept\n" : "");
}

void mln_icpt_rules(struct mln_buf *b, const struct mln_icpt *i, const struct mln_icpt_ports *p,
                    bool blind)
{
    const struct mln_icpt_names *n = mln_icpt_names_of(i);

    /* made, deleted and made again in one transaction: the same text replaces what is there */
    mln_buf_add_str(b, "table inet merlon\ndelete table inet merlon\ntable inet merlon {\n");
    add_set(b, "ports", p, false);
    add_set(b, "closed", p, true);
    add_others(b, "others", p->others != MLN_ICPT_OTHERS_PASS);
    add_others(b, "others_closed", p->others == MLN_ICPT_OTHERS_CATCH_CLOSED);
    if (i->host)
        add_tracked(b, n);
    else
        add_untracked(b, n);
    add_stray(b, n);
    add_catch(b, i, blind);
    add_contain(b, i);
    mln_buf_add_str(b, "}\n");
}
