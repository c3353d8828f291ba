#include "engine/snapshot.h"

#include <errno.h>

#include "base/hash.h"
#include "engine/regex.h"
#include "engine/txn.h"
#include "http/field.h"
#include "intel/prefix_set.h"

static const size_t element_size[MLN_SNAP_MAX] = {
#define X(sym, type) [MLN_SNAP_##sym] = sizeof(type),
    MLN_SNAP_SECTIONS(X)
#undef X
};

uint32_t mln_snapshot_build(void)
{
    static const struct mln_hash_key key = {0x6d65726c6f6e, MLN_SNAPSHOT_FORMAT};
    uint64_t facts[MLN_SNAP_MAX + 6];

    for (unsigned i = 0; i < MLN_SNAP_MAX; i++)
        facts[i] = element_size[i];
    facts[MLN_SNAP_MAX] = MLN_DET_MAX;
    facts[MLN_SNAP_MAX + 1] = MLN_PROT_MAX;
    facts[MLN_SNAP_MAX + 2] = MLN_LIMIT_MAX;
    facts[MLN_SNAP_MAX + 3] = MLN_LOC_MAX;
    facts[MLN_SNAP_MAX + 4] = MLN_FIELD_MAX;
    facts[MLN_SNAP_MAX + 5] = MLN_FUNCTION_MAX;
    return (uint32_t)mln_hash(&key, mln_sv(facts, sizeof(facts)));
}

/* ---- checks, once per blob ---- */

static const void *section(const struct mln_snapshot *s, enum mln_snap_section id)
{
    return s->base + s->h->section[id].off;
}

static uint64_t count(const struct mln_snapshot *s, enum mln_snap_section id)
{
    return s->h->section[id].count;
}

static bool sections_fit(const struct mln_snapshot *s)
{
    for (unsigned i = 0; i < MLN_SNAP_MAX; i++) {
        uint64_t bytes, end;
        if (__builtin_mul_overflow(s->h->section[i].count, (uint64_t)element_size[i], &bytes) ||
            __builtin_add_overflow(s->h->section[i].off, bytes, &end) || end > s->len ||
            s->h->section[i].off % 8 != 0 || s->h->section[i].count > UINT32_MAX)
            return false;
    }
    return true;
}

static bool ref_ok(const struct mln_snapshot *s, struct mln_snap_ref r)
{
    return r.len == UINT32_MAX || (uint64_t)r.off + r.len <= count(s, MLN_SNAP_STRINGS);
}

static bool present_ok(const struct mln_snapshot *s, struct mln_snap_ref r)
{
    return r.len != UINT32_MAX && ref_ok(s, r);
}

static bool span_ok(const struct mln_snapshot *s, struct mln_snap_span span,
                    enum mln_snap_section id)
{
    return (uint64_t)span.first + span.count <= count(s, id);
}

static bool lists_ok(const struct mln_snapshot *s, struct mln_snap_span span)
{
    const uint32_t *index = section(s, MLN_SNAP_INDEXES);

    if (!span_ok(s, span, MLN_SNAP_INDEXES))
        return false;
    for (uint32_t i = 0; i < span.count; i++)
        if (index[span.first + i] >= count(s, MLN_SNAP_LISTS))
            return false;
    return true;
}

static bool rule_enums_ok(const struct mln_snap_rule *r)
{
    for (unsigned d = 0; d < MLN_DET_MAX; d++)
        if (r->action[d] >= MLN_ACT_MAX)
            return false;
    for (unsigned t = 0; t < MLN_SNAP_TAGS_MAX; t++)
        if (r->reputation[t] >= MLN_ACT_MAX)
            return false;
    return r->mode <= MLN_MODE_ENFORCE && r->sensitivity < MLN_SENS_MAX &&
           r->on_error <= MLN_ON_ERROR_PASS && r->hold < MLN_HOLD_MAX &&
           r->csrf_samesite <= MLN_SAMESITE_STRICT &&
           (r->block_status == 0 || (r->block_status >= 200 && r->block_status <= 599));
}

