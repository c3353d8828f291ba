/* Programs that injected command lines start with. */
#ifndef MLN_ENGINE_SH_COMMANDS_H
#define MLN_ENGINE_SH_COMMANDS_H

#include "base/base.h"

enum mln_sh_kind {
    MLN_SH_NONE,
    MLN_SH_ENGLISH, /* an everyday word too: needs arguments */
    MLN_SH_COMMAND,
};
enum mln_sh_kind mln_sh_command(struct mln_sv name);
/* "python3.11", "gcc-12": a program that is installed in several versions beside one another. */
bool mln_sh_is_versioned(struct mln_sv name) MLN_PURE;
/* Calls fn for every program there is. */
void mln_sh_commands_each(void (*fn)(void *arg, struct mln_sv name), void *arg);

#endif
