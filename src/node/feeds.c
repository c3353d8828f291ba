#include "node/feeds.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/children.h"

/* The folder `name` in `dir`, with these rights whatever they were. */
static int make_dir(int dir, const char *name, mode_t mode)
{
    if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
        return -errno;
    MLN_CLEANUP_FD int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fchmod(fd, mode) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

/* The feeder is another user, and who starts it may have no right to give a folder away: whoever
 * has the inner one may write there, and nobody gets there by name. */
int mln_feeds_dir(const char *state_dir)
{
    if (mkdir(state_dir, 0750) < 0 && errno != EEXIST)
        return -errno;
    MLN_CLEANUP_FD int state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (state < 0)
        return -errno;
    MLN_CLEANUP_FD int feeds = make_dir(state, "feeds", 0700);
    return feeds < 0 ? feeds : make_dir(feeds, "copies", 0777);
}

static int tell(const struct mln_feeds *f, enum mln_wire_type type, struct mln_wire m, int fd)
{
    return mln_child_send(f->control.fd, type, m, &fd, fd >= 0 ? 1 : 0);
}

static void quiet_ends(struct mln_timer *t)
{
    struct mln_feeds *f = MLN_OWNER(t, struct mln_feeds, quiet);

    if (f->news_wait)
        mln_feeds_news(f);
}

void mln_feeds_news(struct mln_feeds *f)
{
    f->news_wait = f->quiet.deadline != 0;
    if (f->news_wait)
        return;
    f->quiet.fire = quiet_ends;
    mln_timer_arm(f->loop, &f->quiet, f->news_pause);
    f->news(f->arg);
}

static void on_feeder(struct mln_io *io, uint32_t events)
{
    struct mln_feeds *f = MLN_OWNER(io, struct mln_feeds, control);
    bool news = false;

    (void)events;
    for (unsigned i = 0; i < 16; i++) {
        struct mln_feed_msg msg;
        const struct mln_wire *m = &msg.m;
        size_t n;
        int r = mln_scm_recv(io->fd, &msg, sizeof(msg), NULL, 0, &n);
        if (r == -EAGAIN)
            break;
        if (r <= 0) { /* it is gone, or as good as: SIGCHLD does the rest */
            mln_io_del(f->loop, io);
            mln_fd_close(&io->fd);
            (void)kill(f->pid, SIGKILL);
            break;
        }
        if (mln_feed_states_take(&f->states, &msg, (size_t)r)) {
            f->told(f->arg, &msg);
        } else if (r == (int)sizeof(*m) && m->version == MLN_WIRE_VERSION &&
                   m->type == MLN_WIRE_FEED) {
            f->ticket = m->id;
            news = true;
        }
    }
    if (news)
        mln_feeds_news(f);
}

static void start(struct mln_timer *t)
{
    struct mln_feeds *f = MLN_OWNER(t, struct mln_feeds, restart);
    int fd = -1;
    pid_t pid = mln_child_spawn("feeder", NULL, &fd);

    f->started = mln_loop_now(f->loop);
    if (pid < 0) {
        mln_timer_arm(f->loop, &f->restart, mln_child_backoff(0, &f->backoff_ms));
        return;
    }
    f->pid = pid;
    f->ticket = 0;
    f->control = (struct mln_io){.fd = fd, .ready = on_feeder};
    if (tell(f, MLN_WIRE_INIT, (struct mln_wire){.log_level = f->log_level}, f->dir) < 0 ||
        tell(f, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, *f->policy) < 0 ||
        tell(f, MLN_WIRE_START, (struct mln_wire){.arg = 0}, -1) < 0 ||
        mln_io_add(f->loop, &f->control, MLN_IO_READ) < 0)
        (void)kill(pid, SIGKILL);
}

void mln_feeds_policy(struct mln_feeds *f, unsigned fetched)
{
    if (!fetched && !f->pid)
        return;
    if (f->dir < 0) {
        mln_log(MLN_LOG_WARN, "feeds_not_fetched",
                MLN_KVS("why", f->dir == -ENOENT ? "there is no folder for copies; give --state-dir"
                                                 : strerror(-f->dir)));
        return;
    }
    f->restart.fire = start;
    if (!f->pid && !f->restart.deadline)
        start(&f->restart);
    else if (f->control.fd >= 0 &&
             tell(f, MLN_WIRE_POLICY, (struct mln_wire){.arg = 0}, *f->policy) < 0)
        (void)kill(f->pid, SIGKILL); /* it does not read; its successor begins with this one */
}

void mln_feeds_judged(struct mln_feeds *f, uint64_t ticket, uint64_t bad)
{
    if (f->control.fd >= 0 &&
        tell(f, MLN_WIRE_FEED, (struct mln_wire){.id = ticket, .arg = bad}, -1) < 0)
        (void)kill(f->pid, SIGKILL);
}

bool mln_feeds_child_died(struct mln_feeds *f, pid_t pid)
{
    if (!f->pid || pid != f->pid)
        return false;
    if (f->control.fd >= 0) {
        mln_io_del(f->loop, &f->control);
        mln_fd_close(&f->control.fd);
    }
    f->pid = 0;
    mln_log0(MLN_LOG_ERROR, "feeder_died");
    mln_timer_arm(f->loop, &f->restart,
                  mln_child_backoff(mln_loop_now(f->loop) - f->started, &f->backoff_ms));
    return true;
}

void mln_feeds_done(struct mln_feeds *f)
{
    if (f->control.fd >= 0)
        mln_io_del(f->loop, &f->control);
    mln_timer_disarm(f->loop, &f->restart);
    mln_timer_disarm(f->loop, &f->quiet);
    mln_fd_close(&f->control.fd);
    mln_fd_close(&f->dir);
}
