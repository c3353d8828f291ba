/* The sockets that the commands of this machine ask (merlon apps, merlon status, merlon bans). */
#ifndef MLN_NODE_LOCAL_SOCKET_H
#define MLN_NODE_LOCAL_SOCKET_H

#include "base/base.h"

#define MLN_LOCAL_SOCKET_NAME "merlon.sock"
#define MLN_BANS_SOCKET_NAME "bans.sock"

/* A listening socket below the folder (which must be there), for the owner and its group; one that
 * a predecessor left is replaced. The descriptor, or a negative errno. */
int mln_local_listen(const char *state_dir, const char *name) MLN_WARN_UNUSED;
/* Which one that is, for mln_local_unlink; 0: it is not there. */
uint64_t mln_local_inode(const char *state_dir, const char *name);
/* Removes it, unless a successor has put another one there. */
void mln_local_unlink(const char *state_dir, const char *name, uint64_t inode);

#endif
