/* From one field value to findings: views by lanes (detection guide, section 2), then detectors.
 * One value_ctx per worker, reused; no allocation after the first values. */
#ifndef MLN_ENGINE_VALUE_H
#define MLN_ENGINE_VALUE_H

#include "base/arena.h"
#include "base/hash.h"
#include "engine/detect.h"

enum { MLN_VIEWS_MAX = 16, MLN_ROUNDS_MAX = 5, MLN_VIEW_BYTES_MAX = 256 * 1024 };

struct mln_views {
    struct mln_view v[MLN_VIEWS_MAX]; /* distinct; v[0] is RAW */
    uint32_t n;
    bool binary;     /* only the detectors for files run */
    bool budget_hit; /* a bound on views, rounds or bytes was met */
};

/* Bytes classes of s. */
uint32_t mln_byte_classes(struct mln_sv s) MLN_PURE;
/* Builds the views of a value. Memory from the arena (reset by the caller); views point into value
 * and arena. Never fails: what the arena does not give is not decoded, which a->failed tells. */
void mln_views_build(struct mln_arena *a, struct mln_sv value, enum mln_location loc,
                     struct mln_views *ret);

/* Single steps, for tests and for other lanes. Each returns the decoded text in the arena, or
 * `s` itself when nothing changed. *flags gains MLN_VIEW_*. */
struct mln_sv mln_lane_url(struct mln_arena *a, struct mln_sv s, uint32_t *flags);
struct mln_sv mln_lane_html(struct mln_arena *a, struct mln_sv s, uint32_t *flags);
struct mln_sv mln_lane_js(struct mln_arena *a, struct mln_sv s, uint32_t *flags);
struct mln_sv mln_lane_css(struct mln_arena *a, struct mln_sv s, uint32_t *flags);
struct mln_sv mln_lane_sh(struct mln_arena *a, struct mln_sv s, uint32_t *flags);
struct mln_sv mln_lane_sql(struct mln_arena *a, struct mln_sv s, uint32_t *flags);
/* What base64 or base64url holds, text or not, in the arena; NULL when it is neither. */
struct mln_sv mln_base64_bytes(struct mln_arena *a, struct mln_sv s);
/* Whether nothing like a word is in what s holds if it is base64; of what is long nobody knows. */
bool mln_base64_is_noise(struct mln_sv s) MLN_PURE;
/* Digits of base64 that a client put into a form as they were, so that each '+' became a blank.
 * Words have more blanks, and shorter pieces. */
bool mln_base64_lost_plus(struct mln_sv s) MLN_PURE;
/* The base64 of "data:image/svg+xml;base64,…": of a type that is a text, which a browser or a
 * parser reads; nothing for pictures and for any other value. */
struct mln_sv mln_coded_document(struct mln_sv s) MLN_PURE;
struct mln_sv mln_lane_base64(struct mln_arena *a, struct mln_sv s, uint32_t *flags);

/* Builds the views (*ret_views, alive until scratch is reset) and runs every detector that they
 * call for. Findings refer to views by index. */
void mln_value_inspect(struct mln_arena *scratch, struct mln_sv value, enum mln_location loc,
                       struct mln_sv name, struct mln_budget *budget, struct mln_views *ret_views,
                       struct mln_findings *out);

#endif
