/* The scout and the runtimes: connections by way of the warden, the state machines on top. */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/scout_priv.h"

enum { READ_MAX = 65536, READS_PER_TURN = 16 };

/* ---- connections ---- */

static struct conn *conn_of(struct scout *s, enum mln_runtime_kind kind, unsigned index)
{
    return &s->conn[kind == MLN_RUNTIME_DOCKER ? index : MLN_DOCKER_CONNS + index];
}

static void drop_conn(struct conn *c)
{
    c->want = 0;
    if (c->io.fd < 0)
        return;
    mln_io_del(c->s->loop, &c->io);
    mln_fd_close(&c->io.fd);
}

/* An answer that never comes is a time-out to the state machine: nothing to do when this fails. */
static void want_conn(struct conn *c)
{
    const struct mln_wire m = {.version = MLN_WIRE_VERSION,
                               .type = MLN_WIRE_WANT,
                               .id = ++c->s->next_want,
                               .app = c->kind};

    drop_conn(c);
    if (mln_scm_send(c->s->control.fd, &m, sizeof(m), NULL, 0) == 0)
        c->want = m.id;
}

static void send_question(struct scout *s, const void *question, size_t len)
{
    if (mln_scm_send(s->control.fd, question, len, NULL, 0) < 0) /* it times out */
        mln_log0(MLN_LOG_WARN, "warden_busy");
}

static void closed(struct conn *c)
{
    if (c->kind == MLN_RUNTIME_DOCKER)
        mln_docker_closed(c->s->docker, c->index);
    else
        mln_containerd_closed(c->s->containerd, c->index);
}

static void take_bytes(struct conn *c, struct mln_sv bytes)
{
    if (c->kind == MLN_RUNTIME_DOCKER)
        mln_docker_bytes(c->s->docker, c->index, bytes);
    else
        mln_containerd_bytes(c->s->containerd, c->index, bytes);
}

static bool connected(struct conn *c, int err)
{
    return c->kind == MLN_RUNTIME_DOCKER
               ? mln_docker_connected(c->s->docker, c->index, err)
               : mln_containerd_connected(c->s->containerd, c->index, err);
}

static void on_runtime(struct mln_io *io, uint32_t events)
{
    struct conn *c = (struct conn *)(void *)io;
    static char buf[READ_MAX];
    uint64_t id = c->id;

    (void)events;
    scout_tick(c->s);
    for (unsigned i = 0; i < READS_PER_TURN && c->io.fd >= 0 && c->id == id; i++) {
        ssize_t n = read(c->io.fd, buf, sizeof(buf));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n <= 0) {
            drop_conn(c);
            closed(c);
            break;
        }
        take_bytes(c, mln_sv(buf, (size_t)n));
    }
    scout_tick(c->s);
}

void scout_socket(struct scout *s, const struct mln_wire *m, int *fd)
{
    for (unsigned i = 0; i < CONNS; i++) {
        struct conn *c = &s->conn[i];
        if (c->want != m->id || !c->want)
            continue;
        c->id = c->want;
        c->want = 0;
        int err = *fd >= 0 ? 0 : m->arg > 0 && m->arg < 4096 ? -(int)m->arg : -EPROTO;
        if (!err) {
            c->io = (struct mln_io){.fd = mln_fd_take(fd), .ready = on_runtime};
            err = mln_io_add(s->loop, &c->io, MLN_IO_READ);
            if (err < 0)
                mln_fd_close(&c->io.fd);
        }
        if (!connected(c, err))
            drop_conn(c);
        return;
    }
}

/* ---- how the runtimes are ---- */

static void tell_when_all_are_known(struct scout *s)
{
    bool all = true, any = false;

    for (unsigned i = 0; i < RUNTIMES; i++) {
        all = all && (!s->runtime[i].enabled || s->runtime[i].state != RUNTIME_CONNECTING);
        any = any || s->runtime[i].state == RUNTIME_SYNCED;
    }
    if (all && any)
        scout_tell_synced(s);
    scout_tell_runtimes(s);
}

static void synced(struct scout *s, unsigned which, enum mln_runtime_kind kind)
{
    struct runtime *r = &s->runtime[which];

    r->seen = true;
    r->state = RUNTIME_SYNCED;
    (void)snprintf(r->text, sizeof(r->text), "connected");
    mln_logf(MLN_LOG_INFO, "runtime_synced", "runtime=%s", r->name);
    scout_complete(s, kind);
    tell_when_all_are_known(s);
}

/* A machine may have the one and not the other: that is no trouble. */
static bool is_absent(const struct runtime *r, int why)
{
    return !r->seen && (why == -ENOENT || why == -ECONNREFUSED);
}

static void trouble(struct scout *s, unsigned which, const char *what, int why)
{
    struct runtime *r = &s->runtime[which];
    char text[64];

    if (why < 0)
        (void)snprintf(text, sizeof(text), "%s", strerror(-why));
    else
        (void)snprintf(text, sizeof(text), "status %d", why);
    r->state = is_absent(r, why) ? RUNTIME_ABSENT : RUNTIME_CONNECTING;
    (void)snprintf(r->text, sizeof(r->text), "%s: %s", what, text);
    mln_log(r->state == RUNTIME_ABSENT ? MLN_LOG_INFO : MLN_LOG_WARN, "runtime_trouble",
            MLN_KVS("runtime", r->name), MLN_KVS("what", what), MLN_KVS("why", text));
    tell_when_all_are_known(s);
}

/* ---- Docker ---- */

static void docker_connect(void *ctx, unsigned conn)
{
    want_conn(conn_of(ctx, MLN_RUNTIME_DOCKER, conn));
}

