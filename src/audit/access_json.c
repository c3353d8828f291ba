/* A line of the access log. */
#include "audit/record.h"

static void text(struct mln_buf *out, const char *key, struct mln_sv v)
{
    if (!v.p)
        return;
    mln_buf_addf(out, ",\"%s\":", key);
    mln_buf_add_json(out, v);
}

static void seconds(struct mln_buf *out, const char *key, mln_nsec t)
{
    mln_buf_addf(out, ",\"%s\":%llu.%09llu", key, (unsigned long long)(t / MLN_NSEC_PER_SEC),
                 (unsigned long long)(t % MLN_NSEC_PER_SEC));
}

void mln_access_json(const struct mln_audit_record *r, struct mln_buf *out)
{
    static const char *const sources[] = {"none", "app", "merlon"};
    static const uint8_t no_id[sizeof(r->event_id.b)];
    char when[MLN_RFC3339_LEN + 1], ip[MLN_ADDR_TEXT], id[MLN_UUID_TEXT + 1];

    mln_rfc3339(r->time, when);
    mln_buf_addf(out, "{\"time\":\"%s\",\"source\":\"%s\",\"status\":%u", when,
                 sources[r->access.source], r->response_status);
    text(out, "method", r->request.method);
    text(out, "host", r->request.host);
    text(out, "path", r->request.path);
    text(out, "client", mln_sv_str(mln_addr_format(&r->client.ip, ip)));
    mln_buf_addf(out, ",\"body_bytes\":%llu,\"answer_bytes\":%llu",
                 (unsigned long long)r->request.body_bytes, (unsigned long long)r->access.bytes);
    seconds(out, "seconds", r->access.total);
    if (r->access.source == MLN_SOURCE_APP) {
        seconds(out, "app_seconds", r->access.app);
        seconds(out, "added_seconds", r->access.added);
    }
    seconds(out, "inspection_seconds", r->access.inspection);
    if (memcmp(r->event_id.b, no_id, sizeof(no_id)) != 0) {
        mln_uuid_format(&r->event_id, id);
        text(out, "event_id", mln_sv_str(id));
    }
    mln_buf_addf(out, ",\"app_port\":%u", r->workload.app_port);
    text(out, "image", r->workload.image);
    text(out, "container", r->workload.container);
    text(out, "namespace", r->workload.namespace_);
    text(out, "pod", r->workload.pod);
    mln_buf_add_str(out, "}\n");
}
