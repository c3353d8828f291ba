/* From a verdict to an audit record, masked before it leaves. */
#include "base/fd.h"
#include "engine/detect.h"
#include "proxy/conn.h"

enum { URL_MAX = 1024, DECODED_MAX = 64, TAGS_MAX = 256 };

/* Texts that the record points at. */
struct texts {
    char lanes[DECODED_MAX], tags[TAGS_MAX];
};

struct masked {
    struct mln_buf b; /* texts one after the other; reserved at once so that views stay */
    bool any;
};

static struct mln_sv mask(struct masked *m, struct mln_sv s, bool secret)
{
    size_t from = m->b.len;

    if (!s.p)
        return MLN_SV_NULL;
    if (!mln_buf_reserve(&m->b, s.len + 8))
        return MLN_SV_NULL;
    mln_redact_value(&m->b, s, secret, &m->any);
    return mln_sv(m->b.p + from, m->b.len - from);
}

/* A query with the values of secret names masked. */
static struct mln_sv mask_query(struct masked *m, struct mln_sv query)
{
    size_t from = m->b.len;
    struct mln_sv rest = query, name, value;

    if (!query.p || !mln_buf_reserve(&m->b, query.len + 64))
        return query.p ? MLN_SV("") : MLN_SV_NULL;
    for (bool first = true; mln_query_next(&rest, &name, &value); first = false) {
        if (!first)
            mln_buf_add_char(&m->b, '&');
        mln_buf_add_sv(&m->b, name);
        if (!value.p)
            continue;
        mln_buf_add_char(&m->b, '=');
        mln_redact_value(&m->b, value, mln_redact_name(name), &m->any);
    }
    return mln_sv(m->b.p + from, m->b.len - from);
}

static void fill_headers(struct mln_audit_record *r, struct masked *m,
                         const struct mln_http_head *h)
{
    for (uint32_t i = 0; i < h->n_fields && r->request.n_headers < MLN_AUDIT_HEADERS_MAX; i++) {
        const struct mln_http_field *f = &h->fields[i];
        struct mln_audit_header *a = &r->request.headers[r->request.n_headers++];
        a->name = mln_sv_sub(f->name, 0, 128);
        a->value = mask(m, mln_sv_sub(f->value, 0, 512), mln_redact_name(f->name));
    }
}

static void fill_request(struct mln_audit_record *r, struct masked *m, const struct conn *c)
{
    const struct mln_http_head *h = mln_txn_head(c->x.txn);

    r->request.body_bytes = mln_txn_body_bytes(c->x.txn);
    r->request.inspected_bytes = mln_txn_verdict(c->x.txn)->inspected_bytes;
    if (c->tls) {
        r->request.tls = mln_sv_str(mln_tls_version(c->tls));
        r->request.server_name = mln_tls_server_name(c->tls);
    }
    if (!h)
        return;
    r->request.method = mln_sv_sub(h->method_name, 0, 32);
    r->request.host = mln_sv_sub(h->authority, 0, 256);
    r->request.path = mask(m, mln_sv_sub(h->path, 0, URL_MAX), false);
    r->request.query = mask_query(m, h->query.p ? mln_sv_sub(h->query, 0, URL_MAX) : MLN_SV_NULL);
    r->request.user_agent =
        mask(m, mln_sv_sub(mln_http_get(h, MLN_NAME_USER_AGENT), 0, 256), false);
    r->request.http_minor = h->minor;
    fill_headers(r, m, h);
}

static struct mln_sv lane_names(unsigned lanes, char out[DECODED_MAX])
{
    size_t n = 0;

    for (unsigned l = 0; l < MLN_LANE_MAX; l++)
        if (lanes >> l & 1)
            n += (size_t)snprintf(out + n, DECODED_MAX - n, "%s%s", n ? "," : "",
                                  mln_lane_name((enum mln_lane)l));
    return mln_sv(out, MLN_MIN(n, (size_t)DECODED_MAX - 1));
}

static void fill_detection(struct mln_audit_record *r, struct masked *m,
                           const struct mln_detection *d, char lanes[DECODED_MAX])
{
    const struct mln_detector_info *info = mln_detector_info((enum mln_detector_id)d->detector);
    /* the audit of a leak must not be the next one */
    bool secret = (d->name.p && mln_redact_name(d->name)) ||
                  (d->protection == MLN_PROT_LEAKAGE && info->severity == MLN_SEV_CRITICAL);

    r->sub = mln_sv_str(info->sub);
    r->message = d->message;
    r->owasp = mln_sv_str(info->owasp);
    r->attack = mln_sv_str(info->attack);
    r->score = d->score;
    r->field.offset = d->offset;
    r->field.length = d->length;
    r->field.match = mask(m, d->match, secret);
    r->field.excerpt = mask(m, d->excerpt, secret);
    r->field.decoded_by = lane_names(d->lanes, lanes);
}

/* "tor,own"; absent when no feed has the address. As many as there is room for. */
static struct mln_sv tag_names(const struct mln_snapshot *s, const struct mln_addr *a,
                               char out[TAGS_MAX])
{
    size_t n = 0;

    for (uint64_t tags = mln_snap_tags(s, a); tags; tags &= tags - 1) {
        struct mln_sv name = mln_snap_tag_name(s, (uint32_t)__builtin_ctzll(tags));
        if (n + 1 + name.len >= TAGS_MAX)
            break;
        n += (size_t)snprintf(out + n, TAGS_MAX - n, "%s%.*s", n ? "," : "", MLN_SV_ARG(name));
    }
    return mln_sv(n ? out : NULL, n);
}

