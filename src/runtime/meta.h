/* What the scout tells the courier about a container: the texts that audits and `merlon apps` show.
 * One SOCK_SEQPACKET datagram of tag-length-value; the courier takes the scout for hostile. */
#ifndef MLN_RUNTIME_META_H
#define MLN_RUNTIME_META_H

#include "base/buf.h"
#include "base/time.h"
#include "runtime/container.h"

enum { MLN_META_MAX = 32768, MLN_META_LABELS_MAX = 64, MLN_META_REFS_MAX = 16 };

enum mln_meta_op { MLN_META_PUT = 1, MLN_META_GONE, MLN_META_STATE, MLN_META_OP_MAX };

/* X(field): texts; absent when not known */
#define MLN_META_TEXTS(X)                                                                          \
    X(id)                                                                                          \
    X(name)                                                                                        \
    X(image) X(image_id) X(image_digest) X(namespace_) X(pod) X(runtime) X(rule) X(mode) X(why)

/* Views belong to the caller (encode) or to the bytes (decode). */
struct mln_meta {
    uint8_t op;     /* enum mln_meta_op; STATE: slot 0 Docker, 1 containerd: runtime, why, synced,
                       ruled: it is there */
    uint32_t slot;  /* < MLN_WORKLOADS_MAX */
    uint32_t flags; /* enum mln_workload_flag */
    bool ruled;     /* a rule matches */
    bool synced;    /* STATE: the list of the runtime is complete */
    mln_nsec started;
#define X(field) struct mln_sv field;
    MLN_META_TEXTS(X)
#undef X
    struct mln_label labels[MLN_META_LABELS_MAX];
    uint32_t n_labels;
    struct mln_sv refs[MLN_META_REFS_MAX]; /* all names of the image */
    uint32_t n_refs;
};

/* Long texts are clipped, labels that have no room left out. */
void mln_meta_encode(const struct mln_meta *m, struct mln_buf *out);
/* Checks everything: 0 or -EBADMSG. */
int mln_meta_decode(struct mln_sv bytes, struct mln_meta *ret) MLN_WARN_UNUSED;

#endif
