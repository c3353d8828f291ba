/* The feeder: fetches the lists of Feeds that have an address, one after the other, into a folder
 * of its own. What it fetched is on trial (NAME.new) until the compile child could read it; then it
 * is the last good copy (NAME). It runs as a worker does, but may reach the network and that
 * folder. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "io/scm.h"
#include "node/blob.h"
#include "node/children.h"
#include "node/feed_states.h"
#include "node/fetch.h"
#include "node/sandbox.h"

enum {
    BACKOFF_MIN_S = 30,
    BACKOFF_MAX_S = 3600,
    NAME_BYTES = MLN_FEED_NAME,
};

struct feed {
    uint32_t list; /* in the policy */
    char name[NAME_BYTES];
    bool on_trial;           /* NAME.new is there and nobody has said what it is worth */
    unsigned failures;       /* in a row */
    mln_nsec good;           /* wall: the copy is as it was there at that time; 0: there is none */
    mln_nsec due;            /* monotonic */
    struct mln_fetched kept; /* what is known of the last good copy */
};

struct feeder {
    int dir;
    struct mln_blob policy;
    struct feed feed[MLN_FEEDS_MAX];
    unsigned n;
    uint64_t ticket; /* of the last news */
    bool stopping;
};

/* ---- when ---- */

/* A tenth more or less, so that a fleet does not come all at once. */
static mln_nsec about(mln_nsec t)
{
    uint32_t r;

    mln_random(&r, sizeof(r));
    return t - t / 10 + t / 5 * (r % 1024) / 1024;
}

static const struct mln_snap_list *list_of(const struct feeder *f, const struct feed *e)
{
    return mln_snap_list(&f->policy.snap, e->list);
}

static void wait_after(const struct feeder *f, struct feed *e, bool failed)
{
    mln_nsec refresh = list_of(f, e)->refresh, pause = refresh;

    e->failures = failed ? e->failures + 1 : 0;
    if (failed) {
        unsigned doublings = MLN_MIN(e->failures - 1, 7u);
        uint64_t s = MLN_MIN((uint64_t)BACKOFF_MIN_S << doublings, (uint64_t)BACKOFF_MAX_S);
        pause = e->failures == 1 ? MLN_MIN(refresh, s * MLN_NSEC_PER_SEC) : s * MLN_NSEC_PER_SEC;
    }
    e->due = mln_now_mono() + about(pause);
}

/* ---- what others are told ---- */

static void tell_state(const struct feeder *f, unsigned i)
{
    struct mln_feed_msg msg = {
        .m = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_FEED_STATE, .index = i, .app = f->n}};

    if (i < f->n) {
        msg.m.id = f->feed[i].good;
        msg.m.arg = f->feed[i].failures;
        memcpy(msg.name, f->feed[i].name, sizeof(msg.name));
    }
    if (mln_scm_send(MLN_CONTROL_FD, &msg, sizeof(msg), NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "supervisor_busy");
}

static void tell_states(const struct feeder *f)
{
    unsigned i = 0;

    do
        tell_state(f, i);
    while (++i < f->n);
}

/* ---- the folder ---- */

static const char *trial_name(const struct feed *e, char out[NAME_BYTES + 8])
{
    (void)snprintf(out, NAME_BYTES + 8, "%s.new", e->name);
    return out;
}

static void look_at_copy(struct feeder *f, struct feed *e)
{
    mln_nsec now = mln_now_wall(), refresh = list_of(f, e)->refresh;
    struct mln_sv url = mln_snap_str(&f->policy.snap, list_of(f, e)->url);
    char name[NAME_BYTES + 8];

    e->due = mln_now_mono();
    e->on_trial = faccessat(f->dir, trial_name(e, name), F_OK, 0) == 0;
    if (mln_fetched_read(f->dir, e->name, url, &e->kept) < 0)
        return;
    e->good = e->kept.when;
    mln_nsec age = now > e->kept.when ? now - e->kept.when : 0;
    if (age < refresh)
        e->due += refresh - age;
}

