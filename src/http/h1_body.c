/* Body framing: a length, chunks, or the end of the connection. One byte at a time in the worst
 * case, runs of body bytes as views into the input otherwise. */
#include <errno.h>

#include "http/h1_priv.h"

enum {
    CHUNK_DIGITS_MAX = 15, /* below 2^60: sums cannot overflow */
    EXTENSION_MAX = 256,   /* of one chunk; nobody sends them but attackers */
};

enum state {
    S_SIZE,
    S_EXT,
    S_SIZE_LF,
    S_DATA,
    S_DATA_CR,
    S_DATA_LF,
    S_TRAILER,
    S_TRAILER_CR,
    S_TRAILER_END_LF,
    S_RAW
};

void mln_h1_body_init(struct mln_h1_body *b, const struct mln_http_head *head,
                      const struct mln_h1_limits *limits)
{
    *b = (struct mln_h1_body){
        .framing = head->framing,
        .left = head->framing == MLN_FRAMING_LENGTH ? head->content_length : 0,
        .done = head->framing == MLN_FRAMING_NONE,
        .state = head->framing == MLN_FRAMING_CHUNKED ? S_SIZE : S_RAW,
        .trailer_limit = limits->trailer_bytes,
        .trailer = {.limit_bytes = (size_t)limits->trailer_bytes + 1},
    };
}

void mln_h1_body_done(struct mln_h1_body *b)
{
    mln_buf_done(&b->trailer);
}

static int fault(const struct mln_h1_body *b, struct mln_http_fault *reterr,
                 enum mln_http_fault_code code)
{
    *reterr = (struct mln_http_fault){code, b->total};
    return -EBADMSG;
}

static int on_size(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    int d = mln_hexval(c);

    if (d >= 0) {
        if (++b->digits > CHUNK_DIGITS_MAX)
            return fault(b, reterr, MLN_FAULT_CHUNK_SIZE);
        b->left = b->left << 4 | (unsigned)d;
        return 0;
    }
    if (!b->digits)
        return fault(b, reterr, MLN_FAULT_CHUNK_SIZE);
    b->extra_bytes = 0;
    if (c == '\r')
        b->state = S_SIZE_LF;
    else if (c == ';')
        b->state = S_EXT;
    else
        return fault(b, reterr, c == '\n' ? MLN_FAULT_BARE_LF : MLN_FAULT_CHUNK_SIZE);
    return 0;
}

/* An extension is read over; what is in it must still be text without line ends. */
static int on_ext(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    if (c == '\r')
        b->state = S_SIZE_LF;
    else if ((mln_cc(c, MLN_CC_CTL) && c != '\t') || ++b->extra_bytes > EXTENSION_MAX)
        return fault(b, reterr, MLN_FAULT_CHUNK_EXT);
    return 0;
}

static int on_size_lf(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    if (c != '\n')
        return fault(b, reterr, MLN_FAULT_CHUNK_SIZE);
    b->state = b->left ? S_DATA : S_TRAILER;
    b->digits = 0;
    b->extra_bytes = 0;
    return 0;
}

static int on_data_end(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    if (c != (b->state == S_DATA_CR ? '\r' : '\n'))
        return fault(b, reterr, MLN_FAULT_CHUNK_END);
    b->state = b->state == S_DATA_CR ? S_DATA_LF : S_SIZE;
    return 0;
}

static int trailer_byte(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    mln_buf_add_char(&b->trailer, (char)c);
    return b->trailer.len > b->trailer_limit || mln_buf_failed(&b->trailer)
               ? fault(b, reterr, MLN_FAULT_TRAILER)
               : 0;
}

/* S_TRAILER: at the start of a line or within it; extra_bytes counts the line's bytes. */
static int on_trailer(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    if (b->state == S_TRAILER && c == '\r') {
        b->state = b->extra_bytes ? S_TRAILER_CR : S_TRAILER_END_LF;
        return b->extra_bytes ? trailer_byte(b, c, reterr) : 0;
    }
    if (b->state == S_TRAILER) {
        b->extra_bytes++;
        return mln_cc(c, MLN_CC_CTL) && c != '\t' ? fault(b, reterr, MLN_FAULT_TRAILER)
                                                  : trailer_byte(b, c, reterr);
    }
    if (c != '\n')
        return fault(b, reterr, MLN_FAULT_TRAILER);
    if (b->state == S_TRAILER_END_LF) {
        b->done = true;
        return 0;
    }
    b->state = S_TRAILER;
    b->extra_bytes = 0;
    return trailer_byte(b, c, reterr);
}

