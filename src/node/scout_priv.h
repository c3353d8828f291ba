/* Parts of the scout: scout.c is the process, scout_runtimes.c follows the runtimes, scout_slots.c
 * gives containers their rules, scout_tell.c tells warden and courier, scout_hooks.c hears of
 * starts that wait. */
#ifndef MLN_NODE_SCOUT_PRIV_H
#define MLN_NODE_SCOUT_PRIV_H

#include "io/loop.h"
#include "node/scopes.h"
#include "node/wire.h"
#include "runtime/containerd.h"
#include "runtime/docker.h"
#include "runtime/hook.h"
#include "runtime/meta.h"

struct scout;

struct conn {
    struct mln_io io; /* first; fd -1: closed */
    struct scout *s;
    enum mln_runtime_kind kind;
    unsigned index; /* within its runtime */
    uint64_t want;  /* id of the newest request for a connection, 0: none is under way */
    uint64_t id;    /* of the one that this connection came from */
};

struct slot {
    bool recalled;               /* told by a scout before us, not yet seen by us */
    bool used, leaving;          /* leaving: GONE was or is to be told, DONE has not come */
    bool msg_due, meta_due;      /* a queue was full */
    uint8_t id[32];              /* as in messages */
    struct mln_workload_msg msg; /* as told last */
    struct mln_buf meta;
};

enum runtime_state { RUNTIME_CONNECTING, RUNTIME_SYNCED, RUNTIME_ABSENT };

/* As `merlon status` shows it. */
struct runtime {
    const char *name;
    bool enabled;
    bool seen; /* it was connected once: no longer absent when it is away */
    enum runtime_state state;
    char text[128];
};

enum { DOCKER, CONTAINERD, RUNTIMES };
enum { CONNS = MLN_DOCKER_CONNS + MLN_CONTAINERD_CONNS };

struct scout {
    struct mln_loop *loop;
    struct mln_io control, workloads;
    int meta_fd;
    struct mln_blob policy;
    struct mln_scopes scopes;
    char node[256];
    struct mln_docker *docker;         /* NULL: not followed */
    struct mln_containerd *containerd; /* NULL: not followed */
    struct runtime runtime[RUNTIMES];
    struct conn conn[CONNS];
    uint64_t next_want;
    struct mln_timer tick, again, trim;
    bool trim_due;
    struct slot slots[MLN_WORKLOADS_MAX];
    unsigned kinds; /* bits of enum mln_runtime_kind */
    bool has_policy;
    bool recalled; /* we know what the scout before us told */
    bool synced_due, policy_due;
};

/* ---- scout_slots.c ---- */

void scout_slots_init(struct scout *s);
void scout_slots_done(struct scout *s);
/* A container runs: new, or something of it may have changed. */
void scout_changed(struct scout *s, enum mln_runtime_kind kind, const struct mln_container *c,
                   const struct mln_image *image);
void scout_gone(struct scout *s, struct mln_sv id);
/* That of a container which has not ended. NULL: it has none. */
struct slot *scout_find_slot(struct scout *s, struct mln_sv id);
/* All that runs under this runtime was told: what a scout before us told beyond that has ended. */
void scout_complete(struct scout *s, enum mln_runtime_kind kind);
/* From the warden, checked. */
void scout_workload(struct scout *s, const struct mln_workload_msg *m);

/* ---- scout_tell.c ---- */

void scout_tell_init(struct scout *s);
/* What the slot says now. */
void scout_tell_warden(struct scout *s, struct slot *slot);
void scout_tell_courier(struct scout *s, struct slot *slot);
/* For a hook, which else waits until its time is over: lost ones are no matter. */
void scout_tell_none(struct scout *s, struct mln_sv id);
void scout_tell_synced(struct scout *s);
/* What of the policy concerns the warden itself. */
void scout_tell_policy(struct scout *s);
/* How the runtimes are, to the courier. */
void scout_tell_runtimes(struct scout *s);
/* A new courier knows nothing yet. Takes *fd. */
void scout_new_courier(struct scout *s, int *fd);

/* ---- scout_hooks.c ---- */

/* A hook, by way of the warden: checked. */
void scout_hook(struct scout *s, const struct mln_hook_ask *a);

/* ---- scout_runtimes.c ---- */

int scout_runtimes_init(struct scout *s, unsigned kinds) MLN_WARN_UNUSED;
void scout_runtimes_done(struct scout *s);
/* The clock of the state machines: before and after whatever happens. */
void scout_tick(struct scout *s);
/* The answer to a WANT. Takes *fd when it is of use. */
void scout_socket(struct scout *s, const struct mln_wire *m, int *fd);
/* The rules changed. */
void scout_report_all(struct scout *s);

#endif
