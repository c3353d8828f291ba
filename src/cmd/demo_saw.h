/* What the sample shop saw, by its own log, against what it should have seen. */
#ifndef MLN_CMD_DEMO_SAW_H
#define MLN_CMD_DEMO_SAW_H

#include "cmd/demo_stage.h"

enum { MLN_DEMO_ASKED_MAX = 16 };

/* The requests that reach the shop, in their order. */
struct mln_demo_asked {
    struct {
        char me[MLN_DEMO_ADDR_TEXT]; /* whence */
        char line[128];              /* "GET /search?q=mug" */
    } v[MLN_DEMO_ASKED_MAX];
    size_t n;
};

/* Remembers a request, of which `raw` is the text, and where it came from. */
void mln_demo_asked_add(struct mln_demo_asked *a, const char *raw, const char *me);
/* Reads the log, at most 10 s, until the last request that was asked is in it: the log comes in
 * order, so what is not before it never arrived. Appends the log to *text. Whether it has exactly
 * these requests, each from its client's own address (the port is the client's, too, unless another
 * connection holds it). */
bool mln_demo_saw(const struct mln_demo_stage *s, const struct mln_demo_asked *a,
                  struct mln_buf *text);

#endif
