/* The source of `merlon proxy`: one listener, one upstream. */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/handover.h"
#include "node/heir.h"
#include "node/sockets.h"
#include "node/supervisor.h"

enum { WANTS_PER_SECOND = 20000 };

struct proxy {
    struct mln_source base; /* first */
    const struct mln_proxy_options *o;
    int listener;
    struct mln_heir heir; /* a new proxy */
    int before;           /* whom we take over from, until we serve; or -1 */
    int bans;             /* of that one, until the courier is there; or -1 */
    struct {
        uint64_t wants, second; /* rate of socket requests */
        uint64_t busy_second;   /* of the last complaint: a worker must not fill the log */
    } worker[MLN_WORKERS_MAX];
};

/* ---- an upgrade ---- */

static int give_all(void *arg, int fd)
{
    const struct proxy *p = arg;
    const int bans = mln_supervisor_bans(p->base.sup);
    int r = mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_LISTENER},
                              &p->listener, 1);

    if (r == 0)
        r = mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_BANS}, &bans, 1);
    return r < 0 ? r
                 : mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_END}, NULL,
                                     0);
}

static void serves(void *arg, pid_t by)
{
    mln_supervisor_taken_over(((struct proxy *)arg)->base.sup, by);
}

/* What the old one gives. */
static int receive_all(struct proxy *p)
{
    struct mln_handover_msg m = {.type = 0};

    while (m.type != MLN_HANDOVER_END) {
        int fds[3] = {-1, -1, -1};
        int n = mln_handover_receive(p->before, &m, fds);
        if (n == 1 && m.type == MLN_HANDOVER_LISTENER && p->listener < 0)
            p->listener = mln_fd_take(&fds[0]);
        else if (n == 1 && m.type == MLN_HANDOVER_BANS && p->bans < 0)
            p->bans = mln_fd_take(&fds[0]);
        else if (n || m.type != MLN_HANDOVER_END) {
            for (int i = 0; i < n; i++)
                (void)close(fds[i]);
            return n < 0 ? n : -EPROTO;
        }
    }
    return p->listener < 0 ? -EPROTO : 0;
}

/* An exit code. When none runs there is nothing to take over. */
static int take_over(struct proxy *p)
{
    char hint[160];
    uid_t uid = 0;

    p->before = mln_handover_connect(p->o->node.state_dir, &uid);
    if (p->before == -ECONNREFUSED || p->before == -ENOENT) {
        p->before = -1;
        return 0;
    }
    int r = p->before < 0 ? p->before : receive_all(p);
    if (r < 0)
        return mln_supervisor_complain(&p->base, "--takeover", r,
                                       mln_handover_hint(r, uid, hint, sizeof(hint)));
    if (!mln_socket_listens_at(p->listener, &p->o->listen_addr, p->o->listen_port))
        return mln_supervisor_complain(&p->base, "--takeover", -EADDRNOTAVAIL,
                                       "--listen is not where the running proxy listens, which "
                                       "goes on");
    return 0;
}

/* Once: the courier puts them into a table that outlives it. */
static void pass_bans(struct mln_source *s)
{
    struct proxy *p = (struct proxy *)(void *)s;

    if (p->bans >= 0 && mln_supervisor_tell_courier(s->sup, MLN_WIRE_BANS,
                                                    (struct mln_wire){.arg = 0}, &p->bans, 1) < 0)
        mln_log(MLN_LOG_WARN, "bans_not_taken_over",
                MLN_KVS("effect", "who was banned is served again"));
    mln_fd_close(&p->bans);
}

static void say_serving(struct proxy *p)
{
    if (p->before >= 0 &&
        mln_handover_send(p->before, (struct mln_handover_msg){.type = MLN_HANDOVER_SERVING}, NULL,
                          0) < 0)
        mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("effect", "the old proxy is gone"));
    mln_fd_close(&p->before);
}

static bool stopping(struct mln_source *s)
{
    mln_heir_close(&((struct proxy *)(void *)s)->heir);
    return true;
}

/* ---- sockets ---- */

static int listen_here(struct proxy *p)
{
    char what[MLN_ADDR_TEXT + 64], at[MLN_ADDR_PORT_TEXT];

    p->listener = mln_socket_listen(&p->o->listen_addr, p->o->listen_port, 4096, false);
    if (p->listener >= 0)
        return 0;
    (void)snprintf(what, sizeof(what), "cannot listen on %s (--listen)",
                   mln_addr_port_format(&p->o->listen_addr, p->o->listen_port, at));
    return mln_supervisor_complain(&p->base, what, p->listener,
                                   mln_socket_listen_hint(p->listener));
}

