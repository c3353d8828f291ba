/* Fields that servers and frameworks write for each other: who sends one from outside chooses what
 * is not the client's to choose. */
#ifndef MLN_ENGINE_OBJECT_TRUSTED_H
#define MLN_ENGINE_OBJECT_TRUSTED_H

#include "engine/detect.h"

/* Adds OBJECT_BACKEND and OBJECT_SUBREQUEST signals of the view to `out`. Thread-safe: no state. */
void mln_object_trusted(const struct mln_view *v, struct mln_detect_ctx *ctx,
                        struct mln_findings *out);

#endif
