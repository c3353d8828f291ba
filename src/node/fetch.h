/* One list over HTTPS into a file, by libcurl, which is loaded when it is wanted: no other process
 * has it in memory. Blocking; of the feeder only. */
#ifndef MLN_NODE_FETCH_H
#define MLN_NODE_FETCH_H

#include "base/time.h"

enum { MLN_FETCH_WHY = 256, MLN_FETCHED_TEXT = 256 };

/* What is known of a copy: it stands at its head, in lines up to an empty one. */
struct mln_fetched {
    mln_nsec when;                                                /* wall; 0: nothing is known */
    char etag[MLN_FETCHED_TEXT], last_modified[MLN_FETCHED_TEXT]; /* "" when not said */
};

struct mln_fetch {
    struct mln_sv url;
    struct mln_sv ca; /* PEM; absent: the system's certificates */
    uint64_t max_bytes;
    int dir;
    const char *name;               /* of the file in it: written beside, then renamed to this */
    const struct mln_fetched *have; /* NULL: nothing */
    int give_up;                    /* when this socket's other end is closed */
};

/* 0, or -ENOENT without a libcurl. */
int mln_fetch_init(void) MLN_WARN_UNUSED;
/* 1: the file is there and *ret describes it; 0: nothing changed since `have`; negative: *reterr
 * says why, in words that are safe in a log. */
int mln_fetch(const struct mln_fetch *f, struct mln_fetched *ret,
              char reterr_why[MLN_FETCH_WHY]) MLN_WARN_UNUSED;
/* The head of a copy that came from this address. 0 or a negative errno. */
int mln_fetched_read(int dir, const char *name, struct mln_sv url,
                     struct mln_fetched *ret) MLN_WARN_UNUSED;

#endif
