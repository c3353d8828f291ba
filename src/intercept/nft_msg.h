/* Messages to nf_tables: what has to be quick, or needs a socket of ours that stays. The rules
 * themselves are text for nft (intercept/nft.h). In the namespace that the process is in. */
#ifndef MLN_INTERCEPT_NFT_MSG_H
#define MLN_INTERCEPT_NFT_MSG_H

#include "intercept/icpt.h"
#include "intercept/nl.h"

/* Begins a message of type NFT_MSG_…, family inet; to be ended by mln_nl_end. */
void mln_nft_begin(struct mln_nl *m, uint16_t type, uint16_t flags);
/* NFNL_MSG_BATCH_BEGIN and _END: what is between happens together or not at all. */
void mln_nft_batch(struct mln_nl *m, uint16_t type);

/* The elements of the sets of the table "merlon": ports into "ports", those of `fail: closed` into
 * "closed"; the protocol TCP into "others" for the ports that are not named, and into
 * "others_closed" as well for `fail: closed`.
 * `closed_only`: "ports" and "others" stay as they are. 0 or a negative errno. */
int mln_nft_fill(const struct mln_icpt_ports *p, bool closed_only) MLN_WARN_UNUSED;
/* Ports, as bits. */
struct mln_port_set {
    uint8_t bits[65536 / 8];
};
static inline bool mln_port_set_has(const struct mln_port_set *s, uint16_t port)
{
    return s->bits[port / 8] >> port % 8 & 1;
}

/* The elements of "ports", as the kernel has them. 0 or a negative errno. */
int mln_nft_ports(struct mln_port_set *ret) MLN_WARN_UNUSED;
/* 0, also when there is none; or a negative errno. */
int mln_nft_delete_table(const char *name) MLN_WARN_UNUSED;
/* 1, 0, or a negative errno. */
int mln_nft_table_exists(const char *name) MLN_WARN_UNUSED;
/* The same by a socket that is there. The kernel closes one only when nobody is changing rules in
 * its namespace, for as long as that takes; a question does not wait. */
int mln_nft_table_exists_by(int fd, const char *name) MLN_WARN_UNUSED;

#endif
