#include "proxy/secure.h"

#include <errno.h>

/* Handshakes of one turn may take so long, by the clock; the rest of them waits for the next turn,
 * so that a flood of them slows itself down and not those who are in already. */
#define HANDSHAKES_TURN (MLN_NSEC_PER_MSEC)
enum { HANDSHAKES_MOST = 1024 }; /* begun and not done: the oldest makes room for the newest */

struct mln_policy_tls {
    uint32_t n_certificates, n; /* contexts for clients, then for applications */
    struct mln_tls_ctx *ctx[];
};

/* ---- contexts ---- */

int mln_policy_tls_new(struct mln_policy_ref *p, const struct mln_sv *keys, uint32_t n_keys,
                       const struct mln_tls_tickets *tickets, char reterr_why[128])
{
    const struct mln_snapshot *s = &p->snap;
    uint32_t certificates = mln_snap_count(s, MLN_SNAP_CERTIFICATES);
    uint32_t tls = mln_snap_count(s, MLN_SNAP_TLS), n = certificates + tls;

    p->tls = NULL;
    if (tls == 0)
        return 0;
    struct mln_policy_tls *t = calloc(1, sizeof(*t) + n * sizeof(void *));
    if (!t || n_keys != certificates) {
        (void)snprintf(reterr_why, 128, t ? "keys of another policy" : "no memory");
        free(t);
        return -EINVAL;
    }
    t->n_certificates = certificates;
    for (uint32_t i = 0; i < n; i++) {
        if (i < certificates)
            t->ctx[i] = mln_tls_server_ctx(mln_snap_str(s, mln_snap_certificate(s, i)->chain),
                                           keys[i], tickets, reterr_why);
        else
            t->ctx[i] = mln_tls_client_ctx(
                mln_snap_str(s, mln_snap_tls(s, i - certificates)->upstream_ca), reterr_why);
        t->n = i + 1;
        if (!t->ctx[i]) {
            p->tls = t;
            mln_policy_tls_free(p);
            return -EINVAL;
        }
    }
    p->tls = t;
    return 0;
}

void mln_policy_tls_free(struct mln_policy_ref *p)
{
    for (uint32_t i = 0; p->tls && i < p->tls->n; i++)
        (void)mln_tls_ctx_free(p->tls->ctx[i]);
    free(p->tls);
    p->tls = NULL;
}

/* ---- which endpoint ---- */

/* Entry in TLS of the endpoint that fits best, or UINT32_MAX: its certificate has the name that the
 * client asks for, or else its host is that one; the first of equals. */
static uint32_t best(const struct mln_policy_ref *p, const struct mln_snap_rule *r, uint16_t port,
                     struct mln_sv name, bool with_certificate)
{
    uint32_t found = UINT32_MAX;
    int most = -1;

    for (uint32_t i = 0; p->tls && i < r->endpoints.count; i++) {
        const struct mln_snap_endpoint *e = mln_snap_endpoint(&p->snap, r->endpoints.first + i);
        if (!e->tls || (e->port && e->port != port))
            continue;
        uint32_t cert = mln_snap_tls(&p->snap, e->tls - 1)->certificate;
        if (with_certificate && !cert)
            continue;
        int fits = (cert && name.p && mln_tls_ctx_has_name(p->tls->ctx[cert - 1], name) ? 2 : 0) +
                   (mln_sv_glob(mln_snap_str(&p->snap, e->host), name.p ? name : MLN_SV(""), true));
        if (fits > most) {
            most = fits;
            found = e->tls - 1;
        }
    }
    return found;
}

bool secure_port(const struct mln_dataplane *d, const struct place *at)
{
    const struct mln_policy_ref *p = place_policy(d, at);

    return p->tls && best(p, place_rule(d, at), at->port, MLN_SV_NULL, true) != UINT32_MAX;
}

static const struct mln_policy_ref *policy_of(const struct conn *c)
{
    return c->x.policy ? c->x.policy : place_policy(c->dp, c->place);
}

const struct mln_snap_tls *secure_endpoint(struct conn *c)
{
    const struct mln_policy_ref *p = policy_of(c);
    const struct mln_snap_rule *r = c->x.rule ? c->x.rule : place_rule(c->dp, c->place);

    if (!p->tls)
        return NULL;
    if (c->tls_revision != p->snap.h->revision) { /* not looked up yet, or another policy */
        struct mln_sv name = c->tls ? mln_tls_server_name(c->tls) : MLN_SV_NULL;
        c->tls_entry = best(p, r, c->dst_port, name, c->tls != NULL);
        c->tls_revision = p->snap.h->revision;
    }
    return c->tls_entry == UINT32_MAX ? NULL : mln_snap_tls(&p->snap, c->tls_entry);
}

const struct mln_tls_ctx *secure_upstream(struct conn *c, struct mln_sv *ret_name)
{
    const struct mln_snap_tls *t = secure_endpoint(c);
    const struct mln_policy_ref *p = policy_of(c);

    *ret_name = MLN_SV_NULL;
    if (!t || t->upstream == MLN_UPSTREAM_OFF || (t->upstream == MLN_UPSTREAM_SAME && !c->tls))
        return NULL;
    *ret_name = mln_snap_str(&p->snap, t->upstream_name);
    if (!ret_name->p && c->tls)
        *ret_name = mln_tls_server_name(c->tls);
    return p->tls->ctx[p->tls->n_certificates + c->tls_entry];
}

/* ---- handshakes with clients ---- */

