/* The one parser for sizes and the one for durations in the whole program. */
#ifndef MLN_BASE_UNITS_H
#define MLN_BASE_UNITS_H

#include "base/base.h"
#include "base/time.h"

/* "0", "65536", "64KiB", "10MiB", "1GiB", "10kB", "5MB" (decimal), "512B". 0 or -EINVAL/-ERANGE. */
int mln_parse_size(struct mln_sv s, uint64_t *ret_bytes) MLN_WARN_UNUSED;
/* "150ms", "10s", "5m", "2h", "7d"; one number, one unit. 0 or -EINVAL/-ERANGE. */
int mln_parse_duration(struct mln_sv s, mln_nsec *ret) MLN_WARN_UNUSED;

enum { MLN_UNIT_TEXT = 32 };
/* The shortest exact form: "64KiB", "1500ms". */
void mln_format_size(uint64_t bytes, char out[MLN_UNIT_TEXT]);
void mln_format_duration(mln_nsec d, char out[MLN_UNIT_TEXT]);

#endif
