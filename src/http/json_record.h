/* Records of a list look alike. The reader keeps the last one in which nothing can be as a pattern:
 * one behind it that differs in values alone, and those plain, is passed as a whole. */
#ifndef MLN_HTTP_JSON_RECORD_H
#define MLN_HTTP_JSON_RECORD_H

#include "base/block.h"

enum {
    MLN_JSON_RECORD_BYTES = 512,
    MLN_JSON_RECORD_VALUES = 48,
    MLN_JSON_RECORD_NESTING = 8, /* brackets within brackets */
    MLN_JSON_RECORD_LEVELS = 32, /* lists at a greater depth have no pattern */
};

struct mln_json_record {
    uint8_t strange[MLN_JSON_RECORD_LEVELS]; /* how many in a row were no such records */
    uint32_t path_max; /* of the part of a pointer below an element of the list */
    uint16_t len;      /* of text; 0: no pattern */
    uint16_t n_values;
    /* not zeroed from here on */
    struct {
        uint16_t at, len; /* in text; inside of the quotation marks */
    } value[MLN_JSON_RECORD_VALUES];
    char text[MLN_JSON_RECORD_BYTES + MLN_BLOCK];
};

#endif
