/* What `merlon hook`, which a container runtime calls between the making of a container and the
 * start of its program, says to the defender and hears from it: fixed-size messages over a
 * SOCK_SEQPACKET in the state folder, one question and one answer a connection. The warden hands
 * the question on to the scout as it is, and tells it in the same words when the process ended. */
#ifndef MLN_RUNTIME_HOOK_H
#define MLN_RUNTIME_HOOK_H

#include "runtime/containerd_ask.h"

enum { MLN_HOOK_VERSION = 2, MLN_HOOK_LIMIT_MS_MAX = 60000 };
#define MLN_HOOK_SOCKET "hook"
/* In the state folder, there while some rule in use says `fail: closed`; outlives the defender.
 * Holds which containers that is for (runtime/closed.h). */
#define MLN_HOOK_CLOSED_FILE "fail-closed"
/* In the state folder: a byte for each container that was started while no defender answered. */
#define MLN_HOOK_AWAY_FILE "unguarded-starts"

struct mln_hook_ask {
    uint32_t version;  /* MLN_HOOK_VERSION */
    uint32_t pid;      /* the first process of the container, which does not run its program yet */
    uint32_t limit_ms; /* how long the hook waits for its answer */
    uint32_t ended;    /* warden → scout: 1 when that process has ended */
    char ns[80];       /* containerd's namespace; "": of another runtime */
    char id[80];
    /* As Docker has written them down, for the time before it answers; "": not known. */
    char image[512], image_id[80], name[128];
};

/* 0 or -EPROTO; takes the sender for hostile. */
int mln_hook_ask_check(const struct mln_hook_ask *a, size_t len) MLN_WARN_UNUSED;

enum mln_hook_verdict {
    MLN_HOOK_PROTECTED = 1, /* its ports are */
    MLN_HOOK_NO_RULE,       /* nothing is to be done: no rule, switched off, a sandbox */
    MLN_HOOK_NO_PORT,       /* a rule, but no port of it is known before it listens */
    MLN_HOOK_FAILED,        /* could not be protected; the rule says fail: open */
    MLN_HOOK_LATE,          /* not in time; no rule says fail: closed, or another one is its */
    MLN_HOOK_REFUSED,       /* one of the two, and fail: closed: the start is to be refused */
    MLN_HOOK_AWAY,          /* no defender answered; never in an answer */
    MLN_HOOK_UNKNOWN, /* not in time, and nothing is known of it: the hook looks itself whether
                         one of the rules that say fail: closed is for it */
    MLN_HOOK_VERDICT_MAX
};
struct mln_hook_answer {
    uint32_t version, verdict;
};

/* For metrics: "protected", "no_rule", … */
const char *mln_hook_verdict_name(enum mln_hook_verdict v);

#endif
