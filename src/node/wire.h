/* Messages between the supervisor and its children: one fixed size, versioned, no strings. The
 * supervisor takes a child for hostile and checks every field. */
#ifndef MLN_NODE_WIRE_H
#define MLN_NODE_WIRE_H

#include "base/base.h"

enum { MLN_WIRE_VERSION = 1, MLN_CONTROL_FD = 3, MLN_WORKERS_MAX = 64 };

enum mln_wire_type {
    MLN_WIRE_INIT = 1, /* to a worker: index, arg = max_conns; fds: ring, counters, bell.
                          to the courier: arg = workers; fds: bell, audit log, metrics (optional) */
    MLN_WIRE_LISTEN,   /* to a worker: app, arg = port; fd */
    MLN_WIRE_POLICY, /* to a worker: fd of a sealed blob. From compile: the same, id = its revision,
                        index = rules; or arg = errno */
    MLN_WIRE_START,  /* that is all: lock yourself in and serve */
    MLN_WIRE_READY,  /* from a child */
    MLN_WIRE_WANT,   /* from a worker: id, app */
    MLN_WIRE_SOCKET, /* to a worker: id; fd, or arg = errno */
    MLN_WIRE_DRAIN,  /* to a worker: arg = milliseconds */
    MLN_WIRE_WORKER, /* to the courier: index; fds: ring, counters */
    MLN_WIRE_EVENT,  /* to the courier: arg = enum mln_node_event, index, id = detail */
    MLN_WIRE_LOG,    /* to the courier: fd of the audit log, opened again */
};

enum mln_node_event {
    MLN_EVENT_STARTED,
    MLN_EVENT_WORKER_DIED,
    MLN_EVENT_POLICY,
    MLN_EVENT_POLICY_BAD,
    MLN_EVENT_STOPPING,
    MLN_EVENT_COURIER_DIED,
    MLN_EVENT_MAX
};

struct mln_wire {
    uint32_t version, type;
    uint64_t id, arg;
    uint32_t index, app;
    uint32_t log_level, reserved;
};

#endif
