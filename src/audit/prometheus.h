/* Counters of all workers as Prometheus text (exposition format 0.0.4). No label holds anything
 * that a client sent. */
#ifndef MLN_AUDIT_PROMETHEUS_H
#define MLN_AUDIT_PROMETHEUS_H

#include "audit/counters.h"
#include "base/buf.h"

void mln_prometheus_write(struct mln_buf *out, const struct mln_counters *const *workers, size_t n);

#endif