/* What lists say of the client: of one that is refused for it, and of any other. */
static void fill_client(struct mln_audit_record *r, const struct conn *c, struct texts *texts)
{
    const struct mln_snapshot *s = &c->x.policy->snap;
    const struct mln_addr *a = &mln_txn_client(c->x.txn)->addr;

    r->client.country = mln_snap_country(s, a);
    r->client.reputation = tag_names(s, a, texts->tags);
}

static enum mln_audit_effect effect_of(const struct mln_verdict *v)
{
    if (v->fault && v->action != MLN_ACT_BAN) /* it cannot be framed: no mode lets it through */
        return MLN_EFFECT_PREVENT;
    return v->action == MLN_ACT_BAN       ? MLN_EFFECT_BAN
           : v->action == MLN_ACT_PREVENT ? MLN_EFFECT_PREVENT
                                          : MLN_EFFECT_ALERT;
}

/* Asked of the kernel for many events at once. */
static struct mln_uuid new_event(struct mln_dataplane *d, mln_nsec time)
{
    if (!d->chance.left) {
        mln_random(d->chance.b, sizeof(d->chance.b));
        d->chance.left = MLN_ARRAY_LEN(d->chance.b);
    }
    return mln_uuid7(time, d->chance.b[--d->chance.left]);
}

/* What tells one event from another. */
static void fill_outline(struct mln_audit_record *r, const struct conn *c)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);
    const struct mln_client *client = mln_txn_client(c->x.txn);

    r->time = r->first = r->last = mln_loop_wall(c->dp->cfg.loop);
    r->event_id = new_event(c->dp, r->time);
    r->revision = r->count = 1;
    r->kind = MLN_AUDIT_REQUEST;
    r->effect = effect_of(v);
    r->field.location = MLN_LOC_MAX;
    if (v->n) {
        const struct mln_detection *d = &v->d[v->top];
        r->protection = mln_sv_str(mln_protection_info((enum mln_protection)d->protection)->key);
        r->detector = mln_sv_str(mln_detector_info((enum mln_detector_id)d->detector)->sub);
        r->field.location = d->location;
        r->field.name = d->name;
    }
    r->client.ip = client->addr;
    r->client.peer_ip = c->peer;
    r->client.port = client->port;
    r->client.known = true;
    r->workload.node = mln_sv_str(c->dp->cfg.node);
    r->workload.app_port = c->dst_port;
    r->workload.slot_plus_1 = c->listener->transparent ? c->place->slot + 1 : 0;
}

static void fill_rest(struct mln_audit_record *r, struct masked *m, const struct conn *c,
                      struct texts *texts, bool tunnel)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);

    r->mode = v->mode;
    r->late = v->late;
    r->rule = c->x.rule ? mln_snap_str(&c->x.policy->snap, c->x.rule->name) : MLN_SV_NULL;
    if (tunnel)
        r->message = MLN_SV("a WebSocket was opened: what follows is passed on without inspection");
    else if (v->n)
        fill_detection(r, m, &v->d[v->top], texts->lanes);
    else
        r->message = v->error ? MLN_SV("inspection ended for lack of memory; on_error decided")
                              : MLN_SV("refused");
    fill_request(r, m, c);
    fill_client(r, c, texts);
    r->policy_revision = c->x.policy->snap.h->revision;
    r->ban_for = r->effect == MLN_EFFECT_BAN ? c->x.rule->ban_for : 0;
    r->replayable = m->any                         ? MLN_REPLAY_MASKED
                    : mln_txn_body_bytes(c->x.txn) ? MLN_REPLAY_NO
                                                   : MLN_REPLAY_YES;
}

/* It is no verdict. */
static void fill_tunnel(struct mln_audit_record *r)
{
    r->kind = MLN_AUDIT_STATE;
    r->effect = MLN_EFFECT_ALLOW;
    r->protection = r->detector = r->field.name = MLN_SV_NULL;
    r->field.location = MLN_LOC_MAX;
}

static void audit(struct conn *c, bool tunnel, uint16_t response_status,
                  char ret_id[MLN_UUID_TEXT + 1])
{
    struct mln_audit_sink *sink = c->dp->cfg.audit;
    struct mln_audit_record *r = calloc(1, sizeof(*r));
    struct masked m = {.b = {.limit_bytes = 128 << 10}};
    struct texts texts;

    ret_id[0] = '\0';
    if (!r || !mln_buf_reserve(&m.b, 96 << 10)) {
        mln_count(c->dp->cfg.counters, MLN_CNT_AUDITS_DROPPED);
        free(r);
        return;
    }
    fill_outline(r, c);
    if (tunnel)
        fill_tunnel(r);
    if (sink->take(sink, r)) {
        r->response_status = response_status;
        fill_rest(r, &m, c, &texts, tunnel);
        sink->put(sink, r);
    }
    mln_uuid_format(&r->event_id, ret_id);
    c->x.event = r->event_id;
    mln_buf_done(&m.b);
    free(r);
}

void audit_verdict(struct conn *c, uint16_t response_status, char ret_id[MLN_UUID_TEXT + 1])
{
    audit(c, false, response_status, ret_id);
}

void audit_tunnel(struct conn *c)
{
    char id[MLN_UUID_TEXT + 1];

    audit(c, true, 101, id);
}
