/* Parts of a space: space.c has its ports and what workers know, space_rules.c its rules. */
#ifndef MLN_NODE_SPACE_PRIV_H
#define MLN_NODE_SPACE_PRIV_H

#include "node/space.h"

extern const struct mln_icpt_backend *const mln_space_backend;

/* ---- space.c ---- */

void mln_space_tell_all(struct mln_space *s);
/* Workers hear of ports that the rules do not catch any more. */
void mln_space_tell_gone(struct mln_space *s, const struct mln_icpt_ports *before);
/* The first time that it is, for ports that were not before. */
void mln_space_note_protected(struct mln_space *s);

/* ---- space_rules.c ---- */

void mln_space_rules_init(struct mln_space *s);
/* Says once what does not work. */
void mln_space_complain(struct mln_space *s, const char *what, int r, struct mln_buf *why);
/* A child is at work. */
bool mln_space_is_busy(const struct mln_space *s);
/* Is done when its turn comes. */
void mln_space_wish(struct mln_space *s, enum mln_space_work work);
/* New connections go by from now on, those of closed ports nowhere with `keep_closed`. Ends what is
 * being done. */
void mln_space_let_go(struct mln_space *s, bool keep_closed);
/* The rules catch that port, or all that they are to catch. */
bool mln_space_holds_port(const struct mln_space *s, const struct mln_space_port *p);

#endif