static bool rule_ok(const struct mln_snapshot *s, const struct mln_snap_rule *r)
{
    return rule_enums_ok(r) && present_ok(s, r->name) && ref_ok(s, r->notes) &&
           ref_ok(s, r->frame_value) && ref_ok(s, r->block_html) && ref_ok(s, r->block_json) &&
           span_ok(s, r->endpoints, MLN_SNAP_ENDPOINTS) &&
           span_ok(s, r->headers, MLN_SNAP_HEADER_RULES) && span_ok(s, r->edits, MLN_SNAP_EDITS) &&
           span_ok(s, r->custom, MLN_SNAP_CUSTOM) &&
           span_ok(s, r->exceptions, MLN_SNAP_EXCEPTIONS) &&
           span_ok(s, r->scope_images, MLN_SNAP_REFS) &&
           span_ok(s, r->scope_containers, MLN_SNAP_REFS) &&
           span_ok(s, r->scope_namespaces, MLN_SNAP_REFS) &&
           span_ok(s, r->scope_nodes, MLN_SNAP_REFS) &&
           span_ok(s, r->scope_labels, MLN_SNAP_REFS) && r->scope_labels.count % 2 == 0 &&
           span_ok(s, r->csrf_origins, MLN_SNAP_REFS) &&
           span_ok(s, r->csrf_exempt, MLN_SNAP_REFS) && lists_ok(s, r->allow) &&
           lists_ok(s, r->deny) && lists_ok(s, r->trusted_proxies) &&
           lists_ok(s, r->proxy_protocol) && span_ok(s, r->countries_allow, MLN_SNAP_REFS) &&
           span_ok(s, r->countries_deny, MLN_SNAP_REFS);
}

static bool exception_ok(const struct mln_snapshot *s, const struct mln_snap_exception *x)
{
    return x->protection <= MLN_PROT_MAX && x->location <= MLN_LOC_MAX &&
           x->detector <= MLN_DET_MAX && ref_ok(s, x->name) && ref_ok(s, x->path) &&
           ref_ok(s, x->host);
}

static bool regex_ok(const struct mln_snapshot *s, struct mln_snap_span words)
{
    return span_ok(s, words, MLN_SNAP_REGEX) &&
           mln_regex_ok((const uint64_t *)section(s, MLN_SNAP_REGEX) + words.first, words.count);
}

static bool header_rule_ok(const struct mln_snapshot *s, const struct mln_snap_header_rule *r)
{
    return present_ok(s, r->name) && (!r->match.count || regex_ok(s, r->match)) &&
           span_ok(s, r->allow, MLN_SNAP_REFS) && span_ok(s, r->deny, MLN_SNAP_REFS) &&
           r->action < MLN_ACT_MAX;
}

static bool op_ok(const struct mln_snapshot *s, const struct mln_snap_op *o, uint32_t at,
                  uint32_t end)
{
    if (o->op >= MLN_OP_MAX || ((o->op == MLN_OP_JUMP_IF || o->op == MLN_OP_JUMP_UNLESS) &&
                                (o->target <= at || o->target > end)))
        return false; /* only forward: every run ends */
    for (unsigned i = 0; i < MLN_EXPR_FUNCTIONS_MAX; i++)
        if (o->function[i] >= MLN_FUNCTION_MAX)
            return false;
    if (o->field >= MLN_FIELD_MAX || o->compare >= MLN_CMP_MAX ||
        o->n_functions > MLN_EXPR_FUNCTIONS_MAX || o->workload_bit >= MLN_EXPR_WORKLOAD_MAX ||
        !ref_ok(s, o->key) || !ref_ok(s, o->text))
        return false;
    if (o->compare == MLN_CMP_IN_LISTS)
        return lists_ok(s, o->set);
    if (o->compare == MLN_CMP_MATCHES)
        return regex_ok(s, o->set);
    return span_ok(s, o->set, MLN_SNAP_REFS);
}

static bool custom_ok(const struct mln_snapshot *s, const struct mln_snap_custom *c)
{
    bool ok = present_ok(s, c->id) && ref_ok(s, c->message) && c->action < MLN_ACT_MAX &&
              c->phase < MLN_PHASE_MAX && span_ok(s, c->code, MLN_SNAP_CODE) &&
              c->code.count <= MLN_EXPR_CODE_MAX;

    for (uint32_t i = 0; ok && i < c->code.count; i++)
        ok = op_ok(s, mln_snap_op(s, c->code.first + i), i, c->code.count);
    return ok;
}

