/* What stands around a word that may be a leak. Thread-safe: no state. */
#ifndef MLN_ENGINE_LEAK_CHECKS_H
#define MLN_ENGINE_LEAK_CHECKS_H

#include "base/base.h"

enum {
    MLN_LEAK_BEFORE = 256, /* bytes that a check may look back */
    MLN_LEAK_AFTER = 256,  /* and forward, from the start of the word */
};

enum mln_leak_check {
    MLN_LEAK_ALONE,
    MLN_LEAK_PRIVATE_KEY,
    MLN_LEAK_KEY_END, /* no leak: where one stops */
    MLN_LEAK_PASSWD,
    MLN_LEAK_JAVA,
    MLN_LEAK_PYTHON,
    MLN_LEAK_PHP,
    MLN_LEAK_ASPNET,
    MLN_LEAK_RUBY,
    MLN_LEAK_ORACLE,
    MLN_LEAK_SQLSTATE,
    MLN_LEAK_AWS_ID,
    MLN_LEAK_AWS_SECRET,
    MLN_LEAK_GITHUB,
    MLN_LEAK_SLACK,
    MLN_LEAK_GOOGLE,
    MLN_LEAK_STRIPE,
    MLN_LEAK_PHP_SOURCE,
};

struct mln_leak_span {
    size_t from, to; /* of what leaks; empty: nothing */
};
/* The word at text[from..to). The text reaches back and forward as far as there is any, but no
 * further than the check may look. */
struct mln_leak_span mln_leak_around(enum mln_leak_check check, struct mln_sv text, size_t from,
                                     size_t to) MLN_PURE;
/* A payment card number (ISO/IEC 7812: issuer, length, check digit) that starts at text[i]: its
 * end, or 0. */
size_t mln_leak_card(struct mln_sv text, size_t i) MLN_PURE;

#endif
