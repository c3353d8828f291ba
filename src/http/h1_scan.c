/* Finding the end of a head, whatever pieces it comes in. */
#include <errno.h>

#include "http/h1.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

void mln_h1_scan_init(struct mln_h1_scan *s)
{
    *s = (struct mln_h1_scan){0};
}

/* First offset at or after i of a byte that needs a look: a control byte other than HTAB, or DEL.
 */
static size_t next_control(const char *p, size_t i, size_t len)
{
#if defined(__SSE2__)
    const __m128i tab = _mm_set1_epi8('\t'), del = _mm_set1_epi8(0x7f), low = _mm_set1_epi8(0x1f);
    for (; i + 16 <= len; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i ctl = _mm_cmpeq_epi8(_mm_min_epu8(v, low), v);
        ctl = _mm_or_si128(_mm_andnot_si128(_mm_cmpeq_epi8(v, tab), ctl), _mm_cmpeq_epi8(v, del));
        int mask = _mm_movemask_epi8(ctl);
        if (mask)
            return i + (size_t)__builtin_ctz((unsigned)mask);
    }
#endif
    for (; i < len; i++)
        if (mln_cc((unsigned char)p[i], MLN_CC_CTL) && p[i] != '\t')
            return i;
    return len;
}

static int fault(struct mln_http_fault *reterr, enum mln_http_fault_code code, size_t offset)
{
    *reterr = (struct mln_http_fault){code, offset};
    return -EBADMSG;
}

/* One empty line in front of a request line may be skipped (RFC 9112 section 2.2). 1 when the
 * start line begins at s->skipped, 0 when more is needed. */
static int skip_empty_line(struct mln_h1_scan *s, const char *buf, size_t len,
                           struct mln_http_fault *reterr)
{
    if (buf[0] != '\r')
        return buf[0] == '\n' ? fault(reterr, MLN_FAULT_BARE_LF, 0) : 1;
    if (len < 2)
        return 0;
    if (buf[1] != '\n')
        return fault(reterr, MLN_FAULT_BARE_CR, 0);
    if (len < 3)
        return 0;
    s->skipped = s->at = s->line_start = 2;
    return buf[2] == '\r' || buf[2] == '\n' ? fault(reterr, MLN_FAULT_REQUEST_LINE, 2) : 1;
}

static int begin(struct mln_h1_scan *s, const char *buf, size_t len, bool is_response,
                 struct mln_http_fault *reterr)
{
    if (!is_response) {
        int r = skip_empty_line(s, buf, len, reterr);
        if (r <= 0)
            return r;
        if (!mln_cc((unsigned char)buf[s->skipped], MLN_CC_TCHAR))
            return fault(reterr, MLN_FAULT_METHOD, s->skipped);
    } else if (buf[0] != 'H') {
        return fault(reterr, MLN_FAULT_STATUS_LINE, 0);
    }
    return 1;
}

/* A complete line ends at s->at (CR). 1: it was the empty one. */
static int end_line(struct mln_h1_scan *s, const struct mln_h1_limits *limits,
                    struct mln_http_fault *reterr)
{
    bool empty = s->at == s->line_start;

    s->at += 2;
    s->line_start = s->at;
    if (empty) {
        s->head_len = s->at;
        return 1;
    }
    s->lines++;
    return s->lines > limits->fields + 1u ? fault(reterr, MLN_FAULT_TOO_MANY_FIELDS, s->at) : 0;
}

/* Bytes up to s->at hold no line end of their own. Only that place counts, never how much has
 * arrived behind it: a head is judged by its size, whatever pieces it came in. */
static int over_limits(const struct mln_h1_scan *s, const struct mln_h1_limits *limits,
                       struct mln_http_fault *reterr)
{
    if (s->lines == 0 && s->at - s->line_start > limits->target_bytes + 64u)
        return fault(reterr, MLN_FAULT_TARGET_TOO_LONG, s->at);
    if (s->at - s->skipped > limits->head_bytes)
        return fault(reterr, MLN_FAULT_HEAD_TOO_LARGE, s->at);
    return 0;
}

int mln_h1_scan_feed(struct mln_h1_scan *s, const char *buf, size_t len, bool is_response,
                     const struct mln_h1_limits *limits, struct mln_http_fault *reterr)
{
    if (len == 0)
        return 0;
    if (s->at == s->skipped && s->lines == 0 && s->at == s->line_start) {
        int r = begin(s, buf, len, is_response, reterr);
        if (r <= 0)
            return r;
    }
    for (;;) {
        s->at = next_control(buf, s->at, len);
        int r = over_limits(s, limits, reterr);
        if (r < 0 || s->at == len)
            return r;
        if (buf[s->at] == '\n')
            return fault(reterr, MLN_FAULT_BARE_LF, s->at);
        if (buf[s->at] != '\r')
            return fault(reterr, MLN_FAULT_CONTROL, s->at);
        if (s->at + 1 == len)
            return 0;
        if (buf[s->at + 1] != '\n')
            return fault(reterr, MLN_FAULT_BARE_CR, s->at);
        r = end_line(s, limits, reterr);
        if (r != 0)
            return r;
    }
}
