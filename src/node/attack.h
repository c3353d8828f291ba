/* Test builds only: what a worker could still do after somebody took it over. */
#ifndef MLN_NODE_ATTACK_H
#define MLN_NODE_ATTACK_H

#include <stddef.h>

/* Calls of the filter that were refused so far; the refused call itself returns -EPERM here, where
 * the real program ends. Written by the SIGSYS handler of seccomp.c. */
extern volatile unsigned mln_attack_refused;

/* Tries each way out of the sandbox once and logs event=attack_report with the number of attempts
 * and the names of those that reached the kernel (possible=none is what must be). */
void mln_attack_report(void);

/* The worker of a defender, once it has a listener and n unconnected sockets: tries to reach what
 * it must not, with them and with what it accepts. Logs event=attack_sockets with what it reached.
 */
void mln_attack_sockets(int listener, int *upstream, size_t n);

#endif
