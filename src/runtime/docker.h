/* Discovery over the Docker Engine API, sans-I/O: one connection follows the events, a few ask.
 *
 * An event is only a reason to look: what is reported is what an inspection says, so the order in
 * which events and answers arrive does not matter, and a replayed or lost event does no harm.
 * Events are asked for from before the list (`since`), so that nothing falls between the two; the
 * list is compared again after every new connection and once a minute. While the daemon is away,
 * everything stays as it was known. */
#ifndef MLN_RUNTIME_DOCKER_H
#define MLN_RUNTIME_DOCKER_H

#include "runtime/container.h"
#include "runtime/docker_ask.h"

/* 0: events; 1, 2: what is answered at once; the others: inspections, which may have to wait */
enum { MLN_DOCKER_CONNS = 9, MLN_DOCKER_QUICK = 3 };

struct mln_docker_ops {
    /* Connect; answered by mln_docker_connected, also later. An earlier call for the same
     * connection that was not answered within 2 s is void. */
    void (*connect)(void *ctx, unsigned conn);
    /* The request of this question is to be written; `conn` of it is the callee's to fill. */
    void (*ask)(void *ctx, unsigned conn, const struct mln_docker_ask *question);
    void (*close)(void *ctx, unsigned conn);
    /* It runs: new, or something may have changed. Valid during the call. `image` is NULL when the
     * runtime does not know it any more. */
    void (*changed)(void *ctx, const struct mln_container *c, const struct mln_image *image);
    /* It ended, or one that was told of early is not there at all. */
    void (*gone)(void *ctx, struct mln_sv id);
    /* Everything that runs has been reported since the last (re)connection. */
    void (*synced)(void *ctx);
    /* For the log: what went wrong, and a negative errno or an HTTP status. */
    void (*trouble)(void *ctx, const char *what, int why);
};

struct mln_docker;

/* `ops` and `ctx` outlive it. NULL: no memory. Nothing happens before mln_docker_tick. */
struct mln_docker *mln_docker_new(const struct mln_docker_ops *ops, void *ctx);
struct mln_docker *mln_docker_free(struct mln_docker *d);

/* The clock; to be called before the inputs below, and at the time that it returned at the latest
 * (monotonic). */
mln_nsec mln_docker_tick(struct mln_docker *d, mln_nsec mono, mln_nsec wall);
/* The answer to connect: 0, or a negative errno. False: nobody waits for it any more, the caller
 * closes the connection. */
bool mln_docker_connected(struct mln_docker *d, unsigned conn, int err);
void mln_docker_bytes(struct mln_docker *d, unsigned conn, struct mln_sv bytes);
/* The peer closed, or the connection failed. ops->close is not called for it. */
void mln_docker_closed(struct mln_docker *d, unsigned conn);
/* The container has this process (> 0), which does not run its program yet: reported at once when
 * enough is known. For whoever hears of it before Docker says so, also more than once. */
void mln_docker_early(struct mln_docker *d, struct mln_sv id, uint32_t pid);
/* That process ended (0: whichever it has): look. The end of one before it changes nothing. */
void mln_docker_ended(struct mln_docker *d, struct mln_sv id, uint32_t pid);
/* Nobody would tell of an end any more. */
void mln_docker_not_early(struct mln_docker *d);
/* Reports every container that is known anew (the rules changed). */
void mln_docker_report_all(struct mln_docker *d);

#endif
