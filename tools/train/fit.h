/* Fits the n-gram weights: logistic loss on the densest part of a value, for attacks on the value
 * of the request where it is densest (multiple-instance learning). */
#ifndef MLN_TRAIN_FIT_H
#define MLN_TRAIN_FIT_H

#include "samples.h"

struct fit_options {
    unsigned epochs;
    float rate, decay; /* step size, pull towards nothing */
    float weight_max;
    float benign; /* weight of benign values beside attacks */
    float drift;  /* as in struct mln_ngram_model, in natural logarithms */
    unsigned leak;
    float augment;   /* part of the attacks that are also learned in disguise */
    unsigned common; /* a value of so many attack requests is part of the carrier */
    unsigned parts;  /* of the folds, for the curve: each is scored by a model of the others */
    int soft;        /* most that a structural point is worth */
    bool verbose;
};
extern const struct fit_options fit_defaults;

/* True for the folds that are learned from. */
typedef bool (*fold_fn)(int fold, const void *arg);

/* Learns from the requests whose folds are chosen. `ret` has everything but soft and curve. */
void fit_model(const struct samples *s, fold_fn chosen, const void *arg,
               const struct fit_options *o, struct mln_ngram_model *ret);
/* Sum of the densest part of each value of the samples, by the quantised model. */
void fit_sums(const struct samples *s, const struct mln_ngram_model *m, int32_t *ret);
/* May be the attack itself: not part of the carrier, not in benign requests. */
bool fit_is_candidate(const struct value *v, const struct fit_options *o);

#endif
