/* Clients that a load balancer announces by PROXY protocol: only from peers that the rule names,
 * and then always. An application behind a transparent listener gets the header as it came, since
 * it is used to it and sees the connection of the load balancer. */
#include "base/log.h"
#include "proxy/proxy_header.h"
#include "proxy/secure.h"

#define REFUSAL_LOG_S 10

bool announce_due(const struct mln_dataplane *d, const struct place *at,
                  const struct mln_addr *peer)
{
    const struct mln_snap_rule *r = place_rule(d, at);

    return r->proxy_protocol.count &&
           mln_snap_lists_have(&place_policy(d, at)->snap, r->proxy_protocol, peer);
}

/* At most one line in a while: what comes from a load balancer comes often. */
static void log_refusal(struct mln_dataplane *d, const struct mln_addr *peer)
{
    mln_nsec now = mln_loop_now(d->cfg.loop);
    char text[MLN_ADDR_TEXT];

    if (d->refusal_logged && now - d->refusal_logged < REFUSAL_LOG_S * MLN_NSEC_PER_SEC)
        return;
    d->refusal_logged = now;
    mln_log(MLN_LOG_WARN, "proxy_header_refused", MLN_KVS("peer", mln_addr_format(peer, text)),
            MLN_KVS("why", "access.proxy_protocol names the peer, but what it sent first is no "
                           "header of PROXY protocol"));
}

static void count(struct mln_counters *n, const struct mln_proxy_header *h)
{
    mln_count(n, !h->known         ? MLN_CNT_PROXY_LOCAL
                 : h->version == 1 ? MLN_CNT_PROXY_V1
                                   : MLN_CNT_PROXY_V2);
}

/* What begins behind the header. False when the connection ended. */
static bool go_on(struct conn *c, struct mln_sv rest)
{
    if (!c->tls_next) {
        c->state = CONN_HEAD;
        return true;
    }
    if (secure_port(c->dp, c->place) && secure_accept(c, rest)) /* the policy may be another now */
        return true;
    conn_close(c);
    return false;
}

size_t announce_step(struct conn *c, const char *in, size_t len)
{
    struct mln_proxy_header h;
    int n = mln_proxy_header(mln_sv(in, len), &h);

    if (n == 0)
        return 0;
    if (n < 0) {
        mln_count(conn_counters(c), MLN_CNT_PROXY_REFUSED);
        log_refusal(c->dp, &c->peer);
        conn_close(c);
        return 0;
    }
    count(conn_counters(c), &h);
    if (h.known) {
        c->client = h.client;
        c->client_port = h.client_port;
    }
    if (c->listener->transparent)
        mln_buf_add(&c->announced, in, (size_t)n);
    if (mln_buf_failed(&c->announced)) {
        mln_count(conn_counters(c), MLN_CNT_LIMIT_MEMORY);
        conn_close(c);
        return 0;
    }
    if (!go_on(c, mln_sv(in + n, len - (size_t)n)))
        return 0;
    return c->tls ? len : (size_t)n;
}

enum mln_sniff announce_sniff(const struct mln_dataplane *d, const struct caller *who,
                              struct mln_sv first, size_t *ret_header)
{
    struct mln_proxy_header h;

    *ret_header = 0;
    if (!announce_due(d, who->place, &who->peer))
        return mln_sniff(first);
    int n = mln_proxy_header(first, &h);
    if (n <= 0)
        return n == 0 ? MLN_SNIFF_MORE : MLN_SNIFF_HTTP1; /* refused where it is read */
    *ret_header = (size_t)n;
    return mln_sniff(mln_sv_sub(first, (size_t)n, first.len));
}
