/* Time as a type. The core (http, engine, policy, learn, intel) never reads a clock: it is handed
 * these values. */
#ifndef MLN_BASE_TIME_H
#define MLN_BASE_TIME_H

#include "base/base.h"

typedef uint64_t mln_nsec; /* nanoseconds; monotonic or since 1970-01-01 UTC, the name says which */

#define MLN_NSEC_PER_SEC UINT64_C(1000000000)
#define MLN_NSEC_PER_MSEC UINT64_C(1000000)

mln_nsec mln_now_mono(void);
mln_nsec mln_now_wall(void);
/* Time on a processor that the calling thread has had. */
mln_nsec mln_now_cpu(void);

enum { MLN_RFC3339_LEN = 30 };
/* "2026-11-25T19:38:05.123456789Z" and a NUL. Dates to the year 9999. */
void mln_rfc3339(mln_nsec wall, char out[MLN_RFC3339_LEN + 1]);
/* "2027-01-01" or a full RFC 3339 time in UTC ("Z"); the last there is for what is later than the
 * year 2554. 0 or -EINVAL. */
int mln_rfc3339_parse(struct mln_sv s, mln_nsec *ret_wall) MLN_WARN_UNUSED;

#endif
