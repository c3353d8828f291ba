/* From raw scores to points: how often benign requests that the model never saw score as much. */
#ifndef MLN_TRAIN_CURVE_H
#define MLN_TRAIN_CURVE_H

#include "fit.h"

/* Sets ret->soft and ret->curve_* of a model that was fitted on the chosen folds: these are put
 * into o->parts parts, and each is scored by a model of the others. */
void curve_fit(const struct samples *s, fold_fn chosen, const void *arg,
               const struct fit_options *o, struct mln_ngram_model *ret);

#endif
