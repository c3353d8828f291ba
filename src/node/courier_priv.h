/* What the files of the courier share: courier.c starts, waits and takes messages,
 * courier_records.c writes logs, courier_pages.c answers whoever asks. One thread. */
#ifndef MLN_NODE_COURIER_PRIV_H
#define MLN_NODE_COURIER_PRIV_H

#include "audit/counters.h"
#include "audit/record.h"
#include "audit/ring.h"
#include "node/apps.h"
#include "node/bans.h"
#include "node/feed_states.h"
#include "node/log_file.h"
#include "node/syslog.h"
#include "node/wire.h"

struct courier {
    struct {
        struct mln_ring ring;
        const struct mln_counters *counters;
    } worker[MLN_WORKERS_MAX];
    unsigned n;
    int bell, metrics;
    struct mln_log_file audits, accesses;
    int meta, status; /* of a defender: from the scout, for `merlon apps`; else -1 */
    int bans_api;     /* for `merlon bans`, or -1 */
    struct mln_bans *bans;
    mln_nsec lifted; /* the last time: what happened before bans nobody again */
    struct mln_apps *apps;
    struct mln_feed_states feeds;
    mln_nsec started;
    bool dirty, stopping;
    mln_nsec last_sync;
    uint64_t nonsense;
    mln_nsec nonsense_told;
    struct mln_buf line; /* made last */
    struct mln_syslog syslog;
    char record[MLN_AUDIT_RECORD_MAX];
};

/* ---- courier_records.c: out of the rings, into the logs ---- */

/* What has come since the last time, RECORDS_PER_TURN of each worker at most. */
void courier_take_records(struct courier *c);
/* What is in the log is durable within a second. */
void courier_sync(struct courier *c);
/* The log goes on in this file, which is taken. */
void courier_change_log(struct courier *c, struct mln_log_file *log, int *fd);
/* A record of the program's own state, which says so in those words. */
void courier_say(struct courier *c, struct mln_sv message);
void courier_say_event(struct courier *c, const struct mln_wire *m);
/* Protection is off, or on again (MLN_WIRE_BYPASS; fd: the name of the rule). */
void courier_say_bypass(struct courier *c, const struct mln_wire *m, int fd);

/* ---- courier_pages.c: what is asked over HTTP ---- */

/* Who asks: anybody who reaches the port of metrics; by the socket of the state, which names
 * tenants; by that of bans. */
enum courier_door { DOOR_METRICS = 1, DOOR_STATUS = 2, DOOR_BANS = 4 };

/* Takes one client and answers it. The audits wait meanwhile: a second at most for whoever reaches
 * the port of metrics, three for a local command. */
void courier_serve(struct courier *c, int listener, enum courier_door door);

#endif
