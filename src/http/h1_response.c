/* A complete response head. Strict about what desyncs, lenient about what does not. */
#include <errno.h>

#include "http/h1_priv.h"

/* "HTTP/1.x SP 3DIGIT [SP reason]" */
static int parse_status_line(const char *buf, size_t eol, struct mln_http_head *h,
                             struct mln_http_fault *reterr)
{
    struct mln_sv line = mln_sv(buf, eol);
    uint64_t status;

    if (line.len < 12 || !mln_sv_starts(line, MLN_SV("HTTP/1.")) ||
        (line.p[7] != '0' && line.p[7] != '1') || line.p[8] != ' ')
        return mln_h1_fault(reterr, MLN_FAULT_STATUS_LINE, 0);
    if (mln_sv_u64(mln_sv_sub(line, 9, 3), &status) < 0 || status < 100 || status > 599)
        return mln_h1_fault(reterr, MLN_FAULT_STATUS_LINE, 9);
    if (line.len > 12 && line.p[12] != ' ')
        return mln_h1_fault(reterr, MLN_FAULT_STATUS_LINE, 12);
    h->minor = (uint8_t)(line.p[7] - '0');
    h->status = (uint16_t)status;
    h->reason = mln_sv_sub(line, 13, line.len);
    return 0;
}

/* RFC 9112 section 6.3, rules 1 to 8 for responses. */
static int read_framing(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    int chunked = mln_h1_read_codings(h, reterr);

    if (chunked < 0)
        return chunked;
    int r = mln_h1_read_length(h, reterr);
    if (r < 0)
        return r;
    if (chunked && h->has_content_length)
        return mln_h1_fault(reterr, MLN_FAULT_TE_AND_CL, 0);
    if (h->method == MLN_METHOD_HEAD || h->status < 200 || h->status == 204 || h->status == 304)
        h->framing = MLN_FRAMING_NONE;
    else if (chunked && h->minor == 0)
        return mln_h1_fault(reterr, MLN_FAULT_TE_HTTP10, 0);
    else if (chunked)
        h->framing = MLN_FRAMING_CHUNKED;
    else if (h->has_content_length)
        h->framing = h->content_length ? MLN_FRAMING_LENGTH : MLN_FRAMING_NONE;
    else
        h->framing = MLN_FRAMING_CLOSE;
    if (h->framing == MLN_FRAMING_CLOSE)
        h->keep_alive = false;
    return 0;
}

int mln_h1_parse_response(const char *buf, size_t head_len, enum mln_http_method request_method,
                          const struct mln_h1_limits *limits, struct mln_arena *arena,
                          struct mln_http_head *ret, struct mln_http_fault *reterr)
{
    struct mln_http_head h = {.is_response = true, .method = (uint8_t)request_method};
    const char *cr = memchr(buf, '\r', head_len);

    if (MLN_UNEXPECTED(!cr || head_len < 4))
        return mln_h1_fault(reterr, MLN_FAULT_STATUS_LINE, 0);
    size_t eol = (size_t)(cr - buf);
    int r = parse_status_line(buf, eol, &h, reterr);
    if (r == 0)
        r = mln_h1_parse_fields(buf, eol + 2, head_len - 2, true, limits, arena, &h.fields,
                                &h.n_fields, &h.odd, reterr);
    if (r < 0)
        return r;
    mln_h1_connection(&h);
    r = read_framing(&h, reterr);
    if (r < 0)
        return r;
    *ret = h;
    return 0;
}
