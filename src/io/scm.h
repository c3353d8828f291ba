/* Fixed-size messages with descriptors over SOCK_SEQPACKET between our own processes. */
#ifndef MLN_IO_SCM_H
#define MLN_IO_SCM_H

#include "base/base.h"

enum { MLN_SCM_FDS_MAX = 32 };

/* A connected pair, close-on-exec and non-blocking. */
int mln_scm_pair(int ret_fds[2]) MLN_WARN_UNUSED;
/* Sends one message with descriptors (which stay open here). 0, -EAGAIN or another errno. */
int mln_scm_send(int fd, const void *msg, size_t len, const int *fds, size_t n_fds) MLN_WARN_UNUSED;
/* Receives one message. Its length, 0 at end, -EAGAIN, -EBADMSG when it is longer than `cap`.
 * -EMFILE when descriptors of it were lost for want of room in this process: the message itself is
 * in `msg`. Descriptors arrive close-on-exec; those beyond `max_fds` are closed. */
int mln_scm_recv(int fd, void *msg, size_t cap, int *ret_fds, size_t max_fds,
                 size_t *ret_n_fds) MLN_WARN_UNUSED;

#endif
