/* llhttp, the parser of Node, as Debian's node-llhttp ships it. */
#include <llhttp.h>

#include "seen.h"

const bool seen_joins_fields = false;

static struct seen *seen_of(llhttp_t *p)
{
    return p->data;
}

static int on_begin(llhttp_t *p)
{
    seen_clear(seen_of(p));
    return 0;
}

static int on_url(llhttp_t *p, const char *at, size_t len)
{
    mln_buf_add(&seen_of(p)->target, at, len);
    return 0;
}

static int on_name(llhttp_t *p, const char *at, size_t len)
{
    struct seen *s = seen_of(p);

    assert_true(s->n < FIELDS_MAX);
    mln_buf_add(&s->name[s->n], at, len);
    return 0;
}

static int on_value(llhttp_t *p, const char *at, size_t len)
{
    struct seen *s = seen_of(p);

    mln_buf_add(&s->value[s->n], at, len);
    return 0;
}

static int on_value_end(llhttp_t *p)
{
    seen_of(p)->n++;
    return 0;
}

static int on_head_end(llhttp_t *p)
{
    struct seen *s = seen_of(p);

    s->status = llhttp_get_status_code(p);
    if (llhttp_get_type(p) == HTTP_REQUEST)
        mln_buf_add_str(&s->method, llhttp_method_name((llhttp_method_t)llhttp_get_method(p)));
    return 0;
}

static int on_body(llhttp_t *p, const char *at, size_t len)
{
    mln_buf_add(&seen_of(p)->body, at, len);
    return 0;
}

static int on_end(llhttp_t *p)
{
    seen_of(p)->messages++;
    return 0;
}

void read_twice(struct mln_sv written, bool is_response, struct seen *s)
{
    llhttp_settings_t settings;
    llhttp_t parser;

    llhttp_settings_init(&settings);
    settings.on_message_begin = on_begin;
    settings.on_url = on_url;
    settings.on_header_field = on_name;
    settings.on_header_value = on_value;
    settings.on_header_value_complete = on_value_end;
    settings.on_headers_complete = on_head_end;
    settings.on_body = on_body;
    settings.on_message_complete = on_end;
    llhttp_init(&parser, is_response ? HTTP_RESPONSE : HTTP_REQUEST, &settings);
    parser.data = s;
    for (int i = 0; i < 2; i++) {
        llhttp_errno_t e = llhttp_execute(&parser, written.p, written.len);
        if (e != HPE_OK)
            fail_msg("%s: %s\n%.*s", llhttp_errno_name(e), llhttp_get_error_reason(&parser),
                     MLN_SV_ARG(written));
    }
    if (s->messages != 2)
        fail_msg("read as %u messages instead of 2\n%.*s", s->messages, MLN_SV_ARG(written));
}
