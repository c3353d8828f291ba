/* Filters of LDAP (RFC 4515). */
#ifndef MLN_ENGINE_LDAP_FILTER_H
#define MLN_ENGINE_LDAP_FILTER_H

#include "base/base.h"

/* Whether s is one filter, complete with its brackets: "(&(a=b)(|(c=d*)(!(e>=f))))". It closes
 * nothing that stands around it, so that it says what a field for filters is for, and within the
 * value of another one it is an error. */
bool mln_ldap_is_filter(struct mln_sv s) MLN_PURE;

#endif
