#include "node/policy_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

enum { SETTLE_MS = 200 };

static const uint32_t watched = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE;

static void settled(struct mln_timer *t)
{
    struct mln_policy_watch *w = MLN_OWNER(t, struct mln_policy_watch, settle);

    w->changed(w->arg);
}

static void on_watch(struct mln_io *io, uint32_t events)
{
    struct mln_policy_watch *w = MLN_OWNER(io, struct mln_policy_watch, io);
    char buf[4096];

    (void)events;
    while (read(io->fd, buf, sizeof(buf)) > 0)
        ;
    /* a folder that never rests must not put it off */
    if (!w->settle.deadline)
        mln_timer_arm(w->loop, &w->settle, SETTLE_MS * MLN_NSEC_PER_MSEC);
}

/* The folder of the policy: editors and config maps replace the file rather than write it. */
static bool watch_policy(const struct mln_policy_watch *w, const char *policy)
{
    char dir[4096];

    if (!policy)
        return true;
    (void)snprintf(dir, sizeof(dir), "%s", policy);
    char *slash = strrchr(dir, '/');
    if (slash && slash != dir)
        *slash = '\0';
    else
        (void)snprintf(dir, sizeof(dir), slash ? "/" : ".");
    return inotify_add_watch(w->io.fd, dir, watched) >= 0 &&
           (inotify_add_watch(w->io.fd, policy, watched) >= 0 || errno == ENOENT);
}

void mln_policy_watch_open(struct mln_policy_watch *w, const char *policy)
{
    w->settle.fire = settled;
    w->io = (struct mln_io){.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .ready = on_watch};
    if (w->io.fd < 0 || mln_io_add(w->loop, &w->io, MLN_IO_READ) < 0 || !watch_policy(w, policy))
        mln_log(MLN_LOG_WARN, "policy_not_watched", MLN_KVS("hint", "send SIGHUP after a change"));
}

void mln_policy_watch_folders(struct mln_policy_watch *w, int folders)
{
    struct mln_buf text = {0};
    struct mln_sv left;

    if (w->io.fd < 0 || lseek(folders, 0, SEEK_SET) < 0 || mln_fd_read_all(folders, &text) < 0) {
        mln_buf_done(&text);
        return;
    }
    left = mln_buf_sv(&text);
    while (left.len) {
        struct mln_sv dir = mln_sv_split(&left, '\0');
        if (dir.len && inotify_add_watch(w->io.fd, dir.p, watched) < 0)
            mln_log(MLN_LOG_WARN, "folder_not_watched",
                    MLN_KVS("hint", "send SIGHUP after a change"));
    }
    mln_buf_done(&text);
}

void mln_policy_watch_forget(struct mln_policy_watch *w)
{
    mln_timer_disarm(w->loop, &w->settle);
}

void mln_policy_watch_close(struct mln_policy_watch *w)
{
    if (w->io.fd < 0)
        return;
    mln_policy_watch_forget(w);
    mln_io_del(w->loop, &w->io);
    mln_fd_close(&w->io.fd);
}
