/* Whether a shell that is given a long text gets as far as a place within it: outside quotes, and
 * with no syntax error in front. "<p>Here</p>" ends a shell's reading in its first line. The text
 * may stand in a command line as it is, between the application's quotes of either kind, or in a
 * command line of Windows; what some shells read otherwise rules nothing out. */
#ifndef MLN_ENGINE_SH_REACH_H
#define MLN_ENGINE_SH_REACH_H

#include "base/base.h"

enum mln_sh_context { MLN_SH_BARE, MLN_SH_SINGLE, MLN_SH_DOUBLE, MLN_SH_WINDOWS };
enum { MLN_SH_CONTEXTS = 4 };

struct mln_sh_reading {
    char quote;   /* the open quote, or 0 */
    bool comment; /* until the line ends */
    bool escape;  /* the next byte stands for itself */
    bool dead;    /* a syntax error was met */
};

struct mln_sh_reach {
    size_t at; /* everything before is read */
    struct mln_sh_reading in[MLN_SH_CONTEXTS];
    bool escaped; /* some reading skips the next byte */
    bool open;    /* constructs that this reader does not follow: everything may be reached */
};

/* Starts before the first byte. */
void mln_sh_reach_init(struct mln_sh_reach *r);
/* Reads on to `i`, never back: each byte of the text is looked at once. Whether some shell runs
 * what starts there; `substitution` for $( ) and backticks, which count within double quotes. */
bool mln_sh_reaches(struct mln_sh_reach *r, struct mln_sv s, size_t i, bool substitution);

#endif
