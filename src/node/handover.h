/* An upgrade: a new defender or proxy takes over from the one that runs. It connects to a socket in
 * the state folder and is sent the table of bans and, by a proxy, its listener; by a defender the
 * lock and, of each protected namespace, the namespace, the listener and the netlink socket that
 * owns the table; the rules stay until the new one puts its own in their place. Once it serves it
 * says so, and the old one drains. Clients meanwhile wait in the queue of the listener, or are
 * served by either. */
#ifndef MLN_NODE_HANDOVER_H
#define MLN_NODE_HANDOVER_H

#include <sys/types.h>

#include "intercept/icpt.h"

enum mln_handover_type {
    MLN_HANDOVER_LOCK = 1, /* the first; fd: the lock */
    MLN_HANDOVER_SPACE,    /* fds: namespace, listener, owner of merlon_alive */
    MLN_HANDOVER_BANS,     /* fd: their table, for reading */
    MLN_HANDOVER_END,      /* that is all */
    MLN_HANDOVER_SERVING,  /* from the new one: the old one may go */
    MLN_HANDOVER_LISTENER, /* of a proxy; fd */
};

/* What the rules are like; bits, of struct mln_icpt. */
enum mln_handover_rules { MLN_HANDOVER_CLOSED = 1, MLN_HANDOVER_BLIND = 2 };

struct mln_handover_msg {
    uint32_t version, type; /* 1, enum mln_handover_type */
    struct mln_netns_key key;
    uint32_t had_fwmark_accept; /* of struct mln_icpt */
    uint32_t rules;             /* enum mln_handover_rules */
};

/* A connection of somebody of our own user, which blocks 5 s at most, at the door of that name
 * (node/doors.h). -EPERM: it was another user's, *ret_uid. */
int mln_handover_accept(int listener, uid_t *ret_uid) MLN_WARN_UNUSED;
/* Connects to the old one. -ECONNREFUSED or -ENOENT: none runs; -EPERM: whoever listens there is
 * another user, *ret_uid, whose listeners and table of bans are not for us. */
int mln_handover_connect(const char *state_dir, uid_t *ret_uid) MLN_WARN_UNUSED;
/* What an operator is told of a takeover that fails with `err`; the text is in `buf`. */
const char *mln_handover_hint(int err, uid_t uid, char *buf, size_t cap);
int mln_handover_send(int fd, struct mln_handover_msg m, const int *fds, size_t n) MLN_WARN_UNUSED;
/* One message within 10 s. Its number of descriptors, or a negative errno; -ECONNRESET: the other
 * side has closed. */
int mln_handover_receive(int fd, struct mln_handover_msg *m, int ret_fds[3]) MLN_WARN_UNUSED;

#endif
