/* Which containers a rule with `fail: closed` is for, as a defender leaves it behind for starts
 * that find none: the scopes of those rules and of the ones before them, as text. `merlon hook`
 * compares it with what the runtime has written down of the container. Less is known then than by a
 * defender, so there is a third answer. Pure. */
#ifndef MLN_RUNTIME_CLOSED_H
#define MLN_RUNTIME_CLOSED_H

#include "base/buf.h"
#include "runtime/scope.h"

/* What is known of a container without asking its runtime. Absent views: unknown. */
struct mln_start_facts {
    bool sandbox;           /* of a pod: no application */
    struct mln_sv image;    /* as written when the container was made */
    struct mln_sv image_id; /* "sha256:…" */
    struct mln_sv name;
    struct mln_sv namespace_; /* of Kubernetes; "": it is in none */
    struct mln_sv labels;     /* a JSON object */
};

/* Begins the text; then the rules in their order. A scope without `nodes`: they were looked at. */
void mln_closed_begin(struct mln_buf *out);
void mln_closed_add(struct mln_buf *out, const struct mln_scope *s, bool closed);

enum mln_closed {
    MLN_CLOSED_NO,    /* no closed rule is for it, or one that is not closed comes first */
    MLN_CLOSED_MAYBE, /* what would decide it is not known, or the text is not understood */
    MLN_CLOSED_YES
};
enum mln_closed mln_closed_match(struct mln_sv text, const struct mln_start_facts *f);

#endif
