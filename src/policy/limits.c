/* spec.limits: the limits of the snapshot, with the ranges within which they make sense. */
#include "policy/schema.h"

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)
#define TIB (INT64_C(1) << 40)
#define MSEC ((int64_t)MLN_NSEC_PER_MSEC)
#define DAY (86400 * (int64_t)MLN_NSEC_PER_SEC)

/* Below the first value nothing would work, above the second the limit would be none. */
#define RANGE_body_inspect 0, 64 * MIB
#define RANGE_field_hold KIB, 256 * KIB
#define RANGE_opaque_window KIB, 64 * MIB
#define RANGE_body_bytes 0, TIB
#define RANGE_header_bytes KIB, MIB
#define RANGE_target_bytes 256, MIB
#define RANGE_headers 10, 10000
#define RANGE_trailer_bytes 0, 64 * KIB
#define RANGE_args 1, 1000000
#define RANGE_depth 2, 250
#define RANGE_graphql_depth 2, 1000
#define RANGE_graphql_aliases 1, 1000000
#define RANGE_graphql_documents 1, 10000
#define RANGE_codings 1, 4
#define RANGE_inflate_bytes KIB, TIB
#define RANGE_inflate_ratio 2, 10000
#define RANGE_handshake_timeout 100 * MSEC, DAY
#define RANGE_head_timeout 100 * MSEC, DAY
#define RANGE_read_timeout 100 * MSEC, DAY
#define RANGE_write_timeout 100 * MSEC, DAY
#define RANGE_tunnel_timeout 100 * MSEC, 7 * DAY
#define RANGE_idle_timeout 100 * MSEC, DAY
#define RANGE_connect_timeout 100 * MSEC, DAY
#define RANGE_response_timeout 100 * MSEC, DAY

static const uint64_t defaults[MLN_LIMIT_MAX] = {
#define X(field, type, def, text) [MLN_LIMIT_##field] = def,
    MLN_SNAP_LIMITS(X)
#undef X
};

#define T_SIZE MLN_T_SIZE
#define T_COUNT MLN_T_COUNT
#define T_DURATION MLN_T_DURATION
#define ROW(...) ROW_(__VA_ARGS__)
#define ROW_(field, t, help, lo, hi)                                                               \
    {.name = #field,                                                                               \
     .type = t,                                                                                    \
     .offset = sizeof(uint64_t) * MLN_LIMIT_##field,                                               \
     .text = help,                                                                                 \
     .def_number = &defaults[MLN_LIMIT_##field],                                                   \
     .min = lo,                                                                                    \
     .max = hi},
const struct mln_schema_field mln_schema_limits[] = {
#define X(field, type, def, text) ROW(field, T_##type, text, RANGE_##field)
    MLN_SNAP_LIMITS(X)
#undef X
        {.name = NULL},
};
