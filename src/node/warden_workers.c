/* What workers, taken for hostile, get and ask for. */
#include <errno.h>

#include "intercept/sockets.h"
#include "node/warden_priv.h"

enum { SOCKETS_PER_SECOND = 50000 }; /* a worker */

int warden_give_nothing(struct mln_source *s, unsigned w)
{
    (void)s;
    (void)w;
    return 0; /* once it is ready */
}

static void each_space(struct warden *w, void (*fn)(struct mln_space *s, unsigned worker),
                       unsigned worker)
{
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i])
            fn(w->space[i], worker);
}

void warden_worker_ready(struct mln_source *s, unsigned worker)
{
    each_space(warden_of(s), mln_space_tell, worker);
}

static void forget_worker(struct mln_space *s, unsigned worker)
{
    s->told[worker] = s->done[worker] = 0;
}

void warden_worker_died(struct mln_source *s, unsigned worker)
{
    struct warden *w = warden_of(s);

    each_space(w, forget_worker, worker);
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i] && w->space[i]->closing)
            warden_finish(w, w->space[i]);
}

void warden_again(struct mln_source *s)
{
    struct warden *w = warden_of(s);

    for (unsigned worker = 0; worker < mln_supervisor_workers(s->sup); worker++)
        each_space(w, mln_space_tell, worker);
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX; i++)
        if (w->space[i])
            warden_tell_states(w, w->space[i]);
}

static bool within_rate(struct warden *w, unsigned worker, uint64_t n)
{
    uint64_t second = mln_loop_now(mln_supervisor_loop(w->base.sup)) / MLN_NSEC_PER_SEC;

    if (second != w->worker[worker].second) {
        w->worker[worker].second = second;
        w->worker[worker].sockets = 0;
    }
    w->worker[worker].sockets += n;
    return w->worker[worker].sockets <= SOCKETS_PER_SECOND;
}

static void give_sockets(struct warden *w, unsigned worker, struct mln_space *s,
                         const struct mln_wire *asked)
{
    uint64_t n = asked->arg;

    if (n == 0 || n > MLN_ICPT_BATCH_MAX || asked->index > 1 || s->closing || !s->told[worker])
        return;
    if (within_rate(w, worker, n))
        mln_space_give_sockets(s, worker, n, asked->index);
    else if (mln_supervisor_send(
                 w->base.sup, worker, MLN_WIRE_SOCKET,
                 (struct mln_wire){.app = s->app, .index = asked->index, .id = n, .arg = EAGAIN},
                 NULL, 0) < 0)
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u sockets=lost", worker);
}

/* A connection came for a port that the worker does not know: something began to listen there. A
 * worker cannot make us look all the time: what it must wait for is told when it is found. */
static void look_for_port(struct warden *w, unsigned worker, struct mln_space *s, uint16_t port)
{
    mln_nsec now = mln_now_mono();

    if (s->closing || !s->told[worker] || mln_space_has_port(s, port) ||
        !mln_space_catches_others(s))
        return;
    if (now < s->may_look) {
        mln_timer_arm(mln_supervisor_loop(w->base.sup), &s->look, s->may_look - now);
        return;
    }
    warden_look_now(w, s);
    if (!mln_space_has_port(s, port))
        mln_space_tell_no_port(s, worker, port);
}

static void synced(struct warden *w, unsigned worker, struct mln_space *s, uint64_t version)
{
    mln_space_done(s, worker, version);
    if (s->closing) {
        warden_finish(w, s);
        return;
    }
    mln_hooks_look(w->hooks);
    warden_tell_states(w, s);
}

void warden_message(struct mln_source *source, unsigned worker, const struct mln_wire *m)
{
    struct warden *w = warden_of(source);
    struct mln_space *s = m->app < WARDEN_SPACES_MAX ? w->space[m->app] : NULL;

    if (!s)
        return;
    if (m->type == MLN_WIRE_WANT)
        give_sockets(w, worker, s, m);
    else if (m->type == MLN_WIRE_SYNC)
        synced(w, worker, s, m->id);
    else if (m->type == MLN_WIRE_LOOK)
        look_for_port(w, worker, s, (uint16_t)m->arg);
    else if (m->type == MLN_WIRE_SEEN && !s->closing) {
        mln_space_seen(s, (uint16_t)m->arg, m->index);
        warden_tell_states(w, s);
    }
}
