/* Model → snapshot blob. The bytes depend on the model alone. */
#include <errno.h>

#include "base/hash.h"
#include "engine/expr_test.h"
#include "policy/model.h"

/* Far below what 32-bit offsets can say, so that none of them can wrap. */
enum { SECTION_MAX = 1 << 30 };

struct compiler {
    struct mln_buf section[MLN_SNAP_MAX];
    uint32_t n_workload; /* of the rule at hand: what its custom rules ask of the workload, and … */
    uint64_t workload_none; /* … what that comes to where there is none */
};

static const size_t element_size[MLN_SNAP_MAX] = {
#define X(sym, type) [MLN_SNAP_##sym] = sizeof(type),
    MLN_SNAP_SECTIONS(X)
#undef X
};

static uint32_t count(const struct compiler *c, enum mln_snap_section id)
{
    return (uint32_t)(c->section[id].len / element_size[id]);
}

static struct mln_snap_ref add_string(struct compiler *c, struct mln_sv s)
{
    struct mln_buf *b = &c->section[MLN_SNAP_STRINGS];
    struct mln_snap_ref r = {(uint32_t)b->len, (uint32_t)s.len};

    if (!s.p)
        return (struct mln_snap_ref){0, UINT32_MAX};
    mln_buf_add_sv(b, s);
    return r;
}

static struct mln_snap_ref add_lower(struct compiler *c, struct mln_sv s)
{
    struct mln_buf *b = &c->section[MLN_SNAP_STRINGS];
    struct mln_snap_ref r = {(uint32_t)b->len, (uint32_t)s.len};

    if (!s.p)
        return (struct mln_snap_ref){0, UINT32_MAX};
    for (size_t i = 0; i < s.len; i++)
        mln_buf_add_char(b, mln_lower(s.p[i]));
    return r;
}

static struct mln_snap_span add_refs(struct compiler *c, const struct mln_strings *v)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_REFS), v->n};

    for (uint32_t i = 0; i < v->n; i++) {
        struct mln_snap_ref r = add_string(c, v->v[i]);
        mln_buf_add(&c->section[MLN_SNAP_REFS], &r, sizeof(r));
    }
    return span;
}

static struct mln_snap_span add_indexes(struct compiler *c, const struct mln_networks *n)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_INDEXES), n->n};

    mln_buf_add(&c->section[MLN_SNAP_INDEXES], n->v, n->n * sizeof(*n->v));
    return span;
}

static struct mln_snap_span add_endpoints(struct compiler *c, const struct mln_model_rule *r)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_ENDPOINTS), r->n_endpoints};

    for (uint32_t i = 0; i < r->n_endpoints; i++) {
        struct mln_snap_endpoint e = {
            .host = add_lower(c, r->endpoints[i].host),
            .path = add_string(c, r->endpoints[i].path),
            .port = (uint16_t)r->endpoints[i].port,
            .tls = r->endpoints[i].tls,
        };
        mln_buf_add(&c->section[MLN_SNAP_ENDPOINTS], &e, sizeof(e));
    }
    return span;
}

static struct mln_snap_span add_program(struct compiler *c, struct mln_sv program)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_REGEX), (uint32_t)(program.len / 8)};

    mln_buf_add_sv(&c->section[MLN_SNAP_REGEX], program);
    return span;
}

static struct mln_snap_span add_headers(struct compiler *c, const struct mln_model_rule *r)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_HEADER_RULES), r->n_headers};

    for (uint32_t i = 0; i < r->n_headers; i++) {
        const struct mln_model_header *m = &r->headers[i];
        struct mln_snap_header_rule h = {
            .name = add_lower(c, m->name),
            .match = add_program(c, m->match),
            .allow = add_refs(c, &m->allow),
            .deny = add_refs(c, &m->deny),
            .require = m->require,
            .action = m->action,
        };
        mln_buf_add(&c->section[MLN_SNAP_HEADER_RULES], &h, sizeof(h));
    }
    return span;
}

static struct mln_snap_span add_edits(struct compiler *c, const struct mln_model_rule *r)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_EDITS), r->n_edits};

    for (uint32_t i = 0; i < r->n_edits; i++) {
        const struct mln_snap_edit e = {
            .name = add_string(c, r->edits[i].name),
            .value = add_string(c, r->edits[i].value),
            .action = r->edits[i].action,
        };
        mln_buf_add(&c->section[MLN_SNAP_EDITS], &e, sizeof(e));
    }
    return span;
}

/* Numbered within the rule, which knows what they come to where there is no container. */
static void add_question(struct compiler *c, struct mln_snap_op *op)
{
    op->workload_bit = (uint8_t)c->n_workload++;
    if (mln_expr_answer(op, (struct mln_tally){0}))
        c->workload_none |= UINT64_C(1) << op->workload_bit;
}

