/* The backend `redirect` (docs/adr/0010): a nat rule turns the port of a client's SYN into that of
 * our listener, so that the client's connection and ours to the application can never have the
 * same addresses and ports, and ours may use the client's own. */
#include <errno.h>
#include <fcntl.h>
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
#include "intercept/tracked.h"

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

/* ---- in the namespace, at once ---- */

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

static int open_netlink(void *arg)
{
    (void)arg;
    return mln_nl_open(NETLINK_NETFILTER);
}

/* ---- in the namespace, by a child: what waits until nobody else changes rules there ---- */

static int claim(void *arg)
{
    return mln_alive_claim(STDIN_FILENO, mln_icpt_names_of(arg));
}

static int fill_sets(void *arg)
{
    const struct mln_icpt *i = arg;

    return mln_nft_fill(&i->loading, false);
}

/* The nat chain stays, empty of ports: with the last one of a namespace the kernel stops to
 * translate the connections that stand. */
static int let_by(void *arg)
{
    static const struct mln_icpt_ports none = {.n = 0};
    const struct mln_icpt *i = arg;

    (void)close(STDIN_FILENO); /* the owner, whose table goes */
    return i->keep_closed || !i->closed ? 0 : mln_nft_fill(&none, true);
}

static int take_out(void *arg)
{
    const struct mln_icpt *i = arg;
    struct mln_port_set ports;

    (void)close(STDIN_FILENO);
    (void)!mln_nft_ports(&ports); /* none, where there is no table */
    int r = mln_nft_delete_table("merlon");
    int routes = mln_route_remove(mln_icpt_names_of(i));
    int setting = i->had_fwmark_accept || i->host ? 0 : mln_fwmark_accept_set(false);
    if (!i->host) /* there somebody tracks always, and hears of their ends */
        (void)!mln_tracked_forget(mln_icpt_names_of(i)->port, &ports);
    return r < 0 ? r : routes < 0 ? routes : setting;
}

/* ---- the steps ---- */

static int begin(struct mln_icpt *i, enum mln_icpt_step step, int *in, int (*work)(void *arg))
{
    int r = mln_icpt_child_start(i->ns, in, work, i, &i->child);

    i->step = r < 0 ? MLN_ICPT_IDLE : step;
    return r < 0 ? r : -EINPROGRESS;
}

static int begin_load(struct mln_icpt *i)
{
    struct mln_buf text = {0};

    mln_icpt_rules(&text, i, &i->loading, i->loading_blind);
    int r = mln_buf_failed(&text) ? -ENOMEM : mln_nft_start(i->ns, mln_buf_sv(&text), &i->child);
    mln_buf_done(&text);
    i->step = r < 0 ? MLN_ICPT_IDLE : MLN_ICPT_LOAD;
    return r < 0 ? r : -EINPROGRESS;
}

/* The rules are in. Last: with this the ports of `fail: open` begin to be caught. */
static int begin_claim(struct mln_icpt *i)
{
    i->alive = mln_netns_call(i->ns, open_netlink, NULL);
    if (i->alive < 0)
        return i->alive;
    int in = fcntl(i->alive, F_DUPFD_CLOEXEC, 0);
    int r = in < 0 ? -errno : begin(i, MLN_ICPT_CLAIM, &in, claim);
    mln_fd_close(&in);
    return r;
}

static int remove_all(struct mln_icpt *i, struct mln_buf *why)
{
    (void)why;
    i->installed = i->prepared = i->closed = false;
    return begin(i, MLN_ICPT_REMOVE, &i->alive, take_out);
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
    return begin_load(i);
}

static int complete(struct mln_icpt *i)
{
    i->installed = true;
    i->blind = i->loading_blind;
    i->closed = mln_icpt_any_closed(&i->loading);
    return 0;
}

static int loaded(struct mln_icpt *i, int status, struct mln_buf *why)
{
    int r = mln_nft_ended(&i->child, status, why);

    if (r == 0)
        r = i->alive < 0 ? begin_claim(i) : complete(i);
    else if (r != -ETIMEDOUT && !i->loading_blind &&
             i->may_be_blind) { /* once more would take as long */
        i->loading_blind = true;
        mln_buf_clear(why);
        r = begin_load(i);
    }
    return r;
}

static int claimed(struct mln_icpt *i, int r, struct mln_buf *why)
{
    if (r == 0)
        return complete(i);
    mln_buf_add_str(why, "owned table: a kernel since 5.12 is needed");
    return r;
}

static int filled(struct mln_icpt *i, int r, struct mln_buf *why)
{
    if (r < 0)
        mln_buf_add_str(why, "sets of table inet merlon");
    i->closed = mln_icpt_any_closed(&i->loading) || (r < 0 && i->closed);
    return r;
}

static int child_ended(struct mln_icpt *i, int status, struct mln_buf *why)
{
    enum mln_icpt_step step = i->step;

    i->step = MLN_ICPT_IDLE;
    if (step == MLN_ICPT_LOAD)
        return loaded(i, status, why);
    int r = mln_icpt_child_ended(&i->child, status, why);
    if (step == MLN_ICPT_CLAIM)
        return claimed(i, r, why);
    if (step == MLN_ICPT_FILL)
        return filled(i, r, why);
    if (step == MLN_ICPT_RELEASE)
        i->closed = i->closed && (i->keep_closed || r < 0);
    return r;
}

static void hurry(struct mln_icpt *i)
{
    mln_icpt_child_kill(&i->child);
}

static int wait_for(struct mln_icpt *i, unsigned ms, struct mln_buf *why)
{
    int status = 0, r = 0;

    while (i->child.pid) {
        if (!mln_icpt_child_wait(&i->child, ms, &status)) {
            i->step = MLN_ICPT_IDLE;
            return -ETIMEDOUT;
        }
        r = child_ended(i, status, why);
    }
    return r;
}

static int set_ports(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why)
{
    int none = -1;

    (void)why;
    i->loading = *p;
    return begin(i, MLN_ICPT_FILL, &none, fill_sets);
}

static int look_after(void *arg)
{
    return mln_route_add(mln_icpt_names_of(arg));
}

static int refresh(struct mln_icpt *i)
{
    int r = i->alive < 0 ? 1 : mln_nft_table_exists_by(i->alive, "merlon");

    i->installed = i->installed && r != 0;
    return r == 0 ? -ENOENT : r < 0 ? r : mln_netns_call(i->ns, look_after, i);
}

static int release(struct mln_icpt *i, bool keep_closed, struct mln_buf *why)
{
    (void)why;
    i->keep_closed = keep_closed;
    if (i->alive < 0 && (keep_closed || !i->closed))
        return 0;
    return begin(i, MLN_ICPT_RELEASE, &i->alive, let_by);
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
    .wait = wait_for,
    .set_ports = set_ports,
    .refresh = refresh,
    .release = release,
    .present = present,
    .remove = remove_all,
    .original_dst = original_dst,
};
