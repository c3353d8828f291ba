/* Clients that are refused for a time (docs/adr/0023): one bounded table in shared memory, written
 * by one process and read by many without a lock. A ban is of one rule: what one tenant's rule saw
 * refuses nobody at another's. An IPv6 client has its /64. Sans-I/O; times are wall. */
#ifndef MLN_INTEL_BANS_H
#define MLN_INTEL_BANS_H

#include "base/addr.h"
#include "base/hash.h"
#include "base/time.h"

enum { MLN_BANS_MAX = 32768, MLN_BANS_TEXT = 48 };
#define MLN_BAN_LONGEST (30 * 86400 * MLN_NSEC_PER_SEC)

struct mln_bans; /* layout in bans.c: no pointers, whatever is in it a reader stays within it */

struct mln_ban {
    struct mln_addr addr;                         /* an IPv6 network's first */
    mln_nsec since, until;                        /* since: 0 when it begins now */
    char rule[MLN_BANS_TEXT], why[MLN_BANS_TEXT]; /* cut; end in NUL */
};

/* Bytes that it takes; aligned to 8. */
size_t mln_bans_size(void);

/* ---- the writer ---- */
/* Formats memory of zeros, with this key; mends what a writer that died left half done. */
void mln_bans_open(struct mln_bans *b, const struct mln_hash_key *key);
/* Bans or prolongs. When its place is full the ban that ends first makes room. `until` is at most
 * MLN_BAN_LONGEST from now. */
void mln_bans_put(struct mln_bans *b, const struct mln_ban *ban, mln_nsec now);
/* Takes over what holds in the table of a writer before us, which may still write. False: it is
 * laid out in another way. */
bool mln_bans_adopt(struct mln_bans *b, const struct mln_bans *from, mln_nsec now);
/* Of one client or, with NULL, of all; at every rule. How many there were. */
unsigned mln_bans_lift(struct mln_bans *b, const struct mln_addr *a, mln_nsec now);
/* The next that holds, from *at (0 to begin with). False: no more. */
bool mln_bans_next(const struct mln_bans *b, uint32_t *at, mln_nsec now, struct mln_ban *ret);
uint64_t mln_bans_made(const struct mln_bans *b);    /* in all, prolonged ones not counted */
uint64_t mln_bans_crowded(const struct mln_bans *b); /* ended early to make room */

/* ---- readers ---- */
/* Some nanoseconds without any ban, one hash and one look otherwise. */
bool mln_bans_has(const struct mln_bans *b, struct mln_sv rule, const struct mln_addr *a,
                  mln_nsec now);

#endif
