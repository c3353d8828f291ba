/* The scout: follows the container runtime, decides which rule each container gets, and tells the
 * warden in messages without strings, the courier with them. Sandboxed like a worker. Of the
 * runtime it has pipes with answers, no socket: questions go to the warden (runtime/docker_ask.h).
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/hash.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/scm.h"
#include "node/children.h"
#include "node/sandbox.h"
#include "node/scopes.h"
#include "runtime/docker.h"
#include "runtime/meta.h"

enum { AGAIN_MS = 20, READ_MAX = 65536, READS_PER_TURN = 16 };

struct scout;

struct conn {
    struct mln_io io; /* first; fd -1: closed */
    struct scout *s;
    unsigned index;
    uint64_t want; /* id of the newest request for a connection, 0: none is under way */
    uint64_t id;   /* of the one that this connection came from */
};

struct slot {
    bool recalled;               /* told by a scout before us, not yet seen by us */
    bool used, leaving;          /* leaving: GONE was or is to be told, DONE has not come */
    bool msg_due, meta_due;      /* a queue was full */
    uint8_t id[32];              /* as in messages */
    struct mln_workload_msg msg; /* as told last */
    struct mln_buf meta;
};

struct scout {
    struct mln_loop *loop;
    struct mln_io control, workloads;
    int meta_fd;
    struct mln_blob policy;
    struct mln_scopes scopes;
    char node[256];
    struct mln_docker *docker;
    struct conn conn[MLN_DOCKER_CONNS];
    uint64_t next_want;
    struct mln_timer tick, again;
    struct slot slots[MLN_WORKLOADS_MAX];
    bool has_policy;
    bool recalled; /* we know what the scout before us told */
    bool synced, synced_due;
    char state[128]; /* of the runtime, for `merlon status` */
};

#define OWNER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* ---- telling ---- */

static void later(struct scout *s)
{
    mln_timer_arm(s->loop, &s->again, AGAIN_MS * MLN_NSEC_PER_MSEC);
}

static void tell_warden(struct scout *s, struct slot *slot)
{
    slot->msg_due =
        mln_scm_send(s->workloads.fd, &slot->msg, sizeof(slot->msg), NULL, 0) == -EAGAIN;
    if (slot->msg_due)
        later(s);
}

static void tell_courier(struct scout *s, struct slot *slot)
{
    slot->meta_due = s->meta_fd >= 0 && slot->meta.len &&
                     mln_scm_send(s->meta_fd, slot->meta.p, slot->meta.len, NULL, 0) == -EAGAIN;
    if (slot->meta_due)
        later(s);
}

static void tell_state(struct scout *s)
{
    const struct mln_meta m = {.op = MLN_META_STATE,
                               .runtime = MLN_SV("docker"),
                               .why = mln_sv_str(s->state),
                               .synced = s->synced};
    struct mln_buf out = {0};

    mln_meta_encode(&m, &out);
    if (s->meta_fd >= 0 && !mln_buf_failed(&out) &&
        mln_scm_send(s->meta_fd, out.p, out.len, NULL, 0) < 0)
        mln_log0(MLN_LOG_DEBUG, "courier_busy");
    mln_buf_done(&out);
}

static void tell_synced(struct scout *s)
{
    const struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_SYNCED};

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (s->slots[i].msg_due) { /* not before the others */
            s->synced_due = true;
            later(s);
            return;
        }
    s->synced_due = mln_scm_send(s->workloads.fd, &m, sizeof(m), NULL, 0) == -EAGAIN;
    if (s->synced_due)
        later(s);
}

static void tell_again(struct mln_timer *t)
{
    struct scout *s = OWNER(t, struct scout, again);

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        if (s->slots[i].msg_due)
            tell_warden(s, &s->slots[i]);
        if (s->slots[i].meta_due)
            tell_courier(s, &s->slots[i]);
    }
    if (s->synced_due)
        tell_synced(s);
}

/* ---- slots ---- */

