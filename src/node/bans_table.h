/* The table of bans (intel/bans.h) as the supervisor keeps it: the memory, which outlives the
 * courier that writes it, and the socket that `merlon bans` asks. */
#ifndef MLN_NODE_BANS_TABLE_H
#define MLN_NODE_BANS_TABLE_H

#include "node/doors.h"

struct mln_bans_table {
    int to_write; /* memfd, for the courier */
    int to_read;  /* the same, opened so that it cannot be mapped to write: for workers */
    int api;      /* listening socket; -1: there is no folder for it */
};

/* No table: may be closed. */
#define MLN_BANS_TABLE_NONE ((struct mln_bans_table){.to_write = -1, .to_read = -1, .api = -1})

/* An empty table, and its socket where there is a folder. 0 or a negative errno, after which it is
 * to be closed, too. */
int mln_bans_table_open(struct mln_bans_table *t, struct mln_doors *doors) MLN_WARN_UNUSED;
void mln_bans_table_close(struct mln_bans_table *t, struct mln_doors *doors);

#endif
