#include <errno.h>
#include <string.h>

#include "node/supervisor_priv.h"

enum {
    CERTIFICATE_S = 43200, /* certificates are looked at again, for those that end soon */
    FEED_NEWS_S = 2,       /* between two compilations that the feeder asks for */
};

/* It is the policy in use from now on; its descriptors are taken. */
static void adopt(struct sup_policy *p, struct mln_compiled_fds *c)
{
    mln_compiled_close(&p->in_use);
    p->in_use = *c;
    c->policy = c->keys = c->folders = c->lists = -1;
}

/* The lines of the compile child say where. */
static const char *policy_fault(int err)
{
    return err == -EINVAL      ? "it has errors"
           : err == -ETIMEDOUT ? "it could not be read in time"
                               : strerror(-err);
}

static void refuse_policy(struct mln_supervisor *s, int err)
{
    mln_log(MLN_LOG_ERROR, "policy_refused",
            MLN_KVS("policy", s->o->policy ? s->o->policy : "built-in"),
            MLN_KVS("why", policy_fault(err)), MLN_KVS("kept", "old"));
    sup_courier_tell(s, MLN_EVENT_POLICY_BAD);
}

static void use_policy(struct mln_supervisor *s, struct mln_compiled_fds *c)
{
    struct sup_policy *p = &s->policy;
    bool same = c->revision == p->in_use.revision && !p->asked;

    adopt(p, c);
    mln_policy_watch_folders(&p->watch, p->in_use.folders);
    sup_workers_give_policy(s);
    if (same) { /* what is known by that revision goes on */
        mln_logf(MLN_LOG_INFO, "lists_loaded", "networks=%u", p->in_use.networks);
        sup_courier_tell(s, MLN_EVENT_LISTS);
        return;
    }
    if (s->source->ops->policy)
        s->source->ops->policy(s->source);
    mln_logf(MLN_LOG_INFO, "policy_loaded", "rules=%u", p->in_use.rules);
    sup_courier_tell(s, MLN_EVENT_POLICY);
    mln_feeds_policy(&p->feeds, p->in_use.fetched);
}

static void compiled_first(struct sup_policy *p, int r, struct mln_compiled_fds *c)
{
    p->first = r;
    if (r < 0)
        return;
    adopt(p, c);
    mln_feeds_policy(&p->feeds, p->in_use.fetched);
}

static void compiled(void *arg, int r, struct mln_compiled_fds *c)
{
    struct mln_supervisor *s = arg;
    struct sup_policy *p = &s->policy;

    if (p->first > 0) {
        compiled_first(p, r, c);
        return;
    }
    if (r < 0)
        refuse_policy(s, r);
    else if (c->revision != p->in_use.revision || c->lists_revision != p->in_use.lists_revision ||
             p->asked) /* else another file of the folder changed */
        use_policy(s, c);
    if (r == 0)
        mln_feeds_judged(&p->feeds, p->ticket, c->bad);
    if (r == 0 && c->bad)
        sup_courier_tell(s, MLN_EVENT_FEED_BAD);
    if (p->again)
        sup_policy_reload(s, p->again_asked);
}

static int compile_policy(struct mln_supervisor *s)
{
    const struct mln_node_options *o = s->o;
    const char *const args[] = {o->policy ? o->policy : "", o->tls_cert, o->tls_key, NULL};

    s->policy.ticket = s->policy.feeds.ticket;
    return mln_compile_start(&s->policy.compile, args, s->policy.feeds.dir);
}

void sup_policy_reload(struct mln_supervisor *s, bool asked)
{
    struct sup_policy *p = &s->policy;

    if (mln_compile_is_running(&p->compile)) {
        p->again = true;
        p->again_asked = p->again_asked || asked;
        return;
    }
    p->again = p->again_asked = false;
    p->asked = asked;
    int r = compile_policy(s);
    if (r < 0)
        refuse_policy(s, r);
}

static int complain(const struct mln_supervisor *s, int err)
{
    const char *path = s->o->policy ? s->o->policy : "the built-in policy";

    if (err != -EINVAL)
        return mln_supervisor_complain(s->source, path, err, "nothing was started");
    (void)fprintf(stderr, "merlon %s: %s%s has errors; nothing was started\n",
                  s->source->ops->command, s->o->policy ? "the policy " : "",
                  s->o->policy || !s->o->tls_cert ? path : "--tls-cert or --tls-key");
    return 1;
}

int sup_policy_first(struct mln_supervisor *s)
{
    struct sup_policy *p = &s->policy;

    if (s->o->state_dir)
        p->feeds.dir = mln_feeds_dir(s->o->state_dir);
    p->first = 1;
    int r = compile_policy(s);
    while (r == 0 && p->first > 0)
        r = mln_loop_turn(s->loop, MLN_NSEC_PER_SEC);
    r = r < 0 ? r : p->first;
    return r < 0 ? complain(s, r) : 0;
}

/* ---- when ---- */

static void file_changed(void *arg)
{
    sup_policy_reload(arg, false);
}

static void feed_state(void *arg, const struct mln_feed_msg *msg)
{
    sup_courier_tell_feed(arg, msg);
}

/* The compile child warns of certificates that end soon, each time that it runs. */
static void look_again(struct mln_timer *t)
{
    struct mln_supervisor *s = MLN_OWNER(t, struct mln_supervisor, policy.look_again);

    sup_policy_reload(s, false);
    mln_timer_arm(s->loop, t, CERTIFICATE_S * MLN_NSEC_PER_SEC);
}

void sup_policy_init(struct mln_supervisor *s)
{
    struct sup_policy *p = &s->policy;

    p->in_use = MLN_COMPILED_NONE;
    p->compile =
        (struct mln_compile){.loop = s->loop, .control.fd = -1, .done = compiled, .arg = s};
    /* a list was fetched: as if a file beside the policy had changed */
    p->feeds = (struct mln_feeds){.loop = s->loop,
                                  .control.fd = -1,
                                  .dir = -ENOENT,
                                  .policy = &p->in_use.policy,
                                  .log_level = s->o->log_level,
                                  .news = file_changed,
                                  .news_pause = FEED_NEWS_S * MLN_NSEC_PER_SEC,
                                  .told = feed_state,
                                  .arg = s};
    p->watch =
        (struct mln_policy_watch){.loop = s->loop, .io.fd = -1, .changed = file_changed, .arg = s};
    p->look_again.fire = look_again;
}

void sup_policy_watch(struct mln_supervisor *s)
{
    struct sup_policy *p = &s->policy;

    mln_policy_watch_open(&p->watch, s->o->policy);
    mln_policy_watch_folders(&p->watch, p->in_use.folders);
    mln_timer_arm(s->loop, &p->look_again, CERTIFICATE_S * MLN_NSEC_PER_SEC);
}

bool sup_policy_child_died(struct mln_supervisor *s, pid_t pid)
{
    mln_compile_reaped(&s->policy.compile, pid);
    return mln_feeds_child_died(&s->policy.feeds, pid);
}

void sup_policy_done(struct mln_supervisor *s)
{
    mln_compile_stop(&s->policy.compile);
    mln_feeds_done(&s->policy.feeds);
    mln_policy_watch_close(&s->policy.watch);
    mln_compiled_close(&s->policy.in_use);
}
