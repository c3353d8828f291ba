/* The rules of a namespace: what is to be done with them, one after the other by a child each,
 * since the kernel may let whoever changes rules there wait for as long as their owner likes. */
#include <errno.h>

#include "node/space_priv.h"

enum {
    QUICK_MS = 500, /* a child that takes longer gives its place to others */
    BUSY_MS = 100,  /* of a processor: what one uses that has much to do, not just to wait */
    PATIENCE_S = 5, /* one child */
    WAITED_SHARE = 10
};

const struct mln_icpt_backend *const mln_space_backend = &mln_icpt_redirect;

void mln_space_complain(struct mln_space *s, const char *what, int r, struct mln_buf *why)
{
    if (!s->warned)
        mln_log(MLN_LOG_ERROR, "interception_failed", MLN_KVS("step", what),
                MLN_KVS("why", strerror(-r)), MLN_KV("said", mln_buf_sv(why)));
    s->warned = true;
}

static struct mln_icpt_ports icpt_ports(const struct mln_space *s)
{
    struct mln_icpt_ports p = {.n = s->n_ports, .others = s->others};

    for (uint32_t i = 0; i < s->n_ports; i++) {
        p.port[i] = s->port[i].port;
        p.closed[i] = s->port[i].closed;
    }
    return p;
}

bool mln_space_is_busy(const struct mln_space *s)
{
    return s->icpt.child.pid > 0;
}

/* ---- places ---- */

static void give_place(struct mln_space *s)
{
    s->places->taken -= s->has_place;
    s->has_place = false;
}

/* It is slow, and others get its place. One that works all the time does so behind them; one that
 * waits, for the processor of a busy machine or for who keeps the rules, is in nobody's way. In the
 * end it is killed: its end is heard of all the same. */
static void no_patience(struct mln_timer *t)
{
    struct mln_space *s = MLN_OWNER(t, struct mln_space, patience);
    mln_nsec took = mln_now_mono() - s->awaited;

    s->worked = mln_icpt_child_used(&s->icpt.child);
    if (took >= PATIENCE_S * MLN_NSEC_PER_SEC) {
        mln_space_backend->hurry(&s->icpt);
        return;
    }
    if (s->worked >= BUSY_MS * MLN_NSEC_PER_MSEC)
        mln_icpt_child_slow_down(&s->icpt.child);
    mln_timer_arm(mln_supervisor_loop(s->source->sup), t, QUICK_MS * MLN_NSEC_PER_MSEC);
    if (s->has_place) {
        give_place(s);
        s->places->freed(s->places);
    }
}

void mln_space_rules_init(struct mln_space *s)
{
    s->patience.fire = no_patience;
}

static void await(struct mln_space *s)
{
    s->places->taken += !s->has_place;
    s->has_place = true;
    s->awaited = mln_now_mono();
    mln_timer_arm(mln_supervisor_loop(s->source->sup), &s->patience, QUICK_MS * MLN_NSEC_PER_MSEC);
}

static void rest(struct mln_space *s)
{
    give_place(s);
    mln_timer_disarm(mln_supervisor_loop(s->source->sup), &s->patience);
}

/* ---- one piece of work ---- */

/* The most important one first. */
static enum mln_space_work next_work(const struct mln_space *s)
{
    static const enum mln_space_work order[] = {MLN_SPACE_REMOVE, MLN_SPACE_RELEASE,
                                                MLN_SPACE_INSTALL, MLN_SPACE_FILL};

    for (size_t i = 0; i < MLN_ARRAY_LEN(order); i++)
        if (s->wishes & order[i])
            return order[i];
    return MLN_SPACE_IDLE;
}

static int start(struct mln_space *s, struct mln_buf *why)
{
    const struct mln_icpt_ports p = icpt_ports(s);

    s->began = mln_now_mono();
    s->first = !s->icpt.installed;
    switch (s->doing) {
    case MLN_SPACE_REMOVE:
        return mln_space_backend->remove(&s->icpt, why);
    case MLN_SPACE_RELEASE:
        return mln_space_backend->release(&s->icpt, s->keep_closed, why);
    case MLN_SPACE_INSTALL:
        s->wishes &= ~(unsigned)MLN_SPACE_FILL;
        s->renew = false;
        return mln_space_backend->install(&s->icpt, &p, why);
    default:
        return mln_space_backend->set_ports(&s->icpt, &p, why);
    }
}

/* The rules are as they were wished when the child began. */
static void hold(struct mln_space *s)
{
    const struct mln_icpt_ports before = s->held;

    s->held = s->icpt.loading;
    s->warned = s->stale = false;
    s->failed_cost = 0;
    if (s->first)
        s->installed_at = s->version;
    if (s->icpt.blind && s->others != MLN_ICPT_OTHERS_PASS)
        mln_log(MLN_LOG_WARN, "no_nft_socket",
                MLN_KVS("effect", "ports that nobody names are found a little after they open"));
    mln_space_tell_all(s);
    mln_space_tell_gone(s, &before);
    mln_space_note_protected(s);
}

