/* Reading protocol buffers, field by field, without a schema (protobuf.dev, "Encoding"). */
#ifndef MLN_RUNTIME_PB_H
#define MLN_RUNTIME_PB_H

#include "base/base.h"

struct mln_pb {
    struct mln_sv rest;
    bool bad; /* sticky: what was left is no message */
};

struct mln_pb_field {
    uint32_t number;
    bool is_bytes; /* a string, a message, bytes: in `bytes`; else in `value` */
    uint64_t value;
    struct mln_sv bytes; /* of the message that is read */
};

static inline struct mln_pb mln_pb(struct mln_sv message)
{
    return (struct mln_pb){.rest = message};
}
/* The next field; false at the end, and when the rest is malformed (then bad is set). */
bool mln_pb_next(struct mln_pb *p, struct mln_pb_field *ret);

#endif
