/* CEF:Version|Vendor|Product|Device Version|Class ID|Name|Severity|Extension. Of the header `|` and
 * `\` are escaped, of an extension value `=` and `\`. */
#include "audit/syslog.h"

static void part(struct mln_buf *out, struct mln_sv s)
{
    mln_syslog_add_inert(out, s, "|\\");
    mln_buf_add_char(out, '|');
}

static void pair(struct mln_buf *out, const char *key, struct mln_sv value)
{
    if (!value.len)
        return;
    mln_buf_addf(out, " %s=", key);
    mln_syslog_add_inert(out, value, "=\\");
}

/* Keys that CEF has no name for come in pairs: the value, and what it is. */
static void custom(struct mln_buf *out, const char *key, const char *label, struct mln_sv value)
{
    char with[24];

    if (!value.len)
        return;
    pair(out, key, value);
    (void)snprintf(with, sizeof(with), "%sLabel", key);
    pair(out, with, mln_sv_str(label));
}

static void count(struct mln_buf *out, const char *key, uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    pair(out, key, mln_sv_str(text));
}

/* 0 to 10; 7 and more is high, 9 and 10 very high. */
static const char *severity(const struct mln_audit_record *r)
{
    static const char *const of[] = {[MLN_EFFECT_ALERT] = "5",
                                     [MLN_EFFECT_PREVENT] = "8",
                                     [MLN_EFFECT_BAN] = "9",
                                     [MLN_EFFECT_ALLOW] = "1"};
    return of[r->effect];
}

static void request(const struct mln_audit_record *r, struct mln_buf *out)
{
    static const char *const acts[] = {"alerted", "blocked", "banned", "allowed"};
    char ip[MLN_ADDR_TEXT];

    if (r->kind != MLN_AUDIT_REQUEST && r->kind != MLN_AUDIT_LIMIT)
        return;
    pair(out, "act", mln_sv_str(acts[r->effect]));
    pair(out, "app", MLN_SV("HTTP"));
    if (r->client.known) {
        bool v4 = mln_addr_is_v4(&r->client.ip);
        struct mln_sv text = mln_sv_str(mln_addr_format(&r->client.ip, ip));
        if (v4)
            pair(out, "src", text);
        else
            custom(out, "c6a2", "Source IPv6 Address", text);
        count(out, "spt", r->client.port);
    }
    pair(out, "dhost", r->request.host);
    if (r->workload.app_port)
        count(out, "dpt", r->workload.app_port);
    pair(out, "requestMethod", r->request.method);
    pair(out, "request", r->request.url.len ? r->request.url : r->request.path);
    pair(out, "requestClientApplication", r->request.user_agent);
    if (r->response_status)
        count(out, "outcome", r->response_status);
}

void mln_audit_cef(const struct mln_audit_record *r, struct mln_buf *out)
{
    char id[MLN_UUID_TEXT + 1], class[64];

    mln_uuid_format(&r->event_id, id);
    (void)snprintf(class, sizeof(class), "%.*s%s%.*s", (int)MLN_MIN(r->protection.len, 30),
                   r->protection.len ? r->protection.p : "", r->sub.len ? "." : "",
                   (int)MLN_MIN(r->sub.len, 30), r->sub.len ? r->sub.p : "");
    mln_buf_add_str(out, "CEF:0|Merlon|Merlon|" MLN_VERSION "|");
    part(out, *class ? mln_sv_str(class) : MLN_SV("state"));
    part(out, r->message.len ? r->message : MLN_SV("event"));
    mln_buf_addf(out, "%s|rt=%llu", severity(r), (unsigned long long)(r->time / MLN_NSEC_PER_MSEC));
    pair(out, "externalId", mln_sv_str(id));
    count(out, "cnt", r->count);
    request(r, out);
    custom(out, "cs1", "rule", r->rule);
    if (r->field.location < MLN_LOC_MAX)
        custom(out, "cs2", "location",
               mln_sv_str(mln_location_name((enum mln_location)r->field.location)));
    custom(out, "cs3", "field", r->field.name);
    custom(out, "cs4", "match", r->field.match);
    custom(out, "cs5", "image", r->workload.image);
    custom(out, "cs6", "container", r->workload.container);
    pair(out, "dvchost", r->workload.node);
}
