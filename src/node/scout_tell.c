/* What the scout tells warden and courier, and what their queues did not take, a little later. */
#include <errno.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/scout_priv.h"

enum { AGAIN_MS = 20 };

static void later(struct scout *s)
{
    mln_timer_arm(s->loop, &s->again, AGAIN_MS * MLN_NSEC_PER_MSEC);
}

void scout_tell_warden(struct scout *s, struct slot *slot)
{
    slot->msg_due =
        mln_scm_send(s->workloads.fd, &slot->msg, sizeof(slot->msg), NULL, 0) == -EAGAIN;
    if (slot->msg_due)
        later(s);
}

void scout_tell_courier(struct scout *s, struct slot *slot)
{
    slot->meta_due = s->meta_fd >= 0 && slot->meta.len &&
                     mln_scm_send(s->meta_fd, slot->meta.p, slot->meta.len, NULL, 0) == -EAGAIN;
    if (slot->meta_due)
        later(s);
}

void scout_tell_runtimes(struct scout *s)
{
    struct mln_buf out = {0};

    for (unsigned i = 0; i < RUNTIMES; i++) {
        const struct runtime *r = &s->runtime[i];
        const struct mln_meta m = {.op = MLN_META_STATE,
                                   .slot = i,
                                   .runtime = mln_sv_str(r->name),
                                   .why = mln_sv_str(r->text),
                                   .synced = r->state != RUNTIME_CONNECTING,
                                   .ruled = r->state != RUNTIME_ABSENT};
        if (!r->enabled)
            continue;
        mln_meta_encode(&m, &out);
        if (s->meta_fd >= 0 && !mln_buf_failed(&out) &&
            mln_scm_send(s->meta_fd, out.p, out.len, NULL, 0) < 0)
            mln_log0(MLN_LOG_DEBUG, "courier_busy");
    }
    mln_buf_done(&out);
}

void scout_tell_none(struct scout *s, struct mln_sv id)
{
    struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_NONE};

    mln_workload_id(id, m.id);
    (void)!mln_scm_send(s->workloads.fd, &m, sizeof(m), NULL, 0);
}

/* Which containers start with a defender only, in the same message as that there are some. */
void scout_tell_policy(struct scout *s)
{
    struct mln_workload_msg m = {.version = MLN_WORKLOAD_VERSION, .op = MLN_WORKLOAD_POLICY};
    struct mln_buf text = {.limit_bytes = MLN_WORKLOAD_TAIL_MAX}, out = {0};

    if (s->has_policy && mln_scopes_closed(&s->scopes, mln_sv_str(s->node), &text))
        m.flags = MLN_WORKLOAD_FAIL_CLOSED;
    mln_buf_add(&out, (const char *)&m, sizeof(m));
    if (!mln_buf_failed(&text)) /* too long: it may be any */
        mln_buf_add_sv(&out, mln_buf_sv(&text));
    s->policy_due =
        !mln_buf_failed(&out) && mln_scm_send(s->workloads.fd, out.p, out.len, NULL, 0) == -EAGAIN;
    mln_buf_done(&text);
    mln_buf_done(&out);
    if (s->policy_due)
        later(s);
}

void scout_tell_synced(struct scout *s)
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
    struct scout *s = MLN_OWNER(t, struct scout, again);

    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++) {
        if (s->slots[i].msg_due)
            scout_tell_warden(s, &s->slots[i]);
        if (s->slots[i].meta_due)
            scout_tell_courier(s, &s->slots[i]);
    }
    if (s->policy_due)
        scout_tell_policy(s);
    if (s->synced_due)
        scout_tell_synced(s);
}

void scout_new_courier(struct scout *s, int *fd)
{
    mln_fd_close(&s->meta_fd);
    s->meta_fd = mln_fd_take(fd);
    if (!s->loop)
        return;
    for (unsigned i = 0; i < MLN_WORKLOADS_MAX; i++)
        if (s->slots[i].used)
            scout_tell_courier(s, &s->slots[i]);
    scout_tell_runtimes(s);
}

void scout_tell_init(struct scout *s)
{
    s->again.fire = tell_again;
}
