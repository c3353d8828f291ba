/* The table `inet merlon` of one namespace, as text. */
#ifndef MLN_INTERCEPT_RULES_H
#define MLN_INTERCEPT_RULES_H

#include "intercept/icpt.h"

/* One transaction that replaces the table that is there, if any; blind: without what needs
 * `nft_socket`. A failed buffer stays one. */
void mln_icpt_rules(struct mln_buf *b, const struct mln_icpt *i, const struct mln_icpt_ports *p,
                    bool blind);
/* Whether somebody is refused when no defender lives. */
bool mln_icpt_any_closed(const struct mln_icpt_ports *p);

#endif
