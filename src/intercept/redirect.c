/* The backend `redirect` (docs/adr/0010): a nat rule turns the port of a client's SYN into that of
 * our listener, so that the client's connection and ours to the application can never have the
 * same addresses and ports, and ours may use the client's own. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/alive.h"
#include "intercept/icpt.h"
#include "intercept/nft.h"
#include "intercept/nft_msg.h"
#include "intercept/route.h"

enum { SO_ORIGINAL_DST = 80 }; /* <linux/netfilter_ipv4.h> excludes <netinet/in.h> */

#define SYN_ONLY "tcp flags & (fin|syn|rst|ack) == syn"

const struct mln_icpt_names mln_icpt_names = {
    .upstream_mark = 0x4d45,
    .client_mark = 0x4d46,
    .mark_mask = UINT32_MAX,
    .alive_mark = 0x01000000,
    .route_table = 7777,
    .rule_pref = 100,
    .port = 15077,
};
const struct mln_icpt_names mln_icpt_host_names = {
    .upstream_mark = 0x1045,
    .client_mark = 0x1046,
    .mark_mask = 0x10ff,
    .alive_mark = 0x01000000,
    .route_table = 7777,
    .rule_pref = 100,
    .zone = 7777,
    .port = 15077,
};

const struct mln_icpt_names *mln_icpt_names_of(const struct mln_icpt *i)
{
    return i->host ? &mln_icpt_host_names : &mln_icpt_names;
}

/* ---- the ruleset ---- */

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

static bool any_closed(const struct mln_icpt_ports *p)
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
 * kernel would answer. */
static void add_missed(struct mln_buf *b, const struct mln_icpt_names *n)
{
    mln_buf_addf(b,
                 " chain missed {\n"
                 "  tcp dport @closed counter reject with tcp reset\n"
                 "  meta l4proto @others_closed tcp dport != 0 counter reject with tcp reset\n"
                 "  meta mark & 0x%x == 0 return\n"
                 "  tcp dport @ports counter reject with tcp reset\n"
                 "  meta l4proto @others tcp dport != 0 counter reject with tcp reset\n }\n",
                 n->alive_mark);
}

/* Connections that stood before us show no SYN: they are left alone, and so are those that only
 * pass through the namespace on their way. After whatever else translates in it: what a mesh takes
 * for its own proxy is ciphertext that only that one can read. */
