/* The rules of a namespace: installed by a child, replaced, and their ports changed. */
#include <errno.h>

#include "node/space_priv.h"

enum {
    INSTALL_S = 5,      /* one child */
    INSTALLING_MAX = 16 /* children */
};

const struct mln_icpt_backend *const mln_space_backend = &mln_icpt_redirect;

/* nft takes too long: its end is heard of all the same. */
static void no_patience(struct mln_timer *t)
{
    mln_space_backend->hurry(&MLN_OWNER(t, struct mln_space, patience)->icpt);
}

void mln_space_rules_init(struct mln_space *s)
{
    s->patience.fire = no_patience;
}

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

bool mln_space_is_loading(const struct mln_space *s)
{
    return s->icpt.child.pid > 0;
}

static void failed(struct mln_space *s, const char *what, int r, struct mln_buf *why)
{
    s->failed_cost = mln_now_mono() - s->install_began;
    mln_space_complain(s, what, r, why);
}

/* The next child of a space that installs, or its end. Counts those that run. */
void mln_space_await(struct mln_space *s, bool was_loading)
{
    struct mln_loop *loop = mln_supervisor_loop(s->source->sup);

    if (mln_space_is_loading(s))
        mln_timer_arm(loop, &s->patience, INSTALL_S * MLN_NSEC_PER_SEC);
    else
        mln_timer_disarm(loop, &s->patience);
    *s->installing += (unsigned)mln_space_is_loading(s) - (unsigned)was_loading;
}

/* The rules of the ports as they are now: by a child, of which not too many run at a time. */
void mln_space_install(struct mln_space *s)
{
    const struct mln_icpt_ports p = icpt_ports(s);
    struct mln_buf why = {0};

    s->waiting = *s->installing >= INSTALLING_MAX;
    if (s->waiting)
        return;
    s->dirty = s->renew = false;
    s->install_began = mln_now_mono();
    int r = mln_space_backend->install(&s->icpt, &p, &why);
    mln_space_await(s, false);
    if (r != -EINPROGRESS)
        failed(s, "install", r, &why);
    mln_buf_done(&why);
}

void mln_space_may_install(struct mln_space *s)
{
    if (s->waiting && !s->closing)
        mln_space_install(s);
}

static int fill(struct mln_space *s)
{
    const struct mln_icpt_ports p = icpt_ports(s);
    struct mln_buf why = {0};
    int r = mln_space_backend->set_ports(&s->icpt, &p, &why);

    if (r == 0)
        s->warned = false;
    else if (r != -ENOENT)
        mln_space_complain(s, "ports", r, &why);
    mln_buf_done(&why);
    return r;
}

/* Other ports of rules that are there. */
void mln_space_change_rules(struct mln_space *s)
{
    s->dirty = mln_space_is_loading(s) || s->waiting;
    if (!s->dirty && (s->renew || fill(s) == -ENOENT))
        mln_space_install(s);
}

static void installed(struct mln_space *s, bool first)
{
    s->warned = false;
    s->failed_cost = 0;
    if (first)
        s->installed_at = s->version;
    if (s->icpt.blind && s->others != MLN_ICPT_OTHERS_PASS)
        mln_log(MLN_LOG_WARN, "no_nft_socket",
                MLN_KVS("effect", "ports that nobody names are found a little after they open"));
}

bool mln_space_child_ended(struct mln_space *s, pid_t pid, int status)
{
    struct mln_buf why = {0};
    bool first = !s->icpt.installed;

    if (!mln_space_is_loading(s) || s->icpt.child.pid != pid)
        return false;
    int r = mln_space_backend->child_ended(&s->icpt, status, &why);
    mln_space_await(s, true);
    if (r == 0)
        installed(s, first);
    else if (r != -EINPROGRESS)
        failed(s, "install", r, &why);
    mln_buf_done(&why);
    if (s->icpt.installed && !mln_space_is_loading(s)) {
        if (s->dirty || r < 0) /* what was there still is, with the ports that it had */
            (void)fill(s);
        s->dirty = false;
        mln_space_tell_all(s);
        mln_space_note_protected(s);
    }
    return true;
}
