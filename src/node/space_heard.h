/* What unprotected ports of a namespace speak, so that `merlon apps` can tell web applications that
 * nobody protects. Listening costs a filter for each packet there: a minute for each port that
 * appears, and a few seconds of every minute as long as something is unknown. */
#ifndef MLN_NODE_SPACE_HEARD_H
#define MLN_NODE_SPACE_HEARD_H

#include "base/time.h"
#include "intercept/heard.h"

struct mln_space;

struct mln_space_heard {
    int fd;                              /* -1: not listening */
    bool refused;                        /* we lack the right */
    uint16_t ports[MLN_HEARD_PORTS_MAX]; /* of which it is unknown */
    size_t n;
    mln_nsec since; /* loop time: when the last of them appeared */
};

/* Once in a while, after mln_shown_idle: fills `speaks` there. */
void mln_space_hear(struct mln_space *s);
/* Listens no more: that would keep the namespace alive. */
void mln_space_deaf(struct mln_space *s);

#endif
