/* What every subcommand says about a wrong command line. */
#ifndef MLN_CMD_OPTIONS_H
#define MLN_CMD_OPTIONS_H

#include <getopt.h>

/* getopt_long with opterr off and a short string that begins with ':' answered '?' or ':'. Says
 * what is wrong, which option may have been meant, and where help is. Returns 2, the exit code. */
int mln_cmd_bad_option(const char *command, int answer, char *const *argv,
                       const struct option *options);
/* "merlon COMMAND: what", and where help is. Returns 2. */
int mln_cmd_bad_usage(const char *command, const char *what);

#endif
