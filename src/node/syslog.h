/* Audits to a syslog receiver. The supervisor makes the sockets, since the courier cannot; the
 * courier writes to them, asks for another one when one breaks, and never waits for any. */
#ifndef MLN_NODE_SYSLOG_H
#define MLN_NODE_SYSLOG_H

#include "audit/outbox.h"
#include "audit/syslog.h"
#include "base/addr.h"

enum mln_syslog_transport { MLN_SYSLOG_NONE, MLN_SYSLOG_UNIX, MLN_SYSLOG_UDP, MLN_SYSLOG_TCP };

struct mln_syslog_target {
    enum mln_syslog_transport transport;
    enum mln_syslog_format format;
    const char *path; /* of a datagram socket; the caller's memory */
    struct mln_addr addr;
    uint16_t port;
};

/* ---- the supervisor's side ---- */

/* "unix:/dev/log", "udp:192.0.2.1:514", "tcp:[2001:db8::1]:514" into all but the format. 0 or
 * -EINVAL. */
int mln_syslog_parse(const char *text, struct mln_syslog_target *ret) MLN_WARN_UNUSED;
/* A non-blocking socket that is connected, or of TCP begins to be. Or a negative errno. */
int mln_syslog_socket(const struct mln_syslog_target *t) MLN_WARN_UNUSED;

/* ---- the courier's side ---- */

struct mln_syslog {
    bool on;
    enum mln_syslog_format format;
    int fd;             /* -1: there is none at the moment */
    bool proved;        /* a message went through fd */
    mln_nsec ask_again; /* while there is none: when it is asked for */
    unsigned backoff_ms;
    struct mln_outbox box;
    struct mln_buf line;
    uint64_t lost; /* sockets that broke or could not be made */
    char host[256];
    unsigned pid;
};

/* Before the sandbox: looks at the name of the machine. */
void mln_syslog_init(struct mln_syslog *s, enum mln_syslog_transport transport,
                     enum mln_syslog_format format);
void mln_syslog_done(struct mln_syslog *s);
/* The socket that the supervisor made, which it takes, or why there is none (a negative errno). */
void mln_syslog_take(struct mln_syslog *s, int fd, mln_nsec now);
void mln_syslog_add(struct mln_syslog *s, const struct mln_audit_record *r);
/* Writes what can be written. True when it is time to ask the supervisor for a socket. */
bool mln_syslog_turn(struct mln_syslog *s, mln_nsec now);
/* Whether something waits to be written. */
bool mln_syslog_waits(const struct mln_syslog *s);
void mln_syslog_metrics(const struct mln_syslog *s, struct mln_buf *out);

#endif
