/* An upgrade: what the old defender hands over, and what the new one makes of it. */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/warden_priv.h"

static int send_space(int fd, const struct mln_space *s)
{
    const struct mln_handover_msg m = {.type = MLN_HANDOVER_SPACE,
                                       .key = s->key,
                                       .had_fwmark_accept = s->icpt.had_fwmark_accept,
                                       .rules = (s->icpt.closed ? MLN_HANDOVER_CLOSED : 0u) |
                                                (s->icpt.blind ? MLN_HANDOVER_BLIND : 0u)};
    const int fds[] = {s->icpt.ns, s->listener, s->icpt.alive};

    return mln_handover_send(fd, m, fds, 3);
}

/* All that the new defender needs. The rules stay, and so do we until it says that it serves. */
static int give_all(void *arg, int fd)
{
    struct warden *w = arg;
    const int bans = mln_supervisor_bans(w->base.sup);
    int r =
        mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_LOCK}, &w->lock, 1);

    if (r == 0)
        r = mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_BANS}, &bans, 1);
    for (uint32_t i = 0; i < WARDEN_SPACES_MAX && r == 0; i++)
        if (w->space[i] && !w->space[i]->closing && w->space[i]->icpt.installed)
            r = send_space(fd, w->space[i]);
    return r < 0 ? r
                 : mln_handover_send(fd, (struct mln_handover_msg){.type = MLN_HANDOVER_END}, NULL,
                                     0);
}

/* A container that we protect now would not be known. */
static void pending(void *arg, bool is)
{
    mln_hooks_pause(((struct warden *)arg)->hooks, is);
}

static void serves(void *arg, pid_t by)
{
    struct warden *w = arg;

    w->handed = true;
    mln_supervisor_taken_over(w->base.sup, by);
}

int warden_open_upgrade(struct warden *w)
{
    w->heir.loop = mln_supervisor_loop(w->base.sup);
    w->heir.give = give_all;
    w->heir.pending = pending;
    w->heir.serves = serves;
    w->heir.arg = w;
    return mln_heir_open(&w->heir, mln_supervisor_doors(w->base.sup));
}

/* What the old defender had. Who is in it, and which rules hold, the scout tells anew. */
static int adopt(struct warden *w, const struct mln_handover_msg *m, int fds[3])
{
    struct mln_space *s = warden_new_space(w, &fds[0], &m->key);

    if (!s)
        return -ENOMEM;
    mln_space_adopt(s, fds[1], fds[2], m);
    return 0;
}

int warden_take_over(struct warden *w, uid_t *ret_uid)
{
    struct mln_handover_msg m = {.type = 0};

    w->before = mln_handover_connect(w->o->node.state_dir, ret_uid);
    if (w->before < 0)
        return w->before;
    for (int r = 0; r == 0 && m.type != MLN_HANDOVER_END;) {
        int fds[3] = {-1, -1, -1};
        int n = mln_handover_receive(w->before, &m, fds);
        if (n == 1 && m.type == MLN_HANDOVER_LOCK)
            w->lock = mln_fd_take(&fds[0]);
        else if (n == 1 && m.type == MLN_HANDOVER_BANS)
            w->bans = mln_fd_take(&fds[0]);
        else if (n == 3 && m.type == MLN_HANDOVER_SPACE)
            r = adopt(w, &m, fds);
        else if (n < 0 || m.type != MLN_HANDOVER_END)
            r = n < 0 ? n : -EPROTO;
        if (r < 0)
            return r;
    }
    return w->lock < 0 ? -EPROTO : 0;
}

/* We serve: the old one may go. */
void warden_say_serving(struct warden *w)
{
    if (mln_handover_send(w->before, (struct mln_handover_msg){.type = MLN_HANDOVER_SERVING}, NULL,
                          0) < 0)
        mln_log(MLN_LOG_WARN, "takeover_failed", MLN_KVS("effect", "the old defender is gone"));
    mln_fd_close(&w->before);
    w->taking_over = false;
}
