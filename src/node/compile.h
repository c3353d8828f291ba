/* Running the two one-shot children: a policy → sealed blobs, which has private keys in its memory
 * and reads nothing but the operator's files; then its lists → a blob, which has no keys, and reads
 * what others wrote once it is locked in. */
#ifndef MLN_NODE_COMPILE_H
#define MLN_NODE_COMPILE_H

#include <sys/types.h>

#include "io/loop.h"
#include "node/wire.h"

struct mln_compiled_fds {
    /* sealed memfds; folders: to be watched; lists -1: none */
    int policy, keys, folders, lists;
    unsigned rules, networks;
    unsigned fetched; /* Feeds that are */
    uint64_t bad;     /* bits of those whose copy on trial is broken */
    uint64_t revision, lists_revision;
};

#define MLN_COMPILED_NONE                                                                          \
    ((struct mln_compiled_fds){.policy = -1, .keys = -1, .folders = -1, .lists = -1})
/* Closes what there is, and sets it to -1. */
void mln_compiled_close(struct mln_compiled_fds *c);

struct mln_compile {
    struct mln_loop *loop; /* the owner's, as are the next two */
    /* Called once for each start: 0, and what the callee takes it sets to -1; or what is wrong,
     * -EINVAL: the policy or a list has errors, which were printed. It may start the next. */
    void (*done)(void *arg, int r, struct mln_compiled_fds *ret);
    void *arg;
    /* private */
    struct mln_io control; /* fd -1: not running */
    struct mln_timer late;
    pid_t pid;
    bool lists;    /* the second child is running */
    bool distrust; /* … for the second time, and leaves fetched copies on trial alone */
    int copies;
    struct mln_compiled_fds made;
};

/* args: of the compile child (children.h); copies: the folder of fetched lists, or -1. 0, or a
 * negative errno and `done` is not called. */
int mln_compile_start(struct mln_compile *c, const char *const *args, int copies) MLN_WARN_UNUSED;
bool mln_compile_is_running(const struct mln_compile *c);
/* waitpid(2) returned that child. */
void mln_compile_reaped(struct mln_compile *c, pid_t pid);
/* Ends it without `done`. */
void mln_compile_stop(struct mln_compile *c);

#endif
