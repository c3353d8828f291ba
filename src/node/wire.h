/* Messages between the supervisor and its children: one fixed size, versioned, no strings. The
 * supervisor takes a child for hostile and checks every field. */
#ifndef MLN_NODE_WIRE_H
#define MLN_NODE_WIRE_H

#include "base/base.h"

enum { MLN_WIRE_VERSION = 1, MLN_CONTROL_FD = 3, MLN_WORKERS_MAX = 64 };

enum mln_wire_type {
    MLN_WIRE_INIT = 1, /* to a worker: index, arg = max_conns, app = 1 with an access log, id = the
                          secret of prints, more = max_held_bytes; fds: ring, counters, bell.
                          to the courier: arg = workers; fds: bell, audit log, metrics (optional) */
    MLN_WIRE_LISTEN,   /* to a worker: app, arg = port, 0: as PORT tells; fd */
    MLN_WIRE_POLICY,   /* to a worker: fds of two sealed blobs, the policy and the private keys that
                          its certificates need (node/keys.h), and a third when there are lists
                          beside it. From compile: the first two, and a third with the folders to
                          watch, id = the revision, index = rules, app = 1 when there are lists; or
                          arg = errno. To lists: fds of the policy and, optional, of the folder of
                          fetched copies. To the feeder: fd of the policy */
    MLN_WIRE_TICKETS,  /* to a worker: fd of a sealed struct mln_tls_tickets */
    MLN_WIRE_START,    /* that is all: lock yourself in and serve */
    MLN_WIRE_READY,    /* from a child */
    MLN_WIRE_WANT,     /* from a worker: id, app; of transparent ones: app, arg = how many,
                          index = kind: 0, or 1 for link-local addresses */
    MLN_WIRE_SOCKET, /* to a worker: id; fd, or arg = errno; transparent: app, index, id = how many
                        were asked for, 1 to 32 fds */
    MLN_WIRE_DRAIN,  /* to a worker: arg = milliseconds */
    MLN_WIRE_WORKER, /* to the courier: index; fds: ring, counters */
    MLN_WIRE_PING,   /* to a worker or the scout, which send it back: they turn */
    MLN_WIRE_POISON, /* to a worker: id = a print that is to be refused (node/poison.h) */
    MLN_WIRE_EVENT,  /* to the courier: arg = enum mln_node_event, index, id = detail */
    MLN_WIRE_LOG,    /* to the courier: fd of the audit log, opened again; with index = 1 of the
                        access log, which also comes before START */
    MLN_WIRE_SYSLOG, /* to the courier: fd, a socket for syslog, or arg = errno; before START index
                        = enum mln_syslog_transport, slot = enum mln_syslog_format. From the
                        courier: it needs another one */
    MLN_WIRE_BANS,   /* to a worker: fd of the table of bans, for reading. To the courier, before
                        START: fds of the table and, optional, of a listening socket that
                        `merlon bans` asks; later, of a defender that takes over: fd of the table of
                        the one before */
    MLN_WIRE_LISTS,  /* from lists: fd of the sealed blob, id = its revision, index = networks in
                        it, app = Feeds that are fetched; or arg = errno. Behind it FEED, if app */
    MLN_WIRE_FEED,   /* from lists: id = bits of fetched copies on trial that are broken, by their
                        order in the policy. From the feeder: id = ticket; copies are on trial. To
                        it: id = the ticket, arg = the bits */
    MLN_WIRE_FEED_STATE, /* from the feeder, and on to the courier (node/feed_states.h) */
    /* defender only; to a scout INIT has arg = bits of enum mln_runtime_kind, index = 1 when
     * its policy is one, 0 when nothing is to match, and the fd of the
     * socket for struct mln_workload_msg, POLICY as for workers, WANT app = enum mln_runtime_kind
     * and SOCKET a pipe with the answers of that runtime, or arg = errno */
    MLN_WIRE_META,       /* to scout and courier: fd, their ends of one socket for metadata; sent
                            again, with a new pair, when one of the two was replaced */
    MLN_WIRE_STATUS,     /* to the courier: fd, a listening socket that `merlon apps` asks */
    MLN_WIRE_PORT,       /* to a worker: app, arg = port and bits of enum mln_wire_port, index =
                            rule in the policy id, more = answers to what the rule asks of the
                            workload, slot */
    MLN_WIRE_PORT_GONE,  /* to a worker: app, arg = port */
    MLN_WIRE_UNLISTEN,   /* to a worker: app; closes everything of it */
    MLN_WIRE_SEEN,       /* from a worker: app, arg = port, index = bit of enum mln_seen */
    MLN_WIRE_LOOK,       /* from a worker: app, arg = port that it does not know, and for which a
                            connection came; answered by PORT or PORT_GONE */
    MLN_WIRE_SYNC,       /* to a worker: app, id; comes back when all before it was done */
    MLN_WIRE_PORT_STATE, /* to the courier: index = slot, app = port (0: all of it) and
                            MLN_WIRE_PORT_UDP, arg = enum mln_port_state, slot = enum mln_guard,
                            id = for MLN_GUARD_AFTER: how many nanoseconds, more = enum
                            mln_heard */
    MLN_WIRE_NOTES,      /* to the courier: index = slot, arg = bits of enum mln_workload_flag that
                            the warden found */
    MLN_WIRE_BYPASS, /* to a worker: id = key of a rule (proxy/dataplane.h), arg = until when its
                        protection is off (monotonic; 0: it is on again). To the courier: the
                        same, fd with the name of the rule, index = who asked, slot = 1 when it
                        is told again and no news */
    MLN_WIRE_HOOKS,  /* to the courier: index = enum mln_hook_verdict, id = how many hooks were
                        answered so */
};

enum { MLN_WIRE_PORT_UDP = 1 << 16 }; /* in the app of PORT_STATE, above the port */

/* In the arg of PORT, above the port. */
enum mln_wire_port {
    MLN_WIRE_PORT_DISCOVERED = 1 << 16,
    MLN_WIRE_PORT_REFUSE_OTHER = 1 << 17,
    MLN_WIRE_PORT_SEEN_SHIFT = 24 /* bits of enum mln_seen */
};

enum mln_node_event {
    MLN_EVENT_STARTED,
    MLN_EVENT_WORKER_DIED,
    MLN_EVENT_POLICY,
    MLN_EVENT_POLICY_BAD,
    MLN_EVENT_STOPPING,
    MLN_EVENT_COURIER_DIED,
    MLN_EVENT_LISTS,
    MLN_EVENT_FEED_BAD,
    MLN_EVENT_MAX
};

struct mln_wire {
    uint32_t version, type;
    uint64_t id, arg, more;
    uint32_t index, app;
    uint32_t log_level, slot;
};

#endif
