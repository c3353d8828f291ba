/* Shared by the parts of the HTTP/1 codec. */
#ifndef MLN_HTTP_H1_PRIV_H
#define MLN_HTTP_H1_PRIV_H

#include "http/h1.h"

static inline int mln_h1_fault(struct mln_http_fault *reterr, enum mln_http_fault_code code,
                               size_t offset)
{
    *reterr = (struct mln_http_fault){code, offset};
    return -74; /* -EBADMSG */
}

/* The field lines in buf[at..end), each ending in CRLF; end is where the empty line starts (or the
 * end of a trailer section). Fields from the arena. `fold`: replace obs-fold by SP (responses) in
 * place of a fault. */
int mln_h1_parse_fields(const char *buf, size_t at, size_t end, bool fold,
                        const struct mln_h1_limits *limits, struct mln_arena *arena,
                        struct mln_http_field **ret, uint32_t *ret_n, uint32_t *odd,
                        struct mln_http_fault *reterr) MLN_WARN_UNUSED;
/* Flags hop-by-hop fields: the fixed ones and those that Connection names, and reads keep-alive. */
void mln_h1_connection(struct mln_http_head *h);
/* Content-Length and Transfer-Encoding → framing fields of h. */
int mln_h1_read_length(struct mln_http_head *h, struct mln_http_fault *reterr) MLN_WARN_UNUSED;
/* 1 chunked, 0 none, -EBADMSG. */
int mln_h1_read_codings(struct mln_http_head *h, struct mln_http_fault *reterr) MLN_WARN_UNUSED;

#endif
