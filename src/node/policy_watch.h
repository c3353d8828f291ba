/* Notices when the policy, or a file that it was made from, may have changed on disk. */
#ifndef MLN_NODE_POLICY_WATCH_H
#define MLN_NODE_POLICY_WATCH_H

#include "io/loop.h"

struct mln_policy_watch {
    struct mln_loop *loop; /* the owner's, as are the next two */
    /* Some file in a folder changed, and editors, which write in several steps, had time to end.
     * Called once for all that happens within that time. */
    void (*changed)(void *arg);
    void *arg;
    /* private */
    struct mln_io io; /* inotify; fd -1: nothing is watched */
    struct mln_timer settle;
};

/* Watches the folder of `policy` (NULL: none) and what mln_policy_watch_folders adds. A warning
 * says what cannot be watched. */
void mln_policy_watch_open(struct mln_policy_watch *w, const char *policy);
/* Adds the folders, each ending with NUL, that are the content of `folders`. One that is watched
 * already stays so; one that is not needed any more costs a look now and then. */
void mln_policy_watch_folders(struct mln_policy_watch *w, int folders);
/* Everything is read anyhow: what was noticed and not yet said is forgotten. */
void mln_policy_watch_forget(struct mln_policy_watch *w);
void mln_policy_watch_close(struct mln_policy_watch *w);

#endif