static int on_byte(struct mln_h1_body *b, unsigned char c, struct mln_http_fault *reterr)
{
    switch (b->state) {
    case S_SIZE:
        return on_size(b, c, reterr);
    case S_EXT:
        return on_ext(b, c, reterr);
    case S_SIZE_LF:
        return on_size_lf(b, c, reterr);
    case S_DATA_CR:
    case S_DATA_LF:
        return on_data_end(b, c, reterr);
    default:
        return on_trailer(b, c, reterr);
    }
}

/* A run of body bytes at in[i..]. */
static size_t take_run(struct mln_h1_body *b, size_t room)
{
    size_t n = b->framing == MLN_FRAMING_CLOSE ? room : (size_t)MLN_MIN((uint64_t)room, b->left);

    b->total += n;
    if (b->framing != MLN_FRAMING_CLOSE)
        b->left -= n;
    if (b->framing == MLN_FRAMING_LENGTH && b->left == 0)
        b->done = true;
    if (b->framing == MLN_FRAMING_CHUNKED && b->left == 0)
        b->state = S_DATA_CR;
    return n;
}

int mln_h1_body_feed(struct mln_h1_body *b, const char *in, size_t len, size_t *ret_used,
                     struct mln_sv *ret_piece, struct mln_http_fault *reterr)
{
    size_t i = 0;

    *ret_piece = mln_sv(in, 0);
    while (i < len && !b->done) {
        if (b->state == S_DATA || b->state == S_RAW) {
            size_t n = take_run(b, len - i);
            *ret_piece = mln_sv(in + i, n);
            i += n;
            break;
        }
        int r = on_byte(b, (unsigned char)in[i++], reterr);
        if (r < 0)
            return r;
    }
    *ret_used = i;
    return 0;
}

int mln_h1_body_eof(struct mln_h1_body *b, struct mln_http_fault *reterr)
{
    if (b->done)
        return 0;
    if (b->framing != MLN_FRAMING_CLOSE)
        return fault(b, reterr, MLN_FAULT_CUT_SHORT);
    b->done = true;
    return 0;
}

/* Names that would change framing, routing, authentication or content if an application merged
 * trailers into the head (RFC 9110 section 6.5.1). */
static bool is_forbidden_trailer(enum mln_http_name id)
{
    switch (id) {
    case MLN_NAME_HOST:
    case MLN_NAME_CONTENT_LENGTH:
    case MLN_NAME_TRANSFER_ENCODING:
    case MLN_NAME_CONNECTION:
    case MLN_NAME_CONTENT_TYPE:
    case MLN_NAME_CONTENT_ENCODING:
    case MLN_NAME_AUTHORIZATION:
    case MLN_NAME_PROXY_AUTHORIZATION:
    case MLN_NAME_PROXY_AUTHENTICATE:
    case MLN_NAME_PROXY_CONNECTION:
    case MLN_NAME_KEEP_ALIVE:
    case MLN_NAME_ORIGIN:
    case MLN_NAME_FORWARDED:
    case MLN_NAME_X_FORWARDED_FOR:
    case MLN_NAME_X_FORWARDED_HOST:
    case MLN_NAME_X_FORWARDED_PROTO:
    case MLN_NAME_X_ORIGINAL_URL:
    case MLN_NAME_X_REWRITE_URL:
    case MLN_NAME_X_HTTP_METHOD:
    case MLN_NAME_X_HTTP_METHOD_OVERRIDE:
    case MLN_NAME_X_METHOD_OVERRIDE:
    case MLN_NAME_COOKIE:
    case MLN_NAME_SET_COOKIE:
    case MLN_NAME_TRAILER:
    case MLN_NAME_TE:
    case MLN_NAME_UPGRADE:
    case MLN_NAME_EXPECT:
    case MLN_NAME_RANGE:
        return true;
    default:
        return false;
    }
}

int mln_h1_parse_trailer(struct mln_sv raw, const struct mln_h1_limits *limits,
                         struct mln_arena *arena, struct mln_http_field **ret, uint32_t *ret_n,
                         struct mln_http_fault *reterr)
{
    uint32_t odd = 0;
    int r = mln_h1_parse_fields(raw.p, 0, raw.len, false, limits, arena, ret, ret_n, &odd, reterr);

    for (uint32_t i = 0; r == 0 && i < *ret_n; i++)
        if (is_forbidden_trailer((enum mln_http_name)(*ret)[i].id))
            return mln_h1_fault(reterr, MLN_FAULT_TRAILER, 0);
    return r;
}
