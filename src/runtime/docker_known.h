/* What is known of the containers and images of one Docker daemon: bounded tables, looked through
 * from end to end. Nothing here asks or reports. */
#ifndef MLN_RUNTIME_DOCKER_KNOWN_H
#define MLN_RUNTIME_DOCKER_KNOWN_H

#include "runtime/container.h"
#include "runtime/workload.h"

enum { DOCKER_IMAGES_MAX = 1024, DOCKER_PREPARED_MAX = 1024 };

/* All of it is owned. */
struct docker_known {
    struct mln_container *running[MLN_WORKLOADS_MAX];
    bool listed[MLN_WORKLOADS_MAX]; /* it was in the list that is being read */
    bool early[MLN_WORKLOADS_MAX];  /* told before Docker said that it runs */
    unsigned n_running;
    struct mln_container *prepared[DOCKER_PREPARED_MAX]; /* do not run: they may start soon */
    unsigned n_prepared;
    struct mln_image *images[DOCKER_IMAGES_MAX];
    bool stale[DOCKER_IMAGES_MAX]; /* to be asked for again */
    unsigned n_images;
};

void docker_known_done(struct docker_known *k);

/* NULL when it is not known, which is stale, too. */
struct mln_image *docker_known_image(struct docker_known *k, struct mln_sv id, bool *ret_stale);
bool docker_known_image_is_used(const struct docker_known *k, struct mln_sv id);
void docker_known_forget_image(struct docker_known *k, struct mln_sv id);
/* Takes it, in the place of what was known by its id. When there is no room images that no
 * container has make some; else it is freed. */
void docker_known_keep_image(struct docker_known *k, struct mln_image *image);

/* The place of one that runs, or n_running. */
unsigned docker_known_find(const struct docker_known *k, struct mln_sv id);
/* Frees what is at that place, which the last one takes. */
void docker_known_remove(struct docker_known *k, unsigned at);

/* One that does not run, which is the caller's then, or NULL. */
struct mln_container *docker_known_take_prepared(struct docker_known *k, struct mln_sv id);
/* Takes it. When there is no room it is freed: it is told when Docker tells. */
void docker_known_prepare(struct docker_known *k, struct mln_container *c);

#endif
