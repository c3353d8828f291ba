/* Certificates of a policy before they are used: what its schema cannot know. */
#ifndef MLN_NODE_CERTIFICATES_H
#define MLN_NODE_CERTIFICATES_H

#include "policy/policy.h"

/* Errors, and warnings of those that have ended by `wall` or do so within 30 days. */
void mln_certificates_check(const struct mln_policy *p, mln_nsec wall, struct mln_diags *diags);

#endif