static int open_listener(struct mln_source *s)
{
    struct proxy *p = (struct proxy *)(void *)s;
    struct mln_doors *doors = mln_supervisor_doors(s->sup);
    unsigned rules = 0;

    (void)mln_supervisor_policy(s->sup, NULL, &rules);
    if (rules > 1)
        mln_logf(MLN_LOG_INFO, "rule_choice",
                 "rules=%u used=first note=\"a proxy has one application: the first rule by order "
                 "applies, its scope is ignored\"",
                 rules);
    int code = p->o->takeover ? take_over(p) : 0;
    if (code == 0 && p->listener < 0)
        code = listen_here(p);
    if (code || !doors->dir)
        return code;
    doors->hidden = p->before >= 0;
    p->heir.loop = mln_supervisor_loop(s->sup);
    p->heir.give = give_all;
    p->heir.serves = serves;
    p->heir.arg = p;
    int r = mln_heir_open(&p->heir, doors);
    return r < 0 ? mln_supervisor_complain(s, doors->dir, r, "its sockets cannot be made") : 0;
}

static int give_listener(struct mln_source *s, unsigned w)
{
    struct proxy *p = (struct proxy *)(void *)s;

    return mln_supervisor_send(s->sup, w, MLN_WIRE_LISTEN,
                               (struct mln_wire){.arg = p->o->listen_port}, &p->listener, 1);
}

/* A socket towards the upstream, made here since a worker cannot, sent on as it connects. */
static void answer_want(struct proxy *p, unsigned w, uint64_t id)
{
    uint64_t second = mln_loop_now(mln_supervisor_loop(p->base.sup)) / MLN_NSEC_PER_SEC;
    struct mln_wire m = {.id = id};

    if (second != p->worker[w].second) {
        p->worker[w].second = second;
        p->worker[w].wants = 0;
    }
    MLN_CLEANUP_FD int fd = ++p->worker[w].wants > WANTS_PER_SECOND
                                ? -EAGAIN
                                : mln_socket_connect(&p->o->upstream_addr, p->o->upstream_port);
    if (fd < 0)
        m.arg = (uint64_t)-fd;
    if (mln_supervisor_send(p->base.sup, w, MLN_WIRE_SOCKET, m, &fd, fd >= 0 ? 1 : 0) < 0 &&
        p->worker[w].busy_second != second) {
        p->worker[w].busy_second = second;
        mln_logf(MLN_LOG_WARN, "worker_busy", "index=%u socket=lost", w);
    }
}

static void message(struct mln_source *s, unsigned w, const struct mln_wire *m)
{
    if (m->type == MLN_WIRE_WANT && m->app == 0)
        answer_want((struct proxy *)(void *)s, w, m->id);
}

static void all_ready(struct mln_source *s)
{
    struct proxy *p = (struct proxy *)(void *)s;
    const struct mln_node_options *o = &p->o->node;
    char listen[MLN_ADDR_PORT_TEXT], upstream[MLN_ADDR_PORT_TEXT], workers[16];

    (void)snprintf(workers, sizeof(workers), "%u", o->workers);
    mln_log(MLN_LOG_INFO, "ready",
            MLN_KVS("listen", mln_addr_port_format(&p->o->listen_addr, p->o->listen_port, listen)),
            MLN_KVS("upstream",
                    mln_addr_port_format(&p->o->upstream_addr, p->o->upstream_port, upstream)),
            MLN_KVS("workers", workers), MLN_KVS("policy", o->policy ? o->policy : "built-in"),
            MLN_KVS("audit_log", o->audit_log ? o->audit_log : "none"));
    say_serving(p);
}

static void close_all(struct mln_source *s)
{
    struct proxy *p = (struct proxy *)(void *)s;

    mln_heir_close(&p->heir);
    mln_fd_close(&p->before);
    mln_fd_close(&p->bans);
    mln_fd_close(&p->listener);
}

int mln_proxy_run(const struct mln_proxy_options *o)
{
    static const struct mln_source_ops ops = {
        .command = "proxy",
        .shares_metrics = true,
        .open = open_listener,
        .give = give_listener,
        .message = message,
        .all_ready = all_ready,
        .courier_started = pass_bans,
        .stopping = stopping,
        .close = close_all,
    };
    struct proxy p = {
        .base.ops = &ops, .o = o, .listener = -1, .heir = MLN_HEIR_NONE, .before = -1, .bans = -1};

    return mln_supervisor_run(&o->node, &p.base);
}
