/* Parts of a space: space.c has its ports and what workers know, space_rules.c its rules. */
#ifndef MLN_NODE_SPACE_PRIV_H
#define MLN_NODE_SPACE_PRIV_H

#include "node/space.h"

extern const struct mln_icpt_backend *const mln_space_backend;

/* ---- space.c ---- */

void mln_space_tell_all(struct mln_space *s);
/* The first time that it is, for ports that were not before. */
void mln_space_note_protected(struct mln_space *s);

/* ---- space_rules.c ---- */

void mln_space_rules_init(struct mln_space *s);
/* Says once what does not work. */
void mln_space_complain(struct mln_space *s, const char *what, int r, struct mln_buf *why);
/* A child is at work. */
bool mln_space_is_loading(const struct mln_space *s);
/* It has begun or ended: counts it, and is patient with the next one. */
void mln_space_await(struct mln_space *s, bool was_loading);
/* The rules of the ports as they are now, by a child, of which not too many run at a time. */
void mln_space_install(struct mln_space *s);
/* Rules are there; the ports have changed. */
void mln_space_change_rules(struct mln_space *s);

#endif
