/* Serialized objects; a part of mln_detect_object. */
#ifndef MLN_ENGINE_OBJECT_SERIAL_H
#define MLN_ENGINE_OBJECT_SERIAL_H

#include "engine/detect.h"

/* By the value: at least six bytes of it, the steps for which are paid. */
void mln_object_serial(const struct mln_view *v, struct mln_detect_ctx *ctx,
                       struct mln_findings *out);
/* By the name of the field, whatever the value; for the first view of one. */
void mln_object_keys(const struct mln_view *v, struct mln_detect_ctx *ctx,
                     struct mln_findings *out);

#endif
