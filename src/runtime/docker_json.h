/* Answers of the Docker Engine API → our types. Tenants choose names, labels and images, so all of
 * it is hostile. -EBADMSG: not what the API says; -ENOMEM. */
#ifndef MLN_RUNTIME_DOCKER_JSON_H
#define MLN_RUNTIME_DOCKER_JSON_H

#include "runtime/container.h"

/* Seeds the hash of the JSON library, which would open a file for it at first use. Before a sandbox
 * is entered. */
void mln_docker_json_setup(void);

/* GET /containers/json?all=1: calls `each` with every container, which belongs to the callee. Of a
 * list the process, the time of the start and capabilities are not known. */
int mln_docker_read_list(struct mln_sv json, void (*each)(void *arg, struct mln_container *c),
                         void *arg) MLN_WARN_UNUSED;
/* GET /containers/ID/json. */
int mln_docker_read_container(struct mln_sv json, struct mln_container **ret) MLN_WARN_UNUSED;
/* GET /images/ID/json. */
int mln_docker_read_image(struct mln_sv json, struct mln_image **ret) MLN_WARN_UNUSED;

enum mln_docker_event_type {
    MLN_DOCKER_EVENT_OTHER,
    MLN_DOCKER_EVENT_CONTAINER,
    MLN_DOCKER_EVENT_IMAGE
};
struct mln_docker_event {
    enum mln_docker_event_type type;
    char id[MLN_CONTAINER_ID_MAX]; /* of a container; "" otherwise */
    size_t id_len;
    bool created; /* a container that was made just now and does not run */
};
/* One line of GET /events. */
int mln_docker_read_event(struct mln_sv json, struct mln_docker_event *ret) MLN_WARN_UNUSED;

/* Ids as Docker makes them: 64 hex digits; of an image behind "sha256:". */
bool mln_docker_id_ok(struct mln_sv id) MLN_PURE;
bool mln_docker_image_id_ok(struct mln_sv id) MLN_PURE;

#endif
