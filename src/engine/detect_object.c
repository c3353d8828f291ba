#include "engine/detect.h"

void mln_detect_object(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    (void)v;
    (void)ctx;
    (void)out;
}