static bool records_ok(const struct mln_snapshot *s)
{
    bool ok = true;

    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_REFS); i++)
        ok = present_ok(s, ((const struct mln_snap_ref *)section(s, MLN_SNAP_REFS))[i]);
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_PREFIXES); i++)
        ok = ((const struct mln_prefix *)section(s, MLN_SNAP_PREFIXES))[i].bits <= 128;
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_LISTS); i++) {
        const struct mln_snap_list *l = mln_snap_list(s, (uint32_t)i);
        ok = ref_ok(s, l->name) && ref_ok(s, l->file) && ref_ok(s, l->url) && ref_ok(s, l->ca) &&
             span_ok(s, l->prefixes, MLN_SNAP_PREFIXES) && l->form <= MLN_LIST_MMDB &&
             l->tag <= count(s, MLN_SNAP_TAGS);
    }
    ok = ok && count(s, MLN_SNAP_TAGS) <= MLN_SNAP_TAGS_MAX;
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_TAGS); i++)
        ok = present_ok(s, ((const struct mln_snap_ref *)section(s, MLN_SNAP_TAGS))[i]);
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_ENDPOINTS); i++) {
        const struct mln_snap_endpoint *e = mln_snap_endpoint(s, (uint32_t)i);
        ok = present_ok(s, e->host) && present_ok(s, e->path) && e->tls <= count(s, MLN_SNAP_TLS);
    }
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_CERTIFICATES); i++) {
        const struct mln_snap_certificate *c = mln_snap_certificate(s, (uint32_t)i);
        ok = present_ok(s, c->name) && present_ok(s, c->chain);
    }
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_TLS); i++) {
        const struct mln_snap_tls *t = mln_snap_tls(s, (uint32_t)i);
        ok = t->certificate <= count(s, MLN_SNAP_CERTIFICATES) && t->upstream < MLN_UPSTREAM_MAX &&
             ref_ok(s, t->upstream_name) && ref_ok(s, t->upstream_ca);
    }
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_HEADER_RULES); i++)
        ok = header_rule_ok(s, mln_snap_header_rule(s, (uint32_t)i));
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_EXCEPTIONS); i++)
        ok = exception_ok(s, mln_snap_exception(s, (uint32_t)i));
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_EDITS); i++) {
        const struct mln_snap_edit *e = mln_snap_edit(s, (uint32_t)i);
        ok = present_ok(s, e->name) && ref_ok(s, e->value) && e->action < MLN_EDIT_MAX;
    }
    for (uint64_t i = 0; ok && i < count(s, MLN_SNAP_CUSTOM); i++)
        ok = custom_ok(s, mln_snap_custom(s, (uint32_t)i));
    for (uint32_t i = 0; ok && i < s->n_rules; i++)
        ok = rule_ok(s, &s->rules[i]);
    return ok;
}

int mln_snapshot_open(const void *base, size_t len, struct mln_snapshot *ret)
{
    struct mln_snapshot s = {.base = base, .len = len, .h = base};

    if (len < sizeof(*s.h) || (uintptr_t)base % 8 != 0 || s.h->magic != MLN_SNAPSHOT_MAGIC ||
        s.h->format != MLN_SNAPSHOT_FORMAT || s.h->build != mln_snapshot_build() ||
        s.h->length != len || !sections_fit(&s))
        return -EBADMSG;
    s.strings = section(&s, MLN_SNAP_STRINGS);
    s.rules = section(&s, MLN_SNAP_RULES);
    s.n_rules = (uint32_t)count(&s, MLN_SNAP_RULES);
    if (!records_ok(&s))
        return -EBADMSG;
    *ret = s;
    return 0;
}

/* ---- access ---- */

struct mln_sv mln_snap_str(const struct mln_snapshot *s, struct mln_snap_ref r)
{
    return r.len == UINT32_MAX ? MLN_SV_NULL : mln_sv(s->strings + r.off, r.len);
}

const struct mln_snap_endpoint *mln_snap_endpoint(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_endpoint *)section(s, MLN_SNAP_ENDPOINTS) + i;
}

const struct mln_snap_header_rule *mln_snap_header_rule(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_header_rule *)section(s, MLN_SNAP_HEADER_RULES) + i;
}

const struct mln_snap_edit *mln_snap_edit(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_edit *)section(s, MLN_SNAP_EDITS) + i;
}

const struct mln_snap_certificate *mln_snap_certificate(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_certificate *)section(s, MLN_SNAP_CERTIFICATES) + i;
}

const struct mln_snap_tls *mln_snap_tls(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_tls *)section(s, MLN_SNAP_TLS) + i;
}

uint32_t mln_snap_count(const struct mln_snapshot *s, enum mln_snap_section id)
{
    return (uint32_t)count(s, id);
}

const struct mln_snap_exception *mln_snap_exception(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_exception *)section(s, MLN_SNAP_EXCEPTIONS) + i;
}

const struct mln_snap_custom *mln_snap_custom(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_custom *)section(s, MLN_SNAP_CUSTOM) + i;
}

const struct mln_snap_op *mln_snap_op(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_op *)section(s, MLN_SNAP_CODE) + i;
}

const struct mln_regex *mln_snap_regex(const struct mln_snapshot *s, struct mln_snap_span words)
{
    return (const void *)((const uint64_t *)section(s, MLN_SNAP_REGEX) + words.first);
}

