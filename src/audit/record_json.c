/* The JSON line of a record (design section 7). What is not known is left out. */
#include "audit/record.h"
#include "engine/snapshot.h"

struct obj {
    struct mln_buf *b;
    bool first;
};

static void key(struct obj *o, const char *k)
{
    mln_buf_addf(o->b, "%s\"%s\":", o->first ? "" : ",", k);
    o->first = false;
}

static void text(struct obj *o, const char *k, struct mln_sv v)
{
    if (!v.p)
        return;
    key(o, k);
    mln_buf_add_json(o->b, v);
}

/* A comma-separated list as an array. */
static void texts(struct obj *o, const char *k, struct mln_sv list)
{
    if (!list.p)
        return;
    key(o, k);
    mln_buf_add_char(o->b, '[');
    for (bool first = true; list.len; first = false) {
        if (!first)
            mln_buf_add_char(o->b, ',');
        mln_buf_add_json(o->b, mln_sv_split(&list, ','));
    }
    mln_buf_add_char(o->b, ']');
}

static void number(struct obj *o, const char *k, uint64_t v)
{
    key(o, k);
    mln_buf_add_u64(o->b, v);
}

static void when(struct obj *o, const char *k, mln_nsec t)
{
    char s[MLN_RFC3339_LEN + 1];

    if (!t)
        return;
    mln_rfc3339(t, s);
    text(o, k, mln_sv_str(s));
}

static struct obj begin(struct mln_buf *b, struct obj *parent, const char *k)
{
    if (parent)
        key(parent, k);
    mln_buf_add_char(b, '{');
    return (struct obj){b, true};
}

static void finish(struct obj *o)
{
    mln_buf_add_char(o->b, '}');
}

static void add_field(struct obj *o, const struct mln_audit_record *r)
{
    if (r->field.location >= MLN_LOC_MAX && !r->field.match.p)
        return;
    struct obj f = begin(o->b, o, "field");
    if (r->field.location < MLN_LOC_MAX)
        text(&f, "location", mln_sv_str(mln_location_name((enum mln_location)r->field.location)));
    text(&f, "name", r->field.name);
    text(&f, "excerpt", r->field.excerpt);
    text(&f, "match", r->field.match);
    number(&f, "offset", r->field.offset);
    number(&f, "length", r->field.length);
    texts(&f, "decoded_by", r->field.decoded_by.p ? r->field.decoded_by : MLN_SV(""));
    finish(&f);
}

static void add_headers(struct obj *q, const struct mln_audit_record *r)
{
    key(q, "header_names");
    mln_buf_add_char(q->b, '[');
    for (uint32_t i = 0; i < r->request.n_headers; i++) {
        if (i)
            mln_buf_add_char(q->b, ',');
        mln_buf_add_json(q->b, r->request.headers[i].name);
    }
    mln_buf_add_char(q->b, ']');
    key(q, "headers"); /* pairs, since names repeat and their order matters */
    mln_buf_add_char(q->b, '[');
    for (uint32_t i = 0; i < r->request.n_headers; i++) {
        mln_buf_add_str(q->b, i ? ",[" : "[");
        mln_buf_add_json(q->b, r->request.headers[i].name);
        mln_buf_add_char(q->b, ',');
        mln_buf_add_json(q->b, r->request.headers[i].value);
        mln_buf_add_char(q->b, ']');
    }
    mln_buf_add_char(q->b, ']');
}

static void add_request(struct obj *o, const struct mln_audit_record *r)
{
    if (!r->request.method.p && r->kind != MLN_AUDIT_REQUEST && r->kind != MLN_AUDIT_LIMIT)
        return;
    struct obj q = begin(o->b, o, "request");
    text(&q, "method", r->request.method);
    text(&q, "url", r->request.url);
    text(&q, "host", r->request.host);
    text(&q, "path", r->request.path);
    text(&q, "query", r->request.query);
    text(&q, "http_version", r->request.http_minor ? MLN_SV("1.1") : MLN_SV("1.0"));
    text(&q, "tls", r->request.tls);
    text(&q, "server_name", r->request.server_name);
    text(&q, "user_agent", r->request.user_agent);
    add_headers(&q, r);
    number(&q, "body_bytes", r->request.body_bytes);
    number(&q, "inspected_bytes", r->request.inspected_bytes);
    finish(&q);
    if (r->response_status) {
        struct obj p = begin(o->b, o, "response");
        number(&p, "status", r->response_status);
        finish(&p);
    }
}