static void choose(void *arg, struct mln_sv server_name, struct mln_tls_choice *ret)
{
    struct conn *c = arg;
    const struct mln_policy_ref *p = c->handshake.policy;
    uint32_t i = best(p, c->handshake.rule, c->dst_port, server_name, true);

    if (i == UINT32_MAX)
        return;
    const struct mln_snap_tls *t = mln_snap_tls(&p->snap, i);
    ret->ctx = p->tls->ctx[t->certificate - 1];
    ret->min_version = t->min;
    c->tls_entry = i;
    c->tls_revision = p->snap.h->revision;
}

void secure_forget(struct conn *c)
{
    struct handshake *h = &c->handshake;

    if (!h->policy)
        return;
    if (c->dp->first_handshake == c)
        c->dp->first_handshake = h->next;
    else
        h->prev->handshake.next = h->next;
    if (c->dp->last_handshake == c)
        c->dp->last_handshake = h->prev;
    else
        h->next->handshake.prev = h->prev;
    c->dp->n_handshakes--;
    policy_unref(h->policy);
    *h = (struct handshake){NULL};
}

static void remember(struct conn *c)
{
    struct mln_dataplane *d = c->dp;
    struct handshake *h = &c->handshake;

    h->policy = place_policy(d, c->place);
    h->policy->refs++;
    h->rule = place_rule(d, c->place);
    h->prev = d->last_handshake;
    *(h->prev ? &h->prev->handshake.next : &d->first_handshake) = c;
    d->last_handshake = c;
    if (++d->n_handshakes <= HANDSHAKES_MOST)
        return;
    mln_count(d->cfg.counters, MLN_CNT_TLS_CROWDED);
    conn_close(d->first_handshake);
}

bool secure_accept(struct conn *c, struct mln_sv first)
{
    struct mln_dataplane *d = c->dp;
    const struct mln_policy_ref *p = place_policy(d, c->place);
    uint32_t i = best(p, place_rule(d, c->place), c->dst_port, MLN_SV_NULL, true);

    if (!d->room)
        d->room = mln_tls_room_new();
    c->tls = mln_tls_server(d->room, c->io.fd, first,
                            p->tls->ctx[mln_snap_tls(&p->snap, i)->certificate - 1], choose, c);
    if (!c->tls)
        return false;
    c->state = CONN_HANDSHAKE;
    c->eof = false; /* it would be that of the bytes beneath */
    if (mln_io_set(d->cfg.loop, &c->io, MLN_IO_READ | (first.len ? MLN_IO_WRITE : 0)) < 0)
        return false;
    remember(c);
    mln_timer_arm(d->cfg.loop, &c->timer, conn_limit(c, MLN_LIMIT_handshake_timeout));
    return true;
}

static void count_fault(struct mln_counters *n, enum mln_tls_fault fault)
{
    static const enum mln_counter counters[MLN_TLS_FAULT_MAX] = {
        [MLN_TLS_NOT_TLS] = MLN_CNT_TLS_NOT_TLS,   [MLN_TLS_VERSION] = MLN_CNT_TLS_VERSION,
        [MLN_TLS_CIPHER] = MLN_CNT_TLS_CIPHER,     [MLN_TLS_ALPN] = MLN_CNT_TLS_ALPN,
        [MLN_TLS_ALERT] = MLN_CNT_TLS_ALERT,       [MLN_TLS_GONE] = MLN_CNT_TLS_GONE,
        [MLN_TLS_VERIFY] = MLN_CNT_TLS_PROTOCOL,   [MLN_TLS_MEMORY] = MLN_CNT_LIMIT_MEMORY,
        [MLN_TLS_PROTOCOL] = MLN_CNT_TLS_PROTOCOL,
    };

    mln_count(n, counters[fault]);
}

/* One step by the clock of the turn. -EBUSY: the turn's time is used up. */
static int step(struct mln_dataplane *d, struct mln_tls *tls, enum mln_tls_fault *reterr)
{
    if (d->handshake_time >= HANDSHAKES_TURN)
        return -EBUSY;
    mln_nsec start = mln_now_mono();
    int r = mln_tls_handshake(tls, reterr);
    d->handshake_time += mln_now_mono() - start;
    return r;
}

void secure_handshake(struct conn *c)
{
    struct mln_loop *loop = c->dp->cfg.loop;
    enum mln_tls_fault fault;
    int r = step(c->dp, c->tls, &fault);

    if (r == -EBUSY || r == -EAGAIN) {
        /* writable sockets say so in the next turn: what was read before needs no more bytes */
        bool writes = r == -EBUSY || wire_unsent(c->tls);
        if (mln_io_set(loop, &c->io, MLN_IO_READ | (writes ? MLN_IO_WRITE : 0)) < 0)
            conn_close(c);
        return;
    }
    if (r < 0) {
        count_fault(conn_counters(c), fault);
        conn_close(c);
        return;
    }
    mln_count(conn_counters(c), mln_tls_resumed(c->tls) ? MLN_CNT_TLS_RESUMED : MLN_CNT_TLS_FULL);
    secure_forget(c);
    c->state = CONN_HEAD;
    mln_timer_arm(loop, &c->timer, conn_limit(c, MLN_LIMIT_head_timeout));
}

/* ---- handshakes with applications ---- */

int secure_upstream_step(struct upstream *u)
{
    enum mln_tls_fault fault;
    int r = step(u->dp, u->tls, &fault);

    if (r == 0)
        mln_count(u->dp->cfg.counters,
                  mln_tls_resumed(u->tls) ? MLN_CNT_UP_TLS_RESUMED : MLN_CNT_UP_TLS);
    else if (r != -EBUSY && r != -EAGAIN)
        mln_count(u->dp->cfg.counters,
                  fault == MLN_TLS_VERIFY ? MLN_CNT_UP_TLS_VERIFY : MLN_CNT_UP_TLS_FAILED);
    return r;
}
