/* What is known of one namespace of containerd: containers with their first process, and images. */
#ifndef MLN_RUNTIME_CONTAINERD_NS_H
#define MLN_RUNTIME_CONTAINERD_NS_H

#include "runtime/containerd_pb.h"

enum { MLN_NS_IMAGES_MAX = 4096 };

struct mln_ns_container {
    struct mln_container *c; /* NULL: only its process is known so far */
    char id[MLN_CONTAINERD_NAME_MAX + 1];
    uint32_t pid; /* 0: none */
    bool paused;
    bool early; /* told by somebody else before containerd names its process */
    bool reported;
    bool listed, task_listed; /* of the lists that came last */
};

struct mln_ns {
    char name[MLN_CONTAINERD_NAME_MAX + 1];
    struct mln_ns_container *v;
    unsigned n, cap;
    struct mln_ns_image {
        char *name, *digest; /* one allocation, of name */
    } * images;
    unsigned n_images;
    bool images_known;
};

void mln_ns_done(struct mln_ns *ns);
/* NULL: not known. */
struct mln_ns_container *mln_ns_find(struct mln_ns *ns, struct mln_sv id);
/* The same, made when it is new. NULL: no memory, or more than can be held. Moves the others. */
struct mln_ns_container *mln_ns_make(struct mln_ns *ns, struct mln_sv id);
void mln_ns_remove(struct mln_ns *ns, struct mln_ns_container *e);
void mln_ns_clear_images(struct mln_ns *ns);
/* Too many, or no memory: left out. */
void mln_ns_add_image(struct mln_ns *ns, const struct mln_containerd_image *image);
/* Every name of the image that the container was made from, whose digest is kept in c->image_id
 * from the first time on. NULL: the image is not known. */
struct mln_image *mln_ns_image(const struct mln_ns *ns, struct mln_container *c);

#endif