/* What the compile child found out about the lists on trial. */
static void judge(struct feeder *f, uint64_t bad)
{
    for (unsigned i = 0; i < f->n; i++) {
        struct feed *e = &f->feed[i];
        char name[NAME_BYTES + 8];
        if (!e->on_trial)
            continue;
        e->on_trial = false;
        if (bad >> i & 1) {
            (void)unlinkat(f->dir, trial_name(e, name), 0);
            mln_log(MLN_LOG_ERROR, "feed_refused", MLN_KVS("feed", e->name),
                    MLN_KVS("why", "it cannot be read as a list"), MLN_KVS("kept", "old"));
            wait_after(f, e, true);
        } else if (renameat(f->dir, trial_name(e, name), f->dir, e->name) < 0) {
            mln_log(MLN_LOG_ERROR, "feed_not_kept", MLN_KVS("feed", e->name),
                    MLN_KVS("why", strerror(errno)));
        } else {
            look_at_copy(f, e);
        }
        tell_state(f, i);
    }
}

/* ---- messages ---- */

static void take_policy(struct feeder *f, int fd)
{
    struct mln_blob blob = {.map = NULL};
    unsigned n = 0;

    if (mln_blob_map(fd, &blob) < 0) {
        mln_log0(MLN_LOG_ERROR, "policy_refused");
        return;
    }
    mln_blob_unmap(&f->policy);
    f->policy = blob;
    for (uint32_t i = 0; i < mln_snap_list_count(&blob.snap) && n < MLN_FEEDS_MAX; i++) {
        const struct mln_snap_list *l = mln_snap_list(&blob.snap, i);
        struct mln_sv name = mln_snap_str(&blob.snap, l->name);
        if (!mln_snap_str(&blob.snap, l->url).p || name.len >= NAME_BYTES)
            continue;
        struct feed *e = &f->feed[n++];
        *e = (struct feed){.list = i};
        (void)snprintf(e->name, sizeof(e->name), "%.*s", MLN_SV_ARG(name));
        look_at_copy(f, e);
    }
    f->n = n;
    tell_states(f);
}

static void on_message(struct feeder *f, const struct mln_wire *m, int fd)
{
    if (m->type == MLN_WIRE_POLICY && fd >= 0)
        take_policy(f, fd);
    if (m->type == MLN_WIRE_FEED && m->id == f->ticket)
        judge(f, m->arg);
}

static void take_messages(struct feeder *f)
{
    for (;;) {
        struct mln_wire m;
        size_t n = 0;
        MLN_CLEANUP_FD int fd = -1;
        int r = mln_scm_recv(MLN_CONTROL_FD, &m, sizeof(m), &fd, 1, &n);
        if (r == -EAGAIN)
            return;
        if (r <= 0) { /* the supervisor is gone */
            f->stopping = true;
            return;
        }
        if (r == (int)sizeof(m) && m.version == MLN_WIRE_VERSION)
            on_message(f, &m, fd);
    }
}

