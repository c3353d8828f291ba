/* What the files of the supervisor share. Each owns one part of struct mln_supervisor; the others
 * read it, and change it by the functions below only. */
#ifndef MLN_NODE_SUPERVISOR_PRIV_H
#define MLN_NODE_SUPERVISOR_PRIV_H

#include "node/bans_table.h"
#include "node/bypass.h"
#include "node/compile.h"
#include "node/feeds.h"
#include "node/poison.h"
#include "node/policy_watch.h"
#include "node/supervisor.h"
#include "node/upgrade.h"

struct sup_worker {
    struct mln_io control; /* fd -1: it cannot be reached */
    struct mln_timer restart;
    struct mln_supervisor *s;
    pid_t pid; /* 0: not running */
    unsigned index;
    bool ready, policy_due, tickets_due, bypass_due; /* due: its queue was full */
    bool aborted;                                    /* it hung and was told to end */
    int ring, counters;                              /* memfds: outlive the process */
    mln_nsec started;
    mln_nsec pinged; /* no answer yet since then, 0: none is due */
    unsigned backoff_ms;
};

struct sup_workers {
    struct sup_worker one[MLN_WORKERS_MAX];
    unsigned n, alive;
    int tickets; /* node/ticket_keys.h */
    struct mln_timer rotate, ping;
    struct mln_poison poison;
    uint64_t poison_secret;
    bool announced; /* all were ready once */
};

struct sup_courier {
    struct mln_io control; /* fd -1: it cannot be reached; ready NULL: nobody listens to it */
    struct mln_timer restart;
    pid_t pid; /* 0: not running */
    mln_nsec started, syslog_made;
    unsigned backoff_ms;
    int audit, access, metrics; /* -1: not wanted */
    bool log_due;               /* its queue was full */
};

struct sup_policy {
    struct mln_compiled_fds in_use;
    struct mln_compile compile; /* one at a time */
    bool asked;                 /* by SIGHUP: an answer is expected of the one that runs */
    bool again, again_asked;    /* wanted while one runs */
    int first;                  /* how the first one ended; 1: not yet */
    struct mln_policy_watch watch;
    struct mln_timer look_again; /* for certificates that end soon */
    struct mln_feeds feeds;
    uint64_t ticket; /* of the news of feeds that the running one has seen */
};

struct mln_supervisor {
    const struct mln_node_options *o;
    struct mln_source *source;
    struct mln_loop *loop;
    struct mln_doors doors;
    struct sup_workers workers;
    struct sup_courier courier;
    struct sup_policy policy;
    struct mln_bypass bypass;
    struct mln_bans_table bans;
    int bell; /* rings when a worker has written to its ring */
    struct mln_io signals;
    struct mln_timer stop, drain, send_again;
    struct mln_upgrade upgrade;
    bool stopping, draining;
    bool handed; /* to one that systemd takes for the service now */
    int exit_code;
};

/* ---- supervisor.c: start, end, signals ---- */

/* A queue was full: what is due is sent again before long. */
void sup_later(struct mln_supervisor *s);

/* ---- supervisor_workers.c: starting, watching and replacing workers ---- */

void sup_workers_init(struct mln_supervisor *s, unsigned n);
/* Makes their shared memory and keys. 0 or a negative errno. */
int sup_workers_open(struct mln_supervisor *s) MLN_WARN_UNUSED;
/* Starts them all, and keeps them running from now on. */
void sup_workers_start(struct mln_supervisor *s);
/* True when that child was one. While the supervisor stops, the last one ends its loop; one that
 * dies before it was ever ready ends it with exit code 3. */
bool sup_workers_child_died(struct mln_supervisor *s, pid_t pid, int status);
/* They take nothing new, and end when what runs has ended; or now. */
void sup_workers_drain(struct mln_supervisor *s, mln_nsec within);
void sup_workers_kill(struct mln_supervisor *s);
void sup_workers_done(struct mln_supervisor *s);

/* ---- supervisor_give.c: what workers are given ---- */

/* All that one needs before it serves. 0 or a negative errno. */
int sup_give_start(struct sup_worker *w) MLN_WARN_UNUSED;
void sup_give_tickets(struct sup_worker *w);
/* A request of that print is to be refused. */
void sup_give_poison(struct mln_supervisor *s, uint64_t print);
/* The policy in use is another one. */
void sup_workers_give_policy(struct mln_supervisor *s);
/* Protection of a rule ends until then (0: it is back). */
void sup_workers_give_bypass(struct mln_supervisor *s, const char *rule, mln_nsec until);
void sup_workers_send_due(struct mln_supervisor *s);

/* ---- supervisor_courier.c: the courier, and all that it is told ---- */

void sup_courier_init(struct mln_supervisor *s);
/* Opens the logs and the port of metrics. An exit code; what is wrong was said. */
int sup_courier_open(struct mln_supervisor *s) MLN_WARN_UNUSED;
/* 0 or a negative errno. It is replaced when it dies. */
int sup_courier_start(struct mln_supervisor *s) MLN_WARN_UNUSED;
/* True when that child was it: audits wait in the rings for its successor. */
bool sup_courier_child_died(struct mln_supervisor *s, pid_t pid, int status);
/* One that is not there, or whose queue is full, misses it. */
void sup_courier_tell(struct mln_supervisor *s, enum mln_node_event event);
void sup_courier_tell_bypass(struct mln_supervisor *s, const char *rule, mln_nsec until,
                             uint32_t uid);
void sup_courier_tell_feed(struct mln_supervisor *s, const struct mln_feed_msg *msg);
/* Logs were rotated: it goes on in new files of the same names. */
void sup_courier_reopen_logs(struct mln_supervisor *s);
void sup_courier_send_due(struct mln_supervisor *s);
/* Waits until it has emptied the rings and ended. */
void sup_courier_done(struct mln_supervisor *s);

/* ---- supervisor_policy.c: compiling the policy, and when ---- */

void sup_policy_init(struct mln_supervisor *s);
/* Nothing runs before there is a policy. An exit code; what is wrong was said. */
int sup_policy_first(struct mln_supervisor *s) MLN_WARN_UNUSED;
/* From now on it is compiled again when files change. */
void sup_policy_watch(struct mln_supervisor *s);
/* Compiles it again. `asked`: by somebody who expects a line that says so even when nothing is
 * new. One that has errors is refused, and the one in use stays. */
void sup_policy_reload(struct mln_supervisor *s, bool asked);
/* True when that child belonged to it. */
bool sup_policy_child_died(struct mln_supervisor *s, pid_t pid);
void sup_policy_done(struct mln_supervisor *s);

#endif
