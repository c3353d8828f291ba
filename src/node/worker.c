/* A worker: takes its start messages, locks itself in, serves. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "node/bans.h"
#include "node/children.h"
#include "node/last_words.h"
#include "node/sandbox.h"
#include "node/worker_priv.h"

#ifdef MLN_ATTACK_WORKER
#include "node/attack.h"
#endif

enum { IDLE_UPSTREAM_MAX = 256 };

/* ---- start ---- */

static int take_init(struct worker *w, const struct mln_wire *m, int *fds, size_t n)
{
    char who[32];

    if (n != 3)
        return -EPROTO;
    w->max_conns = (uint32_t)m->arg;
    w->held_bytes = m->more;
    w->access_log = m->app;
    w->poison_key = (struct mln_hash_key){m->id, ~m->id};
    (void)snprintf(who, sizeof(who), "worker-%u", m->index);
    mln_log_setup((enum mln_log_level)m->log_level, who);
    int r = mln_ring_attach(fds[0], MLN_RING_BYTES_DEFAULT, true, &w->audits.ring);
    if (r < 0)
        return r;
    void *p =
        mmap(NULL, sizeof(struct mln_counters), PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
    if (p == MAP_FAILED)
        return -errno;
    w->counters = p;
    w->counters->c[MLN_CNT_G_CONNS_OPEN] = w->counters->c[MLN_CNT_G_UP_IDLE] =
        w->counters->c[MLN_CNT_G_HELD] = 0; /* a predecessor's */
    w->audits.counters = w->counters;
    w->audits.bell = mln_fd_take(&fds[2]);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return 0;
}

static int start_message(void *arg, const struct mln_wire *m, int *fds, size_t n)
{
    struct worker *w = arg;

    switch (m->type) {
    case MLN_WIRE_INIT:
        return take_init(w, m, fds, n);
    case MLN_WIRE_LISTEN:
        if (n != 1 || w->n_listeners == WORKER_LISTENERS_MAX)
            return -EPROTO;
        w->listeners[w->n_listeners].fd = fds[0];
        w->listeners[w->n_listeners].app = m->app;
        w->listeners[w->n_listeners++].port = (uint16_t)m->arg;
        return 0;
    case MLN_WIRE_POLICY:
        worker_take_policy(w, fds, n);
        return w->policy ? 0 : -EBADMSG;
    case MLN_WIRE_BANS:
        if (n != 1)
            return -EPROTO;
        w->bans = mln_bans_map(fds[0]);
        mln_fd_close(&fds[0]);
        return w->bans ? 0 : -errno;
    case MLN_WIRE_TICKETS: /* keys of nobody's choice would be worse than not to start */
        return worker_take_tickets(w, fds, n);
    case MLN_WIRE_POISON:
        mln_poison_add(&w->poison, m->id, mln_now_mono());
        return 0;
    default:
        return m->type == MLN_WIRE_START ? 1 : -EPROTO;
    }
}

/* All up to START. */
static int start_supply(struct worker *w, bool transparent, struct mln_supply **ret)
{
    if (!transparent) {
        mln_node_supply_init(&w->supply, MLN_CONTROL_FD);
        *ret = &w->supply.base;
        return 0;
    }
    w->transparent = mln_transparent_new(w->loop, MLN_CONTROL_FD, w->counters);
    if (!w->transparent)
        return -ENOMEM;
    *ret = mln_transparent_supply(w->transparent);
    return 0;
}

static int start_dataplane(struct worker *w, bool transparent)
{
    struct mln_supply *supply = NULL;
    struct mln_engine_config cfg = {{0}};
    int r = mln_loop_new(&w->loop);

    if (r < 0)
        return r;
    mln_random(cfg.hash_key, sizeof(cfg.hash_key));
    w->engine = mln_engine_new(&cfg);
    w->audits.loop = w->loop;
    r = w->engine ? mln_worker_audits_init(&w->audits, w->access_log) : -ENOMEM;
    if (r == 0)
        r = start_supply(w, transparent, &supply);
    if (r < 0)
        return r;
    struct mln_dataplane_config dp = {
        .loop = w->loop,
        .supply = supply,
        .audit = &w->audits.sink,
        .bans = w->bans,
        .counters = w->counters,
        .engine = w->engine,
        .max_conns = w->max_conns,
        .max_held_bytes = w->held_bytes,
        .max_idle_upstream = IDLE_UPSTREAM_MAX,
    };
    worker_serve(w, &dp);
    r = mln_dataplane_new(&w->dp, &dp);
    if (r == 0)
        r = mln_last_words(w->dp, &w->poison_key, &w->counters->died_of);
    if (r == 0)
        mln_dataplane_policy(w->dp, w->policy);
    for (unsigned i = 0; r == 0 && i < w->n_listeners; i++)
        r = mln_dataplane_listen(w->dp, w->listeners[i].fd, w->listeners[i].app,
                                 w->listeners[i].port);
    return r < 0 ? r : worker_listen(w);
}

static int lock_in(bool transparent)
{
    struct mln_sandbox_state s;
    int r = mln_sandbox_enter(transparent ? MLN_SANDBOX_TRANSPARENT : MLN_SANDBOX_WORKER, &s);

    if (r < 0) {
        mln_log(MLN_LOG_ERROR, "sandbox_failed", MLN_KVS("why", strerror(-r)));
        return r;
    }
    mln_sandbox_log("worker_sandboxed", &s);
#ifdef MLN_ATTACK_WORKER
    mln_attack_report();
#endif
    return 0;
}

static int start(struct worker *w, bool transparent)
{
    int r = mln_child_take_start(start_message, w);

    if (r == 0 && !w->policy)
        r = -EPROTO;
    if (r < 0)
        return r;
    mln_tls_prepare();
    r = start_dataplane(w, transparent);
    return r < 0 ? r : lock_in(transparent);
}

static int serve(struct worker *w)
{
    int r = mln_child_send(MLN_CONTROL_FD, MLN_WIRE_READY, (struct mln_wire){.arg = 0}, NULL, 0);

    if (r == 0)
        r = mln_loop_run(w->loop);
    mln_worker_audits_flush(&w->audits);
    return r;
}

static void done(struct worker *w)
{
    w->dp = mln_dataplane_free(w->dp);
    w->transparent = mln_transparent_free(w->transparent);
    w->engine = mln_engine_free(w->engine);
    w->loop = mln_loop_free(w->loop);
    mln_worker_audits_done(&w->audits);
    free(w);
}

int mln_worker_main(const char *source)
{
    struct worker *w = calloc(1, sizeof(*w));
    int r = w ? start(w, source && strcmp(source, "transparent") == 0) : -ENOMEM;

    if (r < 0) { /* the process ends: nothing of it is put back */
        mln_log(MLN_LOG_ERROR, "worker_not_started", MLN_KVS("why", strerror(-r)));
        free(w);
        return 3;
    }
    r = serve(w);
    done(w);
    return r < 0 ? 1 : 0;
}
