#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "intercept/sockets.h"
#include "node/space_priv.h"

enum { BACKLOG = 4096, CLOSE_S = 5 };

void mln_space_init(struct mln_space *s, struct mln_source *source, uint32_t app, int ns,
                    const struct mln_netns_key *key, bool host, struct mln_space_places *places)
{
    *s = (struct mln_space){.source = source,
                            .app = app,
                            .used = true,
                            .key = *key,
                            .icpt = {.ns = ns, .alive = -1, .host = host},
                            .listener = -1,
                            .heard = {.fd = -1},
                            .places = places,
                            .since = mln_loop_now(mln_supervisor_loop(source->sup)),
                            .version = 1};
    mln_space_rules_init(s);
}

void mln_space_adopt(struct mln_space *s, int listener, int alive, const struct mln_handover_msg *m)
{
    s->listener = listener;
    s->icpt.alive = alive;
    s->icpt.installed = s->icpt.prepared = true;
    s->icpt.had_fwmark_accept = m->had_fwmark_accept;
    s->icpt.closed = m->rules & MLN_HANDOVER_CLOSED;
    s->icpt.blind = m->rules & MLN_HANDOVER_BLIND;
    s->installed_at = s->version;
    s->adopted = s->renew = true;
}

/* ---- workers ---- */

static int send_to(struct mln_space *s, unsigned w, enum mln_wire_type type, struct mln_wire m,
                   const int *fds, size_t n)
{
    m.app = s->app;
    return mln_supervisor_send(s->source->sup, w, type, m, fds, n);
}

static uint64_t port_arg(const struct mln_space_port *p)
{
    return p->port | (p->discovered ? MLN_WIRE_PORT_DISCOVERED : 0) |
           (p->refuse_other ? MLN_WIRE_PORT_REFUSE_OTHER : 0) |
           (uint64_t)p->seen << MLN_WIRE_PORT_SEEN_SHIFT;
}

static int tell_ports(struct mln_space *s, unsigned w)
{
    int r = 0;

    if (s->told[w] == 0)
        r = send_to(s, w, MLN_WIRE_LISTEN, (struct mln_wire){.arg = 0}, &s->listener, 1);
    for (uint32_t i = 0; i < s->n_ports && r == 0; i++)
        r = send_to(s, w, MLN_WIRE_PORT,
                    (struct mln_wire){.arg = port_arg(&s->port[i]),
                                      .index = s->port[i].rule,
                                      .id = s->port[i].revision,
                                      .more = s->port[i].answers,
                                      .slot = s->port[i].slot},
                    NULL, 0);
    return r;
}

void mln_space_tell(struct mln_space *s, unsigned w)
{
    int r = 0;

    if (!mln_supervisor_worker_ready(s->source->sup, w) || s->told[w] == s->version ||
        !s->icpt.installed ||
        (s->closing ? !s->told[w] : !s->n_ports && !mln_space_catches_others(s)))
        return; /* without ports, as after a takeover, all that comes would be turned away */
    if (!s->closing)
        r = tell_ports(s, w);
    else
        r = send_to(s, w, MLN_WIRE_UNLISTEN, (struct mln_wire){.arg = 0}, NULL, 0);
    if (r == 0)
        r = send_to(s, w, MLN_WIRE_SYNC, (struct mln_wire){.id = s->version}, NULL, 0);
    if (r == 0)
        s->told[w] = s->version;
}

void mln_space_tell_all(struct mln_space *s)
{
    for (unsigned w = 0; w < mln_supervisor_workers(s->source->sup); w++)
        mln_space_tell(s, w);
}

static bool worker_serves(const struct mln_space *s)
{
    for (unsigned w = 0; w < mln_supervisor_workers(s->source->sup); w++)
        if (s->installed_at && s->done[w] >= s->installed_at)
            return true;
    return false;
}

/* The first time that it is, for ports that were not before. */
void mln_space_note_protected(struct mln_space *s)
{
    bool serves = !s->adopted && s->icpt.installed && worker_serves(s);
    mln_nsec now = mln_now_wall(); /* not that of the turn: rules take their time */

    if (!mln_space_catches_others(s))
        s->others_since = 0;
    else if (serves && !s->others_since && s->held.others == s->others)
        s->others_since = now;
    for (uint32_t i = 0; i < s->n_ports && serves; i++)
        if (!s->port[i].since && mln_space_holds_port(s, &s->port[i]))
            s->port[i].since = s->port[i].discovered && s->others_since ? s->others_since : now;
}

