#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/compiled.h"
#include "node/ticket_keys.h"
#include "node/worker_priv.h"

#ifdef MLN_ATTACK_WORKER
#include "node/attack.h"
#endif

enum { MESSAGES_PER_TURN = 64, ORPHAN_DRAIN_MS = 1000 };

static void close_all(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)close(fds[i]);
}

/* ---- policies ---- */

void worker_take_policy(struct worker *w, const int *fds, size_t n)
{
    char why[128];
    struct mln_policy_ref *p = mln_compiled_map(fds, n, &w->tickets, why);

    if (!p)
        mln_log(MLN_LOG_ERROR, "policy_refused", MLN_KVS("why", why));
    else if (w->dp)
        mln_dataplane_policy(w->dp, p);
    else
        w->policy = p;
    close_all(fds, n);
}

int worker_take_tickets(struct worker *w, const int *fds, size_t n)
{
    int r = n == 1 ? mln_ticket_keys_read(fds[0], &w->tickets) : -EBADMSG;

    close_all(fds, n);
    return r;
}

/* ---- messages ---- */

static void drained(void *arg)
{
    mln_loop_stop(((struct worker *)arg)->loop);
}

static void drain(struct worker *w, uint64_t ms)
{
    mln_dataplane_drain(w->dp, ms * MLN_NSEC_PER_MSEC, drained, w);
}

/* `lost`: the message's descriptor found no room here. */
static void on_socket(struct worker *w, const struct mln_wire *m, int *fds, size_t n, bool lost)
{
    int err = lost ? EMFILE : (int)m->arg;

#ifdef MLN_ATTACK_WORKER
    if (w->transparent && n && w->attack_listener > 0 &&
        mln_attack_sockets(w->attack_listener, m, fds, n))
        w->attack_listener = 0;
#endif
    if (w->transparent)
        mln_transparent_answer(w->transparent, m->app, m->index, fds, n, m->id, err);
    else
        mln_node_supply_answer(&w->supply, m->id, n ? fds[0] : -err);
}

static void on_policy(struct worker *w, const int *fds, size_t n, bool lost)
{
    if (lost)
        mln_log(MLN_LOG_ERROR, "policy_refused", MLN_KVS("why", "no descriptor is left for it"));
    else
        worker_take_policy(w, fds, n);
}

/* A listener of a namespace; told again, it is one that we have. */
static void on_listen(struct worker *w, const struct mln_wire *m, int fd)
{
    int r = fd < 0 ? -EBADF : mln_dataplane_listen(w->dp, fd, m->app, 0);

#ifdef MLN_ATTACK_WORKER
    w->attack_listener = fd;
#endif
    if (r == 0)
        mln_transparent_add(w->transparent, m->app);
    else
        mln_fd_close(&fd);
    if (r < 0 && r != -EEXIST)
        mln_log(MLN_LOG_ERROR, "listener_refused", MLN_KVS("why", strerror(-r)));
}

static void on_port(struct worker *w, const struct mln_wire *m)
{
    const struct mln_dataplane_port p = {.app = m->app,
                                         .port = (uint16_t)m->arg,
                                         .rule = m->index,
                                         .revision = m->id,
                                         .workload = m->more,
                                         .slot = m->slot,
                                         .discovered = m->arg & MLN_WIRE_PORT_DISCOVERED,
                                         .refuse_other = m->arg & MLN_WIRE_PORT_REFUSE_OTHER,
                                         .seen = (unsigned)(m->arg >> MLN_WIRE_PORT_SEEN_SHIFT)};
    int r = mln_dataplane_port(w->dp, &p);

    if (r < 0)
        mln_log(MLN_LOG_ERROR, "port_refused", MLN_KVS("why", strerror(-r)));
}