static void tell_news(struct feeder *f)
{
    const struct mln_wire m = {
        .version = MLN_WIRE_VERSION, .type = MLN_WIRE_FEED, .id = ++f->ticket};

    if (mln_scm_send(MLN_CONTROL_FD, &m, sizeof(m), NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "supervisor_busy"); /* it looks with its next policy */
}

/* ---- fetching ---- */

static void fetch(struct feeder *f, struct feed *e)
{
    const struct mln_snapshot *s = &f->policy.snap;
    const struct mln_snap_list *l = list_of(f, e);
    char name[NAME_BYTES + 8], why[MLN_FETCH_WHY];
    const struct mln_fetch what = {
        .url = mln_snap_str(s, l->url),
        .ca = mln_snap_str(s, l->ca),
        .max_bytes = l->max_bytes,
        .dir = f->dir,
        .name = trial_name(e, name),
        .have = e->kept.when ? &e->kept : NULL,
        .give_up = MLN_CONTROL_FD,
    };
    struct mln_fetched fresh;
    int r = mln_fetch(&what, &fresh, why);

    if (r < 0)
        mln_log(MLN_LOG_WARN, "feed_not_fetched", MLN_KVS("feed", e->name), MLN_KVS("why", why),
                MLN_KVS("kept", "old"));
    wait_after(f, e, r < 0);
    if (r == 0)
        e->good = mln_now_wall();
    if (r != 1) {
        tell_state(f, (unsigned)(e - f->feed));
        return;
    }
    mln_log(MLN_LOG_INFO, "feed_fetched", MLN_KVS("feed", e->name));
    e->on_trial = true;
    tell_news(f);
}

/* The feed that is due first; one on trial waits for its verdict. */
static struct feed *next_feed(struct feeder *f)
{
    struct feed *first = NULL;

    for (unsigned i = 0; i < f->n; i++)
        if (!f->feed[i].on_trial && (!first || f->feed[i].due < first->due))
            first = &f->feed[i];
    return first;
}

static void turn(struct feeder *f)
{
    struct feed *e = next_feed(f);
    mln_nsec now = mln_now_mono(), pause = e && e->due > now ? e->due - now : 0;
    struct pollfd p = {.fd = MLN_CONTROL_FD, .events = POLLIN};
    int ms =
        e ? (int)MLN_MIN((pause + MLN_NSEC_PER_MSEC - 1) / MLN_NSEC_PER_MSEC, (mln_nsec)60000) : -1;

    if (poll(&p, 1, ms) > 0)
        take_messages(f);
    else if (e && e->due <= mln_now_mono())
        fetch(f, e);
}

static bool any_on_trial(const struct feeder *f)
{
    for (unsigned i = 0; i < f->n; i++)
        if (f->feed[i].on_trial)
            return true;
    return false;
}

static int start(struct feeder *f)
{
    struct mln_wire m = {.type = 0};
    int r = 0;

    while (r == 0 && m.type != MLN_WIRE_START) {
        MLN_CLEANUP_FD int fd = -1;
        size_t n;
        r = mln_child_receive(&m, &fd, 1, &n);
        if (r == 0 && m.type == MLN_WIRE_INIT && fd >= 0) {
            mln_log_setup((enum mln_log_level)m.log_level, "feeder");
            f->dir = mln_fd_take(&fd);
        } else if (r == 0 && m.type == MLN_WIRE_POLICY && fd >= 0 && f->dir >= 0) {
            take_policy(f, fd);
        }
    }
    return r < 0 || f->dir < 0 ? -EPROTO : 0;
}

int mln_feeder_main(void)
{
    struct feeder *f = calloc(1, sizeof(*f));
    struct mln_sandbox_state s;

    if (!f)
        return 3;
    f->dir = -1;
    (void)umask(022); /* who reads the copies is another user, without a right to read everything */
    int r = start(f);
    if (r == 0 && (r = mln_fetch_init()) < 0)
        mln_log(MLN_LOG_ERROR, "feeder_not_started",
                MLN_KVS("why", "libcurl.so.4 is not installed (Debian: libcurl4)"));
    if (r == 0)
        r = mln_sandbox_enter_feeder(f->dir, &s);
    if (r == 0) {
        mln_logf(MLN_LOG_INFO, "feeder_sandboxed", "user=%s caps=%s root=%s net=%s seccomp=\"%s\"",
                 s.user, s.caps, s.root, s.net, s.seccomp);
        if (any_on_trial(f)) /* since before this process */
            tell_news(f);
        while (!f->stopping)
            turn(f);
    }
    mln_blob_unmap(&f->policy);
    free(f);
    return r < 0 ? 3 : 0;
}
