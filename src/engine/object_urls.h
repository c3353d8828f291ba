/* URLs towards the inside; a part of mln_detect_object. */
#ifndef MLN_ENGINE_OBJECT_URLS_H
#define MLN_ENGINE_OBJECT_URLS_H

#include "engine/detect.h"

void mln_object_urls(const struct mln_view *v, struct mln_detect_ctx *ctx,
                     struct mln_findings *out);

#endif
