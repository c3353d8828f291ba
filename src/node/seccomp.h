/* The list of system calls that a sandboxed process may make. Anything else ends it, with the call
 * named in the log. */
#ifndef MLN_NODE_SECCOMP_H
#define MLN_NODE_SECCOMP_H

#include "node/sandbox.h"

/* *ret_state: "on", or "off (sanitizer)" in builds whose run-time makes calls of its own. */
int mln_seccomp_enter(enum mln_sandbox_profile profile, const char **ret_state) MLN_WARN_UNUSED;

/* For the feeder, whose library makes calls that nobody listed: only those that are of no use to it
 * and of much to an intruder are forbidden. */
int mln_seccomp_forbid(const char **ret_state) MLN_WARN_UNUSED;

#endif
