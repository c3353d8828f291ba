/* The warden's side of `merlon hook`: container runtimes that wait, between the making of a
 * container and the start of its program, for the word that its ports are protected. A question
 * goes to the scout, which tells of the container as it does of any other (an answer to the
 * question itself is not needed); once what is to hold does, or the time is over, the hook is
 * answered. The process is then watched for a minute: when it ends before the runtime has told of
 * it, which it may never do, the scout is told. One thread. */
#ifndef MLN_NODE_HOOKS_H
#define MLN_NODE_HOOKS_H

#include "io/loop.h"
#include "node/doors.h"
#include "runtime/hook.h"

struct mln_hooks_ops {
    /* To the scout: the question, or with a->ended that its process ended. */
    void (*ask)(void *ctx, const struct mln_hook_ask *a);
    /* What holds for this container (id as in struct mln_workload_msg)? 0: not yet; with `last` the
     * time is over, and there is no 0. */
    enum mln_hook_verdict (*judge)(void *ctx, uint32_t pid, const uint8_t id[32], bool last);
    /* How many hooks were answered so, from the beginning. */
    void (*count)(void *ctx, enum mln_hook_verdict v, uint64_t total);
};

struct mln_hooks;

/* Listens in the state folder, and counts what was started while nobody did. `ops`, `ctx` and
 * `doors` stay. 0 or a negative errno. */
int mln_hooks_new(struct mln_loop *loop, struct mln_doors *doors, const struct mln_hooks_ops *ops,
                  void *ctx, struct mln_hooks **ret) MLN_WARN_UNUSED;
struct mln_hooks *mln_hooks_free(struct mln_hooks *h);
/* Something changed: whoever waits is judged anew. */
void mln_hooks_look(struct mln_hooks *h);
/* The scout says that this is no container that could get a rule. */
void mln_hooks_not_ours(struct mln_hooks *h, const uint8_t id[32]);
/* The scout is a new one, or knows more by now: it is asked again, also after what was answered. */
void mln_hooks_ask_again(struct mln_hooks *h);
/* All counts once more, for a new courier. */
void mln_hooks_tell(struct mln_hooks *h);
/* Whoever waits, and whoever comes, queues here for the next defender, which is about to take over.
 * With `on` false, it did not come. */
void mln_hooks_pause(struct mln_hooks *h, bool on);
/* No more questions: whoever waits asks the next defender, if there is one. */
void mln_hooks_stop(struct mln_hooks *h);
/* Whether a rule says `fail: closed`, for hooks that find no defender, and for which containers
 * (runtime/closed.h; without a text: it may be any). */
void mln_hooks_note_closed(const char *state_dir, bool closed, struct mln_sv text);

#endif
