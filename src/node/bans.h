/* The table of bans as processes of a node have it: mapped, filled from audits, shown and lifted by
 * the local API. */
#ifndef MLN_NODE_BANS_H
#define MLN_NODE_BANS_H

#include "audit/record.h"
#include "base/buf.h"
#include "intel/bans.h"

/* Maps the table for as long as the process lives; does not keep fd. NULL with errno set. */
const struct mln_bans *mln_bans_map(int fd);
struct mln_bans *mln_bans_map_to_write(int fd);

/* Takes over the bans of a program that ran before, whose table that is. */
void mln_bans_inherit(struct mln_bans *b, int fd, mln_nsec now);
/* Bans the client of a record whose effect is ban; others are nothing to it. What a worker says of
 * the time is bounded. */
void mln_bans_take(struct mln_bans *b, const struct mln_audit_record *r, mln_nsec now);
/* {"bans": [{"client", "rule", "why", "since", "until", "left_s"}]} */
void mln_bans_json(const struct mln_bans *b, mln_nsec now, struct mln_buf *out);
/* `who`: an address, or "all". {"lifted": N}, or false when it is neither. */
bool mln_bans_lift_json(struct mln_bans *b, struct mln_sv who, mln_nsec now, struct mln_buf *out);
void mln_bans_metrics(const struct mln_bans *b, mln_nsec now, struct mln_buf *out);

#endif
