/* Wire form of a record: tag byte, length (2 bytes, little-endian), bytes. Unknown tags are an
 * error: both sides are of one build. */
#include "audit/record.h"

#include <errno.h>

enum tag {
    TAG_FIXED = 1,
    TAG_PROTECTION,
    TAG_SUB,
    TAG_RULE,
    TAG_DETECTOR,
    TAG_MESSAGE,
    TAG_OWASP,
    TAG_ATTACK,
    TAG_FIELD_NAME,
    TAG_FIELD_EXCERPT,
    TAG_FIELD_MATCH,
    TAG_FIELD_DECODED,
    TAG_METHOD,
    TAG_URL,
    TAG_HOST,
    TAG_PATH,
    TAG_QUERY,
    TAG_USER_AGENT,
    TAG_HEADER_NAME,
    TAG_HEADER_VALUE,
    TAG_IMAGE,
    TAG_CONTAINER,
    TAG_NODE,
    TAG_EVENT,
    TAG_TLS,
    TAG_SERVER_NAME,
    TAG_COUNTRY,
    TAG_REPUTATION,
    TAG_MAX
};

enum { TEXT_MAX = 1024 };

struct fixed {
    uint64_t time, first, last, body_bytes, inspected_bytes, policy_revision, ban_for;
    uint64_t answer_bytes, total, app, added, inspection;
    uint8_t event_id[16], ip[16], peer_ip[16];
    uint32_t revision, count, offset, length, slot_plus_1;
    uint16_t port, app_port, status;
    int16_t score;
    uint8_t kind, effect, mode, replayable, late, location, http_minor, client_known, source;
};

static void put(struct mln_buf *out, enum tag tag, const void *p, size_t n)
{
    unsigned char head[3] = {(unsigned char)tag, (unsigned char)(n & 0xff),
                             (unsigned char)(n >> 8)};

    if (out->len + n + 3 > MLN_AUDIT_RECORD_MAX)
        return; /* the tail of a record that is too long is left out */
    mln_buf_add(out, head, sizeof(head));
    mln_buf_add(out, p, n);
}

static void put_text(struct mln_buf *out, enum tag tag, struct mln_sv s)
{
    if (s.p)
        put(out, tag, s.p, MLN_MIN(s.len, (size_t)TEXT_MAX));
}

static void put_fixed(struct mln_buf *out, const struct mln_audit_record *r)
{
    struct fixed f;

    memset(&f, 0, sizeof(f)); /* padding included: it goes to another process */
    f.time = r->time;
    f.first = r->first;
    f.last = r->last;
    f.body_bytes = r->request.body_bytes;
    f.inspected_bytes = r->request.inspected_bytes;
    f.policy_revision = r->policy_revision;
    f.ban_for = r->ban_for;
    memcpy(f.event_id, r->event_id.b, 16);
    memcpy(f.ip, r->client.ip.b, 16);
    memcpy(f.peer_ip, r->client.peer_ip.b, 16);
    f.revision = r->revision;
    f.count = r->count;
    f.offset = r->field.offset;
    f.length = r->field.length;
    f.port = r->client.port;
    f.app_port = r->workload.app_port;
    f.slot_plus_1 = r->workload.slot_plus_1;
    f.status = r->response_status;
    f.score = r->score;
    f.kind = r->kind;
    f.effect = r->effect;
    f.mode = r->mode;
    f.replayable = r->replayable;
    f.late = r->late;
    f.location = r->field.location;
    f.http_minor = r->request.http_minor;
    f.client_known = r->client.known;
    f.source = r->access.source;
    f.answer_bytes = r->access.bytes;
    f.total = r->access.total;
    f.app = r->access.app;
    f.added = r->access.added;
    f.inspection = r->access.inspection;
    put(out, TAG_FIXED, &f, sizeof(f));
}

/* Text fields and their tags, in one place for both directions. */
/* clang-format off */
#define TEXTS(X, r)                                                                                \
    X(TAG_PROTECTION, (r)->protection)                                                             \
    X(TAG_SUB, (r)->sub)                                                                           \
    X(TAG_RULE, (r)->rule) X(TAG_DETECTOR, (r)->detector) X(TAG_MESSAGE, (r)->message)             \
        X(TAG_OWASP, (r)->owasp) X(TAG_ATTACK, (r)->attack) X(TAG_FIELD_NAME, (r)->field.name)     \
            X(TAG_FIELD_EXCERPT, (r)->field.excerpt) X(TAG_FIELD_MATCH, (r)->field.match)          \
                X(TAG_FIELD_DECODED, (r)->field.decoded_by) X(TAG_METHOD, (r)->request.method)     \
                    X(TAG_URL, (r)->request.url) X(TAG_HOST, (r)->request.host)                    \
                        X(TAG_PATH, (r)->request.path) X(TAG_QUERY, (r)->request.query)            \
                            X(TAG_USER_AGENT, (r)->request.user_agent)                             \
                                X(TAG_IMAGE, (r)->workload.image)                                  \
                                    X(TAG_CONTAINER, (r)->workload.container)                      \
                                        X(TAG_NODE, (r)->workload.node) X(TAG_EVENT, (r)->event) \
                                            X(TAG_TLS, (r)->request.tls)                           \
                                                X(TAG_SERVER_NAME, (r)->request.server_name)       \
    X(TAG_COUNTRY, (r)->client.country)                                                            \
    X(TAG_REPUTATION, (r)->client.reputation)
