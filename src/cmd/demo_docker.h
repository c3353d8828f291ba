/* The Docker side of `merlon demo`: an image from a tar file, a container of it, its log. */
#ifndef MLN_CMD_DEMO_DOCKER_H
#define MLN_CMD_DEMO_DOCKER_H

#include "cmd/demo_stage.h"

/* Appends what the container wrote, an '\r' before each end of line taken out. 0 or -errno. */
int mln_demo_docker_log(const struct mln_demo_stage *s, struct mln_buf *ret);
/* Takes container and image away, as far as they are there. */
void mln_demo_docker_remove(struct mln_demo_stage *s);

#endif
