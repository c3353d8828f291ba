/* The list of system calls that a sandboxed process may make. Anything else ends it, with the call
 * named in the log. */
#ifndef MLN_NODE_SECCOMP_H
#define MLN_NODE_SECCOMP_H

#include "node/sandbox.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
/* Builds whose run-time makes system calls of its own and keeps much memory beside the program's.
 */
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) ||                           \
    __has_feature(thread_sanitizer)
#define MLN_SANITIZER 1
#else
#define MLN_SANITIZER 0
#endif

/* *ret_state: "on", or "off (sanitizer)" in builds whose run-time makes calls of its own. */
int mln_seccomp_enter(enum mln_sandbox_profile profile, const char **ret_state) MLN_WARN_UNUSED;

/* For the feeder, whose library makes calls that nobody listed: only those that are of no use to it
 * and of much to an intruder are forbidden. */
int mln_seccomp_forbid(const char **ret_state) MLN_WARN_UNUSED;

#endif
