/* Messages written anew from their parsed form. */
#include "http/h1_priv.h"

static void add_field(struct mln_buf *out, struct mln_sv name, struct mln_sv value)
{
    char *p = mln_buf_reserve(out, name.len + value.len + 4);

    if (!p)
        return;
    memcpy(p, name.p, name.len);
    p += name.len;
    *p++ = ':';
    *p++ = ' ';
    if (value.len)
        memcpy(p, value.p, value.len);
    p += value.len;
    *p++ = '\r';
    *p = '\n';
    out->len += name.len + value.len + 4;
}

static const struct mln_h1_edit *find_edit(const struct mln_h1_write_opts *o, struct mln_sv name)
{
    for (uint32_t i = 0; i < o->n_edits; i++)
        if (mln_sv_ieq(o->edits[i].name, name))
            return &o->edits[i];
    return NULL;
}

/* End-to-end fields that are live and that we do not write ourselves. */
static void add_fields(struct mln_buf *out, const struct mln_http_head *h,
                       const struct mln_h1_write_opts *o)
{
    for (uint32_t i = 0; i < h->n_fields; i++) {
        const struct mln_http_field *f = &h->fields[i];
        if (f->flags & (MLN_FIELD_HOP | MLN_FIELD_DROPPED))
            continue;
        if (f->id == MLN_NAME_CONTENT_LENGTH ||
            (!h->is_response && (f->id == MLN_NAME_HOST || f->id == MLN_NAME_EXPECT)))
            continue;
        if (o->n_edits && find_edit(o, f->name))
            continue;
        add_field(out, f->name, f->value);
    }
    for (uint32_t i = 0; i < o->n_edits; i++)
        if (o->edits[i].value.p)
            add_field(out, o->edits[i].name, o->edits[i].value);
}

static void add_length(struct mln_buf *out, uint64_t n)
{
    mln_buf_add(out, "Content-Length: ", 16);
    mln_buf_add_u64(out, n);
    mln_buf_add(out, "\r\n", 2);
}

static void add_framing(struct mln_buf *out, const struct mln_http_head *h,
                        const struct mln_h1_write_opts *o)
{
    if (o->framing == MLN_FRAMING_CLOSE)
        return; /* the end of the connection will end the body */
    if (o->framing == MLN_FRAMING_LENGTH)
        add_length(out, o->content_length);
    else if (o->framing == MLN_FRAMING_CHUNKED)
        mln_buf_add_str(out, "Transfer-Encoding: chunked\r\n");
    else if (o->keep_content_length && h->has_content_length)
        add_length(out, h->content_length);
    else if (h->is_response ? h->method != MLN_METHOD_HEAD && h->status != 304
                            : h->has_content_length)
        add_length(out, 0); /* an answer, or a POST, without content still says so */
}

static void add_connection(struct mln_buf *out, const struct mln_h1_write_opts *o)
{
    if (o->websocket)
        mln_buf_add_str(out, "Connection: Upgrade\r\nUpgrade: websocket\r\n");
    else if (o->close)
        mln_buf_add_str(out, "Connection: close\r\n");
}

void mln_h1_write_request(struct mln_buf *out, const struct mln_http_head *h,
                          const struct mln_h1_write_opts *o)
{
    mln_buf_add_sv(out, h->method_name);
    mln_buf_add_char(out, ' ');
    mln_buf_add_sv(out, h->target);
    mln_buf_add(out, " HTTP/1.1\r\n", 11);
    add_field(out, MLN_SV("Host"), h->authority.p ? h->authority : MLN_SV(""));
    add_fields(out, h, o);
    add_framing(out, h, o);
    add_connection(out, o);
    mln_buf_add(out, "\r\n", 2);
}

void mln_h1_write_response(struct mln_buf *out, const struct mln_http_head *h,
                           const struct mln_h1_write_opts *o)
{
    char status[4] = {(char)('0' + h->status / 100 % 10), (char)('0' + h->status / 10 % 10),
                      (char)('0' + h->status % 10), ' '};

    mln_buf_add(out, "HTTP/1.1 ", 9);
    mln_buf_add(out, status, 4);
    mln_buf_add_sv(out, h->reason);
    mln_buf_add(out, "\r\n", 2);
    add_fields(out, h, o);
    if (h->status >= 200 && h->status != 204)
        add_framing(out, h, o);
    add_connection(out, o);
    mln_buf_add(out, "\r\n", 2);
}

size_t mln_h1_chunk_head(uint64_t n, char out[MLN_H1_CHUNK_HEAD_MAX])
{
    static const char hex[] = "0123456789abcdef";
    char tmp[16];
    size_t len = 0, k = 0;

    do {
        tmp[len++] = hex[n & 15];
        n >>= 4;
    } while (n);
    while (len)
        out[k++] = tmp[--len];
    out[k++] = '\r';
    out[k++] = '\n';
    return k;
}
