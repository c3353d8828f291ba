/* What `merlon demo` plays on: the sample shop with Merlon in front of it. As a container of Docker
 * behind `merlon defender`, or as a process on loopback behind `merlon proxy`. */
#ifndef MLN_CMD_DEMO_STAGE_H
#define MLN_CMD_DEMO_STAGE_H

#include <sys/types.h>

#include "cmd/demo_http.h"

struct mln_demo_stage {
    char dir[64]; /* of the files below; stays */
    char audit[128], log[128], policy[128];
    struct sockaddr_in front; /* where clients go */
    struct sockaddr_in bare;  /* the same shop when nobody stands in front */
    pid_t merlon, shop;       /* 0: none */
    const char *docker;       /* socket of the Docker that runs the shop, or NULL */
    char image[64], container[64], container_id[80]; /* empty: there is none */
};

/* Makes the folder. 0, or -1 after a complaint. */
int mln_demo_stage_init(struct mln_demo_stage *s);
/* The shop as a process, `merlon proxy` before it. 0, or -1 after a complaint. */
int mln_demo_stage_proxy(struct mln_demo_stage *s);
/* The shop as a container of the Docker behind that socket, `merlon defender` beside it. 0; -1: it
 * does not work here, `why` says it in a few words, and nothing is left behind. */
int mln_demo_stage_docker(struct mln_demo_stage *s, const char *socket, struct mln_buf *why);
/* Merlon goes; the shop stays, at `bare`. */
void mln_demo_stage_unprotect(struct mln_demo_stage *s);
/* What the shop wrote: a line for each request, with the address that it came from. 0 or -errno. */
int mln_demo_stage_app_log(const struct mln_demo_stage *s, struct mln_buf *ret);
/* Ends and removes all of it but the folder. */
void mln_demo_stage_close(struct mln_demo_stage *s);

/* ---- shared by the two ---- */

/* A file of the sample shop: beside the build's own program, or in libexec after make install. */
bool mln_demo_find(const char *name, char *path, size_t cap);
/* Starts a program that ends with us; what it writes goes to s->log. Its process, or -1. */
pid_t mln_demo_spawn(const struct mln_demo_stage *s, const char *program, char *const argv[]);
/* Ends *pid, if there is one, and waits for it. */
void mln_demo_end(pid_t *pid);

#endif
