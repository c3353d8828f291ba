/* SipHash-1-3 (Aumasson, Bernstein 2012; reduced rounds as in Rust's and Perl's hash maps):
 * 64-bit keyed hash that a client cannot steer without the key. */
#ifndef MLN_BASE_HASH_H
#define MLN_BASE_HASH_H

#include "base/base.h"

struct mln_hash_key {
    uint64_t k0, k1;
};

uint64_t mln_hash(const struct mln_hash_key *key, struct mln_sv s) MLN_PURE;

#endif
