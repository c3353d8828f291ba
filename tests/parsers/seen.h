/* What another parser saw of messages that we wrote. One of read_*.c is linked with messages.c. */
#ifndef MLN_TESTS_SEEN_H
#define MLN_TESTS_SEEN_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"

enum { FIELDS_MAX = 64 };

struct seen {
    unsigned messages;
    struct mln_buf method, target, body, name[FIELDS_MAX], value[FIELDS_MAX]; /* of the last one */
    unsigned n;                                                               /* of fields */
    int status;
};

/* Whether the parser joins fields of one name, with a comma between their values. */
extern const bool seen_joins_fields;

/* Feeds the parser what was written, twice, and fails when it does not take it or sees another
 * number of messages than two: a body that is read too long or too short shows there. */
void read_twice(struct mln_sv written, bool is_response, struct seen *s);

static inline void seen_clear(struct seen *s)
{
    mln_buf_clear(&s->method);
    mln_buf_clear(&s->target);
    mln_buf_clear(&s->body);
    for (unsigned i = 0; i < FIELDS_MAX; i++) {
        mln_buf_clear(&s->name[i]);
        mln_buf_clear(&s->value[i]);
    }
    s->n = 0;
}

static inline void seen_done(struct seen *s)
{
    mln_buf_done(&s->method);
    mln_buf_done(&s->target);
    mln_buf_done(&s->body);
    for (unsigned i = 0; i < FIELDS_MAX; i++) {
        mln_buf_done(&s->name[i]);
        mln_buf_done(&s->value[i]);
    }
}

#endif