static void say(enum mln_wire_type type, struct mln_wire m)
{
    if (mln_child_send(MLN_CONTROL_FD, type, m, NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "supervisor_busy");
}

/* Lost when the queue is full: the next such connection says it again. */
static void on_seen(void *arg, uint32_t app, uint16_t port, unsigned bit)
{
    (void)arg;
    say(MLN_WIRE_SEEN, (struct mln_wire){.app = app, .arg = port, .index = bit});
}

/* What only a defender tells. */
static void on_space(struct worker *w, const struct mln_wire *m, int *fds, size_t n)
{
    switch (m->type) {
    case MLN_WIRE_LISTEN:
        on_listen(w, m, n ? fds[0] : -1);
        break;
    case MLN_WIRE_PORT:
        on_port(w, m);
        break;
    case MLN_WIRE_PORT_GONE:
        mln_dataplane_port_gone(w->dp, m->app, (uint16_t)m->arg);
        break;
    case MLN_WIRE_UNLISTEN:
        mln_dataplane_unlisten(w->dp, m->app);
        mln_transparent_remove(w->transparent, m->app);
        break;
    case MLN_WIRE_SYNC:
        if (mln_dataplane_open(w->dp, m->app) < 0)
            mln_log0(MLN_LOG_DEBUG, "listener_closed"); /* it was taken away before */
        say(m->type, *m);
        break;
    default:
        close_all(fds, n);
        break;
    }
}

static bool refuses(void *arg, struct mln_sv bytes)
{
    const struct worker *w = arg;

    if (w->poison.used &&
        mln_poison_has(&w->poison, mln_poison_print(&w->poison_key, bytes), mln_loop_now(w->loop)))
        return true;
#ifdef MLN_CRASH_WORKER /* a bug, for tests/scenario/test_containment.py */
    if (mln_sv_find(bytes, MLN_SV("/kill-the-worker")) < bytes.len)
        abort();
#endif
    return false;
}

static void on_message(struct worker *w, const struct mln_wire *m, int *fds, size_t n, bool lost)
{
    switch (m->type) {
    case MLN_WIRE_SOCKET:
        on_socket(w, m, fds, n, lost);
        break;
    case MLN_WIRE_POLICY:
        on_policy(w, fds, n, lost);
        break;
    case MLN_WIRE_TICKETS: /* without them the old ones go on */
        if (worker_take_tickets(w, fds, n) < 0)
            mln_log0(MLN_LOG_WARN, "tickets_refused");
        break;
    case MLN_WIRE_DRAIN:
        drain(w, m->arg);
        break;
    case MLN_WIRE_PING:
        say(m->type, *m);
        break;
    case MLN_WIRE_BYPASS:
        mln_dataplane_bypass(w->dp, m->id, m->arg);
        break;
    case MLN_WIRE_POISON:
        mln_poison_add(&w->poison, m->id, mln_loop_now(w->loop));
        break;
    default:
        if (w->transparent)
            on_space(w, m, fds, n);
        else
            close_all(fds, n);
        break;
    }
}

static void on_control(struct mln_io *io, uint32_t events)
{
    struct worker *w = MLN_OWNER(io, struct worker, control);

    (void)events;
    for (unsigned i = 0; i < MESSAGES_PER_TURN; i++) {
        struct mln_wire m = {0};
        int fds[MLN_SCM_FDS_MAX];
        size_t n = 0;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), fds, w->transparent ? MLN_SCM_FDS_MAX : 3, &n);
        if (r == -EAGAIN)
            return;
        if (r == -EBADMSG) /* of another build */
            continue;
        if (r <= 0 && r != -EMFILE) { /* the supervisor is gone: end what runs */
            mln_io_del(w->loop, io);
            io->fd = -1;
            drain(w, ORPHAN_DRAIN_MS);
            return;
        }
        if ((r == -EMFILE || r == (int)sizeof(m)) && m.version == MLN_WIRE_VERSION)
            on_message(w, &m, fds, n, r == -EMFILE);
    }
}

static void catch_up(void *arg)
{
    struct worker *w = arg;

    if (w->control.fd >= 0)
        on_control(&w->control, MLN_IO_READ);
}

static int ask_for_port(void *arg, uint32_t app, uint16_t port)
{
    const struct worker *w = arg;

    if (w->control.fd < 0)
        return -ENOTCONN;
    return mln_child_send(w->control.fd, MLN_WIRE_LOOK, (struct mln_wire){.app = app, .arg = port},
                          NULL, 0);
}

/* ---- for worker.c ---- */

void worker_serve(struct worker *w, struct mln_dataplane_config *cfg)
{
    cfg->seen = on_seen;
    cfg->catch_up = w->transparent ? catch_up : NULL;
    cfg->unknown = w->transparent ? ask_for_port : NULL;
    cfg->refuses = refuses;
    cfg->arg = w;
}

int worker_listen(struct worker *w)
{
    w->control = (struct mln_io){.fd = MLN_CONTROL_FD, .ready = on_control};
    return mln_io_add(w->loop, &w->control, MLN_IO_READ);
}