void mln_space_done(struct mln_space *s, unsigned w, uint64_t version)
{
    if (version <= s->told[w] && version > s->done[w])
        s->done[w] = version;
    mln_space_note_protected(s);
}

bool mln_space_catches_others(const struct mln_space *s)
{
    return s->others != MLN_ICPT_OTHERS_PASS && !s->icpt.blind;
}

bool mln_space_serves(const struct mln_space *s)
{
    return mln_space_holds_all(s) && worker_serves(s);
}

enum mln_port_state mln_space_state(const struct mln_space *s, const struct mln_space_port *p)
{
    if (s->warned && !s->icpt.installed)
        return MLN_PORT_FAILED;
    if (!p->listening)
        return MLN_PORT_GONE;
    if (!s->icpt.installed || !worker_serves(s) || !mln_space_holds_port(s, p))
        return MLN_PORT_PENDING;
    if (s->mesh && !p->seen)
        return MLN_PORT_MESH;
    return p->seen & MLN_SEEN_TLS     ? MLN_PORT_TLS
           : p->seen & MLN_SEEN_HTTP2 ? MLN_PORT_HTTP2
           : p->seen & MLN_SEEN_OTHER ? MLN_PORT_NOT_HTTP
                                      : MLN_PORT_PROTECTED;
}

void mln_space_seen(struct mln_space *s, uint16_t port, unsigned bit)
{
    for (uint32_t i = 0; i < s->n_ports; i++) {
        struct mln_space_port *p = &s->port[i];
        if (p->port != port || !p->discovered || (p->seen & bit) || (bit & ~MLN_SEEN_ALL))
            continue;
        p->seen |= bit;
        s->version++;
        mln_space_tell_all(s);
    }
}

void mln_space_give_sockets(struct mln_space *s, unsigned w, uint64_t n, uint32_t kind)
{
    int fds[MLN_ICPT_BATCH_MAX];
    struct mln_wire m = {.id = n, .index = kind};
    int made = mln_icpt_upstreams(s->icpt.ns, mln_icpt_names_of(&s->icpt), fds,
                                  (size_t)MLN_MIN(n, (uint64_t)MLN_ICPT_BATCH_MAX), kind == 1);

    if (made < 0)
        m.arg = (uint64_t)-made;
    if (send_to(s, w, MLN_WIRE_SOCKET, m, fds, made > 0 ? (size_t)made : 0) < 0)
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u sockets=lost", w);
    for (int i = 0; i < made; i++)
        (void)close(fds[i]);
}

/* ---- ports ---- */

static int need_listener(struct mln_space *s)
{
    if (s->listener < 0)
        s->listener = mln_icpt_listen(s->icpt.ns, mln_icpt_names_of(&s->icpt), BACKLOG);
    return s->listener < 0 ? s->listener : 0;
}

static bool same(const struct mln_space_port *a, const struct mln_space_port *b)
{
    return a->port == b->port && a->closed == b->closed && a->discovered == b->discovered &&
           a->refuse_other == b->refuse_other && a->slot == b->slot && a->rule == b->rule &&
           a->revision == b->revision && a->answers == b->answers;
}

/* What is known of a port that stays; another application may have come to one that did not. */
static void carry_over(const struct mln_space_port *before, uint32_t n, struct mln_space_port *p)
{
    for (uint32_t i = 0; i < n; i++)
        if (before[i].port == p->port && before[i].slot == p->slot) {
            p->seen = p->listening ? before[i].seen : 0;
            p->since = before[i].since;
        }
}

bool mln_space_has_port(const struct mln_space *s, uint16_t port)
{
    for (uint32_t i = 0; i < s->n_ports; i++)
        if (s->port[i].port == port)
            return true;
    return false;
}

/* A lost one does no harm: the connection that waits for it is given up before long. */
void mln_space_tell_no_port(struct mln_space *s, unsigned w, uint16_t port)
{
    (void)!send_to(s, w, MLN_WIRE_PORT_GONE, (struct mln_wire){.arg = port}, NULL, 0);
}

/* Lost ones do no harm: nothing is sent to such a port any more. */
void mln_space_tell_gone(struct mln_space *s, const struct mln_icpt_ports *before)
{
    for (uint32_t i = 0; i < before->n; i++) {
        if (mln_space_has_port(s, before->port[i]))
            continue;
        for (unsigned w = 0; w < mln_supervisor_workers(s->source->sup); w++)
            if (s->told[w] && mln_supervisor_worker_ready(s->source->sup, w))
                mln_space_tell_no_port(s, w, before->port[i]);
    }
}

