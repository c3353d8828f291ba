/* The data plane of one worker: listeners in, exchanges through the engine, connections to the app
 * out. Knows nothing of processes: sockets come from a supply, audits go to a sink. */
#ifndef MLN_PROXY_DATAPLANE_H
#define MLN_PROXY_DATAPLANE_H

#include "audit/counters.h"
#include "audit/record.h"
#include "engine/txn.h"
#include "io/loop.h"
#include "io/tls.h"

/* Where sockets towards an application come from (docs/adr/0004). `proxy`: the supervisor makes
 * them, already connecting to the configured upstream. `transparent`: sockets of a container's
 * namespace that the worker binds to the client's address and connects to where it wanted to go. */
struct mln_supply;
struct mln_supply_want {
    struct mln_supply_want *next; /* private to the supply */
    unsigned tries;               /* private to the supply */
    uint32_t app;                 /* which listener's application */
    struct mln_addr client, dst;  /* transparent only */
    uint16_t client_port, dst_port;
    uint32_t scope; /* of a link-local dst, else 0 */
    /* fd >= 0: non-blocking, connecting or connected, now owned by the callee; fd < 0: -errno */
    void (*done)(struct mln_supply_want *w, int fd);
};
struct mln_supply_ops {
    /* Asks for one socket; `done` is called once, also from within, unless cancelled. */
    int (*want)(struct mln_supply *s, struct mln_supply_want *w);
    void (*cancel)(struct mln_supply *s, struct mln_supply_want *w);
    /* Transparent supplies only, else NULL: where the client of this accepted socket, whose
     * address is `peer`, wanted to go. 0 or a negative errno. A connection to the application then
     * serves one client only. */
    int (*original_dst)(struct mln_supply *s, int fd, const struct mln_addr *peer,
                        struct mln_addr *ret, uint16_t *ret_port, uint32_t *ret_scope);
};
struct mln_supply {
    const struct mln_supply_ops *ops;
};

struct mln_audit_sink {
    /* Which event this is, from the outline of its record: all but what the request holds. One that
     * continues an earlier event gets its id, revision, count and first time. False when that is
     * all that has to be said of it; else put follows at once. */
    bool (*take)(struct mln_audit_sink *s, struct mln_audit_record *r);
    /* Commits the record (copies it). Never blocks; drops are counted by the sink. */
    void (*put)(struct mln_audit_sink *s, const struct mln_audit_record *r);
    /* Optional: the record of an exchange that ended, for the access log (kind access). */
    void (*access)(struct mln_audit_sink *s, const struct mln_audit_record *r);
};

/* A policy in use: reference-counted by transactions; `gone` unmaps it with its last one. */
struct mln_policy_ref {
    struct mln_snapshot snap;
    uint32_t refs; /* one thread */
    void (*gone)(struct mln_policy_ref *p);
    struct mln_policy_tls *tls; /* NULL: nothing of it speaks TLS */
};
/* Makes `tls` from the policy's certificates and their private keys, in the same order. `tickets`
 * outlives it. 0, or -EINVAL with the reason. To be freed before the snapshot is unmapped. */
int mln_policy_tls_new(struct mln_policy_ref *p, const struct mln_sv *keys, uint32_t n_keys,
                       const struct mln_tls_tickets *tickets, char reterr_why[128]) MLN_WARN_UNUSED;
void mln_policy_tls_free(struct mln_policy_ref *p);

/* What was seen on a port, by the first bytes of both sides. */
enum mln_seen {
    MLN_SEEN_HTTP1 = 1 << 0,
    MLN_SEEN_TLS = 1 << 1,
    MLN_SEEN_HTTP2 = 1 << 2,
    MLN_SEEN_OTHER = 1 << 3,
    MLN_SEEN_ALL = (1 << 4) - 1,
};

