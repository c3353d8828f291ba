/* Names of images. A reference is normalised as Docker and containerd do it: a name without a
 * registry is of docker.io, there a name of one part is of library/, without tag and digest the
 * tag is latest. Pure functions on views. */
#ifndef MLN_RUNTIME_IMAGE_REF_H
#define MLN_RUNTIME_IMAGE_REF_H

#include "base/arena.h"

enum { MLN_IMAGE_REF_MAX = 512 };

/* Views into the arena it was parsed into. */
struct mln_image_ref {
    struct mln_sv repository; /* "docker.io/library/nginx", lower case */
    struct mln_sv familiar; /* "nginx", "shop/front-end": as people write it; a part of repository,
                               equal to it for other registries */
    struct mln_sv tag;      /* "1.25"; absent with only a digest */
    struct mln_sv digest;   /* "sha256:…"; absent without one */
};

/* 0; -EINVAL when the text is no reference (empty, too long, characters that none has, `<none>`),
 * -ENOMEM. */
int mln_image_ref_parse(struct mln_sv text, struct mln_arena *a,
                        struct mln_image_ref *ret) MLN_WARN_UNUSED;
/* True when `text` is the id of the image (`sha256:…`) or the beginning of one, as in
 * `docker run 4fc1a`, and hence no name. */
bool mln_image_is_id(struct mln_sv text, struct mln_sv image_id) MLN_PURE;

/* Whether a pattern of a rule covers the reference. `*` stands for anything, case is ignored.
 *   nginx            any tag or digest of docker.io/library/nginx
 *   nginx:1.*        these tags
 *   * /shop/front:*  (without the space) that repository of any registry; `:*` covers digests, too
 *   name@sha256:…    this digest; `sha256:…` alone: the digest, of any repository
 * The name is compared in its full and its familiar form. */
bool mln_image_pattern_matches(struct mln_sv pattern, const struct mln_image_ref *r) MLN_PURE;
/* Whether the pattern is for that repository, whatever it says of tags and digests. */
bool mln_image_pattern_names(struct mln_sv pattern, const struct mln_image_ref *r) MLN_PURE;
/* True of "sha256:…" and "@sha256:…". */
bool mln_image_pattern_is_digest(struct mln_sv pattern) MLN_PURE;
/* Whether the pattern covers an image of which only the id or a digest is known. */
bool mln_image_pattern_matches_id(struct mln_sv pattern, struct mln_sv id) MLN_PURE;

#endif
