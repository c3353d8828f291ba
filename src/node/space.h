/* One network namespace that the warden protects: which ports, by which rules, what is installed
 * there and what each worker knows of it. Containers that share the namespace (pods, `--network
 * container:`) are members of the same space. One thread. */
#ifndef MLN_NODE_SPACE_H
#define MLN_NODE_SPACE_H

#include "intercept/icpt.h"
#include "intercept/ports.h"
#include "node/handover.h"
#include "node/space_heard.h"
#include "node/space_shown.h"
#include "node/supervisor.h"
#include "proxy/dataplane.h"
#include "runtime/workload.h"

/* What shall hold on one port. */
struct mln_space_port {
    uint16_t port;
    bool closed;     /* `fail: closed` */
    bool discovered; /* it need not speak HTTP */
    bool refuse_other;
    bool listening; /* something listens there */
    uint32_t slot, rule;
    uint64_t revision, answers;
    unsigned seen; /* bits of enum mln_seen */
    mln_nsec
        since; /* wall: when it was protected first, 0: not yet, or by the defender before us */
};

enum { MLN_SPACE_CONFLICTS_MAX = 32 };

struct mln_space_plan {
    struct mln_space_port port[MLN_ICPT_PORTS_MAX]; /* ascending */
    uint32_t n;
    struct {
        uint16_t port;
        uint32_t slot; /* who is refused */
    } conflict[MLN_SPACE_CONFLICTS_MAX];
    uint32_t n_conflicts;
    bool more; /* there were more than fit, of this slot at least */
    uint32_t more_slot;
};

/* The ports of a namespace from the wishes of its members, the most important one first, and what
 * listens there. Declared ports hold whether something listens or not; the others are what listens
 * and, while `young`, the hints, so that a port is protected before the application opens it. Two
 * rules that name the same port: the first one's holds, the other is refused as a conflict.
 * `before`: the ports that are protected until now; not part of *ret. */
void mln_space_plan(const struct mln_workload_msg *const *members, size_t n,
                    const struct mln_listening *l, bool young, const struct mln_space_port *before,
                    uint32_t n_before, struct mln_space_plan *ret);
/* For qsort of members: as the policy orders rules, then by slot. */
int mln_space_member_order(const void *a, const void *b);

/* What is to become of ports that the plan does not name: caught, when a member protects whatever
 * listens, and there is room for all of it. */
enum mln_icpt_others mln_space_others(const struct mln_workload_msg *const *members, size_t n,
                                      const struct mln_space_plan *plan);
/* Whether the sidecar of a service mesh (Istio, Linkerd) listens there. */
bool mln_space_has_mesh(const struct mln_listening *l);

/* What is done with rules, by a child. Bits. */
enum mln_space_work {
    MLN_SPACE_IDLE = 0,
    MLN_SPACE_INSTALL = 1,
    MLN_SPACE_FILL = 2, /* the ports of rules that are there */
    MLN_SPACE_RELEASE = 4,
    MLN_SPACE_REMOVE = 8,
};

/* Of all spaces: so many children are at work that nobody has called slow yet. */
struct mln_space_places {
    unsigned taken, most;
    void (*freed)(struct mln_space_places *p); /* mln_space_go_on for all */
};

struct mln_space {
    struct mln_source *source;
    uint32_t app; /* its index, for workers */
    bool used, closing, warned;
    bool renew; /* the rules are those of the defender before us */
    bool stale; /* they are not what they should be: the last try failed */
    bool mesh;  /* a proxy of a service mesh is there, and takes what comes from outside */
    bool first; /* there were no rules when the child began */
    bool keep_closed;
    bool has_place;
    unsigned wishes; /* of enum mln_space_work: what is to be done */
    enum mln_space_work doing;
    struct mln_icpt_ports held; /* what the rules catch */
    struct mln_netns_key key;
    struct mln_icpt icpt;
    int listener;
    struct mln_space_port port[MLN_ICPT_PORTS_MAX];
    uint32_t n_ports;
    enum mln_icpt_others others;
    mln_nsec others_since;  /* wall: when they were caught first, 0: not yet */
    struct mln_shown shown; /* of all ports, to the courier */
    struct mln_space_heard heard;
    uint32_t members;
    mln_nsec since;            /* when it was first seen, loop time */
    bool adopted;              /* installed by the defender before us */
    struct mln_timer look;     /* for what listens; when closing: the end of patience */
    mln_nsec next_look;        /* grows */
    struct mln_timer patience; /* with the child */
    mln_nsec began, awaited;   /* when the last work began, and its last child */
    mln_nsec worked;           /* by that, of a processor, as last looked at */
    mln_nsec failed_cost;      /* 0: it went well */
    struct mln_space_places *places;
    mln_nsec may_look;     /* loop time: not before that for a worker that asks */
    uint64_t version;      /* of what workers are to know */
    uint64_t installed_at; /* the version that they must know before it is protected */
    uint64_t told[MLN_WORKERS_MAX], done[MLN_WORKERS_MAX]; /* 0: nothing */
};

