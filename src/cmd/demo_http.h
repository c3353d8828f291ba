/* A small HTTP client for `merlon demo`: one request, one answer, one connection. */
#ifndef MLN_CMD_DEMO_HTTP_H
#define MLN_CMD_DEMO_HTTP_H

#include <netinet/in.h>

#include "base/buf.h"

enum { MLN_DEMO_ADDR_TEXT = 24 };

struct mln_demo_answer {
    int status;                  /* 0: the connection was closed without an answer */
    char event_id[40];           /* X-Merlon-Event-Id, or "" */
    char me[MLN_DEMO_ADDR_TEXT]; /* address and port that the request was sent from, or "" */
    struct mln_buf raw;          /* head and body */
    size_t body;                 /* offset of the body in raw */
};

/* False when the text is no IPv4 address. */
bool mln_demo_addr(const char *ip, uint16_t port, struct sockaddr_in *ret);
/* "192.0.2.1:80". Returns out. */
const char *mln_demo_addr_text(const struct sockaddr_in *a, char out[MLN_DEMO_ADDR_TEXT]);
/* A port of loopback that was free a moment ago, or 0. */
uint16_t mln_demo_free_port(void);
/* Waits until something accepts there, at most 10 s. */
bool mln_demo_wait_port(const struct sockaddr_in *a);
/* Sends the raw bytes and reads until the end of the answer; 10 s limit. 0 or -errno. */
int mln_demo_exchange(const struct sockaddr_in *to, const char *raw, struct mln_demo_answer *ret);
void mln_demo_answer_done(struct mln_demo_answer *a);

#endif