static void docker_ask(void *ctx, unsigned conn, const struct mln_docker_ask *question)
{
    struct mln_docker_ask q = *question;

    q.conn = conn_of(ctx, MLN_RUNTIME_DOCKER, conn)->id;
    send_question(ctx, &q, sizeof(q));
}

static void docker_close(void *ctx, unsigned conn)
{
    drop_conn(conn_of(ctx, MLN_RUNTIME_DOCKER, conn));
}

static void docker_changed(void *ctx, const struct mln_container *c, const struct mln_image *image)
{
    scout_changed(ctx, MLN_RUNTIME_DOCKER, c, image);
}

static void docker_synced(void *ctx)
{
    synced(ctx, DOCKER, MLN_RUNTIME_DOCKER);
}

static void docker_trouble(void *ctx, const char *what, int why)
{
    trouble(ctx, DOCKER, what, why);
}

static void on_gone(void *ctx, struct mln_sv id)
{
    scout_gone(ctx, id);
}

/* ---- containerd ---- */

static void containerd_connect(void *ctx, unsigned conn)
{
    want_conn(conn_of(ctx, MLN_RUNTIME_CONTAINERD, conn));
}

static void containerd_ask(void *ctx, unsigned conn, const struct mln_containerd_ask *question)
{
    struct mln_containerd_ask q = *question;

    q.conn = conn_of(ctx, MLN_RUNTIME_CONTAINERD, conn)->id;
    send_question(ctx, &q, sizeof(q));
}

static void containerd_close(void *ctx, unsigned conn)
{
    drop_conn(conn_of(ctx, MLN_RUNTIME_CONTAINERD, conn));
}

static void containerd_changed(void *ctx, const struct mln_container *c,
                               const struct mln_image *image)
{
    scout_changed(ctx, MLN_RUNTIME_CONTAINERD, c, image);
}

static void containerd_synced(void *ctx)
{
    synced(ctx, CONTAINERD, MLN_RUNTIME_CONTAINERD);
}

static void containerd_trouble(void *ctx, const char *what, int why)
{
    struct scout *s = ctx;

    if (s->docker)
        mln_docker_not_early(s->docker);
    trouble(s, CONTAINERD, what, why);
}

static void containerd_dockers(void *ctx, struct mln_sv id, uint32_t pid, bool ended)
{
    struct scout *s = ctx;

    if (s->docker && ended)
        mln_docker_ended(s->docker, id, pid);
    else if (s->docker && pid)
        mln_docker_early(s->docker, id, pid);
}

/* ---- life ---- */

void scout_tick(struct scout *s)
{
    mln_nsec now = mln_loop_now(s->loop), next = UINT64_MAX, t;

    if (!s->recalled)
        return;
    if (s->docker)
        next = mln_docker_tick(s->docker, now, mln_loop_wall(s->loop));
    if (s->containerd && (t = mln_containerd_tick(s->containerd, now)) < next)
        next = t;
    mln_timer_arm(s->loop, &s->tick, next > now ? next - now : 1);
}

static void on_tick(struct mln_timer *t)
{
    scout_tick(MLN_OWNER(t, struct scout, tick));
}

void scout_report_all(struct scout *s)
{
    if (s->docker)
        mln_docker_report_all(s->docker);
    if (s->containerd)
        mln_containerd_report_all(s->containerd);
}

static int start_docker(struct scout *s)
{
    static const struct mln_docker_ops ops = {.connect = docker_connect,
                                              .ask = docker_ask,
                                              .close = docker_close,
                                              .changed = docker_changed,
                                              .gone = on_gone,
                                              .synced = docker_synced,
                                              .trouble = docker_trouble};

    s->runtime[DOCKER].enabled = true;
    s->docker = mln_docker_new(&ops, s);
    return s->docker ? 0 : -ENOMEM;
}

static int start_containerd(struct scout *s)
{
    static const struct mln_containerd_ops ops = {.connect = containerd_connect,
                                                  .ask = containerd_ask,
                                                  .close = containerd_close,
                                                  .changed = containerd_changed,
                                                  .gone = on_gone,
                                                  .synced = containerd_synced,
                                                  .trouble = containerd_trouble,
                                                  .dockers = containerd_dockers};

    s->runtime[CONTAINERD].enabled = true;
    s->containerd = mln_containerd_new(&ops, s);
    return s->containerd ? 0 : -ENOMEM;
}

int scout_runtimes_init(struct scout *s, unsigned kinds)
{
    s->tick.fire = on_tick;
    for (unsigned i = 0; i < CONNS; i++) {
        bool docker = i < MLN_DOCKER_CONNS;
        s->conn[i] = (struct conn){.io.fd = -1,
                                   .s = s,
                                   .kind = docker ? MLN_RUNTIME_DOCKER : MLN_RUNTIME_CONTAINERD,
                                   .index = docker ? i : i - MLN_DOCKER_CONNS};
    }
    s->runtime[DOCKER].name = "docker";
    s->runtime[CONTAINERD].name = "containerd";
    for (unsigned i = 0; i < RUNTIMES; i++)
        (void)snprintf(s->runtime[i].text, sizeof(s->runtime[i].text), "connecting");
    int r = kinds & MLN_RUNTIME_DOCKER ? start_docker(s) : 0;
    if (r == 0 && kinds & MLN_RUNTIME_CONTAINERD)
        r = start_containerd(s);
    return r;
}

void scout_runtimes_done(struct scout *s)
{
    s->docker = mln_docker_free(s->docker);
    s->containerd = mln_containerd_free(s->containerd);
}
