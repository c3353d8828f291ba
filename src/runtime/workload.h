/* What the scout tells the warden about the containers of this node: fixed-size messages without
 * strings, so that the privileged process parses nothing that a tenant wrote. Also the states that
 * the warden reports back for `merlon apps`. Used by src/node on both sides. */
#ifndef MLN_RUNTIME_WORKLOAD_H
#define MLN_RUNTIME_WORKLOAD_H

#include "base/base.h"

enum {
    MLN_WORKLOAD_VERSION = 1,
    MLN_WORKLOAD_PORTS_MAX = 32,
    MLN_WORKLOADS_MAX = 4096, /* slots 0..MLN_WORKLOADS_MAX-1 */
};
/* Bits: which runtimes a scout may ask for. */
enum mln_runtime_kind { MLN_RUNTIME_DOCKER = 1, MLN_RUNTIME_CONTAINERD = 2 };

#define MLN_WORKLOAD_NO_RULE UINT32_MAX

enum mln_workload_op {
    MLN_WORKLOAD_PUT = 1, /* scout → warden: new, or anything of it changed (rule, ports, flags) */
    MLN_WORKLOAD_GONE,    /* scout → warden: it ended; only version, op, slot count */
    MLN_WORKLOAD_SYNCED,  /* scout → warden: everything that runs now has been told */
    MLN_WORKLOAD_DONE,    /* warden → scout: slot of a GONE is free of us and may be used again */
    MLN_WORKLOAD_NONE, /* scout → warden: the container `id` gets no slot: a sandbox, or it is not
                          known to a runtime; for a hook that waits for it */
    MLN_WORKLOAD_POLICY, /* scout → warden: another policy; only the flag FAIL_CLOSED counts, set
                            when some rule says so */
};

/* A new scout is first told what the one before it told: PUT of each slot in use, GONE after it
 * where DONE is still to come, then SYNCED. It keeps the numbers, and says GONE of what has ended.
 */

enum mln_workload_flag {
    MLN_WORKLOAD_HOST_NETWORK = 1 << 0, /* shares the network namespace of the node */
    MLN_WORKLOAD_PAUSED = 1 << 1,
    MLN_WORKLOAD_FAIL_CLOSED = 1 << 2,    /* the rule says `fail: closed` */
    MLN_WORKLOAD_PORTS_DECLARED = 1 << 3, /* ports come from the rule's endpoints, no others are
                                             wanted; else they are hints, and the warden discovers
                                             what listens */
    MLN_WORKLOAD_MODE_OFF = 1 << 4,       /* the rule's mode is off: do not intercept */
    MLN_WORKLOAD_NET_ADMIN = 1 << 5,      /* it could undo what we install: warn */
    MLN_WORKLOAD_REFUSE_OTHER = 1 << 6,   /* the rule says `non_http: refuse` */
    MLN_WORKLOAD_HOST_PROTECT = 1 << 7,   /* the rule says `host_network: protect` */
    MLN_WORKLOAD_FLAGS_ALL = (1 << 8) - 1,
};

/* One SOCK_SEQPACKET datagram, host order. */
struct mln_workload_msg {
    uint32_t version;    /* MLN_WORKLOAD_VERSION */
    uint32_t op;         /* enum mln_workload_op */
    uint32_t slot;       /* index of this container, used again only after DONE */
    uint32_t rule;       /* index in the snapshot `revision`, MLN_WORKLOAD_NO_RULE: none matches */
    uint32_t pid;        /* a process of it, as the host sees it; > 0 in a PUT */
    uint32_t flags;      /* enum mln_workload_flag */
    uint64_t start_time; /* /proc/PID/stat field 22 as the scout saw it, 0: unknown */
    uint64_t started;    /* wall clock, ns: when the runtime says that it started, 0: unknown */
    uint64_t revision;   /* of the policy that `rule` belongs to */
    uint64_t answers;    /* to what the rule asks of a workload (engine/expr_workload.h) */
    uint8_t id[32];      /* container id, binary; ids that are no 64 hex digits: their hash */
    uint32_t n_ports;
    uint32_t runtime;                       /* enum mln_runtime_kind */
    uint16_t ports[MLN_WORKLOAD_PORTS_MAX]; /* TCP; see MLN_WORKLOAD_PORTS_DECLARED */
};

enum { MLN_WORKLOAD_TAIL_MAX = 60 << 10 };
/* Room for any message: a POLICY has the text of runtime/closed.h behind it, of that length at
 * most. */
struct mln_workload_big {
    struct mln_workload_msg m;
    char tail[MLN_WORKLOAD_TAIL_MAX];
};
/* What stands behind the message, of which `len` bytes came altogether. */
struct mln_sv mln_workload_tail(const struct mln_workload_msg *m, size_t len);

/* 64 hex digits as they are; any other id of a container as its hash. */
void mln_workload_id(struct mln_sv id, uint8_t ret[32]);
/* Every field within its range: 0, else -EPROTO. Takes the sender for hostile. */
int mln_workload_check(const struct mln_workload_msg *m, size_t len) MLN_WARN_UNUSED;

/* Per (slot, port), warden → courier in MLN_WIRE_PORT_STATE: what `merlon apps` shows. */
enum mln_port_state {
    MLN_PORT_NO_RULE,   /* nothing matches */
    MLN_PORT_OFF,       /* the rule's mode is off, or a bypass is on */
    MLN_PORT_PENDING,   /* being installed */
    MLN_PORT_PROTECTED, /* inspected */
    MLN_PORT_NOT_HTTP,  /* tunnelled: speaks something else */
    MLN_PORT_TLS,       /* tunnelled: TLS without a certificate for us */
    MLN_PORT_HTTP2,     /* tunnelled: HTTP/2 */
    MLN_PORT_MESH,      /* a mesh with mutual TLS takes the traffic first */
    MLN_PORT_CONFLICT,  /* another rule, which comes first, has the port of the shared namespace */
    MLN_PORT_HOST,      /* host network, not opted in */
    MLN_PORT_FAILED,    /* could not be installed: the log says why */
    MLN_PORT_NOT_NAMED, /* the endpoints of the rule name other ports */
    MLN_PORT_UDP,       /* a UDP listener (QUIC) beside it */
    MLN_PORT_MORE,      /* more ports than can be protected or shown */
    MLN_PORT_GONE,      /* nobody listens there any more */
    MLN_PORT_STATE_MAX
};
/* When the protection of a port began, as seen from the container's program. */
enum mln_guard {
    MLN_GUARD_UNKNOWN, /* the runtime does not say when it started, or another defender began it */
    MLN_GUARD_HOOK,    /* before the program ran: the start waited for it */
    MLN_GUARD_BEFORE,  /* before the runtime called it started */
    MLN_GUARD_AFTER,   /* after that */
    MLN_GUARD_MAX
};
/* "protected", "not protected: speaks something else than HTTP", … */
const char *mln_port_state_text(enum mln_port_state s);
/* For logs and metrics: "unknown", "hook", "before_start", "after_start". */
const char *mln_guard_name(enum mln_guard g);

#endif