static struct mln_snap_span add_code(struct compiler *c, const struct mln_model_custom *m)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_CODE), m->n_ops};

    for (uint32_t i = 0; i < m->n_ops; i++) {
        const struct mln_model_op *o = &m->ops[i];
        struct mln_snap_op op = {
            .op = o->op,
            .field = o->field,
            .compare = o->compare,
            .all = o->all,
            .n_functions = o->n_functions,
            .target = o->target,
            .key = add_string(c, o->key),
            .text = add_string(c, o->text),
            .set = o->compare == MLN_CMP_MATCHES    ? add_program(c, o->program)
                   : o->compare == MLN_CMP_IN_LISTS ? add_indexes(c, &o->lists)
                                                    : add_refs(c, &o->set),
            .number = o->number,
        };
        memcpy(op.function, o->function, sizeof(op.function));
        if (o->op == MLN_OP_TEST && mln_expr_is_of_workload((enum mln_expr_field)o->field))
            add_question(c, &op);
        mln_buf_add(&c->section[MLN_SNAP_CODE], &op, sizeof(op));
    }
    return span;
}

static struct mln_snap_span add_custom(struct compiler *c, const struct mln_model_rule *r)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_CUSTOM), r->n_custom};

    c->n_workload = 0;
    c->workload_none = 0;
    for (uint32_t i = 0; i < r->n_custom; i++) {
        const struct mln_model_custom *m = &r->custom[i];
        struct mln_snap_custom x = {
            .id = add_string(c, m->id),
            .message = add_string(c, m->message),
            .code = add_code(c, m),
            .action = m->action,
            .allow = m->allow,
            .phase = m->phase,
        };
        mln_buf_add(&c->section[MLN_SNAP_CUSTOM], &x, sizeof(x));
    }
    return span;
}

static struct mln_snap_span add_exceptions(struct compiler *c, const struct mln_model_rule *r)
{
    struct mln_snap_span span = {count(c, MLN_SNAP_EXCEPTIONS), r->n_exceptions};

    for (uint32_t i = 0; i < r->n_exceptions; i++) {
        const struct mln_model_exception *m = &r->exceptions[i];
        struct mln_snap_exception x = {
            .protection = m->protection,
            .location = m->location,
            .detector = m->detector,
            .max_score = (int16_t)m->max_score,
            .name = add_string(c, m->name),
            .path = add_string(c, m->path),
            .host = add_string(c, m->host),
            .expires = m->expires,
        };
        mln_buf_add(&c->section[MLN_SNAP_EXCEPTIONS], &x, sizeof(x));
    }
    return span;
}

/* As they stand in the model: its indexes are those of the sections. */
static void add_tls(struct compiler *c, const struct mln_policy *p)
{
    for (uint32_t i = 0; i < p->n_certificates; i++) {
        const struct mln_snap_certificate x = {add_string(c, p->certificates[i].name),
                                               add_string(c, p->certificates[i].chain)};
        mln_buf_add(&c->section[MLN_SNAP_CERTIFICATES], &x, sizeof(x));
    }
    for (uint32_t i = 0; i < p->n_tls; i++) {
        const struct mln_model_tls *m = &p->tls[i];
        const struct mln_snap_tls t = {
            .certificate = m->certificate,
            .min = m->min ? 0x0304 : 0x0303,
            .upstream = m->upstream,
            .hsts = m->hsts,
            .upstream_name = add_lower(c, m->upstream_name),
            .upstream_ca = add_string(c, m->upstream_ca),
        };
        mln_buf_add(&c->section[MLN_SNAP_TLS], &t, sizeof(t));
    }
}

/* In the order of the words of the field. */
static const char separators[] = {',', ';', '\t'};

static void add_lists(struct compiler *c, const struct mln_policy *p)
{
    for (uint32_t i = 0; i < p->n_lists; i++) {
        struct mln_snap_list l = {
            .name = add_string(c, p->lists[i].name),
            .prefixes = {count(c, MLN_SNAP_PREFIXES), p->lists[i].n},
            .file = add_string(c, p->lists[i].file),
            .url = add_string(c, p->lists[i].url),
            .ca = add_string(c, p->lists[i].ca),
            .refresh = p->lists[i].refresh,
            .max_bytes = p->lists[i].max_bytes,
            .feed = p->lists[i].feed,
            .form = p->lists[i].form,
            .separator = (uint8_t)separators[p->lists[i].separator],
            .column = (uint8_t)p->lists[i].column,
            .tag_column = (uint8_t)p->lists[i].tag_column,
            .tag = p->lists[i].tag,
        };
        mln_buf_add(&c->section[MLN_SNAP_PREFIXES], p->lists[i].prefixes,
                    p->lists[i].n * sizeof(struct mln_prefix));
        mln_buf_add(&c->section[MLN_SNAP_LISTS], &l, sizeof(l));
    }
}

static void add_tags(struct compiler *c, const struct mln_policy *p)
{
    for (uint32_t i = 0; i < p->n_tags; i++) {
        struct mln_snap_ref r = add_string(c, p->tags[i]);
        mln_buf_add(&c->section[MLN_SNAP_TAGS], &r, sizeof(r));
    }
}

