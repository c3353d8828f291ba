/* Shared by the parts of the cross-site scripting detector. */
#ifndef MLN_ENGINE_XSS_PRIV_H
#define MLN_ENGINE_XSS_PRIV_H

#include "engine/html_scan.h"
#include "engine/js_scan.h"
#include "engine/scan.h"

enum {
    MLN_XSS_VALUE_MAX = 512, /* bytes of an attribute or a style that are looked at */
    MLN_XSS_LOOSE_MAX = 160, /* and for one word, disguises and all */
};

struct mln_xss {
    const struct mln_view *v;
    struct mln_sv s; /* all of the view */
    struct mln_findings *out;
    struct mln_js_found call; /* the strongest call anywhere in it */
    bool drawing;             /* a whole drawing stands in it: "</svg" */
    /* Elements without an end overlap: how far one of them was read, and how many bytes may still
     * be read once more. */
    size_t frontier, work;
};

/* False, from then on always, when the work is used up: further readings are left out. */
static inline bool mln_xss_work(struct mln_xss *x, size_t bytes)
{
    x->work = x->work < bytes ? 0 : x->work - bytes;
    return x->work > 0;
}

static inline void mln_xss_add(struct mln_xss *x, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(x->out, sig, x->v, off, len);
}
static inline bool mln_xss_among(struct mln_sv word, const char *const *list, size_t n)
{
    char first = word.len ? mln_lower(word.p[0]) : '\0';

    for (size_t i = 0; i < n; i++)
        if (list[i][0] == first && mln_sv_ieq_str(word, list[i]))
            return true;
    return false;
}

/* html_checks.c: elements, attributes, ways out of an attribute. */
void mln_xss_check_tags(struct mln_xss *x);
void mln_xss_check_attribute_breakout(struct mln_xss *x);

/* html_values.c: URLs and styles. */
/* The whole value as a URL. */
void mln_xss_check_url(struct mln_xss *x, struct mln_sv url, size_t off, bool in_attribute);
/* What stands in a style attribute or element, at off. */
void mln_xss_check_style(struct mln_xss *x, struct mln_sv style, size_t off);
/* Schemes and styles with script anywhere in the value. */
void mln_xss_check_loose_text(struct mln_xss *x);

/* js_checks.c: script without markup. */
void mln_xss_check_script(struct mln_xss *x);
/* Whether the value of an event handler reads as script. */
bool mln_xss_is_script(struct mln_sv v);

#endif
