/* RFC 5424: <PRI>1 TIME HOST merlon PID MSGID [merlon@32473 name="value" …] MESSAGE */
#include "audit/syslog.h"

#include "base/utf8.h"

/* 32473 is the number that RFC 5612 keeps for those who have none of their own. */
#define SD_ID "merlon@32473"
enum { FACILITY_AUDIT = 13, WARNING = 4, NOTICE = 5, INFORMATIONAL = 6, NAME_MAX_BYTES = 255 };

void mln_syslog_add_inert(struct mln_buf *out, struct mln_sv s, const char *special)
{
    const char *backslash = strchr(special, '\\') ? "\\" : "";
    size_t from = out->len;

    for (size_t i = 0, n; i < s.len && out->len - from <= MLN_SYSLOG_VALUE_MAX - 8; i += n) {
        uint32_t cp;
        n = mln_utf8_decode(mln_sv_sub(s, i, 4), &cp);
        if (n == 0 || mln_utf8_is_control(cp)) {
            mln_buf_addf(out, "%s\\u%04x", backslash, n ? (unsigned)cp : (unsigned char)s.p[i]);
            n = n ? n : 1;
            continue;
        }
        if (n == 1 && strchr(special, (char)cp))
            mln_buf_add_char(out, '\\');
        mln_buf_add(out, s.p + i, n);
    }
}

static void parameter(struct mln_buf *out, const char *name, struct mln_sv value)
{
    if (!value.len)
        return;
    mln_buf_addf(out, " %s=\"", name);
    mln_syslog_add_inert(out, value, "\"\\]");
    mln_buf_add_char(out, '"');
}

static void number(struct mln_buf *out, const char *name, uint64_t value)
{
    mln_buf_addf(out, " %s=\"%llu\"", name, (unsigned long long)value);
}

/* HOSTNAME and MSGID: printable ASCII without spaces, and never empty. */
static void name(struct mln_buf *out, struct mln_sv s, size_t max)
{
    for (size_t i = 0; i < s.len && i < max; i++)
        mln_buf_add_char(out, s.p[i] > ' ' && s.p[i] < 0x7f ? s.p[i] : '_');
    if (!s.len)
        mln_buf_add_char(out, '-');
}

static void request_parameters(const struct mln_audit_record *r, struct mln_buf *out)
{
    if (r->kind != MLN_AUDIT_REQUEST && r->kind != MLN_AUDIT_LIMIT)
        return;
    parameter(out, "method", r->request.method);
    parameter(out, "host", r->request.host);
    parameter(out, "path", r->request.path);
    parameter(out, "query", r->request.query);
    parameter(out, "user_agent", r->request.user_agent);
    if (r->response_status)
        number(out, "status", r->response_status);
    if (r->client.known) {
        char ip[MLN_ADDR_TEXT];
        parameter(out, "client_ip", mln_sv_str(mln_addr_format(&r->client.ip, ip)));
        number(out, "client_port", r->client.port);
        parameter(out, "peer_ip", mln_sv_str(mln_addr_format(&r->client.peer_ip, ip)));
    }
}

static void workload_parameters(const struct mln_audit_record *r, struct mln_buf *out)
{
    parameter(out, "image", r->workload.image);
    parameter(out, "container", r->workload.container);
    parameter(out, "container_id", r->workload.container_id);
    parameter(out, "namespace", r->workload.namespace_);
    parameter(out, "pod", r->workload.pod);
    parameter(out, "node", r->workload.node);
    if (r->workload.app_port)
        number(out, "app_port", r->workload.app_port);
}

static void structured_data(const struct mln_audit_record *r, struct mln_buf *out)
{
    static const char *const kinds[] = {"request", "limit", "state", "system", "access"};
    static const char *const effects[] = {"alert", "prevent", "ban", "allow"};
    static const char *const modes[] = {"off", "shadow", "enforce"};
    char id[MLN_UUID_TEXT + 1], score[16];

    mln_uuid_format(&r->event_id, id);
    (void)snprintf(score, sizeof(score), "%d", r->score);
    mln_buf_add_str(out, "[" SD_ID);
    parameter(out, "event_id", mln_sv_str(id));
    number(out, "revision", r->revision);
    number(out, "count", r->count);
    parameter(out, "kind", mln_sv_str(kinds[r->kind]));
    parameter(out, "effect", mln_sv_str(effects[r->effect]));
    parameter(out, "mode", mln_sv_str(modes[r->mode]));
    if (r->late)
        parameter(out, "late", MLN_SV("true"));
    parameter(out, "protection", r->protection);
    parameter(out, "sub", r->sub);
    parameter(out, "rule", r->rule);
    parameter(out, "score", mln_sv_str(score));
    if (r->field.location < MLN_LOC_MAX)
        parameter(out, "location",
                  mln_sv_str(mln_location_name((enum mln_location)r->field.location)));
    parameter(out, "field", r->field.name);
    parameter(out, "match", r->field.match);
    request_parameters(r, out);
    workload_parameters(r, out);
    parameter(out, "owasp", r->owasp);
    parameter(out, "attack", r->attack);
    mln_buf_add_char(out, ']');
}

static int severity(const struct mln_audit_record *r)
{
    switch (r->effect) {
    case MLN_EFFECT_PREVENT:
    case MLN_EFFECT_BAN:
        return WARNING;
    case MLN_EFFECT_ALERT:
        return NOTICE;
    default:
        return INFORMATIONAL;
    }
}

void mln_audit_syslog(const struct mln_audit_record *r, enum mln_syslog_format format,
                      struct mln_sv host, unsigned pid, struct mln_buf *out)
{
    char when[MLN_RFC3339_LEN + 1];

    mln_rfc3339(r->time, when);
    memcpy(when + MLN_RFC3339_LEN - 4, "Z", 2); /* microseconds: it allows no more */
    mln_buf_addf(out, "<%d>1 %s ", FACILITY_AUDIT * 8 + severity(r), when);
    name(out, host, NAME_MAX_BYTES);
    mln_buf_addf(out, " merlon %u ", pid);
    name(out, r->protection.len ? r->protection : MLN_SV("state"), 32);
    mln_buf_add_char(out, ' ');
    if (format == MLN_SYSLOG_CEF) {
        mln_buf_add_str(out, "- ");
        mln_audit_cef(r, out);
        return;
    }
    structured_data(r, out);
    mln_buf_add_char(out, ' ');
    mln_syslog_add_inert(out, r->message, "");
}
