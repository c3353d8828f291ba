/* Field lines, and what Connection, Content-Length and Transfer-Encoding mean. */
#include <errno.h>

#include "http/h1_priv.h"

enum { FIELDS_FIRST = 24, LENGTH_DIGITS_MAX = 19 };

static bool is_token(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_TCHAR))
            return false;
    return s.len > 0;
}

/* Why a name in front of ':' is no token. */
static enum mln_http_fault_code name_fault(struct mln_sv name)
{
    if (name.len && (name.p[name.len - 1] == ' ' || name.p[name.len - 1] == '\t'))
        return MLN_FAULT_SPACE_COLON;
    return MLN_FAULT_FIELD_NAME;
}

/* Appends the continuation to the value before it, joined by one SP (RFC 9112 section 5.2). */
static int unfold(struct mln_arena *arena, struct mln_http_field *f, struct mln_sv more)
{
    if (!f->value.len ||
        !more.len) { /* nothing to join: white space around a value is none of it */
        f->value = more.len ? more : f->value;
        return 0;
    }
    char *p = mln_arena_alloc(arena, f->value.len + 1 + more.len);
    if (!p)
        return -ENOMEM;
    memcpy(p, f->value.p, f->value.len);
    p[f->value.len] = ' ';
    memcpy(p + f->value.len + 1, more.p, more.len);
    f->value = mln_sv(p, f->value.len + 1 + more.len);
    return 0;
}

static int parse_line(const char *buf, size_t at, size_t eol, struct mln_http_field *ret,
                      uint32_t *odd, struct mln_http_fault *reterr)
{
    size_t i = at;
    bool odd_name = false;

    for (; i < eol && mln_cc((unsigned char)buf[i], MLN_CC_TCHAR); i++)
        odd_name |= !mln_cc((unsigned char)buf[i], MLN_CC_ALPHA | MLN_CC_DIGIT) && buf[i] != '-';
    struct mln_sv name = mln_sv(buf + at, i - at);
    if (i == eol)
        return mln_h1_fault(reterr, MLN_FAULT_NO_COLON, at);
    if (buf[i] != ':' || !name.len) {
        struct mln_sv line = mln_sv(buf + at, eol - at);
        size_t colon = mln_sv_chr(line, ':');
        if (colon == SIZE_MAX)
            return mln_h1_fault(reterr, MLN_FAULT_NO_COLON, at);
        return mln_h1_fault(reterr, name_fault(mln_sv_sub(line, 0, colon)), i);
    }
    if (odd_name)
        *odd |= MLN_ODD_FIELD_NAME;
    *ret = (struct mln_http_field){
        .name = name,
        .value = mln_sv_trim(mln_sv(buf + i + 1, eol - i - 1)),
        .id = (uint8_t)mln_http_name_id(name),
    };
    return 0;
}

int mln_h1_parse_fields(const char *buf, size_t at, size_t end, bool fold,
                        const struct mln_h1_limits *limits, struct mln_arena *arena,
                        struct mln_http_field **ret, uint32_t *ret_n, uint32_t *odd,
                        struct mln_http_fault *reterr)
{
    size_t cap = FIELDS_FIRST;
    struct mln_http_field *fields = mln_arena_array(arena, cap, sizeof(*fields));
    uint32_t n = 0;
    int r;

    if (!fields)
        return -ENOMEM;
    while (at < end) {
        const char *cr = memchr(buf + at, '\r', end - at);
        size_t eol = cr ? (size_t)(cr - buf) : end;
        if (buf[at] == ' ' || buf[at] == '\t') {
            if (!fold || n == 0)
                return mln_h1_fault(reterr, MLN_FAULT_OBS_FOLD, at);
            r = unfold(arena, &fields[n - 1], mln_sv_trim(mln_sv(buf + at, eol - at)));
        } else {
            if (n == limits->fields)
                return mln_h1_fault(reterr, MLN_FAULT_TOO_MANY_FIELDS, at);
            if (n == cap) {
                fields =
                    mln_arena_grow(arena, fields, cap * sizeof(*fields), cap * 2 * sizeof(*fields));
                cap *= 2;
                if (!fields)
                    return -ENOMEM;
            }
            r = parse_line(buf, at, eol, &fields[n++], odd, reterr);
        }
        if (r < 0)
            return r;
        at = eol + 2;
    }
    *ret = fields;
    *ret_n = n;
    return 0;
}

