/* Discovery over containerd's API, sans-I/O: one connection follows the events of all namespaces,
 * each question has a connection of its own. Containers and images are kept per namespace as the
 * lists and events say; lists are compared again after every new connection and once a minute.
 * While the daemon is away, everything stays as it was known.
 *
 * The namespace of Docker is another matter: its containers are told by runtime/docker.h; here only
 * their processes are, which containerd names tens of milliseconds before they run. */
#ifndef MLN_RUNTIME_CONTAINERD_H
#define MLN_RUNTIME_CONTAINERD_H

#include "runtime/container.h"
#include "runtime/containerd_ask.h"

enum { MLN_CONTAINERD_CONNS = 5 /* 0: events */ };

struct mln_containerd_ops {
    /* As those of struct mln_docker_ops. */
    void (*connect)(void *ctx, unsigned conn);
    void (*ask)(void *ctx, unsigned conn, const struct mln_containerd_ask *question);
    void (*close)(void *ctx, unsigned conn);
    void (*changed)(void *ctx, const struct mln_container *c, const struct mln_image *image);
    void (*gone)(void *ctx, struct mln_sv id);
    void (*synced)(void *ctx);
    void (*trouble)(void *ctx, const char *what, int why);
    /* A container of Docker has a process, which does not run its program yet, or it ended. */
    void (*dockers)(void *ctx, struct mln_sv id, uint32_t pid, bool ended);
};

struct mln_containerd;

struct mln_containerd *mln_containerd_new(const struct mln_containerd_ops *ops, void *ctx);
struct mln_containerd *mln_containerd_free(struct mln_containerd *d);
/* As those of runtime/docker.h. */
mln_nsec mln_containerd_tick(struct mln_containerd *d, mln_nsec mono);
bool mln_containerd_connected(struct mln_containerd *d, unsigned conn, int err);
void mln_containerd_bytes(struct mln_containerd *d, unsigned conn, struct mln_sv bytes);
void mln_containerd_closed(struct mln_containerd *d, unsigned conn);
/* A container of this namespace, any but Docker's, has this process (> 0), which does not run its
 * program yet: for whoever hears of it before containerd says so, also more than once. */
void mln_containerd_early(struct mln_containerd *d, struct mln_sv ns, struct mln_sv id,
                          uint32_t pid);
/* That process ended. The end of one before it changes nothing. */
void mln_containerd_ended(struct mln_containerd *d, struct mln_sv ns, struct mln_sv id,
                          uint32_t pid);
void mln_containerd_report_all(struct mln_containerd *d);

#endif