/* clang-format on */

/* Both parts or none: a value on its own would be read as that of the header before. */
static void put_header(struct mln_buf *out, const struct mln_audit_header *h)
{
    struct mln_sv name = mln_sv_sub(h->name, 0, TEXT_MAX);
    struct mln_sv value = mln_sv_sub(h->value.p ? h->value : MLN_SV(""), 0, TEXT_MAX);

    if (!name.p || out->len + 3 + name.len + 3 + value.len > MLN_AUDIT_RECORD_MAX)
        return;
    put_text(out, TAG_HEADER_NAME, name);
    put_text(out, TAG_HEADER_VALUE, value);
}

void mln_audit_encode(const struct mln_audit_record *r, struct mln_buf *out)
{
    put_fixed(out, r);
#define X(tag, field) put_text(out, tag, field);
    TEXTS(X, r)
#undef X
    for (uint32_t i = 0; i < r->request.n_headers; i++)
        put_header(out, &r->request.headers[i]);
}

static int take_fixed(struct mln_sv v, struct mln_audit_record *r)
{
    struct fixed f;

    if (v.len != sizeof(f))
        return -EBADMSG;
    memcpy(&f, v.p, sizeof(f));
    if (f.kind > MLN_AUDIT_ACCESS || f.source > MLN_SOURCE_MERLON || f.effect > MLN_EFFECT_ALLOW ||
        f.replayable > MLN_REPLAY_NO || f.mode > 2 || f.location > MLN_LOC_MAX)
        return -EBADMSG;
    r->time = f.time;
    r->first = f.first;
    r->last = f.last;
    r->request.body_bytes = f.body_bytes;
    r->request.inspected_bytes = f.inspected_bytes;
    r->policy_revision = f.policy_revision;
    r->ban_for = f.ban_for;
    memcpy(r->event_id.b, f.event_id, 16);
    memcpy(r->client.ip.b, f.ip, 16);
    memcpy(r->client.peer_ip.b, f.peer_ip, 16);
    r->revision = f.revision;
    r->count = f.count;
    r->field.offset = f.offset;
    r->field.length = f.length;
    r->client.port = f.port;
    r->workload.app_port = f.app_port;
    r->workload.slot_plus_1 = f.slot_plus_1;
    r->response_status = f.status;
    r->score = f.score;
    r->kind = f.kind;
    r->effect = f.effect;
    r->mode = f.mode;
    r->replayable = f.replayable;
    r->late = f.late != 0;
    r->field.location = f.location;
    r->request.http_minor = f.http_minor;
    r->client.known = f.client_known != 0;
    r->access.source = f.source;
    r->access.bytes = f.answer_bytes;
    r->access.total = f.total;
    r->access.app = f.app;
    r->access.added = f.added;
    r->access.inspection = f.inspection;
    return 0;
}

static int take_header(struct mln_audit_record *r, enum tag tag, struct mln_sv v)
{
    uint32_t n = r->request.n_headers;

    if (tag == TAG_HEADER_NAME && n < MLN_AUDIT_HEADERS_MAX) {
        r->request.headers[n].name = v;
        r->request.headers[n].value = MLN_SV("");
        r->request.n_headers = n + 1;
        return 0;
    }
    if (tag != TAG_HEADER_VALUE || n == 0)
        return -EBADMSG;
    r->request.headers[n - 1].value = v;
    return 0;
}

static int take(struct mln_audit_record *r, enum tag tag, struct mln_sv v)
{
    switch (tag) {
    case TAG_FIXED:
        return take_fixed(v, r);
#define X(t, field)                                                                                \
    case t:                                                                                        \
        field = v;                                                                                 \
        return 0;
        TEXTS(X, r)
#undef X
    case TAG_HEADER_NAME:
    case TAG_HEADER_VALUE:
        return take_header(r, tag, v);
    default:
        return -EBADMSG;
    }
}

int mln_audit_decode(struct mln_sv bytes, struct mln_audit_record *ret)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t i = 0;

    memset(ret, 0, sizeof(*ret));
    if (bytes.len < 3 || bytes.len > MLN_AUDIT_RECORD_MAX || p[0] != TAG_FIXED)
        return -EBADMSG;
    while (i < bytes.len) {
        if (bytes.len - i < 3)
            return -EBADMSG;
        size_t n = (size_t)p[i + 1] | (size_t)p[i + 2] << 8;
        if (n > bytes.len - i - 3)
            return -EBADMSG;
        int r = take(ret, (enum tag)p[i], mln_sv(p + i + 3, n));
        if (r < 0)
            return r;
        i += 3 + n;
    }
    return 0;
}