static const struct mln_model_page *page_of(const struct mln_policy *p,
                                            const struct mln_model_rule *r)
{
    for (uint32_t i = 0; i < p->n_pages; i++)
        if (mln_sv_eq(p->pages[i].name, r->block_page))
            return &p->pages[i];
    return NULL;
}

static void add_rule(struct compiler *c, const struct mln_policy *p, const struct mln_model_rule *m)
{
    const struct mln_model_page *page = m->block_page.p ? page_of(p, m) : NULL;
    struct mln_snap_span custom = add_custom(c, m);
    struct mln_snap_rule r = {
        .name = add_string(c, m->name),
        .notes = add_string(c, m->notes),
        .order = (int32_t)m->order,
        .mode = m->mode,
        .sensitivity = m->sensitivity,
        .on_error = m->on_error,
        .ban_for = m->ban_for,
        .ban_private = m->ban_private,
        .fail_closed = m->fail_closed,
        .scope_images = add_refs(c, &m->images),
        .scope_containers = add_refs(c, &m->containers),
        .scope_namespaces = add_refs(c, &m->namespaces),
        .scope_nodes = add_refs(c, &m->nodes),
        .scope_labels = add_refs(c, &m->labels),
        .endpoints = add_endpoints(c, m),
        .headers = add_headers(c, m),
        .edits = add_edits(c, m),
        .custom = custom,
        .workload_none = c->workload_none,
        .exceptions = add_exceptions(c, m),
        .csrf_origins = add_refs(c, &m->csrf_origins),
        .csrf_exempt = add_refs(c, &m->csrf_exempt),
        .csrf_given = m->csrf_given,
        .csrf_samesite = m->csrf_samesite,
        .drop_underscore_names = m->drop_underscore_names,
        .refuse_other = m->refuse_other,
        .host_protect = m->host_protect,
        .leak_mask = m->leak_mask,
        .leak_strip = m->leak_strip,
        .websocket_off = m->websocket_off,
        .hold = m->hold,
        .frame_value = add_string(c, m->frame_value),
        .allow = add_indexes(c, &m->allow),
        .deny = add_indexes(c, &m->deny),
        .trusted_proxies = add_indexes(c, &m->trusted),
        .proxy_protocol = add_indexes(c, &m->proxy_protocol),
        .countries_allow = add_refs(c, &m->countries_allow),
        .countries_deny = add_refs(c, &m->countries_deny),
        .uploads_allow = m->uploads_allow,
        .uploads_max_bytes = m->uploads_max_bytes,
        .allow_skip = m->allow_skip,
        .block_status = (uint16_t)m->block_status,
        .block_html = add_string(c, page ? page->html : MLN_SV_NULL),
        .block_json = add_string(c, page ? page->json : MLN_SV_NULL),
    };

    memcpy(r.action, m->action, sizeof(m->action));
    memcpy(r.reputation, m->reputation, sizeof(m->reputation));
    memcpy(r.limit, m->limit, sizeof(m->limit));
    mln_buf_add(&c->section[MLN_SNAP_RULES], &r, sizeof(r));
}

static void pad(struct mln_buf *b)
{
    static const char zero[8] = {0};

    mln_buf_add(b, zero, (8 - b->len % 8) % 8);
}

static int assemble(struct compiler *c, struct mln_buf *out)
{
    static const struct mln_hash_key key = {0x7265766973696f6e, 0};
    struct mln_snap_header h = {
        .magic = MLN_SNAPSHOT_MAGIC, .format = MLN_SNAPSHOT_FORMAT, .build = mln_snapshot_build()};

    mln_buf_clear(out);
    mln_buf_add(out, &h, sizeof(h));
    for (unsigned i = 0; i < MLN_SNAP_MAX; i++) {
        pad(out);
        h.section[i].off = out->len;
        h.section[i].count = count(c, (enum mln_snap_section)i);
        mln_buf_add_sv(out, mln_buf_sv(&c->section[i]));
        if (mln_buf_failed(&c->section[i]))
            return -ENOMEM;
    }
    pad(out);
    if (mln_buf_failed(out))
        return -ENOMEM;
    h.length = out->len;
    h.revision = mln_hash(&key, mln_sv(out->p + sizeof(h), out->len - sizeof(h)));
    memcpy(out->p, &h, sizeof(h));
    return 0;
}

int mln_policy_compile(const struct mln_policy *policy, struct mln_buf *out)
{
    struct compiler c = {0};

    for (unsigned i = 0; i < MLN_SNAP_MAX; i++)
        c.section[i].limit_bytes = SECTION_MAX;
    add_lists(&c, policy);
    add_tls(&c, policy);
    add_tags(&c, policy);
    for (uint32_t i = 0; i < policy->n_rules; i++)
        add_rule(&c, policy, &policy->rules[i]);
    int r = assemble(&c, out);
    for (unsigned i = 0; i < MLN_SNAP_MAX; i++)
        mln_buf_done(&c.section[i]);
    return r;
}