const struct mln_snap_list *mln_snap_list(const struct mln_snapshot *s, uint32_t i)
{
    return (const struct mln_snap_list *)section(s, MLN_SNAP_LISTS) + i;
}

struct mln_snap_ref mln_snap_refs(const struct mln_snapshot *s, uint32_t i)
{
    return ((const struct mln_snap_ref *)section(s, MLN_SNAP_REFS))[i];
}

uint32_t mln_snap_list_count(const struct mln_snapshot *s)
{
    return (uint32_t)count(s, MLN_SNAP_LISTS);
}

/* ---- lists beside the snapshot ---- */

size_t mln_snapshot_bind_size(const struct mln_snapshot *s)
{
    return (size_t)(count(s, MLN_SNAP_LISTS) + count(s, MLN_SNAP_TAGS));
}

static uint32_t find_bound(const struct mln_lists *lists, const char *kind, struct mln_sv name)
{
    char text[MLN_LISTS_NAME_MAX + 1];
    int n = snprintf(text, sizeof(text), "%s%.*s", kind, MLN_SV_ARG(name));

    return mln_lists_tag(lists, mln_sv(text, MLN_MIN((size_t)n, sizeof(text) - 1)));
}

void mln_snapshot_bind(struct mln_snapshot *s, const struct mln_lists *lists, uint32_t *bound)
{
    const struct mln_snap_ref *tags = section(s, MLN_SNAP_TAGS);
    uint32_t n = mln_snap_list_count(s);

    for (uint32_t i = 0; i < n; i++) {
        const struct mln_snap_list *l = mln_snap_list(s, i);
        bound[i] = mln_snap_is_outside(l)
                       ? find_bound(lists, MLN_LISTS_OF_LIST, mln_snap_str(s, l->name))
                       : MLN_LISTS_NONE;
    }
    for (uint32_t i = 0; i < count(s, MLN_SNAP_TAGS); i++)
        bound[n + i] = find_bound(lists, MLN_LISTS_OF_TAG, mln_snap_str(s, tags[i]));
    s->lists = lists;
    s->bound = bound;
}

uint64_t mln_snap_tags(const struct mln_snapshot *s, const struct mln_addr *a)
{
    uint32_t set = s->lists ? mln_lists_find(s->lists, a) : 0, n = mln_snap_list_count(s);
    uint64_t tags = 0;

    for (uint32_t i = 0; set && i < count(s, MLN_SNAP_TAGS); i++)
        if (mln_lists_set_has(s->lists, set, s->bound[n + i]))
            tags |= UINT64_C(1) << i;
    return tags;
}

struct mln_sv mln_snap_tag_name(const struct mln_snapshot *s, uint32_t tag)
{
    return mln_snap_str(s, ((const struct mln_snap_ref *)section(s, MLN_SNAP_TAGS))[tag]);
}

struct mln_sv mln_snap_country(const struct mln_snapshot *s, const struct mln_addr *a)
{
    return s->lists ? mln_lists_country(s->lists, mln_lists_find(s->lists, a)) : MLN_SV_NULL;
}

bool mln_snap_has_countries(const struct mln_snapshot *s)
{
    return s->lists && s->lists->h->has_countries;
}

bool mln_snap_lists_have(const struct mln_snapshot *s, struct mln_snap_span lists,
                         const struct mln_addr *a)
{
    const uint32_t *index = section(s, MLN_SNAP_INDEXES);
    const struct mln_prefix *prefixes = section(s, MLN_SNAP_PREFIXES);

    uint32_t set = UINT32_MAX; /* not asked for yet */

    for (uint32_t i = 0; i < lists.count; i++) {
        uint32_t number = index[lists.first + i];
        const struct mln_snap_list *l = mln_snap_list(s, number);
        if (s->lists && mln_snap_is_outside(l)) {
            set = set == UINT32_MAX ? mln_lists_find(s->lists, a) : set;
            if (set && mln_lists_set_has(s->lists, set, s->bound[number]))
                return true;
        }
        if (mln_prefix_set_has(prefixes + l->prefixes.first, l->prefixes.count, a))
            return true;
    }
    return false;
}

bool mln_snap_globs_match(const struct mln_snapshot *s, struct mln_snap_span globs,
                          struct mln_sv text, bool fold)
{
    for (uint32_t i = 0; i < globs.count; i++)
        if (mln_sv_glob(mln_snap_str(s, mln_snap_refs(s, globs.first + i)), text, fold))
            return true;
    return false;
}

const struct mln_snap_rule *mln_snap_rule_first(const struct mln_snapshot *s)
{
    return s->n_rules ? &s->rules[0] : NULL;
}
