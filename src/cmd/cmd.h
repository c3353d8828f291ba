/* Subcommands: one file each. Each takes its own argv (argv[0] is the subcommand's name) and
 * returns the exit code: 0 good, 1 the answer is no, 2 usage, 3 environment. */
#ifndef MLN_CMD_CMD_H
#define MLN_CMD_CMD_H

int mln_cmd_run(int argc, char **argv);
int mln_cmd_defender(int argc, char **argv);
int mln_cmd_proxy(int argc, char **argv);
int mln_cmd_check(int argc, char **argv);
int mln_cmd_lint(int argc, char **argv);
int mln_cmd_apps(int argc, char **argv);
int mln_cmd_status(int argc, char **argv);
int mln_cmd_bans(int argc, char **argv);
int mln_cmd_bypass(int argc, char **argv);
int mln_cmd_doctor(int argc, char **argv);
int mln_cmd_hook(int argc, char **argv);
int mln_cmd_demo(int argc, char **argv);
int mln_cmd_version(int argc, char **argv);

#endif
