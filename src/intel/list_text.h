/* Lists of networks as people and services write them: one network a line, or CSV. Sans-I/O; every
 * byte may be hostile. */
#ifndef MLN_INTEL_LIST_TEXT_H
#define MLN_INTEL_LIST_TEXT_H

#include "base/addr.h"

enum { MLN_LIST_BYTES_MAX = 64 << 20, MLN_LIST_LINE_MAX = 4096, MLN_LIST_COLUMNS_MAX = 64 };

struct mln_list_format {
    char separator;     /* of CSV: ',', ';' or a tab; '\0': plain, a network and then anything */
    uint8_t column;     /* of the network, from 1 */
    uint8_t tag_column; /* 0: none */
};

/* A network: an address, a CIDR, or a range "192.0.2.1-192.0.2.9", which comes as several. Bits
 * behind a CIDR's length are taken for zero. The tag is absent when its column is. 0, or a negative
 * errno that ends the reading. */
typedef int mln_list_entry(void *arg, const struct mln_prefix *p, struct mln_sv tag);

struct mln_list_report {
    uint64_t entries, bad; /* lines */
    uint64_t first_bad;    /* line, from 1; 0: none */
};

/* Reads all of it. Lines that are empty, or begin with # ; or //, say nothing; neither does the
 * first line of a CSV when it has no network. Others that have none are bad, and so is one longer
 * than MLN_LIST_LINE_MAX. 0 or the errno of `entry`. */
int mln_list_parse(struct mln_sv text, const struct mln_list_format *f, mln_list_entry *entry,
                   void *arg, struct mln_list_report *ret) MLN_WARN_UNUSED;

#endif
