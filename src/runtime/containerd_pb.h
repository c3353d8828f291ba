/* Messages of containerd's API (its .proto files give the field numbers) → our types. What tenants
 * wrote in them is hostile. -EBADMSG: not such a message; -ENOMEM. */
#ifndef MLN_RUNTIME_CONTAINERD_PB_H
#define MLN_RUNTIME_CONTAINERD_PB_H

#include "runtime/container.h"
#include "runtime/containerd_ask.h"

enum mln_containerd_topic {
    MLN_TOPIC_OTHER,
    MLN_TOPIC_CONTAINER,   /* created, updated or deleted */
    MLN_TOPIC_TASK_CREATE, /* `pid` is there, its program does not run yet */
    MLN_TOPIC_TASK_START,
    MLN_TOPIC_TASK_EXIT, /* of the first process only */
    MLN_TOPIC_TASK_PAUSED,
    MLN_TOPIC_TASK_RESUMED,
    MLN_TOPIC_IMAGE,
    MLN_TOPIC_NAMESPACE,
};
/* Views into the message. */
struct mln_containerd_event {
    enum mln_containerd_topic topic;
    struct mln_sv ns, id; /* id: of the container */
    uint32_t pid;
};
struct mln_containerd_task {
    struct mln_sv id;
    uint32_t pid;
    bool alive, paused; /* alive: created, running or paused */
};
struct mln_containerd_image {
    struct mln_sv name, digest;
};

/* An Envelope of Events/Subscribe. */
int mln_containerd_read_event(struct mln_sv m, struct mln_containerd_event *ret) MLN_WARN_UNUSED;
/* Answers of List: each element to `each`, valid during the call; containers belong to the callee.
 * Elements without a proper name are passed over. */
int mln_containerd_read_namespaces(struct mln_sv m, void (*each)(void *arg, struct mln_sv name),
                                   void *arg) MLN_WARN_UNUSED;
int mln_containerd_read_containers(struct mln_sv m,
                                   void (*each)(void *arg, struct mln_container *c),
                                   void *arg) MLN_WARN_UNUSED;
int mln_containerd_read_tasks(struct mln_sv m,
                              void (*each)(void *arg, const struct mln_containerd_task *t),
                              void *arg) MLN_WARN_UNUSED;
int mln_containerd_read_images(struct mln_sv m,
                               void (*each)(void *arg, const struct mln_containerd_image *i),
                               void *arg) MLN_WARN_UNUSED;

#endif
