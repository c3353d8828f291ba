/* Parts of the warden: warden.c is its life, warden_workloads.c hears of containers,
 * warden_spaces.c looks after their namespaces, warden_workers.c serves workers, warden_hooks.c
 * answers those whose start waits, warden_takeover.c hands over to the next one, warden_told.c
 * tells the courier. One thread. */
#ifndef MLN_NODE_WARDEN_PRIV_H
#define MLN_NODE_WARDEN_PRIV_H

#include "node/handover.h"
#include "node/heir.h"
#include "node/hooks.h"
#include "node/scout_link.h"
#include "node/space.h"
#include "node/warden.h"

enum { WARDEN_SPACES_MAX = MLN_DATAPLANE_APPS_MAX };

struct slot {
    bool used, ending; /* ending: until its space let go of it */
    bool hooked;       /* its program did not run before it was protected */
    bool failed;       /* without a space, though it should have one */
    uint32_t app;      /* its space, UINT32_MAX: none */
    struct mln_workload_msg m;
    unsigned lines;       /* of its ports that were logged since `lines_since` */
    uint64_t lines_since; /* s, loop time; a tenant may open and close ports all day */
    uint32_t notes;       /* MLN_WORKLOAD_NET_ADMIN: the courier has heard it */
};

struct warden {
    struct mln_source base; /* first */
    const struct mln_defender_options *o;
    struct mln_netns_key own, init; /* init: of process 1, which is that of the machine */
    int lock, status;               /* status: of `merlon apps` */
    struct mln_heir heir;           /* a new defender */
    int before;                     /* whom we take over from, until we serve; or -1 */
    int bans; /* of whom we took over from, until the courier is there; or -1 */
    bool taking_over, handed;
    struct mln_io workloads;
    struct mln_scout_link *link; /* NULL: workloads instead */
    struct mln_hooks *hooks;
    bool has_closed; /* a rule says `fail: closed` */
    struct mln_timer empty;
    bool stopping, linked;
    struct slot slot[MLN_WORKLOADS_MAX];
    struct mln_space *space[WARDEN_SPACES_MAX];
    uint32_t n_spaces;
    struct mln_space_places places;
    const struct mln_workload_msg *member[MLN_WORKLOADS_MAX]; /* of the space looked at last */
    struct {
        uint64_t sockets, second;
    } worker[MLN_WORKERS_MAX];
};

static inline struct warden *warden_of(struct mln_source *s)
{
    return (struct warden *)(void *)s;
}

/* ---- warden_told.c ---- */

void warden_tell_states(struct warden *w, struct mln_space *s);
void warden_tell_slot(struct warden *w, uint32_t slot, enum mln_port_state state);

/* ---- warden_spaces.c ---- */

struct mln_space *warden_find_space(struct warden *w, const struct mln_netns_key *key);
/* Takes *ns over. NULL: there are too many. */
struct mln_space *warden_new_space(struct warden *w, int *ns, const struct mln_netns_key *key);
/* Whether a member of the node's own network is to be protected there. */
bool warden_wants_host(const struct mln_workload_msg *m);
/* What listens there, and what follows from it; soon again, then less and less often. */
void warden_look_now(struct warden *w, struct mln_space *s);
/* A child that changed rules has ended. */
void warden_rules_changed(struct warden *w, struct mln_space *s);
/* Frees a closing space once nobody holds anything of it. */
void warden_finish(struct warden *w, struct mln_space *s);
/* The container of that slot has ended. */
void warden_leave(struct warden *w, uint32_t slot);

/* ---- warden_workloads.c ---- */

void warden_on_workloads(struct mln_io *io, uint32_t events);
int warden_open_link(struct warden *w);
/* A courier has started; with the first one the scout does. */
void warden_link_courier(struct warden *w);

/* ---- warden_workers.c: of struct mln_source_ops ---- */

int warden_give_nothing(struct mln_source *s, unsigned w);
void warden_worker_ready(struct mln_source *s, unsigned worker);
void warden_worker_died(struct mln_source *s, unsigned worker);
void warden_again(struct mln_source *s);
void warden_message(struct mln_source *source, unsigned worker, const struct mln_wire *m);

/* ---- warden_takeover.c ---- */

int warden_open_upgrade(struct warden *w);
/* 0, or a negative errno as of mln_handover_connect. */
int warden_take_over(struct warden *w, uid_t *ret_uid) MLN_WARN_UNUSED;
/* We serve: the old one may go. */
void warden_say_serving(struct warden *w);

/* ---- warden_hooks.c ---- */

int warden_open_hooks(struct warden *w);

/* ---- warden.c ---- */

/* Everything that runs was told. */
void warden_synced(struct warden *w);

#endif