/* Ids that are not 64 hex digits (containerd's may be anything) are hashed. */
static void set_id(struct mln_sv id, uint8_t out[32])
{
    if (mln_docker_id_binary(id, out))
        return;
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t h = mln_hash(&(struct mln_hash_key){.k0 = i}, id);
        memcpy(out + i * 8, &h, 8);
    }
}

static struct slot *find_slot(struct scout *s, struct mln_sv id)
{
    uint8_t binary[32];

    set_id(id, binary);
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->used && !slot->leaving && memcmp(slot->id, binary, sizeof(binary)) == 0)
            return slot;
    }
    return NULL;
}

static struct slot *new_slot(struct scout *s, struct mln_sv id)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        struct slot *slot = &s->slots[i];
        if (slot->used)
            continue;
        slot->used = true;
        set_id(id, slot->id);
        slot->msg = (struct mln_workload_msg){.slot = i};
        return slot;
    }
    mln_logf(MLN_LOG_ERROR, "containers_full", "max=%d", MLN_WORKLOADS_MAX);
    return NULL;
}

static void leave_slot(struct scout *s, struct slot *slot)
{
    const struct mln_meta gone = {.op = MLN_META_GONE, .slot = slot->msg.slot};

    slot->leaving = true;
    slot->msg = (struct mln_workload_msg){
        .version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_GONE, .slot = slot->msg.slot};
    tell_warden(s, slot);
    mln_meta_encode(&gone, &slot->meta);
    tell_courier(s, slot);
}

static void free_slot(struct slot *slot)
{
    mln_buf_done(&slot->meta);
    *slot = (struct slot){.used = false};
}

/* ---- containers ---- */

static const char *mode_text(const struct mln_snap_rule *r)
{
    return r->mode == MLN_MODE_OFF ? "off" : r->mode == MLN_MODE_SHADOW ? "shadow" : "enforce";
}

static struct mln_sv digest_of(const struct mln_image *image)
{
    for (uint32_t i = 0; image && i < image->n_refs; i++)
        if (image->refs[i].digest.p)
            return image->refs[i].digest;
    return MLN_SV_NULL;
}

static void add_refs(struct mln_meta *m, const struct mln_image *image, struct mln_arena *a)
{
    for (uint32_t i = 0; image && i < image->n_refs && m->n_refs < MLN_META_REFS_MAX; i++) {
        const struct mln_image_ref *r = &image->refs[i];
        struct mln_sv rest = r->digest.p ? r->digest : r->tag;
        char text[2 * MLN_IMAGE_REF_MAX + 32];
        int n = snprintf(text, sizeof(text), "%.*s%c%.*s", MLN_SV_ARG(r->repository),
                         r->digest.p ? '@' : ':', MLN_SV_ARG(rest));
        struct mln_sv copy = mln_arena_dup(a, mln_sv(text, (size_t)n));
        if (copy.p)
            m->refs[m->n_refs++] = copy;
    }
}

static void encode_meta(struct scout *s, struct slot *slot, const struct mln_container *c,
                        const struct mln_image *image, struct mln_sv why)
{
    const struct mln_workload_msg *w = &slot->msg;
    const struct mln_snap_rule *rule =
        w->rule == MLN_WORKLOAD_NO_RULE ? NULL : &s->policy.snap.rules[w->rule];
    struct mln_arena a;
    struct mln_meta m = {
        .op = MLN_META_PUT,
        .slot = w->slot,
        .flags = w->flags,
        .ruled = rule != NULL,
        .started = c->started,
        .id = c->id,
        .name = c->name,
        .image_id = c->image_id,
        .image_digest = digest_of(image),
        .namespace_ = c->namespace_,
        .pod = c->pod,
        .runtime = c->runtime,
        .rule = rule ? mln_snap_str(&s->policy.snap, rule->name) : MLN_SV_NULL,
        .mode = rule ? mln_sv_str(mode_text(rule)) : MLN_SV_NULL,
        .why = why,
        .n_labels = MLN_MIN(c->n_labels, (uint32_t)MLN_META_LABELS_MAX),
    };

    memcpy(m.labels, c->labels, m.n_labels * sizeof(m.labels[0]));
    mln_arena_init(&a, 128 << 10);
    m.image = mln_image_shown(c, image, &a);
    add_refs(&m, image, &a);
    mln_meta_encode(&m, &slot->meta);
    mln_arena_done(&a);
}

