/* The container runtime's side of the start gap: `merlon hook`, which asks the defender and waits,
 * and the configuration that makes a runtime call it. Used as root on the node, before a tenant's
 * program runs; links nothing but `base` and a few files, so that merlon-runc is small. */
#ifndef MLN_NODE_HOOK_CLIENT_H
#define MLN_NODE_HOOK_CLIENT_H

#include "base/buf.h"

enum { MLN_HOOK_LIMIT_MS_DEFAULT = 2000, MLN_OCI_TEXT_MAX = 16 << 20 };

/* The hook itself: reads the OCI state from the descriptor, asks the defender whose state folder
 * this is, waits at most `limit_ms`. 0: the start may go on, 1: it is to be refused; why is said on
 * standard error, which the runtime shows. Whatever is not as it should be counts as: no defender
 * answered. */
int mln_hook_run(const char *state_dir, unsigned limit_ms, int state_fd);
/* A container that is started without the hook, which could not be added: the same as when no
 * defender answers. */
int mln_hook_missing(const char *state_dir, const char *bundle);
/* Adds the hook, `program hook --state-dir … --timeout …`, to BUNDLE/config.json, in place of the
 * file and with its rights. 0, or a negative errno: the file is as it was. */
int mln_hook_add_to_bundle(const char *bundle, const char *program, const char *state_dir,
                           unsigned limit_ms) MLN_WARN_UNUSED;

#endif
