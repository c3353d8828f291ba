#include "node/compile.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/scm.h"
#include "node/children.h"

/* The child is killed then: a file that never ends (a pipe, a dead file server) must not hold up
 * the next policy. */
enum { COMPILE_S = 10, LISTS_S = 60 };

void mln_compiled_close(struct mln_compiled_fds *m)
{
    mln_fd_close(&m->policy);
    mln_fd_close(&m->keys);
    mln_fd_close(&m->folders);
    mln_fd_close(&m->lists);
}

/* It has said all that it has to say, or too little too late. */
static void end_child(struct mln_compile *c)
{
    if (c->control.fd >= 0)
        mln_io_del(c->loop, &c->control);
    mln_fd_close(&c->control.fd);
    mln_timer_disarm(c->loop, &c->late);
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        (void)waitpid(c->pid, NULL, 0);
    }
    c->pid = 0;
}

static void finish(struct mln_compile *c, int r)
{
    struct mln_compiled_fds made = c->made;

    end_child(c);
    c->made = MLN_COMPILED_NONE;
    c->done(c->arg, r, &made);
    mln_compiled_close(&made);
}

static void fail(struct mln_compile *c, int err);

static void is_late(struct mln_timer *t)
{
    fail(MLN_OWNER(t, struct mln_compile, late), -ETIMEDOUT);
}

static void on_answer(struct mln_io *io, uint32_t events);

static int begin(struct mln_compile *c, const char *role, const char *const *args, unsigned seconds)
{
    int fd = -1;
    pid_t pid = mln_child_spawn(role, args, &fd);

    if (pid < 0)
        return (int)pid;
    c->pid = pid;
    c->control = (struct mln_io){.fd = fd, .ready = on_answer};
    c->late.fire = is_late;
    mln_timer_arm(c->loop, &c->late, seconds * MLN_NSEC_PER_SEC);
    return mln_io_add(c->loop, &c->control, MLN_IO_READ);
}

static int begin_lists(struct mln_compile *c)
{
    c->lists = true;
    int r = begin(c, "lists", NULL, LISTS_S);
    const int fds[] = {c->made.policy, c->copies};
    return r < 0
               ? r
               : mln_child_send(c->control.fd, MLN_WIRE_POLICY,
                                (struct mln_wire){.arg = c->distrust}, fds, c->copies >= 0 ? 2 : 1);
}

/* Too many networks, too much memory or time, a crash: a fetched copy may be what did it, and
 * whoever wrote that has no say in whether other lists and this policy are read. Once more without
 * those on trial, which are then judged broken. */
static void fail(struct mln_compile *c, int err)
{
    if (c->lists && c->copies >= 0 && !c->distrust && err != -EINVAL) {
        end_child(c);
        mln_fd_close(&c->made.lists);
        c->distrust = true;
        if (begin_lists(c) == 0)
            return;
    }
    finish(c, err == -E2BIG ? -EINVAL : err); /* the child has said which */
}

/* 1: that is all; 0: the lists follow. */
static int take_policy(struct mln_compile *c, const struct mln_wire *m, int *fds, size_t n)
{
    if (n != 3)
        return -EPROTO;
    c->made.policy = mln_fd_take(&fds[0]);
    c->made.keys = mln_fd_take(&fds[1]);
    c->made.folders = mln_fd_take(&fds[2]);
    c->made.revision = m->id;
    c->made.rules = m->index;
    if (!m->app)
        return 1;
    end_child(c);
    return begin_lists(c);
}

static int take_lists(struct mln_compile *c, const struct mln_wire *m, int *fds, size_t n)
{
    if (n != 1)
        return -EPROTO;
    c->made.lists = mln_fd_take(&fds[0]);
    c->made.lists_revision = m->id;
    c->made.networks = m->index;
    c->made.fetched = m->app;
    return m->app ? 0 : 1;
}

static int take_answer(struct mln_compile *c, const struct mln_wire *m, int *fds, size_t n)
{
    if (m->arg)
        return -(int)m->arg;
    if (!c->lists)
        return take_policy(c, m, fds, n);
    if (m->type == MLN_WIRE_LISTS)
        return take_lists(c, m, fds, n);
    c->made.bad = m->id;
    return c->made.lists >= 0 ? 1 : -EPROTO;
}

static void on_answer(struct mln_io *io, uint32_t events)
{
    struct mln_compile *c = MLN_OWNER(io, struct mln_compile, control);
    struct mln_wire m;
    int fds[3] = {-1, -1, -1};
    size_t n = 0;
    int r = mln_scm_recv(io->fd, &m, sizeof(m), fds, MLN_ARRAY_LEN(fds), &n);

    (void)events;
    if (r == -EAGAIN)
        return;
    if (r != (int)sizeof(m) || m.version != MLN_WIRE_VERSION || m.arg >= 4096)
        r = r < 0 ? r : -EPROTO; /* it died */
    else
        r = take_answer(c, &m, fds, n);
    for (size_t i = 0; i < MLN_ARRAY_LEN(fds); i++)
        mln_fd_close(&fds[i]);
    if (r < 0)
        fail(c, r);
    else if (r)
        finish(c, 0);
}

int mln_compile_start(struct mln_compile *c, const char *const *args, int copies)
{
    c->lists = c->distrust = false;
    c->copies = copies;
    c->made = MLN_COMPILED_NONE;
    int r = begin(c, "compile", args, COMPILE_S);
    if (r < 0)
        end_child(c);
    return r;
}

bool mln_compile_is_running(const struct mln_compile *c)
{
    return c->control.fd >= 0;
}

void mln_compile_reaped(struct mln_compile *c, pid_t pid)
{
    if (pid == c->pid) /* its answer, if any, is in the socket */
        c->pid = 0;
}

void mln_compile_stop(struct mln_compile *c)
{
    end_child(c);
    mln_compiled_close(&c->made);
}
