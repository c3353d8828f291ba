/* What is known of one container and of its image, whichever runtime told it. */
#ifndef MLN_RUNTIME_CONTAINER_H
#define MLN_RUNTIME_CONTAINER_H

#include "base/time.h"
#include "runtime/image_ref.h"
#include "runtime/workload.h"

enum {
    MLN_CONTAINER_ID_MAX = 128,
    MLN_CONTAINER_LABELS_MAX = 256,
    MLN_CONTAINER_LABEL_BYTES = 65536, /* names and values together; more are left out */
    MLN_IMAGE_REFS_MAX = 64,
    MLN_CONTAINER_ARENA = 256 << 10,
};

struct mln_label {
    struct mln_sv name, value;
};

/* All views live in `arena`. Owned by whoever made it. */
struct mln_container {
    struct mln_arena arena;
    struct mln_sv id;       /* as the runtime writes it */
    struct mln_sv name;     /* without Docker's leading '/' */
    struct mln_sv image;    /* as it was written when the container was made: name, digest, id */
    struct mln_sv image_id; /* "sha256:…"; absent: unknown */
    struct mln_sv namespace_, pod; /* Kubernetes; absent elsewhere */
    struct mln_sv runtime;         /* "docker", "containerd" */
    struct mln_label *labels;
    uint32_t n_labels;
    bool labels_cut; /* there were more than the limits above allow */
    bool running, paused, host_network, net_admin;
    bool sandbox; /* the pause container of a pod: holds the network, is no application */
    uint32_t pid;
    mln_nsec started;                       /* wall; 0 unknown */
    uint16_t ports[MLN_WORKLOAD_PORTS_MAX]; /* EXPOSEd TCP ports, ascending */
    uint32_t n_ports;
};

struct mln_image {
    struct mln_arena arena;
    struct mln_sv id;
    struct mln_image_ref refs[MLN_IMAGE_REFS_MAX]; /* tags and digests that it has now */
    uint32_t n_refs;
    uint16_t ports[MLN_WORKLOAD_PORTS_MAX]; /* EXPOSEd TCP ports, ascending */
    uint32_t n_ports;
};

/* NULL when there is no memory. _free(NULL) is fine. */
struct mln_container *mln_container_new(void);
struct mln_container *mln_container_free(struct mln_container *c);
struct mln_image *mln_image_new(void);
struct mln_image *mln_image_free(struct mln_image *i);
/* Leaves the label out (and says so in labels_cut) when a limit is passed. */
void mln_container_add_label(struct mln_container *c, struct mln_sv name, struct mln_sv value);
/* Into a sorted list without doubles; a full list and what is no port are left as they are. */
void mln_ports_add(uint16_t ports[MLN_WORKLOAD_PORTS_MAX], uint32_t *n, uint64_t port);
/* Fills what labels say: pod, namespace, name of the container in its pod, sandbox. */
void mln_container_read_labels(struct mln_container *c);
struct mln_sv mln_container_label(const struct mln_container *c, struct mln_sv name);
/* Adds a reference of the image; what is none (`<none>:<none>`) is ignored. */
void mln_image_add_ref(struct mln_image *i, struct mln_sv text);

#endif
