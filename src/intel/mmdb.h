/* Countries out of a file in MaxMind's DB format 2.0 (https://maxmind.github.io/MaxMind-DB/), as
 * several free data sets have it. Sans-I/O; every byte may be hostile. */
#ifndef MLN_INTEL_MMDB_H
#define MLN_INTEL_MMDB_H

#include "base/addr.h"

/* One network and its country, two capital letters. 0, or a negative errno that ends the walk. */
typedef int mln_mmdb_entry(void *arg, const struct mln_prefix *p, const char country[2]);

/* Every network of the file that names a country: "country.iso_code", "country_code" or
 * "registered_country.iso_code". *reterr_why tells what is wrong with the file. 0, -EBADMSG, or the
 * errno of `entry`. */
int mln_mmdb_countries(struct mln_sv file, mln_mmdb_entry *entry, void *arg,
                       const char **reterr_why) MLN_WARN_UNUSED;

#endif