struct mln_dataplane_config {
    struct mln_loop *loop;
    struct mln_supply *supply;
    struct mln_audit_sink *audit;
    struct mln_counters *counters;
    struct mln_engine *engine;
    const struct mln_bans *bans; /* NULL: none */
    uint32_t max_conns;          /* client connections of this worker */
    uint64_t max_held_bytes;     /* request bytes and inspection's memory, while bodies are held */
    uint32_t max_idle_upstream;  /* pooled connections per app */
    const char *node;
    /* Optional: a bit of enum mln_seen is new for a port. */
    void (*seen)(void *arg, uint32_t app, uint16_t port, unsigned bit);
    /* Optional: a connection came for a port that is not known: the message that tells of it may
     * be there already, and is to be taken now. */
    void (*catch_up)(void *arg);
    /* Optional: it was not, but something may listen on that port. Answered by mln_dataplane_port
     * or mln_dataplane_port_gone; what came for the port waits for 2 s. 0, or a negative errno: it
     * cannot be asked now. */
    int (*unknown)(void *arg, uint32_t app, uint16_t port);
    /* Optional: whether bytes that a client just sent are refused as they are, unread. */
    bool (*refuses)(void *arg, struct mln_sv bytes);
    void *arg; /* of all of them */
};

struct mln_dataplane;
int mln_dataplane_new(struct mln_dataplane **ret,
                      const struct mln_dataplane_config *cfg) MLN_WARN_UNUSED;
struct mln_dataplane *mln_dataplane_free(struct mln_dataplane *d);
/* The client's bytes that are being worked on, from below a call of the loop: for a handler of
 * signals. Absent between them. */
struct mln_sv mln_dataplane_reading(const struct mln_dataplane *d);
enum { MLN_DATAPLANE_APPS_MAX = 4096 };
/* Takes a listening, non-blocking, shared socket. `app` (below MLN_DATAPLANE_APPS_MAX) comes back
 * in supply wants. With app_port 0 the ports are told by mln_dataplane_port, and what came for
 * another one is closed. -EEXIST when the app has a listener; the socket is the caller's then. */
int mln_dataplane_listen(struct mln_dataplane *d, int fd, uint32_t app,
                         uint16_t app_port) MLN_WARN_UNUSED;
/* All ports are told: accepts from now on. (With an app_port it does at once.) */
int mln_dataplane_open(struct mln_dataplane *d, uint32_t app) MLN_WARN_UNUSED;
/* The container is gone: closes the listener and every connection of it. */
void mln_dataplane_unlisten(struct mln_dataplane *d, uint32_t app);

/* What holds on one port of an application behind a listener without a port of its own. */
struct mln_dataplane_port {
    uint32_t app;
    uint16_t port;
    uint32_t rule;     /* index in the policy of that revision */
    uint64_t revision; /* 0: whichever is in use */
    uint64_t workload; /* answers to what that rule asks of it (engine/expr_workload.h) */
    uint32_t slot;     /* of the container, for audits */
    bool discovered;   /* what is no HTTP is passed on as it is, until HTTP was seen there */
    bool refuse_other; /* … or refused at once */
    unsigned seen;     /* bits of enum mln_seen that others saw */
};
/* New, or changed: exchanges that run keep the rule that they began with. When the policy of that
 * revision is not here yet, the port goes on as it was until it comes. */
int mln_dataplane_port(struct mln_dataplane *d, const struct mln_dataplane_port *p) MLN_WARN_UNUSED;
/* Connections that stand go on. */
void mln_dataplane_port_gone(struct mln_dataplane *d, uint32_t app, uint16_t port);
/* New transactions use it from now on; old ones finish on theirs. Takes over one reference. */
void mln_dataplane_policy(struct mln_dataplane *d, struct mln_policy_ref *p);
/* Switches the protection of every rule of that key off until then (monotonic), or on again when it
 * is 0; exchanges that run keep what they began with. More than MLN_BYPASS_MAX at once: the one
 * that ends first is forgotten. */
enum { MLN_BYPASS_MAX = 32 };
void mln_dataplane_bypass(struct mln_dataplane *d, uint64_t key, mln_nsec until);
/* Of a rule's name; "" is every rule. */
uint64_t mln_bypass_key(struct mln_sv rule) MLN_PURE;
/* Stops accepting; idle connections close, running exchanges end with "Connection: close".
 * `drained` is called once nothing is open or the deadline passed. */
void mln_dataplane_drain(struct mln_dataplane *d, mln_nsec deadline, void (*drained)(void *arg),
                         void *arg);

#endif