static void log_choice(const struct scout *s, const struct slot *slot,
                       const struct mln_container *c, struct mln_sv why)
{
    const struct mln_workload_msg *m = &slot->msg;
    struct mln_sv rule = m->rule == MLN_WORKLOAD_NO_RULE
                             ? MLN_SV("none")
                             : mln_snap_str(&s->policy.snap, s->policy.snap.rules[m->rule].name);

    mln_log(m->rule == MLN_WORKLOAD_NO_RULE ? MLN_LOG_DEBUG : MLN_LOG_INFO, "container",
            MLN_KV("id", mln_sv_sub(c->id, 0, 12)), MLN_KV("name", mln_sv_sub(c->name, 0, 64)),
            MLN_KV("image", mln_sv_sub(c->image, 0, 128)), MLN_KV("rule", rule),
            MLN_KV("why", why));
}

/* The built-in policy has a rule for everything, which is not what the owner of a node asked for.
 */
static void choose_none(struct mln_workload_msg *m, struct mln_buf *why)
{
    m->rule = MLN_WORKLOAD_NO_RULE;
    m->flags &= MLN_WORKLOAD_HOST_NETWORK | MLN_WORKLOAD_PAUSED | MLN_WORKLOAD_NET_ADMIN;
    mln_buf_clear(why);
    mln_buf_add_str(why, "no policy was given");
}

static void on_changed(void *ctx, const struct mln_container *c, const struct mln_image *image)
{
    struct scout *s = ctx;
    struct slot *slot = find_slot(s, c->id);
    struct mln_buf why = {.limit_bytes = 1024}, before = {0};

    if (c->sandbox)
        return;
    if (slot && (slot->msg.pid != c->pid || slot->msg.started != c->started)) {
        leave_slot(s, slot); /* it was started anew: another process, another namespace */
        slot = NULL;
    }
    if (!slot && !(slot = new_slot(s, c->id)))
        return;
    struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION,
                                 .op = MLN_WORKLOAD_PUT,
                                 .slot = slot->msg.slot,
                                 .pid = c->pid,
                                 .started = c->started};
    slot->recalled = false;
    memcpy(m.id, slot->id, sizeof(m.id));
    mln_scopes_choose(&s->scopes, c, image, mln_sv_str(s->node), &m, &why);
    if (!s->has_policy)
        choose_none(&m, &why);
    bool new_choice =
        slot->msg.rule != m.rule || slot->msg.op != m.op || slot->msg.revision != m.revision;
    bool same = memcmp(&m, &slot->msg, sizeof(m)) == 0;
    slot->msg = m;
    mln_buf_add_sv(&before, mln_buf_sv(&slot->meta));
    encode_meta(s, slot, c, image, mln_buf_sv(&why));
    if (!mln_sv_eq(mln_buf_sv(&before), mln_buf_sv(&slot->meta)))
        tell_courier(s, slot);
    if (!same)
        tell_warden(s, slot);
    if (new_choice)
        log_choice(s, slot, c, mln_buf_sv(&why));
    mln_buf_done(&before);
    mln_buf_done(&why);
}

static void on_gone(void *ctx, struct mln_sv id)
{
    struct scout *s = ctx;
    struct slot *slot = find_slot(s, id);

    if (slot)
        leave_slot(s, slot);
}

static void on_synced(void *ctx)
{
    struct scout *s = ctx;

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (s->slots[i].used && s->slots[i].recalled && !s->slots[i].leaving)
            leave_slot(s, &s->slots[i]); /* it ended while there was no scout */
    s->synced = true;
    (void)snprintf(s->state, sizeof(s->state), "connected");
    mln_logf(MLN_LOG_INFO, "runtime_synced", "runtime=docker");
    tell_synced(s);
    tell_state(s);
}

