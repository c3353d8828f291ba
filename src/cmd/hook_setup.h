/* How a container runtime comes to call the hook: containerd's shim takes `runc` from the PATH of
 * containerd, and the first of that name is merlon-runc, in a folder of ours. systemd is told by a
 * file of our own beside each unit, so that nothing that belongs to somebody else is edited, and a
 * folder that is gone does no harm. */
#ifndef MLN_CMD_HOOK_SETUP_H
#define MLN_CMD_HOOK_SETUP_H

#include "base/buf.h"

#define MLN_HOOK_DIR_DEFAULT "/var/lib/merlon/hook"

struct mln_hook_setup {
    const char *root;      /* the host's file system is here; "": where we are */
    const char *dir;       /* for the program, as the host sees it */
    const char *state_dir; /* of the defender, as the host sees it */
    unsigned limit_ms;
};

/* Writes the program and, for each unit that is there, its drop-in; says on standard output what
 * was done and what is left to do. An exit code. */
int mln_hook_install(const struct mln_hook_setup *s);
/* Removes them. An exit code. */
int mln_hook_uninstall(const struct mln_hook_setup *s);

enum mln_hook_state {
    MLN_HOOK_ACTIVE,     /* every runtime that runs calls it */
    MLN_HOOK_NOT_YET,    /* installed, a runtime was started before that */
    MLN_HOOK_NOT_THERE,  /* not installed */
    MLN_HOOK_NO_RUNTIME, /* neither containerd nor dockerd runs, or we cannot see it */
};
/* Appends what there is, and what to do about it. */
enum mln_hook_state mln_hook_state(const struct mln_hook_setup *s, struct mln_buf *found,
                                   struct mln_buf *advice);

#endif
