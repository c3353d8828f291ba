/* The questions that a scout may put to containerd: fixed-size, names of a narrow alphabet. As with
 * Docker (runtime/docker_ask.h) the warden writes the requests: one call a connection, whole, with
 * flow-control windows of 2 GiB, so that nothing has to be sent while the answer comes. */
#ifndef MLN_RUNTIME_CONTAINERD_ASK_H
#define MLN_RUNTIME_CONTAINERD_ASK_H

#include "base/base.h"

#define MLN_CONTAINERD_DOCKERS "moby" /* Docker's namespace */

enum {
    MLN_CONTAINERD_ASK_VERSION = 1,
    MLN_CONTAINERD_NAME_MAX = 76, /* containerd's own limit for namespaces and ids */
    MLN_CONTAINERD_ASK_TEXT_MAX = 1024,
};

enum mln_containerd_what {
    MLN_CONTAINERD_EVENTS = 1, /* of all namespaces */
    MLN_CONTAINERD_NAMESPACES,
    MLN_CONTAINERD_CONTAINERS, /* of `ns`; with `id`: that one */
    MLN_CONTAINERD_TASKS,      /* of `ns` */
    MLN_CONTAINERD_IMAGES,     /* of `ns` */
    MLN_CONTAINERD_WHAT_MAX
};

struct mln_containerd_ask {
    uint32_t version, what;
    uint64_t conn;       /* the id of the request that the connection came from */
    char ns[80], id[80]; /* NUL-terminated; "" where there is none */
};

/* 0 or -EPROTO; takes the sender for hostile. */
int mln_containerd_ask_check(const struct mln_containerd_ask *a, size_t len) MLN_WARN_UNUSED;
/* The bytes of a checked question; their number. */
size_t mln_containerd_ask_text(const struct mln_containerd_ask *a,
                               char out[MLN_CONTAINERD_ASK_TEXT_MAX]);
/* A namespace or an id as containerd makes them: 1 to 76 letters, digits, `._-`. */
bool mln_containerd_name_ok(struct mln_sv name) MLN_PURE;

#endif
