/* SIGUSR2: the program is started anew from where its file was, with the same options, and takes
 * over from us (node/heir.h). */
#ifndef MLN_NODE_UPGRADE_H
#define MLN_NODE_UPGRADE_H

#include <limits.h>
#include <sys/types.h>

#include "base/base.h"

struct mln_upgrade {
    char path[PATH_MAX]; /* of our file when we started: the new version's by now; "": unknown */
    pid_t heir;          /* 0: none was started, or it has ended */
};

/* At the start, before anybody may have replaced the file. */
void mln_upgrade_init(struct mln_upgrade *u);
/* Starts it with `argv` (NULL at the end; argv[0] is the command) and --takeover. Of a process that
 * blocks signals. Says in the log what came of it. */
void mln_upgrade_begin(struct mln_upgrade *u, char *const *argv);
/* True when that child was the heir: it did not get so far, and we go on. */
bool mln_upgrade_child_died(struct mln_upgrade *u, pid_t pid, int status);
/* Somebody took over. Tells systemd when it is the heir, which is the service from now on; false:
 * it is another process, of which systemd knows nothing. */
bool mln_upgrade_taken_over(struct mln_upgrade *u, pid_t by);

#endif
