/* How old the lists of Feeds are that are fetched, on the way from the feeder by the supervisor to
 * the courier, which shows it. */
#ifndef MLN_NODE_FEED_STATES_H
#define MLN_NODE_FEED_STATES_H

#include "base/buf.h"
#include "base/time.h"
#include "node/wire.h"

enum { MLN_FEEDS_MAX = 64, MLN_FEED_NAME = 96 };

/* MLN_WIRE_FEED_STATE: m.index of m.app Feeds (0: there is none any more), m.id = wall time of the
 * last good copy, or when it was last found unchanged; 0: there is none. m.arg = fetches that
 * failed since. */
struct mln_feed_msg {
    struct mln_wire m;
    char name[MLN_FEED_NAME]; /* ends in NUL */
};

struct mln_feed_states {
    unsigned n;
    struct mln_feed_msg v[MLN_FEEDS_MAX];
};

/* False when `bytes` of a message are no such message. Values out of range are ignored. */
bool mln_feed_states_take(struct mln_feed_states *s, const struct mln_feed_msg *msg, size_t bytes);
/* "feeds":[{"name","age_s","failures"}]; without a copy there is no age. */
void mln_feed_states_json(const struct mln_feed_states *s, mln_nsec now, struct mln_buf *out);
/* As Prometheus text. */
void mln_feed_states_metrics(const struct mln_feed_states *s, mln_nsec now, struct mln_buf *out);

#endif
