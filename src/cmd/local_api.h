/* Asking the defender of this machine over its unix socket. */
#ifndef MLN_CMD_LOCAL_API_H
#define MLN_CMD_LOCAL_API_H

#include <jansson.h>

#include "base/buf.h"
#include "runtime/reply.h"

#define MLN_STATE_DIR_DEFAULT "/run/merlon"

/* What `merlon apps`, `merlon status` and the like share on their command line. */
struct mln_local_options {
    const char *state_dir;
    bool json, help;
    bool ready; /* of `merlon status` alone */
};

/* Reads --state-dir, --json and --help; of `merlon status` --ready, too. The words behind them
 * start at optind. 0, or the exit code after a complaint. */
int mln_local_words(const char *command, int argc, char **argv, struct mln_local_options *ret);
/* The same for a command that takes no words. */
int mln_local_options(const char *command, int argc, char **argv, struct mln_local_options *ret);
/* Sends a whole request to the unix socket and reads until `reply` is done; no read takes more than
 * 10 s. 0 or -errno. */
int mln_local_exchange(const char *path, struct mln_sv request, struct mln_reply *reply);
/* GET target. The body in *ret (freed by the caller), 0; else complains and returns 3. */
int mln_local_get(const char *command, const struct mln_local_options *o, const char *target,
                  struct mln_buf *ret);
/* The same, parsed. NULL after a complaint. */
json_t *mln_local_get_json(const char *command, const struct mln_local_options *o,
                           const char *target);

/* Whether the defender that answers runs in this process's own container (cgroup). */
bool mln_local_is_here(const struct mln_local_options *o);

/* Member of an object as text that is inert in a terminal: what is not printable ASCII is '?'.
 * "" when it is absent. Cut to the size of `out`. */
const char *mln_local_text(const json_t *object, const char *key, char *out, size_t cap);

#endif
