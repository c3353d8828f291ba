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
#include "intercept/rules.h"

enum { SO_ORIGINAL_DST = 80 }; /* <linux/netfilter_ipv4.h> excludes <netinet/in.h> */

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

/* ---- the steps ---- */

static int prepare(void *arg)
{
    struct mln_icpt *i = arg;
    int r = i->host || i->prepared ? 0 : mln_fwmark_accept_get(&i->had_fwmark_accept);

    i->prepared = r == 0;
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

/* What the child did may be there. */
static void abandon(struct mln_icpt *i)
{
    if (!i->child.pid)
        return;
    mln_nft_abandon(&i->child);
    i->installed = true;
}

static int remove_all(struct mln_icpt *i, struct mln_buf *why)
{
    abandon(i);
    mln_fd_close(&i->alive);
    int r = mln_netns_call(i->ns, delete_rules, i);
    if (r < 0)
        mln_buf_add_str(why, "table inet merlon");
    int routes = mln_netns_call(i->ns, clear_routes, i);

    i->installed = i->prepared = false;
    return r < 0 ? r : routes;
}

static int start_child(struct mln_icpt *i)
{
    struct mln_buf text = {0};

    mln_icpt_rules(&text, i, &i->loading, i->loading_blind);
    int r = mln_buf_failed(&text) ? -ENOMEM : mln_nft_start(i->ns, mln_buf_sv(&text), &i->child);
    mln_buf_done(&text);
    return r < 0 ? r : -EINPROGRESS;
}

static int give_up(struct mln_icpt *i, int r)
{
    struct mln_buf ignored = {0};

    if (!i->installed)
        (void)remove_all(i, &ignored);
    mln_buf_done(&ignored);
    return r;
}

static int install(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why)
{
    int r = mln_netns_call(i->ns, prepare, i);

    if (r < 0) {
        mln_buf_add_str(why, "policy route");
        return r;
    }
    i->loading = *p;
    i->may_be_blind = !i->installed || i->blind;
    i->loading_blind = false;
    r = start_child(i);
    return r == -EINPROGRESS ? r : give_up(i, r);
}

/* The rules are in. Last: with this the ports of `fail: open` begin to be caught. */
static int complete(struct mln_icpt *i, struct mln_buf *why)
{
    if (i->alive < 0)
        i->alive = mln_netns_call(i->ns, come_alive, i);
    if (i->alive < 0) {
        mln_buf_add_str(why, "owned table: a kernel since 5.12 is needed");
        return i->alive;
    }
    i->installed = true;
    i->blind = i->loading_blind;
    i->closed = mln_icpt_any_closed(&i->loading);
    return 0;
}

static int child_ended(struct mln_icpt *i, int status, struct mln_buf *why)
{
    int r = mln_nft_ended(&i->child, status, why);

    if (r == 0)
        r = complete(i, why);
    else if (r != -ETIMEDOUT && !i->loading_blind &&
             i->may_be_blind) { /* once more would take as long */
        i->loading_blind = true;
        mln_buf_clear(why);
        r = start_child(i);
    }
    return r == 0 || r == -EINPROGRESS ? r : give_up(i, r);
}

static void hurry(struct mln_icpt *i)
{
    mln_nft_kill(&i->child);
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

    if (r < 0)
        mln_buf_add_str(why, "sets of table inet merlon");
    i->closed = mln_icpt_any_closed(p) || (r < 0 && i->closed);
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

    abandon(i);
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
    .child_ended = child_ended,
    .hurry = hurry,
    .set_ports = set_ports,
    .refresh = refresh,
    .release = release,
    .present = present,
    .remove = remove_all,
    .original_dst = original_dst,
};
