/* A worker: takes its start messages, locks itself in, serves. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/ring.h"
#include "audit/rollup.h"
#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/bans.h"
#include "node/children.h"
#include "node/compiled.h"
#include "node/keys.h"
#include "node/last_words.h"
#include "node/poison.h"
#include "node/sandbox.h"
#include "node/supply.h"
#include "node/transparent.h"

#ifdef MLN_ATTACK_WORKER
#include "node/attack.h"
#endif

enum { LISTENERS_MAX = 16, IDLE_UPSTREAM_MAX = 256 };

struct sink {
    struct mln_audit_sink base; /* first */
    struct worker *w;
    enum mln_rollup_answer answer; /* to the record that is being put */
};

struct worker {
    struct mln_timer later; /* of records that the roll-up keeps */
    struct mln_loop *loop;
    struct mln_dataplane *dp;
    struct mln_engine *engine;
    struct mln_node_supply supply;
    struct mln_transparent *transparent; /* instead of it, in a defender */
#ifdef MLN_ATTACK_WORKER
    int attack_listener;
#endif
    struct sink sink;
    bool access_log;
    struct mln_io control;
    struct mln_ring ring;
    struct mln_rollup *rollup;
    struct mln_counters *counters;
    struct mln_buf encoded;
    int bell;
    struct mln_hash_key poison_key;
    struct mln_poison poison;
    uint32_t index, max_conns;
    uint64_t held_bytes;
    struct {
        int fd;
        uint32_t app;
        uint16_t port;
    } listeners[LISTENERS_MAX];
    unsigned n_listeners;
    const struct mln_bans *bans;
    struct mln_policy_ref *policy; /* until the data plane has it */
    struct mln_tls_tickets tickets;
};

/* ---- audits ---- */

static void commit(struct worker *w, const struct mln_audit_record *r)
{
    const uint64_t one = 1;
    bool wake = false;

    mln_buf_clear(&w->encoded);
    mln_audit_encode(r, &w->encoded);
    if (mln_buf_failed(&w->encoded) || mln_ring_put(&w->ring, mln_buf_sv(&w->encoded), &wake) < 0) {
        mln_count(w->counters, MLN_CNT_AUDITS_DROPPED);
        return;
    }
    mln_count(w->counters, MLN_CNT_AUDITS_PUT);
    if (wake && write(w->bell, &one, sizeof(one)) < 0)
        return; /* the courier looks by itself before long */
}

/* Half of the ring is for first events: a flood of repeats must not crowd them out. */
static bool has_room_for_repeats(const struct worker *w)
{
    return mln_ring_room(&w->ring) >= 128;
}

static bool commit_kept(void *arg, const struct mln_audit_record *r)
{
    struct worker *w = arg;

    if (!has_room_for_repeats(w))
        return false;
    commit(w, r);
    return true;
}

static void await_kept(struct worker *w)
{
    mln_nsec due = mln_rollup_due(w->rollup), now = mln_loop_now(w->loop);

    if (due && !w->later.deadline)
        mln_timer_arm(w->loop, &w->later, due > now ? due - now : 0);
}

static void on_later(struct mln_timer *t)
{
    struct worker *w = MLN_OWNER(t, struct worker, later);

    mln_rollup_flush(w->rollup, mln_loop_now(w->loop), commit_kept, w);
    await_kept(w);
}

static bool commit_last(void *arg, const struct mln_audit_record *r)
{
    commit(arg, r);
    return true;
}

static bool take_audit(struct mln_audit_sink *s, struct mln_audit_record *r)
{
    struct sink *k = (struct sink *)(void *)s;
    struct worker *w = k->w;

    k->answer = mln_rollup_take(w->rollup, r, mln_loop_now(w->loop));
    if (k->answer != MLN_ROLLUP_SKIP || !mln_rollup_keeps(w->rollup))
        return true;
    mln_count(w->counters, MLN_CNT_AUDITS_ROLLED);
    return false;
}

