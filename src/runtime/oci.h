/* The two JSON texts of the OCI runtime specification that a hook meets: the state on its standard
 * input, and config.json, to which it is added. Tenants choose much of both. Nothing is decoded or
 * written anew: values are stepped over, and config.json comes out as it was, with some bytes put
 * in between, so that no number or escape of it can change. No recursion, no allocation but of the
 * result. */
#ifndef MLN_RUNTIME_OCI_H
#define MLN_RUNTIME_OCI_H

#include "base/buf.h"

/* Views into the text. */
struct mln_oci_state {
    uint32_t pid;
    struct mln_sv id, bundle; /* without escapes */
};

/* 0, or -EBADMSG: no object, or a member is missing or not what it should be. */
int mln_oci_state_read(struct mln_sv json, struct mln_oci_state *ret) MLN_WARN_UNUSED;

/* The value of that member of an object, as written; absent when there is none. 0 or -EBADMSG. */
int mln_oci_member(struct mln_sv object, struct mln_sv key, struct mln_sv *ret) MLN_WARN_UNUSED;
/* The text of a string that has no escapes; absent when the value is anything else. */
struct mln_sv mln_oci_text(struct mln_sv value);
/* The next value of an array, *at being 0 at first; false at its end. */
bool mln_oci_next(struct mln_sv array, size_t *at, struct mln_sv *ret);

/* Appends the configuration to `out` with `hook` (a JSON object) as the last of
 * hooks.createRuntime: by then those before it have made the network. As it is when this very hook
 * is there already. 0, -EBADMSG: no such configuration; -ENOMEM. */
int mln_oci_add_hook(struct mln_sv config, struct mln_sv hook, struct mln_buf *out) MLN_WARN_UNUSED;

#endif
