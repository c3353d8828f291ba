/* Requests that kill whoever reads them. What a worker was reading when it crashed has a print;
 * when the same print ends a second worker, every worker refuses such bytes for a while. A print is
 * of the bytes of one read, so the same request cut otherwise is another one: this holds off a
 * client that repeats itself, not an attacker who knows of it. */
#ifndef MLN_NODE_POISON_H
#define MLN_NODE_POISON_H

#include "base/hash.h"
#include "base/time.h"

enum {
    MLN_POISON_MAX = 16,     /* prints that are refused, or wait for their second death */
    MLN_POISON_DEATHS = 2,   /* so many, then it is refused */
    MLN_POISON_KEPT_S = 600, /* since the last death: refused, or remembered */
};

/* A keyed hash of the beginning, the end and the length. Never 0. Async-signal-safe. */
uint64_t mln_poison_print(const struct mln_hash_key *key, struct mln_sv bytes);

struct mln_poison {
    struct {
        uint64_t print; /* 0: free */
        unsigned deaths;
        mln_nsec last;
    } known[MLN_POISON_MAX];
    unsigned used;
};

/* The supervisor's side: another worker died of it. True: it is to be refused from now on. The
 * oldest makes room for a new one. */
bool mln_poison_died(struct mln_poison *p, uint64_t print, mln_nsec now);
/* The worker's side: refuse it from now on. */
void mln_poison_add(struct mln_poison *p, uint64_t print, mln_nsec now);
/* Whether it is refused now. */
bool mln_poison_has(const struct mln_poison *p, uint64_t print, mln_nsec now);

#endif
