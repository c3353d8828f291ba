/* The socket that the commands of this machine ask (merlon apps, merlon status). */
#ifndef MLN_NODE_LOCAL_SOCKET_H
#define MLN_NODE_LOCAL_SOCKET_H

#include "base/base.h"

#define MLN_LOCAL_SOCKET_NAME "merlon.sock"

/* A listening socket below the folder (which must be there), for the owner and its group; one that
 * a predecessor left is replaced. The descriptor, or a negative errno. */
int mln_local_listen(const char *state_dir) MLN_WARN_UNUSED;
/* Removes it. */
void mln_local_unlink(const char *state_dir);

#endif
