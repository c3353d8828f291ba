/* One defender on a machine. */
#ifndef MLN_NODE_LOCK_H
#define MLN_NODE_LOCK_H

/* Makes the folder if need be and locks a file in it for as long as the descriptor is open. The
 * descriptor (close-on-exec), -EBUSY when another process has the lock, or another errno. */
int mln_lock_take(const char *state_dir);

#endif
