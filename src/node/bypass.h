/* `merlon bypass`: protection of a rule, or of all, switched off for a while, on this machine and
 * by whoever owns the process. The supervisor answers on a socket of its own, since nobody who sees
 * what clients send may switch anything off. */
#ifndef MLN_NODE_BYPASS_H
#define MLN_NODE_BYPASS_H

#include "io/loop.h"
#include "node/doors.h"
#include "proxy/dataplane.h"

enum { MLN_BYPASS_NAME_MAX = 128, MLN_BYPASS_SECONDS_MAX = 86400 };

/* One SOCK_SEQPACKET message each way. Names end with NUL; "" is every rule. */
enum mln_bypass_op { MLN_BYPASS_LIST, MLN_BYPASS_BEGIN, MLN_BYPASS_END };
struct mln_bypass_request {
    uint32_t version, op; /* MLN_WIRE_VERSION, enum mln_bypass_op */
    uint64_t seconds;
    char name[MLN_BYPASS_NAME_MAX];
};
struct mln_bypass_answer {
    int32_t error; /* negative errno */
    uint32_t n;    /* what is off now */
    struct {
        char name[MLN_BYPASS_NAME_MAX];
        uint64_t seconds; /* that it will be */
    } off[MLN_BYPASS_MAX];
};

struct mln_bypass {
    struct mln_loop *loop;
    struct mln_io io; /* listening; fd -1: there is none */
    struct mln_timer end;
    struct mln_doors *doors;
    struct {
        char name[MLN_BYPASS_NAME_MAX];
        mln_nsec until; /* 0: over */
        bool used;      /* ever */
        uint32_t uid;
    } off[MLN_BYPASS_MAX];
    /* Tells everybody; until 0: it is over. */
    void (*changed)(struct mln_bypass *b, const char *name, mln_nsec until, uint32_t uid);
};

/* Without a folder nobody can ask. 0 or a negative errno. */
int mln_bypass_open(struct mln_bypass *b, struct mln_loop *loop,
                    struct mln_doors *doors) MLN_WARN_UNUSED;
void mln_bypass_close(struct mln_bypass *b);

/* ---- the asking side ---- */
int mln_bypass_ask(const char *dir, const struct mln_bypass_request *q,
                   struct mln_bypass_answer *ret) MLN_WARN_UNUSED;

#endif
