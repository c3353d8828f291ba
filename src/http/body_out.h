/* The outgoing side that all body parsers share: values into the sink, each oddity once, the limit
 * on fields. Embedded in a parser; valid as long as the sink is. */
#ifndef MLN_HTTP_BODY_OUT_H
#define MLN_HTTP_BODY_OUT_H

#include "http/field.h"

struct mln_body_out {
    struct mln_field_sink sink;
    uint32_t fields_left;
    uint32_t odds; /* 1 << enum mln_body_odd: reported already */
};
_Static_assert(MLN_BODY_ODD_MAX <= 32, "odds is a set of bits");

static inline struct mln_body_out mln_body_out(const struct mln_field_sink *sink,
                                               const struct mln_body_limits *lim)
{
    return (struct mln_body_out){.sink = *sink, .fields_left = lim->fields};
}

/* All of these return 0 or what the sink returned. */

static inline int mln_body_odd(struct mln_body_out *o, enum mln_body_odd odd)
{
    uint32_t bit = UINT32_C(1) << odd;

    if (o->odds & bit)
        return 0;
    o->odds |= bit;
    return o->sink.odd(o->sink.self, odd);
}

/* Past the limit values go on being handed out: whoever reports the oddity decides. */
static inline int mln_body_count(struct mln_body_out *o)
{
    if (!o->fields_left)
        return mln_body_odd(o, MLN_BODY_ODD_TOO_MANY_FIELDS);
    o->fields_left--;
    return 0;
}

static inline int mln_body_count_many(struct mln_body_out *o, uint32_t n)
{
    if (n > o->fields_left) {
        o->fields_left = 0;
        return mln_body_odd(o, MLN_BODY_ODD_TOO_MANY_FIELDS);
    }
    o->fields_left -= n;
    return 0;
}

static inline int mln_body_begin(struct mln_body_out *o, enum mln_location loc, struct mln_sv name)
{
    int r = mln_body_count(o);

    return r ? r : o->sink.begin(o->sink.self, loc, name);
}

static inline int mln_body_data(struct mln_body_out *o, struct mln_sv bytes)
{
    return bytes.len ? o->sink.data(o->sink.self, bytes) : 0;
}

static inline int mln_body_end(struct mln_body_out *o, uint64_t raw_end)
{
    return o->sink.end(o->sink.self, raw_end);
}

/* A value that is there as a whole. */
static inline int mln_body_emit(struct mln_body_out *o, enum mln_location loc, struct mln_sv name,
                                struct mln_sv value, uint64_t raw_end)
{
    int r = mln_body_count(o);

    if (r)
        return r;
    if (o->sink.value)
        return o->sink.value(o->sink.self, loc, name, value, raw_end);
    r = o->sink.begin(o->sink.self, loc, name);
    if (r == 0)
        r = mln_body_data(o, value);
    return r ? r : mln_body_end(o, raw_end);
}

#endif
