#include "node/look.h"

mln_nsec mln_look_pause(const struct mln_look *l, mln_nsec usual)
{
    mln_nsec most = (l->installed ? MLN_LOOK_SELDOM_S : MLN_LOOK_FAILED_S) * MLN_NSEC_PER_SEC;
    mln_nsec cost = MLN_MAX(l->own, l->young ? l->whole / l->spaces : l->whole);
    mln_nsec all = cost * l->spaces + l->failed_cost * l->failing;
    mln_nsec least = MLN_MIN(all * MLN_LOOK_SHARE, most);

    return MLN_MAX(usual, least);
}
