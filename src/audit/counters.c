#include "audit/counters.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

const uint64_t mln_hist_bounds[MLN_HIST_BOUNDS] = {
    1 * US,   2 * US,   5 * US, 10 * US, 20 * US, 50 * US, 100 * US, 200 * US,
    500 * US, 1 * MS,   2 * MS, 5 * MS,  10 * MS, 20 * MS, 50 * MS,  100 * MS,
    200 * MS, 500 * MS, 1 * S,  2 * S,   5 * S,   10 * S,  30 * S};
const char *const mln_hist_texts[MLN_HIST_BOUNDS] = {
    "0.000001", "0.000002", "0.000005", "0.00001", "0.00002", "0.00005", "0.0001", "0.0002",
    "0.0005",   "0.001",    "0.002",    "0.005",   "0.01",    "0.02",    "0.05",   "0.1",
    "0.2",      "0.5",      "1",        "2",       "5",       "10",      "30"};

void mln_count_time(struct mln_counters *s, enum mln_histogram h, uint64_t ns)
{
    unsigned i = 0;

    while (i < MLN_HIST_BOUNDS && ns > mln_hist_bounds[i])
        i++;
    uint64_t *bucket = &s->hist[h].bucket[i], *sum = &s->hist[h].sum_ns;
    __atomic_store_n(bucket, *bucket + 1, __ATOMIC_RELAXED); /* one writer */
    __atomic_store_n(sum, *sum + ns, __ATOMIC_RELAXED);
}
