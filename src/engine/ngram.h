/* The trained part of scoring (detection guide, section 4): hashed n-grams of what a value looks
 * like, summed where they are densest, turned into points by a curve that was fixed on benign
 * requests the training never saw. It generalises within families that the structural detectors
 * know; what they noticed is part of its evidence. tools/train makes the tables. Thread-safe. */
#ifndef MLN_ENGINE_NGRAM_H
#define MLN_ENGINE_NGRAM_H

#include "engine/value.h"

enum {
    MLN_NGRAM_BITS = 16,
    MLN_NGRAM_BUCKETS = 1 << MLN_NGRAM_BITS,
    MLN_NGRAM_CURVE = 6,
    MLN_NGRAM_CLASSES = MLN_PROT_CODE + 1, /* sqli, xss, traversal, cmdi, code */
    MLN_NGRAM_NO_CLASS = 15,
    MLN_NGRAM_SOFT_MAX = 30, /* points of structural detectors that count as evidence */
};

/* Where a value stood: its location, and headers that name another site or what was asked of it. */
enum { MLN_NGRAM_REFERER = MLN_LOC_MAX, MLN_NGRAM_PLACES };
unsigned mln_ngram_place(enum mln_location loc, struct mln_sv name);

/* What a byte is for the model: letters without case, all digits alike, white space alike, all
 * bytes above ASCII alike; 0 is left out. Runs of the last three count once. */
enum {
    MLN_SYM_DROP = 0,
    MLN_SYM_LETTER = 1, /* 'a'; 26 of them */
    MLN_SYM_DIGIT = 27,
    MLN_SYM_SPACE,
    MLN_SYM_HIGH,
    MLN_SYM_CONTROL,
    MLN_SYM_MARK = 31, /* '!'; 32 of them in the order of ASCII */
    MLN_SYM_EDGE = 63, /* where a value begins or ends */
};
extern const uint8_t mln_ngram_symbols[256];

/* The five last symbols, six bits each, newest lowest. */
typedef uint32_t mln_gram;
static inline mln_gram mln_gram_push(mln_gram g, unsigned symbol)
{
    return (g << 6 | symbol) & 0x3fffffff;
}
static inline bool mln_gram_skips(mln_gram g, unsigned symbol)
{
    if (symbol - MLN_SYM_LETTER < MLN_SYM_DIGIT - MLN_SYM_LETTER)
        return false;
    return !symbol || (symbol == (g & 63) && symbol <= MLN_SYM_HIGH);
}
/* Buckets of the last three, four and five symbols. */
static inline uint32_t mln_gram3(mln_gram g)
{
    return ((g & 0x3ffff) * 0x9e3779b1u + 0x51ed270bu) >> (32 - MLN_NGRAM_BITS);
}
static inline uint32_t mln_gram4(mln_gram g)
{
    return (((g & 0xffffff) ^ 0x2545f491u) * 0x85ebca77u) >> (32 - MLN_NGRAM_BITS);
}
static inline uint32_t mln_gram5(mln_gram g)
{
    return ((g ^ 0xc2b2ae3du) * 0x27d4eb2fu) >> (32 - MLN_NGRAM_BITS);
}

/* The tables, as they lie in the program and in files of tools/train. Raw scores are in steps of
 * 1/32 of a natural logarithm of odds. */
struct mln_ngram_model {
    char magic[8];
    uint32_t size;                      /* of this struct: another build's file is refused */
    int16_t drift;                      /* what each symbol costs, so that noise does not add up */
    int16_t leak;                       /* a sum loses 1/2^leak of itself at each symbol */
    int16_t soft;                       /* for each structural point, at most SOFT_MAX of them */
    int16_t bias[MLN_NGRAM_PLACES];     /* negative */
    int32_t curve_raw[MLN_NGRAM_CURVE]; /* rising */
    int32_t curve_points[MLN_NGRAM_CURVE]; /* -10*log10(false-positive rate per request) */
    int8_t weight[MLN_NGRAM_BUCKETS];
    uint8_t class[MLN_NGRAM_BUCKETS / 2]; /* protection that a bucket speaks for, four bits each */
};
extern const struct mln_ngram_model mln_ngram_default;

/* True when the bytes are a model of this build; *ret points into them (aligned for int32). */
bool mln_ngram_open(const void *bytes, size_t len,
                    const struct mln_ngram_model **ret) MLN_WARN_UNUSED;

/* A running sum that forgets slowly and never falls below nothing: what stands before or behind an
 * attack cannot hide it. Starts as {.g = MLN_SYM_EDGE}. */
struct mln_ngram_run {
    mln_gram g;
    int32_t now, best;
    uint32_t start, best_start, best_end; /* of `now` and of `best`, as `at` */
};
static inline void mln_ngram_push(const struct mln_ngram_model *m, struct mln_ngram_run *r,
                                  unsigned symbol, uint32_t at)
{
    r->g = mln_gram_push(r->g, symbol);
    int32_t sum = m->weight[mln_gram3(r->g)] + m->weight[mln_gram4(r->g)] +
                  m->weight[mln_gram5(r->g)] - m->drift;
    if (r->now == 0) { /* so it is in most of a text, and stays */
        if (sum <= 0)
            return;
        r->start = at;
    }
    int32_t now = r->now - (r->now >> m->leak) + sum;
    r->now = now > 0 ? now : 0;
    if (r->now > r->best) {
        r->best = r->now;
        r->best_start = r->start;
        r->best_end = at + 1;
    }
}

/* Whether the model reads a view at all: not what shell and style sheets would make of it, which
 * repeats the rest, and no pictures in base64. */
bool mln_ngram_reads(const struct mln_view *v) MLN_PURE;

/* The densest part of a text. */
struct mln_ngram_sum {
    int32_t raw;
    uint32_t off, len; /* the bytes that made it */
};
struct mln_ngram_sum mln_ngram_scan(const struct mln_ngram_model *m, struct mln_sv text);
/* Raw score of a value with its structural points and place. */
int32_t mln_ngram_raw(const struct mln_ngram_model *m, int32_t sum, int points, unsigned place);
/* Points for a raw score; 0 below the curve. */
int mln_ngram_points(const struct mln_ngram_model *m, int32_t raw) MLN_PURE;

/* Judges a value by its views and findings, and notes the outcome in findings->model. Takes one
 * step per byte. Binary values are left alone. */
void mln_ngram_judge(const struct mln_ngram_model *m, const struct mln_views *views, unsigned place,
                     struct mln_budget *budget, struct mln_findings *f);

#endif