static void add_catch(struct mln_buf *b, const struct mln_icpt *i)
{
    const struct mln_icpt_names *n = mln_icpt_names_of(i);

    mln_buf_addf(b,
                 " chain catch { type nat hook prerouting priority -99;\n"
                 "  iifname \"lo\" return\n"
                 "  fib daddr type != local return\n"
                 "  tcp dport @closed " SYN_ONLY " counter redirect to :%u\n"
                 "  meta mark & 0x%x != 0 tcp dport @ports " SYN_ONLY " counter redirect to :%u\n",
                 n->port, n->alive_mark, n->port);
    if (!i->blind)
        add_catch_others(b, n);
    mln_buf_add_str(b, " }\n");
    if (!i->blind)
        add_missed(b, n);
    mln_buf_addf(b,
                 " chain unmark { type filter hook prerouting priority -98;\n"
                 "%s"
                 "  meta mark & 0x%x != 0 meta mark set meta mark & 0x%x\n }\n",
                 i->blind ? ""
                          : "  iifname != \"lo\" " SYN_ONLY
                            " ct status & dnat == 0 fib daddr type local jump missed\n",
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

static void add_table(struct mln_buf *b, const struct mln_icpt *i, const struct mln_icpt_ports *p)
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
    add_catch(b, i);
    add_contain(b, i);
    mln_buf_add_str(b, "}\n");
}

static int load(struct mln_icpt *i, struct mln_buf *text, struct mln_buf *why)
{
    int r = mln_buf_failed(text) ? -ENOMEM : mln_nft_load(i->ns, mln_buf_sv(text), why);

    mln_buf_done(text);
    return r;
}

/* ---- the steps ---- */

static int prepare(void *arg)
{
    struct mln_icpt *i = arg;
    int r = i->host ? 0 : mln_fwmark_accept_get(&i->had_fwmark_accept);

    if (r == 0)
        r = mln_route_add(mln_icpt_names_of(i));
    if (r == 0 && !i->host)
        r = mln_fwmark_accept_set(true);
    return r;
}

static int come_alive(void *arg)
{
    return mln_alive_open(mln_icpt_names_of(arg));
}

static int clear_routes(void *arg)
{
    const struct mln_icpt *i = arg;
    int r = mln_route_remove(mln_icpt_names_of(i));

    int setting = i->had_fwmark_accept || i->host ? 0 : mln_fwmark_accept_set(false);
    return r < 0 ? r : setting;
}

static int delete_rules(void *arg)
{
    (void)arg;
    return mln_nft_delete_table("merlon");
}

static int remove_all(struct mln_icpt *i, struct mln_buf *why)
{
    mln_fd_close(&i->alive);
    int r = mln_netns_call(i->ns, delete_rules, i);
    if (r < 0)
        mln_buf_add_str(why, "table inet merlon");
    int routes = mln_netns_call(i->ns, clear_routes, i);

    i->installed = false;
    return r < 0 ? r : routes;
}

static int load_table(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why)
{
    struct mln_buf text = {0};

    add_table(&text, i, p);
    return load(i, &text, why);
}

static int install(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why)
{
    int r = mln_netns_call(i->ns, prepare, i);

    if (r < 0) {
        mln_buf_add_str(why, "policy route");
        return r;
    }
    i->blind = false;
    r = load_table(i, p, why);
    if (r < 0 && r != -ETIMEDOUT) { /* once more would take as long */
        i->blind = true;
        mln_buf_clear(why);
        r = load_table(i, p, why);
    }
    if (r == 0) { /* last: with it the ports of `fail: open` begin to be caught */
        i->alive = mln_netns_call(i->ns, come_alive, i);
        r = i->alive < 0 ? i->alive : 0;
        if (r < 0)
            mln_buf_add_str(why, "owned table: a kernel since 5.12 is needed");
    }
    i->installed = r == 0;
    i->closed = any_closed(p);
    if (r < 0) {
        struct mln_buf ignored = {0};
        (void)remove_all(i, &ignored);
        mln_buf_done(&ignored);
    }
    return r;
}

struct fill_call {
    const struct mln_icpt_ports *p;
    bool closed_only;
};

static int fill_sets(void *arg)
{
    const struct fill_call *c = arg;

    return mln_nft_fill(c->p, c->closed_only);
}

static int set_ports(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why)
{
    int r = mln_netns_call(i->ns, fill_sets, &(struct fill_call){.p = p});

    if (r == -ENOENT) /* the table of a defender that had fewer sets */
        r = load_table(i, p, why);
    if (r < 0)
        mln_buf_add_str(why, "sets of table inet merlon");
    i->closed = r < 0 ? i->closed || any_closed(p) : any_closed(p);
    return r;
}

static int look_after(void *arg)
{
    int r = mln_nft_table_exists("merlon");

    return r == 0 ? -ENOENT : r < 0 ? r : mln_route_add(mln_icpt_names_of(arg));
}

static int refresh(struct mln_icpt *i)
{
    int r = mln_netns_call(i->ns, look_after, i);

    if (r == -ENOENT) {
        mln_fd_close(&i->alive);
        i->installed = false;
    }
    return r;
}

/* The nat chain stays, empty of ports: with the last one of a namespace the kernel stops to
 * translate the connections that stand. */
static int release(struct mln_icpt *i, bool keep_closed, struct mln_buf *why)
{
    static const struct mln_icpt_ports none = {.n = 0};

    mln_fd_close(&i->alive);
    if (keep_closed || !i->closed)
        return 0;
    i->closed = false;
    int r = mln_netns_call(i->ns, fill_sets, &(struct fill_call){.p = &none, .closed_only = true});
    if (r < 0)
        mln_buf_add_str(why, "set closed of table inet merlon");
    return r;
}

static int look_for_table(void *arg)
{
    (void)arg;
    int alive = mln_nft_table_exists(MLN_ALIVE_TABLE); /* gone with its owner */
    return alive == 1 ? 2 : alive < 0 ? alive : mln_nft_table_exists("merlon");
}

static int present(const struct mln_icpt *i)
{
    return mln_netns_call(i->ns, look_for_table, NULL);
}

static int probe(struct mln_buf *why)
{
    int fd = mln_alive_open(&mln_icpt_names);

    if (fd < 0) {
        mln_buf_add_str(why, fd == -EPERM ? "CAP_NET_ADMIN is missing"
                                          : "nf_tables with owned tables (Linux 5.12) is missing");
        return fd;
    }
    (void)close(fd);
    return 0;
}

/* ---- the worker's question ---- */

static int original_v4(int fd, struct mln_addr *ret, uint16_t *ret_port)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct sockaddr_in a;
    socklen_t len = sizeof(a);

    if (getsockopt(fd, IPPROTO_IP, SO_ORIGINAL_DST, &a, &len) < 0)
        return -errno;
    memcpy(ret->b, mapped, sizeof(mapped));
    memcpy(ret->b + sizeof(mapped), &a.sin_addr, 4);
    *ret_port = ntohs(a.sin_port);
    return 0;
}

static int original_dst(int fd, const struct mln_addr *peer, struct mln_addr *ret,
                        uint16_t *ret_port, uint32_t *ret_scope)
{
    struct sockaddr_in6 a;
    socklen_t len = sizeof(a);

    *ret_scope = 0;
    if (mln_addr_is_v4(peer))
        return original_v4(fd, ret, ret_port);
    if (getsockopt(fd, IPPROTO_IPV6, SO_ORIGINAL_DST, &a, &len) < 0)
        return -errno;
    memcpy(ret->b, &a.sin6_addr, 16);
    *ret_port = ntohs(a.sin6_port);
    *ret_scope = a.sin6_scope_id;
    return 0;
}

const struct mln_icpt_backend mln_icpt_redirect = {
    .name = "redirect",
    .probe = probe,
    .install = install,
    .set_ports = set_ports,
    .refresh = refresh,
    .release = release,
    .present = present,
    .remove = remove_all,
    .original_dst = original_dst,
};
