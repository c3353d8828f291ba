/* What the two files of a worker share: worker.c starts and ends it, worker_control.c does what the
 * supervisor tells it while it serves. */
#ifndef MLN_NODE_WORKER_PRIV_H
#define MLN_NODE_WORKER_PRIV_H

#include "node/poison.h"
#include "node/supply.h"
#include "node/transparent.h"
#include "node/worker_audits.h"

enum { WORKER_LISTENERS_MAX = 16 };

struct worker {
    struct mln_loop *loop;
    struct mln_dataplane *dp;
    struct mln_engine *engine;
    struct mln_node_supply supply;
    struct mln_transparent *transparent; /* instead of it, in a defender */
#ifdef MLN_ATTACK_WORKER
    int attack_listener;
#endif
    struct mln_worker_audits audits;
    bool access_log;
    struct mln_io control;
    struct mln_counters *counters;
    struct mln_hash_key poison_key;
    struct mln_poison poison;
    uint32_t max_conns;
    uint64_t held_bytes;
    struct {
        int fd;
        uint32_t app;
        uint16_t port;
    } listeners[WORKER_LISTENERS_MAX]; /* until the data plane has them */
    unsigned n_listeners;
    const struct mln_bans *bans;
    struct mln_policy_ref *policy; /* until the data plane has it */
    struct mln_tls_tickets tickets;
};

/* Both take what such a message brought, and close its descriptors. */

/* MLN_WIRE_POLICY: the data plane's from now on or, before there is one, w->policy. One that cannot
 * be used is logged, and changes nothing. */
void worker_take_policy(struct worker *w, const int *fds, size_t n);
/* MLN_WIRE_TICKETS: 0, or -EBADMSG: the old keys stay. */
int worker_take_tickets(struct worker *w, const int *fds, size_t n) MLN_WARN_UNUSED;
/* What the data plane asks of a worker: its part of the configuration. */
void worker_serve(struct worker *w, struct mln_dataplane_config *cfg);
/* From now on messages are taken. 0 or a negative errno. */
int worker_listen(struct worker *w) MLN_WARN_UNUSED;

#endif
