/* The sockets below the state folder by which commands (merlon status, bans, bypass), starting
 * containers and the next version find this process. One that takes over makes its own beside
 * those of the old one and puts them in their place once it serves; the old one holds on to what it
 * had until then, so that it is found as long as it is the one that serves. One thread. */
#ifndef MLN_NODE_DOORS_H
#define MLN_NODE_DOORS_H

#include <sys/types.h>

#include "base/base.h"

#define MLN_STATUS_SOCKET_NAME "merlon.sock"
#define MLN_BANS_SOCKET_NAME "bans.sock"
#define MLN_BYPASS_SOCKET_NAME "bypass.sock"
#define MLN_TAKEOVER_SOCKET_NAME "takeover"

enum { MLN_DOORS_MAX = 8 };

struct mln_doors {
    const char *dir; /* must be there; NULL: nobody is to find us */
    bool hidden;     /* what is opened is not found before mln_doors_show */
    unsigned n;
    struct {
        const char *name;
        uint64_t inode; /* ours: what has another one belongs to somebody else */
    } one[MLN_DOORS_MAX];
};

/* A listening socket (type: SOCK_STREAM or SOCK_SEQPACKET) of that name, for whom the mode lets in;
 * one that a predecessor left is replaced, at once or by mln_doors_show. `name` stays. The
 * descriptor, -EBADF without a folder, or another negative errno. */
int mln_doors_open(struct mln_doors *d, const char *name, int type, mode_t mode) MLN_WARN_UNUSED;
/* All are found from now on. The first error, after which the others are found all the same. */
int mln_doors_show(struct mln_doors *d) MLN_WARN_UNUSED;
/* Nobody finds it any more; a successor's is left alone. To be called before its descriptor is
 * closed: the number of its inode is ours until then. */
void mln_doors_remove(struct mln_doors *d, const char *name);

/* ---- while somebody takes over ---- */

/* Holds on to all names. */
void mln_doors_keep(struct mln_doors *d);
/* It did not come: those that it replaced are ours again. */
void mln_doors_take_back(struct mln_doors *d);
/* It came. */
void mln_doors_let_go(struct mln_doors *d);

#endif