void mln_space_apply(struct mln_space *s, const struct mln_space_port *ports, uint32_t n,
                     enum mln_icpt_others others)
{
    struct mln_space_port before[MLN_ICPT_PORTS_MAX];
    uint32_t n_before = s->n_ports;
    bool changed = n != n_before || others != s->others;

    memcpy(before, s->port, sizeof(before));
    for (uint32_t i = 0; i < n; i++) {
        s->port[i] = ports[i];
        changed = changed || !same(&ports[i], &before[i]);
        carry_over(before, n_before, &s->port[i]);
    }
    s->n_ports = n;
    s->others = others;
    bool wanted = n != 0 || others != MLN_ICPT_OTHERS_PASS;
    bool begun = s->icpt.installed || s->doing || s->wishes;
    if (!changed && !s->renew && !(s->stale && !s->doing && !s->wishes) && (begun || !wanted))
        return;
    struct mln_buf why = {0};
    int r = need_listener(s);
    if (r < 0) {
        mln_space_complain(s, "listen", r, &why);
        return;
    }
    /* At first the rules, which also bound what a worker can do with the sockets that it gets; the
     * clients wait in the queue of the listener. Later the workers: they must know a port before
     * something comes for it. */
    s->version++;
    if (s->icpt.installed) {
        mln_space_tell_all(s);
        mln_space_wish(s, s->renew ? MLN_SPACE_INSTALL : MLN_SPACE_FILL);
    } else {
        mln_space_wish(s, s->doing == MLN_SPACE_INSTALL ? MLN_SPACE_FILL : MLN_SPACE_INSTALL);
    }
}

void mln_space_refresh(struct mln_space *s)
{
    if (s->icpt.installed && !mln_space_is_busy(s) &&
        mln_space_backend->refresh(&s->icpt) == -ENOENT)
        mln_logf(MLN_LOG_WARN, "rules_lost", "space=%u effect=\"installed anew\"", s->app);
}

/* ---- the end ---- */

static void giving_up(struct mln_timer *t)
{
    struct mln_space *s = MLN_OWNER(t, struct mln_space, look);

    for (unsigned w = 0; w < mln_supervisor_workers(s->source->sup); w++)
        if (s->told[w] && s->done[w] != s->version) {
            mln_logf(MLN_LOG_ERROR, "worker_does_not_let_go", "index=%u", w);
            mln_supervisor_kill_worker(s->source->sup, w);
        }
}

void mln_space_close(struct mln_space *s)
{
    /* the rest of the rules when the connections are closed: till then they are translated */
    mln_space_let_go(s, false);
    s->closing = true;
    mln_space_deaf(s);
    s->version++;
    s->look.fire = giving_up;
    mln_timer_arm(mln_supervisor_loop(s->source->sup), &s->look, CLOSE_S * MLN_NSEC_PER_SEC);
    mln_space_tell_all(s);
}

bool mln_space_is_closed(const struct mln_space *s)
{
    for (unsigned w = 0; w < mln_supervisor_workers(s->source->sup); w++)
        if (s->told[w] && s->done[w] != s->version)
            return false;
    return s->closing && !s->doing && !s->wishes;
}

bool mln_space_keeps_rules(const struct mln_space *s)
{
    bool any = s->others == MLN_ICPT_OTHERS_CATCH_CLOSED;

    for (uint32_t i = 0; i < s->n_ports; i++)
        any = any || s->port[i].closed;
    return any && !s->closing;
}

void mln_space_release(struct mln_space *s)
{
    mln_timer_disarm(mln_supervisor_loop(s->source->sup), &s->look);
    mln_space_let_go(s, mln_space_keeps_rules(s));
}

void mln_space_free(struct mln_space *s)
{
    mln_timer_disarm(mln_supervisor_loop(s->source->sup), &s->look);
    mln_timer_disarm(mln_supervisor_loop(s->source->sup), &s->patience);
    mln_space_backend->hurry(&s->icpt); /* what was handed over is not to be replaced by it */
    mln_fd_close(&s->icpt.alive);
    mln_fd_close(&s->icpt.ns);
    mln_fd_close(&s->listener);
    mln_space_deaf(s);
    s->used = false;
}
