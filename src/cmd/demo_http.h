/* A small HTTP client for `merlon demo`: one request, one answer, one connection. */
#ifndef MLN_CMD_DEMO_HTTP_H
#define MLN_CMD_DEMO_HTTP_H

#include "base/buf.h"

struct mln_demo_answer {
    int status;         /* 0: the connection was closed without an answer */
    char event_id[40];  /* X-Merlon-Event-Id, or "" */
    struct mln_buf raw; /* head and body */
    size_t body;        /* offset of the body in raw */
};

/* A port that was free a moment ago, or 0. */
uint16_t mln_demo_free_port(void);
/* Waits until something accepts on the port, at most 10 s. */
bool mln_demo_wait_port(uint16_t port);
/* Sends the raw bytes and reads until the end of the answer; 10 s limit. 0 or -errno. */
int mln_demo_exchange(uint16_t port, const char *raw, struct mln_demo_answer *ret);
void mln_demo_answer_done(struct mln_demo_answer *a);

#endif
