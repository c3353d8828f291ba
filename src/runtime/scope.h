/* Which rule a container gets: the first, by the order of the snapshot, whose scope matches. Pure.
 */
#ifndef MLN_RUNTIME_SCOPE_H
#define MLN_RUNTIME_SCOPE_H

#include "runtime/container.h"

struct mln_scope_list {
    const struct mln_sv *v;
    uint32_t n;
};

/* An empty list says nothing: everything matches. Within a list one must match, all lists must. */
struct mln_scope {
    struct mln_scope_list images, containers, namespaces, nodes;
    struct mln_scope_list labels; /* name, glob on the value, name, …: every pair must match */
};

/* What did not match, in the order it is looked at. */
enum mln_scope_result {
    MLN_SCOPE_NO_IMAGE,
    MLN_SCOPE_NO_CONTAINER,
    MLN_SCOPE_NO_NAMESPACE,
    MLN_SCOPE_NO_LABEL,
    MLN_SCOPE_NO_NODE,
    MLN_SCOPE_MATCH,
};

/* `image` may be NULL: its references are not known (yet). `node` is the name of this machine.
 * *ret_pattern: the pattern of images that matched, absent when the scope has none. */
enum mln_scope_result mln_scope_match(const struct mln_scope *s, const struct mln_container *c,
                                      const struct mln_image *image, struct mln_sv node,
                                      struct mln_sv *ret_pattern);
/* "image", "container name", …: for messages. */
const char *mln_scope_field(enum mln_scope_result r);
/* The name to show for the container's image: as written, else a tag, a digest, at last its id.
 * Bytes of container or image. */
struct mln_sv mln_image_shown(const struct mln_container *c, const struct mln_image *image,
                              struct mln_arena *a);

#endif
