/* Elements and attributes in a value, read as browsers read broken markup: a tag needs '<' and a
 * letter, '/' separates attributes, quotes may be missing, '>' may never come. */
#ifndef MLN_ENGINE_HTML_SCAN_H
#define MLN_ENGINE_HTML_SCAN_H

#include "engine/detect.h"

struct mln_html_tag {
    size_t off, name_end; /* '<', end of the name */
    struct mln_sv name;
    bool closing;
    bool odd;  /* '/' right behind the name, control bytes within, another '<' inside */
    size_t at; /* where attributes go on */
};
struct mln_html_attr {
    size_t off;
    struct mln_sv name, value; /* value absent without '=' */
};
/* The next tag at or after `from`. */
bool mln_html_tag_next(struct mln_sv s, size_t from, struct mln_html_tag *ret);
/* The next attribute of the tag; false at its end (t->at is then behind it). */
bool mln_html_attr_next(struct mln_sv s, struct mln_html_tag *t, struct mln_html_attr *ret);

#endif