static void on_trouble(void *ctx, const char *what, int why)
{
    struct scout *s = ctx;
    char text[64];

    if (why < 0)
        (void)snprintf(text, sizeof(text), "%s", strerror(-why));
    else
        (void)snprintf(text, sizeof(text), "status %d", why);
    (void)snprintf(s->state, sizeof(s->state), "%s: %s", what, text);
    mln_log(MLN_LOG_WARN, "runtime_trouble", MLN_KVS("runtime", "docker"), MLN_KVS("what", what),
            MLN_KVS("why", text));
    tell_state(s);
}

/* ---- connections to the runtime ---- */

static void tick(struct scout *s)
{
    if (!s->recalled)
        return;
    mln_nsec now = mln_loop_now(s->loop);
    mln_nsec next = mln_docker_tick(s->docker, now, mln_loop_wall(s->loop));

    mln_timer_arm(s->loop, &s->tick, next > now ? next - now : 1);
}

static void on_tick(struct mln_timer *t)
{
    tick(OWNER(t, struct scout, tick));
}

static void drop_conn(struct conn *c)
{
    c->want = 0;
    if (c->io.fd < 0)
        return;
    mln_io_del(c->s->loop, &c->io);
    mln_fd_close(&c->io.fd);
}

static void op_close(void *ctx, unsigned conn)
{
    drop_conn(&((struct scout *)ctx)->conn[conn]);
}

/* An answer that never comes is a time-out to the state machine: nothing to do when this fails. */
static void op_connect(void *ctx, unsigned conn)
{
    struct scout *s = ctx;
    struct conn *c = &s->conn[conn];
    const struct mln_wire m = {.version = MLN_WIRE_VERSION,
                               .type = MLN_WIRE_WANT,
                               .id = ++s->next_want,
                               .app = MLN_RUNTIME_DOCKER};

    drop_conn(c);
    if (mln_scm_send(s->control.fd, &m, sizeof(m), NULL, 0) == 0)
        c->want = m.id;
}

static void op_ask(void *ctx, unsigned conn, const struct mln_docker_ask *question)
{
    struct scout *s = ctx;
    struct mln_docker_ask q = *question;

    q.conn = s->conn[conn].id;
    if (mln_scm_send(s->control.fd, &q, sizeof(q), NULL, 0) < 0) /* it times out */
        mln_log0(MLN_LOG_WARN, "warden_busy");
}

static void on_runtime(struct mln_io *io, uint32_t events)
{
    struct conn *c = (struct conn *)(void *)io;
    struct scout *s = c->s;
    static char buf[READ_MAX];

    (void)events;
    tick(s);
    for (unsigned i = 0; i < READS_PER_TURN && c->io.fd >= 0; i++) {
        ssize_t n = read(c->io.fd, buf, sizeof(buf));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n <= 0) {
            drop_conn(c);
            mln_docker_closed(s->docker, c->index);
            break;
        }
        mln_docker_bytes(s->docker, c->index, mln_sv(buf, (size_t)n));
    }
    tick(s);
}

static void take_socket(struct scout *s, const struct mln_wire *m, int *fd)
{
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++) {
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
        if (!mln_docker_connected(s->docker, i, err))
            drop_conn(c);
        return;
    }
}

/* ---- messages ---- */

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
    if (s->docker)
        mln_docker_report_all(s->docker);
    return 0;
}

/* A new courier knows nothing yet. */
static void take_meta(struct scout *s, int *fd)
{
    mln_fd_close(&s->meta_fd);
    s->meta_fd = mln_fd_take(fd);
    if (!s->loop)
        return;
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (s->slots[i].used)
            tell_courier(s, &s->slots[i]);
    tell_state(s);
}

static void on_message(struct scout *s, const struct mln_wire *m, int *fd)
{
    if (m->type == MLN_WIRE_SOCKET)
        take_socket(s, m, fd);
    else if (m->type == MLN_WIRE_META && *fd >= 0)
        take_meta(s, fd);
    else if (m->type == MLN_WIRE_POLICY && *fd >= 0 && take_policy(s, *fd) < 0)
        mln_log(MLN_LOG_ERROR, "policy_refused", MLN_KVS("kept", "old"));
}

