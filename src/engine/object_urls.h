/* URLs towards the inside; a part of mln_detect_object. */
#ifndef MLN_ENGINE_OBJECT_URLS_H
#define MLN_ENGINE_OBJECT_URLS_H

#include "engine/detect.h"

void mln_object_urls(const struct mln_view *v, struct mln_detect_ctx *ctx,
                     struct mln_findings *out);

/* The address of a device in a private network, and an ordinary path: what devices tell of
 * themselves and each other in XML (UPnP, TR-069, ONVIF). */
bool mln_url_is_device(struct mln_sv s) MLN_PURE;

#endif
