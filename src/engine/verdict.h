/* What the engine says of one exchange. */
#ifndef MLN_ENGINE_VERDICT_H
#define MLN_ENGINE_VERDICT_H

#include "engine/tables.h"
#include "http/fault.h"
#include "http/field.h"

struct mln_detection {
    uint8_t detector; /* enum mln_detector_id */
    uint8_t protection;
    uint8_t action;   /* what the policy says for it, before `mode` */
    uint8_t location; /* enum mln_location */
    uint8_t lanes;    /* bit per enum mln_lane: how it was decoded */
    uint8_t rounds;
    int16_t score;           /* 0-100 = -10*log10(false-positive rate) */
    uint32_t offset, length; /* of the match within the decoded value */
    struct mln_sv name;      /* field name; absent where the location has none */
    struct mln_sv match;     /* matched bytes, decoded, at most 256 */
    struct mln_sv excerpt;   /* the value around the match, at most 512 */
    struct mln_sv message;   /* what was seen, for an application developer */
};

enum { MLN_DETECTIONS_MAX = 16 };
struct mln_verdict {
    uint8_t action; /* effective: OFF = clean, else the strongest after `mode` */
    uint8_t would;  /* the strongest before `mode`: what enforce would do */
    uint8_t mode;   /* enum mln_mode */
    bool late;      /* decided after bytes of the request had been forwarded */
    bool error;     /* a bug or lack of memory ended inspection (on_error decides action) */
    int16_t score;
    uint16_t status; /* of the refusal, when action >= PREVENT */
    uint16_t top;    /* index of the detection that decided */
    uint16_t n;
    enum mln_http_fault_code fault; /* for malformed framing */
    struct mln_detection d[MLN_DETECTIONS_MAX];
    uint64_t inspected_bytes;
    uint32_t limits; /* bit per enum mln_limit: those that were met, whatever came of it */
};

#endif