static void failed(struct mln_space *s, const char *what, int r, struct mln_buf *why)
{
    if (s->wishes & MLN_SPACE_RELEASE) /* it was killed for that */
        return;
    s->failed_cost = mln_now_mono() - s->began;
    if (r == -ETIMEDOUT) /* what it waited for was hardly ours */
        s->failed_cost = MLN_MAX(s->worked, s->failed_cost / WAITED_SHARE);
    s->stale = true;
    mln_space_complain(s, what, r, why);
}

static void finished(struct mln_space *s, int r, struct mln_buf *why)
{
    enum mln_space_work did = s->doing;

    s->doing = MLN_SPACE_IDLE;
    if (r == 0 && (did & (MLN_SPACE_INSTALL | MLN_SPACE_FILL))) {
        hold(s);
    } else if (did == MLN_SPACE_FILL && r == -ENOENT) {
        s->wishes |= MLN_SPACE_INSTALL;
    } else if (did == MLN_SPACE_FILL) {
        failed(s, "ports", r, why);
    } else if (did == MLN_SPACE_INSTALL) {
        failed(s, "install", r, why);
        /* what was there still is, with the ports that it had; else what is left of the try goes */
        s->wishes |= s->icpt.installed ? MLN_SPACE_FILL : MLN_SPACE_REMOVE;
    } else if (r < 0) {
        mln_log(MLN_LOG_WARN, "rules_not_removed", MLN_KVS("why", strerror(-r)));
    }
}

void mln_space_go_on(struct mln_space *s)
{
    while (s->wishes && !mln_space_is_busy(s) && s->places->taken < s->places->most) {
        struct mln_buf why = {0};
        s->doing = next_work(s);
        s->wishes &= ~(unsigned)s->doing;
        int r = start(s, &why);
        if (r == -EINPROGRESS)
            await(s);
        else
            finished(s, r, &why);
        mln_buf_done(&why);
    }
}

bool mln_space_child_ended(struct mln_space *s, pid_t pid, int status)
{
    struct mln_buf why = {0};

    if (!mln_space_is_busy(s) || s->icpt.child.pid != pid)
        return false;
    int r = mln_space_backend->child_ended(&s->icpt, status, &why);
    if (r == -EINPROGRESS) {
        await(s);
    } else {
        rest(s);
        finished(s, r, &why);
    }
    mln_buf_done(&why);
    mln_space_go_on(s);
    return true;
}

/* ---- wishes ---- */

void mln_space_wish(struct mln_space *s, enum mln_space_work work)
{
    s->wishes |= work;
    mln_space_go_on(s);
}

void mln_space_let_go(struct mln_space *s, bool keep_closed)
{
    s->wishes &= (unsigned)MLN_SPACE_REMOVE;
    s->keep_closed = keep_closed;
    if (s->doing & (MLN_SPACE_INSTALL | MLN_SPACE_FILL))
        mln_space_backend->hurry(&s->icpt);
    mln_space_wish(s, MLN_SPACE_RELEASE);
}

bool mln_space_releases(const struct mln_space *s)
{
    return (s->doing | s->wishes) & MLN_SPACE_RELEASE;
}

bool mln_space_is_clear(const struct mln_space *s)
{
    return !s->icpt.installed && !s->icpt.prepared && !mln_space_is_busy(s) && !s->wishes;
}

void mln_space_clear(struct mln_space *s)
{
    if (s->icpt.installed || s->icpt.prepared)
        mln_space_wish(s, MLN_SPACE_REMOVE);
}

void mln_space_wait(struct mln_space *s, unsigned ms)
{
    struct mln_buf why = {0};

    if (mln_space_is_busy(s)) {
        int r = mln_space_backend->wait(&s->icpt, ms, &why);
        rest(s);
        finished(s, r, &why);
    }
    mln_buf_done(&why);
}

/* ---- what holds ---- */

bool mln_space_holds_port(const struct mln_space *s, const struct mln_space_port *p)
{
    for (uint32_t i = 0; i < s->held.n; i++)
        if (s->held.port[i] == p->port)
            return s->held.closed[i] == p->closed;
    return false;
}

bool mln_space_holds_all(const struct mln_space *s)
{
    bool all = s->icpt.installed && s->held.others == s->others;

    for (uint32_t i = 0; i < s->n_ports; i++)
        all = all && mln_space_holds_port(s, &s->port[i]);
    return all;
}
