/* The scout: follows the container runtime, decides which rule each container gets, and tells the
 * warden in messages without strings, the courier with them. Sandboxed like a worker. Of the
 * runtime it has pipes with answers, no socket: questions go to the warden (runtime/docker_ask.h).
 */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/sandbox.h"
#include "node/scout_priv.h"

/* ---- messages ---- */

static bool is_for_everything(const struct mln_scope *s)
{
    bool images = s->images.n == 0;

    for (uint32_t i = 0; i < s->images.n; i++)
        images = images || mln_sv_eq(s->images.v[i], MLN_SV("*"));
    return images && !s->containers.n && !s->namespaces.n && !s->labels.n && !s->nodes.n;
}

/* Allowed, but seldom meant: databases and the like get it, too, and no rule behind it counts. */
static void warn_of_broad_rules(const struct scout *s)
{
    for (uint32_t i = 0; s->has_policy && i < s->policy.snap.n_rules; i++)
        if (is_for_everything(&s->scopes.v[i]))
            mln_log(MLN_LOG_WARN, "rule_for_everything",
                    MLN_KV("rule", mln_snap_str(&s->policy.snap, s->policy.snap.rules[i].name)));
}

static int take_policy(struct scout *s, int fd)
{
    struct mln_blob blob;
    struct mln_scopes scopes;
    int r = mln_blob_map(fd, &blob);

    if (r < 0)
        return r;
    struct mln_blob old = s->policy;
    struct mln_scopes old_scopes = s->scopes;
    s->policy = blob;
    r = mln_scopes_init(&scopes, &s->policy.snap);
    if (r < 0) {
        mln_blob_unmap(&blob);
        s->policy = old;
        return r;
    }
    s->scopes = scopes;
    mln_scopes_done(&old_scopes);
    mln_blob_unmap(&old);
    warn_of_broad_rules(s);
    if (s->loop) {
        scout_report_all(s);
        scout_tell_policy(s);
    }
    return 0;
}

static void on_message(struct scout *s, const struct mln_wire *m, int *fd)
{
    if (m->type == MLN_WIRE_SOCKET)
        scout_socket(s, m, fd);
    else if (m->type == MLN_WIRE_META && *fd >= 0)
        scout_new_courier(s, fd);
    else if (m->type == MLN_WIRE_PING && mln_scm_send(MLN_CONTROL_FD, m, sizeof(*m), NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "supervisor_busy");
    else if (m->type == MLN_WIRE_POLICY && *fd >= 0 && take_policy(s, *fd) < 0)
        mln_log(MLN_LOG_ERROR, "policy_refused", MLN_KVS("kept", "old"));
}

static void on_control(struct mln_io *io, uint32_t events)
{
    struct scout *s = MLN_OWNER(io, struct scout, control);

    (void)events;
    scout_tick(s);
    for (unsigned i = 0; i < 64; i++) {
        union {
            struct mln_wire wire;
            struct mln_hook_ask hook;
        } m = {.hook = {0}};
        size_t n = 0;
        MLN_CLEANUP_FD int fd = -1;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), &fd, 1, &n);
        if (r == -EAGAIN)
            break;
        if (r <= 0 && r != -EMFILE && r != -EBADMSG) { /* the warden is gone */
            mln_loop_stop(s->loop);
            return;
        }
        if (r == (int)sizeof(m.wire) && m.wire.version == MLN_WIRE_VERSION)
            on_message(s, &m.wire, &fd);
        else if (r > 0 && mln_hook_ask_check(&m.hook, (size_t)r) == 0)
            scout_hook(s, &m.hook);
    }
    scout_tick(s);
}

static void on_workloads(struct mln_io *io, uint32_t events)
{
    struct scout *s = MLN_OWNER(io, struct scout, workloads);

    (void)events;
    for (unsigned i = 0; i < 256; i++) {
        struct mln_workload_msg m = {0};
        size_t n = 0;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), NULL, 0, &n);
        if (r == -EAGAIN || r == -EBADMSG)
            return;
        if (r <= 0) {
            mln_loop_stop(s->loop);
            return;
        }
        if (mln_workload_check(&m, (size_t)r) == 0 && (!s->recalled || m.op == MLN_WORKLOAD_DONE))
            scout_workload(s, &m);
    }
}

/* ---- start ---- */

static int start_message(struct scout *s, const struct mln_wire *m, int *fds, size_t n)
{
    switch (m->type) {
    case MLN_WIRE_INIT:
        if (n != 1)
            return -EPROTO;
        mln_log_setup((enum mln_log_level)m->log_level, "scout");
        s->kinds = (unsigned)m->arg;
        s->has_policy = m->index != 0;
        s->workloads.fd = fds[0];
        return 0;
    case MLN_WIRE_POLICY: {
        int r = n == 1 ? take_policy(s, fds[0]) : -EPROTO;
        if (n == 1)
            (void)close(fds[0]);
        return r;
    }
    case MLN_WIRE_META:
        if (n != 1)
            return -EPROTO;
        scout_new_courier(s, &fds[0]);
        return 0;
    default:
        return m->type == MLN_WIRE_START ? 1 : -EPROTO;
    }
}

static int start(struct scout *s)
{
    int r = mln_loop_new(&s->loop);

    if (r < 0)
        return r;
    s->control = (struct mln_io){.fd = MLN_CONTROL_FD, .ready = on_control};
    s->workloads.ready = on_workloads;
    scout_slots_init(s);
    r = scout_runtimes_init(s, s->kinds);
    if (r < 0)
        return r;
    r = mln_io_add(s->loop, &s->control, MLN_IO_READ);
    return r < 0 ? r : mln_io_add(s->loop, &s->workloads, MLN_IO_READ);
}

static int lock_in(void)
{
    struct mln_sandbox_state st;
    int r = mln_sandbox_enter(MLN_SANDBOX_SCOUT, &st);

    if (r == 0)
        mln_sandbox_log("scout_sandboxed", &st);
    return r;
}

static void free_scout(struct scout *s)
{
    scout_slots_done(s);
    scout_runtimes_done(s);
    s->loop = mln_loop_free(s->loop);
    mln_scopes_done(&s->scopes);
    mln_blob_unmap(&s->policy);
    free(s);
}

int mln_scout_main(void)
{
    struct scout *s = calloc(1, sizeof(*s));
    const struct mln_wire ready = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_READY};
    int r = s ? 0 : -ENOMEM;

    if (s) {
        s->meta_fd = s->workloads.fd = -1;
        if (gethostname(s->node, sizeof(s->node) - 1) < 0)
            s->node[0] = '\0';
    }
    while (r == 0) {
        struct mln_wire m;
        int fds[4];
        size_t n;
        r = mln_child_receive(&m, fds, MLN_ARRAY_LEN(fds), &n);
        if (r == 0)
            r = start_message(s, &m, fds, n);
    }
    if (r < 0 || !s->policy.map || s->workloads.fd < 0 || (r = start(s)) < 0 ||
        (r = lock_in()) < 0) {
        mln_log(MLN_LOG_ERROR, "scout_not_started", MLN_KVS("why", strerror(-r)));
        return 3;
    }
    r = mln_scm_send(MLN_CONTROL_FD, &ready, sizeof(ready), NULL, 0);
    scout_tell_policy(s);
    scout_tick(s);
    if (r == 0)
        r = mln_loop_run(s->loop);
    free_scout(s);
    return r < 0 ? 1 : 0;
}