/* Takes over the namespace descriptor. `host`: it is the node's own. `places`: shared by all. */
void mln_space_init(struct mln_space *s, struct mln_source *source, uint32_t app, int ns,
                    const struct mln_netns_key *key, bool host, struct mln_space_places *places);
/* It is installed already, by a defender that we take over from: takes over its descriptors. */
void mln_space_adopt(struct mln_space *s, int listener, int alive,
                     const struct mln_handover_msg *m);
/* Makes it so: listener, workers, rules, in the order in which nothing is refused or missed. Rules
 * are changed by a child, whose end mln_space_child_ended is told. */
void mln_space_apply(struct mln_space *s, const struct mln_space_port *ports, uint32_t n,
                     enum mln_icpt_others others);
/* True when that was its child. */
bool mln_space_child_ended(struct mln_space *s, pid_t pid, int status);
/* Does what is wished, if a place is free. */
void mln_space_go_on(struct mln_space *s);
/* The rules catch all that they are to catch. */
bool mln_space_holds_all(const struct mln_space *s);
/* Ports that are not named are caught. */
bool mln_space_catches_others(const struct mln_space *s);
/* Once in a while: what is installed is still there, or again. */
void mln_space_refresh(struct mln_space *s);
/* Tells worker `w` what it does not know yet. A full queue: again later. */
void mln_space_tell(struct mln_space *s, unsigned w);
/* Worker `w` did all up to `version`. */
void mln_space_done(struct mln_space *s, unsigned w, uint64_t version);
/* Rules are in and a worker accepts: clients reach the application through us only. */
bool mln_space_serves(const struct mln_space *s);
bool mln_space_has_port(const struct mln_space *s, uint16_t port);
/* Tells worker `w`, which asked for the port, that nothing is to be done there. */
void mln_space_tell_no_port(struct mln_space *s, unsigned w, uint16_t port);
/* A worker saw something on a port; the others are told. */
void mln_space_seen(struct mln_space *s, uint16_t port, unsigned bit);
/* What is the state of a port? */
enum mln_port_state mln_space_state(const struct mln_space *s, const struct mln_space_port *p);
/* The last member is gone: rules are taken out, workers told to close. */
void mln_space_close(struct mln_space *s);
/* No worker holds anything of it any more, and its rules let by. */
bool mln_space_is_closed(const struct mln_space *s);
/* Begins to take all out, if something is in. */
void mln_space_clear(struct mln_space *s);
bool mln_space_is_clear(const struct mln_space *s);
/* For its child, `ms` at most: when the loop has ended. */
void mln_space_wait(struct mln_space *s, unsigned ms);
/* It keeps its rules when we end: they say `fail: closed`. */
bool mln_space_keeps_rules(const struct mln_space *s);
/* Sockets for a worker, of a kind as in MLN_WIRE_WANT; its rate was looked at. */
void mln_space_give_sockets(struct mln_space *s, unsigned w, uint64_t n, uint32_t kind);
/* The agent stops: new connections go to the application, those of `fail: closed` ports nowhere. */
void mln_space_release(struct mln_space *s);
/* That is not done yet. */
bool mln_space_releases(const struct mln_space *s);
/* Frees the descriptors; a child that is at work is killed. */
void mln_space_free(struct mln_space *s);

#endif
