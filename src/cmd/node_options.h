/* Options that every command with workers takes. */
#ifndef MLN_CMD_NODE_OPTIONS_H
#define MLN_CMD_NODE_OPTIONS_H

#include "node/roles.h"

/* The entries of the getopt_long table; the letters are what mln_node_option takes. */
#define MLN_NODE_OPTIONS                                                                           \
    {"policy", required_argument, NULL, 'p'}, {"audit-log", required_argument, NULL, 'a'},         \
        {"access-log", required_argument, NULL, 'A'},                                              \
        {"audit-syslog", required_argument, NULL, 'S'},                                            \
        {"audit-syslog-format", required_argument, NULL, 'F'},                                     \
        {"metrics", required_argument, NULL, 'm'}, {"workers", required_argument, NULL, 'w'},      \
        {"max-conns", required_argument, NULL, 'c'},                                               \
        {"held-memory", required_argument, NULL, 'H'},                                             \
    {                                                                                              \
        "log-level", required_argument, NULL, 'L'                                                  \
    }

/* What --help says of them. */
#define MLN_AUDIT_OPTIONS_TEXT                                                                     \
    "  --audit-syslog TO     the same as syslog messages: unix:/dev/log, udp:ADDR:PORT or\n"       \
    "                        tcp:ADDR:PORT. A receiver that is slow or gone holds nothing up.\n"   \
    "  --audit-syslog-format NAME\n"                                                               \
    "                        rfc5424 (default): the fields as structured data; or cef\n"           \
    "  --access-log FILE|-   one JSON line for each request: who answered, the application or\n"   \
    "                        Merlon, and what each of them took\n"

/* One worker a processor, and so on. */
struct mln_node_options mln_node_options_default(void);
/* Takes the option: 0; says what is wrong with its value: 2; it is none of these: -1. */
int mln_node_option(const char *command, struct mln_node_options *o, int option, const char *value);
/* "merlon COMMAND: OPTION: expected …, found …". Returns 2. */
int mln_cmd_bad_value(const char *command, const char *option, const char *value,
                      const char *expected);
/* ADDR:PORT. 0, or 2 after saying what is wrong. */
int mln_cmd_addr(const char *command, const char *option, const char *text, struct mln_addr *a,
                 uint16_t *port);
/* What an operator might miss, before the log begins. */
void mln_cmd_say_defaults(const char *command, const char *without_policy,
                          const struct mln_node_options *o);

#endif