static void on_control(struct mln_io *io, uint32_t events)
{
    struct scout *s = OWNER(io, struct scout, control);

    (void)events;
    tick(s);
    for (unsigned i = 0; i < 64; i++) {
        struct mln_wire m = {0};
        size_t n = 0;
        MLN_CLEANUP_FD int fd = -1;
        int r = mln_scm_recv(io->fd, &m, sizeof(m), &fd, 1, &n);
        if (r == -EAGAIN)
            break;
        if (r <= 0 && r != -EMFILE && r != -EBADMSG) { /* the warden is gone */
            mln_loop_stop(s->loop);
            return;
        }
        if (r == (int)sizeof(m) && m.version == MLN_WIRE_VERSION)
            on_message(s, &m, &fd);
    }
    tick(s);
}

static void take_workload(struct scout *s, const struct mln_workload_msg *m)
{
    struct slot *slot = &s->slots[m->op == MLN_WORKLOAD_SYNCED ? 0 : m->slot];

    switch ((enum mln_workload_op)m->op) {
    case MLN_WORKLOAD_PUT:
        *slot = (struct slot){.used = true, .recalled = true, .msg = *m};
        memcpy(slot->id, m->id, sizeof(slot->id));
        break;
    case MLN_WORKLOAD_GONE:
        slot->leaving = slot->used;
        break;
    case MLN_WORKLOAD_DONE:
        if (slot->leaving)
            free_slot(slot);
        break;
    case MLN_WORKLOAD_SYNCED:
        s->recalled = true;
        tick(s);
        break;
    }
}

static void on_workloads(struct mln_io *io, uint32_t events)
{
    struct scout *s = OWNER(io, struct scout, workloads);

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
            take_workload(s, &m);
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
        take_meta(s, &fds[0]);
        return 0;
    default:
        return m->type == MLN_WIRE_START ? 1 : -EPROTO;
    }
}

static int start(struct scout *s)
{
    static const struct mln_docker_ops ops = {.connect = op_connect,
                                              .ask = op_ask,
                                              .close = op_close,
                                              .changed = on_changed,
                                              .gone = on_gone,
                                              .synced = on_synced,
                                              .trouble = on_trouble};
    int r = mln_loop_new(&s->loop);

    if (r < 0)
        return r;
    s->tick.fire = on_tick;
    s->again.fire = tell_again;
    for (unsigned i = 0; i < MLN_DOCKER_CONNS; i++) {
        s->conn[i].s = s;
        s->conn[i].index = i;
        s->conn[i].io.fd = -1;
    }
    s->control = (struct mln_io){.fd = MLN_CONTROL_FD, .ready = on_control};
    s->workloads.ready = on_workloads;
    (void)snprintf(s->state, sizeof(s->state), "connecting");
    s->docker = mln_docker_new(&ops, s);
    if (!s->docker)
        return -ENOMEM;
    r = mln_io_add(s->loop, &s->control, MLN_IO_READ);
    return r < 0 ? r : mln_io_add(s->loop, &s->workloads, MLN_IO_READ);
}

static int lock_in(void)
{
    struct mln_sandbox_state st;
    int r = mln_sandbox_enter(MLN_SANDBOX_SCOUT, &st);

    if (r == 0)
        mln_logf(mln_sandbox_is_whole(&st) ? MLN_LOG_INFO : MLN_LOG_WARN, "scout_sandboxed",
                 "user=%s caps=%s root=%s net=%s seccomp=\"%s\"", st.user, st.caps, st.root, st.net,
                 st.seccomp);
    return r;
}

static void free_scout(struct scout *s)
{
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        mln_buf_done(&s->slots[i].meta);
    s->docker = mln_docker_free(s->docker);
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
    tick(s);
    if (r == 0)
        r = mln_loop_run(s->loop);
    free_scout(s);
    return r < 0 ? 1 : 0;
}
