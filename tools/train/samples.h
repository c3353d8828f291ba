/* Training material: what the engine looked at in each request, taken from the engine itself. */
#ifndef MLN_TRAIN_SAMPLES_H
#define MLN_TRAIN_SAMPLES_H

#include "base/buf.h"
#include "engine/ngram.h"

enum { TRAIN_ALWAYS = -1 }; /* fold of material that judges nothing: always in training */

/* One distinct value of one place: the symbols of its views, each view closed by MLN_SYM_EDGE. */
struct value {
    uint32_t first, n; /* symbols[first..first+n) */
    uint8_t place;
    uint8_t points;                 /* structural, of the strongest protection */
    uint32_t in_attacks, in_benign; /* requests that hold it */
};
struct request {
    uint32_t first, n; /* refs[first..first+n): values */
    int16_t fold;
    uint8_t class; /* enum mln_protection for attacks */
    bool attack, hard;
    bool refused; /* by structure alone */
    float weight;
};
struct samples {
    uint8_t *symbols;
    size_t n_symbols, cap_symbols;
    struct value *values;
    size_t n_values, cap_values;
    uint32_t *refs;
    size_t n_refs, cap_refs;
    struct request *requests;
    size_t n_requests, cap_requests;
    uint32_t *table; /* values by hash: index + 1 */
    size_t table_size;
};

/* Reads what tools/train/prepare writes: for each request a line "fold class hard weight bytes" and
 * its bytes, and sends it through the engine. 0 or a negative errno. */
int samples_load(struct samples *s, const char *path);

#endif
