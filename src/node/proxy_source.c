/* The source of `merlon proxy`: one listener, one upstream. */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/sockets.h"
#include "node/supervisor.h"

enum { WANTS_PER_SECOND = 20000 };

struct proxy {
    struct mln_source base; /* first */
    const struct mln_proxy_options *o;
    int listener;
    struct {
        uint64_t wants, second; /* rate of socket requests */
        uint64_t busy_second;   /* of the last complaint: a worker must not fill the log */
    } worker[MLN_WORKERS_MAX];
};

static int open_listener(struct mln_source *s)
{
    struct proxy *p = (struct proxy *)(void *)s;
    char what[MLN_ADDR_TEXT + 64], at[MLN_ADDR_PORT_TEXT];
    unsigned rules = 0;

    (void)mln_supervisor_policy(s->sup, NULL, &rules);
    if (rules > 1)
        mln_logf(MLN_LOG_INFO, "rule_choice",
                 "rules=%u used=first note=\"a proxy has one application: the first rule by order "
                 "applies, its scope is ignored\"",
                 rules);
    p->listener = mln_socket_listen(&p->o->listen_addr, p->o->listen_port, 4096, false);
    if (p->listener >= 0)
        return 0;
    (void)snprintf(what, sizeof(what), "cannot listen on %s (--listen)",
                   mln_addr_port_format(&p->o->listen_addr, p->o->listen_port, at));
    return mln_supervisor_complain(s, what, p->listener, mln_socket_listen_hint(p->listener));
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
    const struct proxy *p = (const struct proxy *)(const void *)s;
    const struct mln_node_options *o = &p->o->node;
    char listen[MLN_ADDR_PORT_TEXT], upstream[MLN_ADDR_PORT_TEXT], workers[16];

    (void)snprintf(workers, sizeof(workers), "%u", o->workers);
    mln_log(MLN_LOG_INFO, "ready",
            MLN_KVS("listen", mln_addr_port_format(&p->o->listen_addr, p->o->listen_port, listen)),
            MLN_KVS("upstream",
                    mln_addr_port_format(&p->o->upstream_addr, p->o->upstream_port, upstream)),
            MLN_KVS("workers", workers), MLN_KVS("policy", o->policy ? o->policy : "built-in"),
            MLN_KVS("audit_log", o->audit_log ? o->audit_log : "none"));
}

static void close_listener(struct mln_source *s)
{
    mln_fd_close(&((struct proxy *)(void *)s)->listener);
}

int mln_proxy_run(const struct mln_proxy_options *o)
{
    static const struct mln_source_ops ops = {
        .command = "proxy",
        .open = open_listener,
        .give = give_listener,
        .message = message,
        .all_ready = all_ready,
        .close = close_listener,
    };
    struct proxy p = {.base.ops = &ops, .o = o, .listener = -1};

    return mln_supervisor_run(&o->node, &p.base);
}