static void add_client(struct obj *o, const struct mln_audit_record *r)
{
    char ip[MLN_ADDR_TEXT], peer[MLN_ADDR_TEXT];

    if (!r->client.known)
        return;
    struct obj c = begin(o->b, o, "client");
    text(&c, "ip", mln_sv_str(mln_addr_format(&r->client.ip, ip)));
    number(&c, "port", r->client.port);
    text(&c, "peer_ip", mln_sv_str(mln_addr_format(&r->client.peer_ip, peer)));
    text(&c, "country", r->client.country);
    texts(&c, "reputation", r->client.reputation);
    finish(&c);
}

static void add_labels(struct obj *w, const struct mln_audit_record *r)
{
    if (!r->workload.n_labels)
        return;
    key(w, "labels");
    for (uint32_t i = 0; i + 1 < r->workload.n_labels; i += 2) {
        mln_buf_add_char(w->b, i ? ',' : '{');
        mln_buf_add_json(w->b, r->workload.labels[i]);
        mln_buf_add_char(w->b, ':');
        mln_buf_add_json(w->b, r->workload.labels[i + 1]);
    }
    mln_buf_add_char(w->b, '}');
}

static void add_workload(struct obj *o, const struct mln_audit_record *r)
{
    const struct mln_sv any = r->workload.image.p       ? r->workload.image
                              : r->workload.container.p ? r->workload.container
                                                        : r->workload.node;

    if (!any.p && !r->workload.app_port)
        return;
    struct obj w = begin(o->b, o, "workload");

    text(&w, "image", r->workload.image);
    text(&w, "image_digest", r->workload.image_digest);
    text(&w, "container_id", r->workload.container_id);
    text(&w, "container", r->workload.container);
    text(&w, "namespace", r->workload.namespace_);
    text(&w, "pod", r->workload.pod);
    add_labels(&w, r);
    text(&w, "node", r->workload.node);
    if (r->workload.app_port)
        number(&w, "app_port", r->workload.app_port);
    finish(&w);
}

void mln_audit_json(const struct mln_audit_record *r, struct mln_buf *out)
{
    static const char *const kinds[] = {"request", "limit", "state", "system", "access"};
    static const char *const effects[] = {"alert", "prevent", "ban", "allow"};
    static const char *const modes[] = {"off", "shadow", "enforce"};
    static const char *const replay[] = {"yes", "masked", "no"};
    struct obj o = begin(out, NULL, NULL);
    char id[MLN_UUID_TEXT + 1], revision[20];

    mln_uuid_format(&r->event_id, id);
    when(&o, "time", r->time);
    text(&o, "event_id", mln_sv_str(id));
    number(&o, "revision", r->revision);
    text(&o, "kind", mln_sv_str(kinds[r->kind]));
    text(&o, "event", r->event);
    text(&o, "effect", mln_sv_str(effects[r->effect]));
    text(&o, "mode", mln_sv_str(modes[r->mode]));
    key(&o, "late");
    mln_buf_add_str(out, r->late ? "true" : "false");
    text(&o, "protection", r->protection);
    text(&o, "sub", r->sub);
    text(&o, "rule", r->rule);
    text(&o, "detector", r->detector);
    text(&o, "message", r->message);
    key(&o, "score");
    mln_buf_addf(out, "%d", r->score);
    add_field(&o, r);
    add_request(&o, r);
    add_client(&o, r);
    add_workload(&o, r);
    text(&o, "owasp", r->owasp.len ? r->owasp : MLN_SV_NULL);
    text(&o, "attack", r->attack.len ? r->attack : MLN_SV_NULL);
    number(&o, "count", r->count);
    when(&o, "first", r->first);
    when(&o, "last", r->last);
    text(&o, "replayable", mln_sv_str(replay[r->replayable]));
    struct obj v = begin(out, &o, "version");
    text(&v, "merlon", MLN_SV(MLN_VERSION));
    if (r->policy_revision) {
        (void)snprintf(revision, sizeof(revision), "%016llx",
                       (unsigned long long)r->policy_revision);
        text(&v, "policy", mln_sv_str(revision));
    }
    finish(&v);
    finish(&o);
    mln_buf_add_char(out, '\n');
}
