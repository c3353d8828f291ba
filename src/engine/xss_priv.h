/* Shared by the parts of the cross-site scripting detector. */
#ifndef MLN_ENGINE_XSS_PRIV_H
#define MLN_ENGINE_XSS_PRIV_H

#include "engine/html_scan.h"
#include "engine/js_scan.h"
#include "engine/scan.h"

struct mln_xss {
    const struct mln_view *v;
    struct mln_sv s; /* all of the view */
    struct mln_findings *out;
    struct mln_js_found call; /* the strongest call anywhere in it */
};

static inline void mln_xss_add(struct mln_xss *x, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(x->out, sig, x->v, off, len);
}
static inline bool mln_xss_among(struct mln_sv word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ieq(word, mln_sv_str(list[i])))
            return true;
    return false;
}

/* html_checks.c: elements, attributes, ways out of an attribute. */
void mln_xss_check_tags(struct mln_xss *x);
void mln_xss_check_attribute_breakout(struct mln_xss *x);
/* The whole value as a URL. */
void mln_xss_check_url(struct mln_xss *x, struct mln_sv url, size_t off, bool in_attribute);
/* Schemes and styles with script anywhere in the value. */
void mln_xss_check_loose_text(struct mln_xss *x);

/* js_checks.c: script without markup. */
void mln_xss_check_script(struct mln_xss *x);
/* Whether the value of an event handler reads as script. */
bool mln_xss_is_script(struct mln_sv v);

#endif
