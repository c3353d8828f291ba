/* What a worker was reading when it crashed: its last words, a print in memory that the supervisor
 * shares. Nothing of it costs anything before. */
#ifndef MLN_NODE_LAST_WORDS_H
#define MLN_NODE_LAST_WORDS_H

#include "base/hash.h"
#include "proxy/dataplane.h"

/* For signals by which a bug ends a process; before the filter of system calls, once. All must live
 * as long as the process. 0 or a negative errno. */
int mln_last_words(const struct mln_dataplane *dp, const struct mln_hash_key *key,
                   uint64_t *ret_print) MLN_WARN_UNUSED;
/* Whether a process that waitpid() says ended so may have left some. */
bool mln_last_words_possible(int status);

#endif
