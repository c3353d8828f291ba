/* Lists of words with bars between them: "Menu | Sort | Find | More". */
#ifndef MLN_ENGINE_SH_MENU_H
#define MLN_ENGINE_SH_MENU_H

#include "base/base.h"

/* Whether all of the value is such a list, of three items or more, and to a shell a row of commands
 * that it does not know, or that without arguments only pass on what they are given. */
bool mln_sh_is_menu(struct mln_sv s) MLN_PURE;

#endif
