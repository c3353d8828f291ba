/* The processes of a node (docs/adr/0001): the supervisor starts this program again under another
 * role, so that a worker shares no address-space layout with it. */
#ifndef MLN_NODE_ROLES_H
#define MLN_NODE_ROLES_H

#include "base/addr.h"
#include "base/log.h"
#include "base/time.h"
#include "node/syslog.h"

/* When argv says that this process is a worker, courier or compile child: runs it and returns its
 * exit code. -1 when it does not. To be called first in main. */
int mln_role_main(int argc, char **argv);

/* What every node has. */
struct mln_node_options {
    struct mln_addr metrics_addr;
    uint16_t metrics_port;
    bool has_metrics;
    const char *policy;              /* NULL: the built-in one */
    const char *state_dir;           /* for copies of lists and sockets of commands; NULL: none */
    const char *audit_log;           /* path, "-" for standard output, NULL for none */
    const char *access_log;          /* the same */
    struct mln_syslog_target syslog; /* where audits go besides */
    const char *tls_cert, *tls_key;  /* files, or NULL both: every port of the policy's rules */
    unsigned workers;
    uint32_t max_conns;  /* per worker */
    uint64_t held_bytes; /* the same: memory for bodies whose verdict is not in */
    mln_nsec drain;      /* how long running exchanges may take after SIGTERM */
    enum mln_log_level log_level;
    char *const *argv; /* the command line, for an upgrade; argv[0] is the command */
};

struct mln_proxy_options {
    struct mln_node_options node;
    struct mln_addr listen_addr, upstream_addr;
    uint16_t listen_port, upstream_port;
    bool takeover; /* of the proxy that runs with the same state_dir */
};

/* Runs the supervisor of `merlon proxy` until SIGTERM or SIGINT. Exit code. */
int mln_proxy_run(const struct mln_proxy_options *o);

#endif
