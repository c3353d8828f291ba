/* The supervisor's side of the feeder: starts it once a policy has Feeds with an address, replaces
 * it, passes on what it says. */
#ifndef MLN_NODE_FEEDS_H
#define MLN_NODE_FEEDS_H

#include <sys/types.h>

#include "base/log.h"
#include "io/loop.h"
#include "node/feed_states.h"

struct mln_feeds {
    struct mln_loop *loop;
    struct mln_io control; /* fd -1: not running */
    struct mln_timer restart;
    int dir;           /* the folder of copies, or why there is none: -ENOENT: none is wanted */
    const int *policy; /* where the descriptor of the one in use is */
    enum mln_log_level log_level;
    pid_t pid;
    mln_nsec started;
    unsigned backoff_ms;
    uint64_t ticket;        /* of the last news */
    struct mln_timer quiet; /* runs for news_pause after news were passed on */
    mln_nsec news_pause;
    bool news_wait; /* there were more meanwhile */
    struct mln_feed_states states;
    void (*news)(void *arg); /* a list on trial wants to be compiled */
    void (*told)(void *arg, const struct mln_feed_msg *msg); /* of one of them */
    void *arg;
};

/* Makes STATE/feeds/copies, where the feeder may write. The folder, or a negative errno. */
int mln_feeds_dir(const char *state_dir) MLN_WARN_UNUSED;
/* A policy is in use: `fetched` of its Feeds have an address. Starts the feeder if there is need.
 */
void mln_feeds_policy(struct mln_feeds *f, unsigned fetched);
/* A compilation that began when `ticket` was the last news: which lists on trial are broken. */
void mln_feeds_judged(struct mln_feeds *f, uint64_t ticket, uint64_t bad);
/* There is news. It is passed on at once, further ones together and not before news_pause has gone
 * by: a compilation is dear, and a feeder that was taken over could ask for one after the other. */
void mln_feeds_news(struct mln_feeds *f);
/* True when that child was the feeder. */
bool mln_feeds_child_died(struct mln_feeds *f, pid_t pid);
/* Lets it go: it ends by itself. */
void mln_feeds_done(struct mln_feeds *f);

#endif
