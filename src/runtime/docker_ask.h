/* The questions that a scout may put to Docker: fixed-size, without strings. Whoever may write to
 * Docker's socket is root, so the warden writes the requests, from these, and passes on the
 * answers only. */
#ifndef MLN_RUNTIME_DOCKER_ASK_H
#define MLN_RUNTIME_DOCKER_ASK_H

#include "base/base.h"
#include "base/time.h"

enum { MLN_DOCKER_ASK_VERSION = 1, MLN_DOCKER_ASK_TEXT_MAX = 1024 };

enum mln_docker_what {
    MLN_DOCKER_EVENTS = 1, /* from `since` (wall) on, of containers and images */
    MLN_DOCKER_LIST,       /* containers, also those that do not run */
    MLN_DOCKER_SUMMARY,    /* the list with `id` alone: answered at once, while an inspection waits
                              until a container that is being started has started */
    MLN_DOCKER_CONTAINER,  /* inspection of `id` */
    MLN_DOCKER_IMAGE,      /* inspection of sha256:`id` */
    MLN_DOCKER_WHAT_MAX
};

struct mln_docker_ask {
    uint32_t version, what;
    uint64_t conn; /* the id of the request that the connection came from */
    mln_nsec since;
    uint8_t id[32];
};

/* 0 or -EPROTO; takes the sender for hostile. */
int mln_docker_ask_check(const struct mln_docker_ask *a, size_t len) MLN_WARN_UNUSED;
/* The HTTP request of a checked question; its length. */
size_t mln_docker_ask_text(const struct mln_docker_ask *a, char out[MLN_DOCKER_ASK_TEXT_MAX]);

/* 64 hex digits → 32 bytes; false when the text is something else. */
bool mln_docker_id_binary(struct mln_sv hex, uint8_t out[32]);

#endif
