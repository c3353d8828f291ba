/* Elements and attributes in a value, read as browsers read broken markup: a tag needs '<' and a
 * letter, '/' separates attributes, quotes may be missing, '>' may never come. */
#ifndef MLN_ENGINE_HTML_SCAN_H
#define MLN_ENGINE_HTML_SCAN_H

#include "engine/detect.h"

enum { MLN_HTML_NAME_MAX = 24 };
struct mln_html_tag {
    size_t off, name_end;             /* '<', end of the name */
    char name_buf[MLN_HTML_NAME_MAX]; /* without NULs, cut; see mln_html_tag_name */
    uint8_t name_len;
    bool closing;
    bool odd;  /* '/' right behind the name, NULs within, another '<' inside, junk before it */
    size_t at; /* where attributes go on */
};
struct mln_html_attr {
    size_t off;
    struct mln_sv name, value; /* value absent without '=' */
    bool quoted;
};
/* The next tag at or after `from`. */
bool mln_html_tag_next(struct mln_sv s, size_t from, struct mln_html_tag *ret);
static inline struct mln_sv mln_html_tag_name(const struct mln_html_tag *t)
{
    return mln_sv(t->name_buf, t->name_len);
}
/* The next attribute of the tag; false at its end (t->at is then behind it). */
bool mln_html_attr_next(struct mln_sv s, struct mln_html_tag *t, struct mln_html_attr *ret);

/* Length of `word` (lower case) at the start of s as style sheets and URLs let it be written:
 * comments, backslashes, controls and, when `spaces`, white space between its letters do not
 * count. 0 when it is not there. */
size_t mln_html_loose(struct mln_sv s, struct mln_sv word, bool spaces);

#endif