static void put_audit(struct mln_audit_sink *s, const struct mln_audit_record *r)
{
    const struct sink *k = (const struct sink *)(void *)s;
    struct worker *w = k->w;

    if (k->answer == MLN_ROLLUP_FIRST ||
        (k->answer == MLN_ROLLUP_MORE && has_room_for_repeats(w))) {
        commit(w, r);
        return;
    }
    bool kept = mln_rollup_keep(w->rollup, r, mln_loop_now(w->loop));
    mln_count(w->counters,
              kept || r->revision > 1 ? MLN_CNT_AUDITS_ROLLED : MLN_CNT_AUDITS_DROPPED);
    await_kept(w);
}

/* Of the ring it gets what audits leave: a busy hour must not crowd an attack out. */
static void put_access(struct mln_audit_sink *s, const struct mln_audit_record *r)
{
    struct worker *w = ((struct sink *)(void *)s)->w;
    const uint64_t one = 1;
    bool wake = false;

    mln_buf_clear(&w->encoded);
    mln_audit_encode(r, &w->encoded);
    if (!has_room_for_repeats(w) || mln_buf_failed(&w->encoded) ||
        mln_ring_put(&w->ring, mln_buf_sv(&w->encoded), &wake) < 0)
        mln_count(w->counters, MLN_CNT_ACCESS_DROPPED);
    else if (wake && write(w->bell, &one, sizeof(one)) < 0)
        return; /* the courier looks by itself before long */
}

/* ---- policies ---- */

/* The private keys are only there while OpenSSL reads them. */
static int take_keys(struct worker *w, struct mln_policy_ref *p, int fd, char why[128])
{
    struct mln_keys keys;
    int r = mln_keys_map(fd, p->snap.h->revision, &keys);

    if (r < 0) {
        (void)snprintf(why, 128, "the keys are not sealed or not of this policy");
        return r;
    }
    struct mln_sv *list = calloc(keys.n + 1, sizeof(*list));
    for (uint32_t i = 0; list && i < keys.n; i++)
        list[i] = mln_keys_get(&keys, i);
    r = list ? mln_policy_tls_new(p, list, keys.n, &w->tickets, why) : -ENOMEM;
    free(list);
    mln_keys_unmap(&keys);
    return r;
}

/* fds: policy, keys, and the lists beside them when there are some. */
static void take_policy(struct worker *w, const int *fds, size_t n)
{
    char why[128] = "the blob is not sealed or not of this build";
    struct mln_policy_ref *p = mln_compiled_map(fds[0], n > 2 ? fds[2] : -1);

    if (p && take_keys(w, p, fds[1], why) < 0) {
        p->gone(p);
        p = NULL;
    }
    if (!p) {
        mln_log(MLN_LOG_ERROR, "policy_refused", MLN_KVS("why", why));
        return;
    }
    if (w->dp)
        mln_dataplane_policy(w->dp, p);
    else
        w->policy = p;
}

static int take_tickets(struct worker *w, int fd)
{
    struct mln_tls_tickets *keys = NULL;

    if (mln_memfd_is_sealed(fd) && lseek(fd, 0, SEEK_END) == (off_t)sizeof(*keys))
        keys = mmap(NULL, sizeof(*keys), PROT_READ, MAP_SHARED, fd, 0);
    if (!keys || keys == MAP_FAILED)
        return -EBADMSG;
    w->tickets = *keys;
    (void)munmap(keys, sizeof(*keys));
    return 0;
}

/* ---- messages ---- */

static void drained(void *arg)
{
    struct worker *w = arg;

    mln_loop_stop(w->loop);
}

static void drain(struct worker *w, uint64_t ms)
{
    mln_dataplane_drain(w->dp, ms * MLN_NSEC_PER_MSEC, drained, w);
}

static void close_all(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)close(fds[i]);
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
    else if (n >= 2)
        take_policy(w, fds, n);
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