static bool is_fixed_hop(enum mln_http_name id)
{
    switch (id) {
    case MLN_NAME_CONNECTION:
    case MLN_NAME_KEEP_ALIVE:
    case MLN_NAME_PROXY_CONNECTION:
    case MLN_NAME_PROXY_AUTHENTICATE:
    case MLN_NAME_PROXY_AUTHORIZATION:
    case MLN_NAME_TE:
    case MLN_NAME_TRAILER:
    case MLN_NAME_TRANSFER_ENCODING:
    case MLN_NAME_UPGRADE:
    case MLN_NAME_HTTP2_SETTINGS:
        return true;
    default:
        return false;
    }
}

/* Connection may strike out fields that exist for one hop. Rules saw every other field, so those
 * that carry identity, routing or content stay whatever Connection says, and so do unknown ones:
 * the application gets what the rules saw. */
static void read_options(struct mln_http_head *h, struct mln_sv list)
{
    while (list.p) {
        struct mln_sv option = mln_sv_trim(mln_sv_split(&list, ','));
        if (mln_sv_ieq(option, MLN_SV("close")))
            h->keep_alive = false;
        else if (mln_sv_ieq(option, MLN_SV("keep-alive")) && h->minor == 0)
            h->keep_alive = true;
        else if (mln_sv_ieq(option, MLN_SV("upgrade")))
            h->has_upgrade = true;
    }
}

void mln_h1_connection(struct mln_http_head *h)
{
    bool close = false;

    h->keep_alive = h->minor == 1;
    for (uint32_t i = 0; i < h->n_fields; i++) {
        struct mln_http_field *f = &h->fields[i];
        if (is_fixed_hop((enum mln_http_name)f->id))
            f->flags |= MLN_FIELD_HOP;
        if (f->id != MLN_NAME_CONNECTION)
            continue;
        read_options(h, f->value);
        close = close || mln_http_list_has(f->value, MLN_SV("close"));
    }
    if (close)
        h->keep_alive = false;
}

static bool parse_length(struct mln_sv v, uint64_t *ret)
{
    return v.len <= LENGTH_DIGITS_MAX && mln_sv_u64(v, ret) == 0;
}

int mln_h1_read_length(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    for (uint32_t i = 0; i < h->n_fields; i++) {
        const struct mln_http_field *f = &h->fields[i];
        uint64_t v;
        if (f->id != MLN_NAME_CONTENT_LENGTH)
            continue;
        if (h->has_content_length || mln_sv_chr(f->value, ',') != SIZE_MAX)
            return mln_h1_fault(reterr, MLN_FAULT_MANY_LENGTHS, 0);
        if (!parse_length(f->value, &v))
            return mln_h1_fault(reterr, MLN_FAULT_BAD_LENGTH, 0);
        h->has_content_length = true;
        h->content_length = v;
    }
    return 0;
}

int mln_h1_read_codings(struct mln_http_head *h, struct mln_http_fault *reterr)
{
    uint32_t seen = 0;

    for (uint32_t i = 0; i < h->n_fields; i++) {
        const struct mln_http_field *f = &h->fields[i];
        if (f->id != MLN_NAME_TRANSFER_ENCODING)
            continue;
        if (seen++)
            return mln_h1_fault(reterr, MLN_FAULT_BAD_TE, 0);
        if (mln_sv_ieq(f->value, MLN_SV("chunked")))
            continue;
        struct mln_sv list = f->value, last = MLN_SV_NULL;
        while (list.p)
            last = mln_sv_trim(mln_sv_split(&list, ','));
        /* "gzip, chunked" is framed, but not understood; anything else is not framed either */
        return mln_h1_fault(reterr,
                            mln_sv_ieq(last, MLN_SV("chunked")) &&
                                    is_token(mln_sv_sub(f->value, 0, 1))
                                ? MLN_FAULT_UNKNOWN_TE
                                : MLN_FAULT_BAD_TE,
                            0);
    }
    return seen ? 1 : 0;
}
