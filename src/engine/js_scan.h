/* A small lexer of JavaScript and what the script part of the cross-site scripting detector asks
 * of it. Values are fragments: brackets may be open, strings may have begun in front of the value
 * or end behind it. Linear in the value, no allocation. */
#ifndef MLN_ENGINE_JS_SCAN_H
#define MLN_ENGINE_JS_SCAN_H

#include "engine/detect.h"

enum mln_js_kind {
    MLN_JS_NAME, /* also keywords and words of other scripts */
    MLN_JS_NUMBER,
    MLN_JS_STRING, /* '…', "…" or `…`; the text is without its quotes */
    MLN_JS_QUOTE,  /* a quote that nothing closes */
    MLN_JS_PUNCT,  /* one byte */
};
struct mln_js_token {
    struct mln_sv text;
    enum mln_js_kind kind;
    bool spaced;  /* white space in front */
    bool newline; /* a line break in front */
};
struct mln_js_lexer {
    struct mln_sv s;
    size_t at;
    bool unclosed[3]; /* no further ', ", ` closes: spares a search per quote */
};
/* Skips white space and comments. False at the end. */
bool mln_js_next(struct mln_js_lexer *l, struct mln_js_token *ret);

/* Whether all of s reads as script: no two words side by side but behind keywords, nothing that
 * JavaScript does not know. Prose does not pass; up to 1024 bytes do. */
bool mln_js_is_script(struct mln_sv s);

/* What strings and brackets spell: 'al'+'ert' becomes 'alert', window['x'] and (window)["x"]
 * become window.x. Writes at most cap bytes, returns how many; 0 when there was nothing to fold. */
size_t mln_js_fold(struct mln_sv s, char *out, size_t cap);

enum mln_js_call {
    MLN_JS_CALL_NONE,
    MLN_JS_CALL_SOFT,      /* ordinary code calls it too: fetch, setTimeout */
    MLN_JS_CALL_REFERENCE, /* alert and the like handed on: (alert), =alert; */
    MLN_JS_CALL_STRONG,    /* hardly ever but in injected script: alert, eval */
};
struct mln_js_found {
    enum mln_js_call call;
    size_t off, len; /* the name */
    bool spaced;     /* white space between the name and its bracket, as in prose */
};
/* False when none of the known names is in the view: its pairs refuse most of them at once. */
bool mln_js_may_call(const struct mln_view *v);
/* The next call at or after `from`; .call is NONE when there is none. */
struct mln_js_found mln_js_next_call(struct mln_sv s, size_t from);
/* The strongest call in s and its place (the first of its strength). */
struct mln_js_found mln_js_find_call(struct mln_sv s);

#endif