static void send_back(const struct mln_wire *m)
{
    if (mln_scm_send(MLN_CONTROL_FD, m, sizeof(*m), NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "supervisor_busy");
}

/* Lost when the queue is full: the next such connection says it again. */
static void on_seen(void *arg, uint32_t app, uint16_t port, unsigned bit)
{
    const struct mln_wire m = {
        .version = MLN_WIRE_VERSION, .type = MLN_WIRE_SEEN, .app = app, .arg = port, .index = bit};

    (void)arg;
    if (mln_scm_send(MLN_CONTROL_FD, &m, sizeof(m), NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "supervisor_busy");
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
        send_back(m);
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
        close_all(fds, n);
        break;
    case MLN_WIRE_TICKETS: /* without them the old ones go on */
        if (n != 1 || take_tickets(w, fds[0]) < 0)
            mln_log0(MLN_LOG_WARN, "tickets_refused");
        close_all(fds, n);
        break;
    case MLN_WIRE_DRAIN:
        drain(w, m->arg);
        break;
    case MLN_WIRE_PING:
        send_back(m);
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
    for (unsigned i = 0; i < 64; i++) {
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
            drain(w, 1000);
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
    const struct mln_wire m = {
        .version = MLN_WIRE_VERSION, .type = MLN_WIRE_LOOK, .app = app, .arg = port};

    return w->control.fd < 0 ? -ENOTCONN : mln_scm_send(w->control.fd, &m, sizeof(m), NULL, 0);
}

/* ---- start ---- */

static int take_init(struct worker *w, const struct mln_wire *m, int *fds, size_t n)
{
    char who[32];

    if (n != 3)
        return -EPROTO;
    w->index = m->index;
    w->max_conns = (uint32_t)m->arg;
    w->held_bytes = m->more;
    w->access_log = m->app;
    w->poison_key = (struct mln_hash_key){m->id, ~m->id};
    (void)snprintf(who, sizeof(who), "worker-%u", m->index);
    mln_log_setup((enum mln_log_level)m->log_level, who);
    int r = mln_ring_attach(fds[0], MLN_RING_BYTES_DEFAULT, true, &w->ring);
    if (r < 0)
        return r;
    void *p =
        mmap(NULL, sizeof(struct mln_counters), PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
    if (p == MAP_FAILED)
        return -errno;
    w->counters = p;
    w->counters->c[MLN_CNT_G_CONNS_OPEN] = w->counters->c[MLN_CNT_G_UP_IDLE] =
        w->counters->c[MLN_CNT_G_HELD] = 0; /* a predecessor's */
    w->bell = mln_fd_take(&fds[2]);
    (void)close(fds[0]);
    (void)close(fds[1]);
    return 0;
}

/* Sealing with keys of nobody's choice would be worse than not to start. */
static int take_first_tickets(struct worker *w, int fd)
{
    int r = take_tickets(w, fd);

    (void)close(fd);
    return r;
}

static int start_message(struct worker *w, const struct mln_wire *m, int *fds, size_t n)
{
    switch (m->type) {
    case MLN_WIRE_INIT:
        return take_init(w, m, fds, n);
    case MLN_WIRE_LISTEN:
        if (n != 1 || w->n_listeners == LISTENERS_MAX)
            return -EPROTO;
        w->listeners[w->n_listeners].fd = fds[0];
        w->listeners[w->n_listeners].app = m->app;
        w->listeners[w->n_listeners++].port = (uint16_t)m->arg;
        return 0;
    case MLN_WIRE_POLICY:
        if (n < 2)
            return -EPROTO;
        take_policy(w, fds, n);
        close_all(fds, n);
        return w->policy ? 0 : -EBADMSG;
    case MLN_WIRE_BANS:
        if (n != 1)
            return -EPROTO;
        w->bans = mln_bans_map(fds[0]);
        close_all(fds, n);
        return w->bans ? 0 : -errno;
    case MLN_WIRE_TICKETS:
        if (n != 1)
            return -EPROTO;
        return take_first_tickets(w, fds[0]);
    case MLN_WIRE_POISON:
        mln_poison_add(&w->poison, m->id, mln_now_mono());
        return 0;
    default:
        return m->type == MLN_WIRE_START ? 1 : -EPROTO;
    }
}

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
    struct mln_hash_key key;
    mln_random(&key, sizeof(key));
    w->rollup = mln_rollup_new(&key);
    if (!w->engine || !w->rollup)
        return -ENOMEM;
    w->sink.base =
        (struct mln_audit_sink){take_audit, put_audit, w->access_log ? put_access : NULL};
    w->sink.w = w;
    w->later.fire = on_later;
    r = start_supply(w, transparent, &supply);
    if (r < 0)
        return r;
    const struct mln_dataplane_config dp = {
        .loop = w->loop,
        .supply = supply,
        .audit = &w->sink.base,
        .bans = w->bans,
        .counters = w->counters,
        .engine = w->engine,
        .max_conns = w->max_conns,
        .max_held_bytes = w->held_bytes,
        .max_idle_upstream = IDLE_UPSTREAM_MAX,
        .node = NULL,
        .seen = on_seen,
        .catch_up = transparent ? catch_up : NULL,
        .unknown = transparent ? ask_for_port : NULL,
        .refuses = refuses,
        .arg = w,
    };
    r = mln_dataplane_new(&w->dp, &dp);
    if (r == 0)
        r = mln_last_words(w->dp, &w->poison_key, &w->counters->died_of);
    if (r == 0)
        mln_dataplane_policy(w->dp, w->policy);
    for (unsigned i = 0; r == 0 && i < w->n_listeners; i++)
        r = mln_dataplane_listen(w->dp, w->listeners[i].fd, w->listeners[i].app,
                                 w->listeners[i].port);
    w->control = (struct mln_io){.fd = MLN_CONTROL_FD, .ready = on_control};
    return r < 0 ? r : mln_io_add(w->loop, &w->control, MLN_IO_READ);
}

static int lock_in(bool transparent)
{
    struct mln_sandbox_state s;
    int r = mln_sandbox_enter(transparent ? MLN_SANDBOX_TRANSPARENT : MLN_SANDBOX_WORKER, &s);

    if (r < 0) {
        mln_log(MLN_LOG_ERROR, "sandbox_failed", MLN_KVS("why", strerror(-r)));
        return r;
    }
    mln_logf(mln_sandbox_is_whole(&s) ? MLN_LOG_INFO : MLN_LOG_WARN, "worker_sandboxed",
             "user=%s caps=%s root=%s net=%s seccomp=\"%s\"", s.user, s.caps, s.root, s.net,
             s.seccomp);
#ifdef MLN_ATTACK_WORKER
    mln_attack_report();
#endif
    return 0;
}

int mln_worker_main(const char *source)
{
    bool transparent = source && strcmp(source, "transparent") == 0;
    struct worker *w = calloc(1, sizeof(*w));
    const struct mln_wire ready = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_READY};
    int r = 0;

    while (w && r == 0) {
        struct mln_wire m;
        int fds[4];
        size_t n;
        r = mln_child_receive(&m, fds, MLN_ARRAY_LEN(fds), &n);
        if (r == 0)
            r = start_message(w, &m, fds, n);
    }
    mln_tls_prepare();
    if (!w || r < 0 || !w->policy || (r = start_dataplane(w, transparent)) < 0 ||
        (r = lock_in(transparent)) < 0) {
        mln_log(MLN_LOG_ERROR, "worker_not_started", MLN_KVS("why", strerror(-r)));
        free(w);
        return 3;
    }
    r = mln_scm_send(MLN_CONTROL_FD, &ready, sizeof(ready), NULL, 0);
    if (r == 0)
        r = mln_loop_run(w->loop);
    mln_rollup_flush(w->rollup, UINT64_MAX, commit_last, w);
    w->dp = mln_dataplane_free(w->dp);
    w->transparent = mln_transparent_free(w->transparent);
    w->engine = mln_engine_free(w->engine);
    w->loop = mln_loop_free(w->loop);
    w->rollup = mln_rollup_free(w->rollup);
    mln_buf_done(&w->encoded);
    free(w);
    return r < 0 ? 1 : 0;
}
