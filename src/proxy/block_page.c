/* What a refused client gets. The page is one file without outside parts, readable in light and
 * dark; nothing that the client sent is in it. */
#include "proxy/conn.h"

static const char page_head[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\"><title>";
static const char page_style[] =
    "</title><style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;margin:0;"
    "min-height:100vh;display:grid;place-items:center;background:#f4f6f8;color:#1c2733}"
    "main{max-width:32rem;margin:1rem;padding:1.6rem 2rem;border-radius:10px;background:#fff;"
    "border-top:4px solid #b3261e;box-shadow:0 1px 3px #0003}h1{font-size:1.5rem;line-height:1.3;"
    "margin:0 0 .6rem}p{margin:.5rem 0;text-wrap:pretty}code{display:inline-block;font:.875rem/1.6 "
    "ui-monospace,monospace;padding:.2rem .5rem;border-radius:4px;background:#eef1f4;"
    "overflow-wrap:anywhere}@media(max-width:30rem){main{padding:1.2rem}code{font-size:.72rem}}"
    "@media(prefers-color-scheme:dark){body{background:#14181d;color:#dde5ee}"
    "main{background:#1e242c;border-color:#f2877d}code{background:#2a323c}}</style><main><h1>";

const char *status_reason(uint16_t status)
{
    static const struct {
        uint16_t status;
        const char *reason;
    } table[] = {
        {400, "Bad Request"},
        {403, "Forbidden"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {417, "Expectation Failed"},
        {431, "Request Header Fields Too Large"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        if (table[i].status == status)
            return table[i].reason;
    return "Refused";
}

/* Fills {{event_id}} in. */
static void add_template(struct mln_buf *b, struct mln_sv text, const char *event_id)
{
    static const struct mln_sv mark = {"{{event_id}}", 12};

    for (size_t at; (at = mln_sv_find(text, mark)) != SIZE_MAX;
         text = mln_sv_sub(text, at + mark.len, text.len)) {
        mln_buf_add_sv(b, mln_sv_sub(text, 0, at));
        mln_buf_add_str(b, event_id);
    }
    mln_buf_add_sv(b, text);
}

static void add_json(struct mln_buf *b, const struct block_page *p)
{
    if (p->json.p) {
        add_template(b, p->json, p->event_id);
        return;
    }
    mln_buf_addf(
        b, "{\"error\":{\"status\":%u,\"title\":\"%s\",\"detail\":\"%s\",\"event_id\":\"%s\"}}\n",
        p->status, p->title, p->text, p->event_id);
}

static void add_html(struct mln_buf *b, const struct block_page *p)
{
    if (p->html.p) {
        add_template(b, p->html, p->event_id);
        return;
    }
    const char *const parts[] = {page_head,  p->title, page_style, p->title,
                                 "</h1><p>", p->text,  "</p>"};

    (void)mln_buf_reserve(b, sizeof(page_head) + sizeof(page_style) + 512);
    for (size_t i = 0; i < MLN_ARRAY_LEN(parts); i++)
        mln_buf_add_str(b, parts[i]);
    if (*p->event_id)
        mln_buf_addf(b,
                     "<p>If you think that this is wrong, please tell the operator of the site "
                     "this number:</p><p><code>%s</code></p>",
                     p->event_id);
    mln_buf_add_str(b, "</main></html>\n");
}

bool block_page_wants_json(const struct mln_http_head *h)
{
    struct mln_sv accept = mln_http_get(h, MLN_NAME_ACCEPT),
                  type = mln_http_get(h, MLN_NAME_CONTENT_TYPE);
    bool html = accept.p && mln_sv_ifind(accept, MLN_SV("text/html")) != SIZE_MAX;

    if (html)
        return false;
    if (accept.p && mln_sv_ifind(accept, MLN_SV("json")) != SIZE_MAX)
        return true;
    if (mln_sv_ieq(mln_http_get_name(h, MLN_SV("x-requested-with")), MLN_SV("XMLHttpRequest")))
        return true;
    return type.p && mln_sv_ifind(type, MLN_SV("json")) != SIZE_MAX;
}

void block_page_write(struct mln_buf *out, const struct block_page *p)
{
    struct mln_buf body = {.limit_bytes = 1 << 20};

    if (p->wants_json)
        add_json(&body, p);
    else
        add_html(&body, p);
    mln_buf_addf(
        out,
        "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nCache-Control: no-store\r\n",
        p->status, status_reason(p->status),
        p->wants_json ? "application/json" : "text/html; charset=utf-8", body.len);
    /* an operator tells our 502 from the application's by this */
    mln_buf_add_str(out, "X-Merlon-Source: merlon\r\n");
    if (*p->event_id)
        mln_buf_addf(out, "X-Merlon-Event-Id: %s\r\n", p->event_id);
    if (p->status == 503)
        mln_buf_add_str(out, "Retry-After: 1\r\n");
    if (p->close)
        mln_buf_add_str(out, "Connection: close\r\n");
    mln_buf_add(out, "\r\n", 2);
    if (!p->head_only)
        mln_buf_add_sv(out, mln_buf_sv(&body));
    mln_buf_done(&body);
}
