/* Test builds only: what a worker could still do after somebody took it over. */
#ifndef MLN_NODE_ATTACK_H
#define MLN_NODE_ATTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "node/wire.h"

/* Calls of the filter that were refused so far; the refused call itself returns -EPERM here, where
 * the real program ends. Written by the SIGSYS handler of seccomp.c. */
extern volatile unsigned mln_attack_refused;

/* Tries each way out of the sandbox once and logs event=attack_report with the number of attempts
 * and the names of those that reached the kernel (possible=none is what must be). */
void mln_attack_report(void);

/* The worker of a defender, told of each batch of unconnected sockets: once it has some of either
 * kind (it asks for those to link-local clients) it tries to reach what it must not, with all the
 * sockets it holds. Logs event=attack_sockets with what it reached. True: that is done. */
bool mln_attack_sockets(int listener, const struct mln_wire *m, const int *fds, size_t n);

#endif
