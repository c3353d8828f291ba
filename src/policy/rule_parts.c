/* The lists of a rule: endpoints, headers, exceptions, access, limits. */
#include "engine/pattern.h"
#include "http/field.h"
#include "intel/prefix_set.h"
#include "policy/schema.h"

static bool is_list(struct mln_reader_ctx *c, const struct mln_node *n, const char *path)
{
    if (n->kind != MLN_NODE_LIST)
        mln_schema_error(c, n, path, "expected a list (- …), found %s",
                         mln_node_kind_name(n->kind));
    return n->kind == MLN_NODE_LIST;
}

static void *push(struct mln_reader_ctx *c, void **v, uint32_t *n, uint32_t *cap, size_t size)
{
    void *e = mln_model_push(&c->policy->arena, v, n, cap, size);

    c->no_memory = c->no_memory || !e;
    return e;
}

/* ---- endpoints ---- */

#define EP(f) offsetof(struct mln_model_endpoint, f)
/* clang-format off */
static const struct mln_schema_field endpoint_fields[] = {
    {.name = "port", .type = MLN_T_COUNT, .offset = EP(port), .min = 1, .max = 65535},
    {.name = "host", .type = MLN_T_TEXT, .offset = EP(host)},
    {.name = "path", .type = MLN_T_TEXT, .offset = EP(path)},
    {.name = "tls", .type = MLN_T_LATER},
    {.name = "dialect", .type = MLN_T_LATER},
    {.name = NULL},
};
/* clang-format on */

void mln_read_endpoints(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *rule)
{
    struct mln_model_rule *r = rule;

    if (!is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_endpoint *ep =
            push(c, (void **)&r->endpoints, &r->n_endpoints, &r->cap_endpoints, sizeof(*ep));
        if (!ep)
            return;
        ep->host = ep->path = MLN_SV("*");
        mln_schema_read(c, endpoint_fields, e, path, ep);
    }
}

/* ---- headers ---- */

#define HD(f) offsetof(struct mln_model_header, f)
static void read_match(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       void *out)
{
    struct mln_model_header *h = out;
    size_t offset;
    const char *why;

    if (!mln_schema_text(c, n, path, &h->match))
        return;
    if (mln_pattern_check(h->match, &offset, &why) < 0)
        mln_schema_error(c, n, path, "at character %zu of the pattern: %s", offset + 1, why);
}

static void read_header_action(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                               void *out)
{
    struct mln_model_header *h = out;

    (void)mln_schema_action(c, n, path, &h->action);
}

/* clang-format off */
static const struct mln_schema_field header_fields[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = HD(name)},
    {.name = "require", .type = MLN_T_BOOL, .offset = HD(require)},
    {.name = "match", .type = MLN_T_CUSTOM, .read = read_match},
    {.name = "allow", .type = MLN_T_TEXTS, .offset = HD(allow)},
    {.name = "deny", .type = MLN_T_TEXTS, .offset = HD(deny)},
    {.name = "action", .type = MLN_T_CUSTOM, .read = read_header_action},
    {.name = NULL},
};
/* clang-format on */

void mln_read_headers(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule)
{
    struct mln_model_rule *r = rule;

    if (!is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_header *h =
            push(c, (void **)&r->headers, &r->n_headers, &r->cap_headers, sizeof(*h));
        if (!h)
            return;
        h->action = MLN_ACT_PREVENT;
        mln_schema_read(c, header_fields, e, path, h);
        if (!h->name.len)
            mln_schema_error(c, e, path, "a header rule needs a name");
        else if (!h->require && !h->match.p && !h->allow.n && !h->deny.n)
            mln_schema_error(
                c, e, path,
                "this header rule asks for nothing: give require, match, allow or deny");
    }
}

/* ---- exceptions ---- */

#define EX(f) offsetof(struct mln_model_exception, f)
static void read_protection(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                            void *out)
{
    struct mln_model_exception *x = out;
    int p = n->kind == MLN_NODE_SCALAR ? mln_protection_find(n->text) : -1;

    if (p < 0)
        mln_schema_error(c, n, path, "expected the name of a protection");
    else
        x->protection = (uint8_t)p;
}

static void read_sub(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *out)
{
    struct mln_model_exception *x = out;
    int d = n->kind == MLN_NODE_SCALAR ? mln_detector_find(n->text) : -1;

    if (d < 0)
        mln_schema_error(c, n, path, "expected a sub-id such as sqli.union");
    else
        x->detector = (uint16_t)d;
}

static void read_location(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          void *out)
{
    struct mln_model_exception *x = out;
    struct mln_sv text;

    if (!mln_schema_text(c, n, path, &text))
        return;
    for (unsigned i = 0; i < MLN_LOC_MAX; i++)
        if (mln_sv_eq(text, mln_sv_str(mln_location_name((enum mln_location)i)))) {
            x->location = (uint8_t)i;
            return;
        }
    mln_schema_error(
        c, n, path,
        "expected a location: path, query, form, json, multipart, xml, cookie, header, body, …");
}

static void read_expires(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *out)
{
    struct mln_model_exception *x = out;

    if (n->kind != MLN_NODE_SCALAR || mln_rfc3339_parse(n->text, &x->expires) < 0)
        mln_schema_error(c, n, path,
                         "expected a date like 2027-01-01, or a time like 2027-01-01T12:00:00Z");
}

/* For people; the compiled policy does not need it. */
static void read_reason(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *out)
{
    struct mln_sv text;

    (void)out;
    (void)mln_schema_text(c, n, path, &text);
}

/* clang-format off */
static const struct mln_schema_field exception_fields[] = {
    {.name = "protection", .type = MLN_T_CUSTOM, .read = read_protection},
    {.name = "sub", .type = MLN_T_CUSTOM, .read = read_sub},
    {.name = "location", .type = MLN_T_CUSTOM, .read = read_location},
    {.name = "name", .type = MLN_T_TEXT, .offset = EX(name)},
    {.name = "path", .type = MLN_T_TEXT, .offset = EX(path)},
    {.name = "host", .type = MLN_T_TEXT, .offset = EX(host)},
    {.name = "max_score", .type = MLN_T_INT, .offset = EX(max_score), .min = 1, .max = 100},
    {.name = "reason", .type = MLN_T_CUSTOM, .read = read_reason},
    {.name = "expires", .type = MLN_T_CUSTOM, .read = read_expires},
    {.name = NULL},
};
/* clang-format on */

void mln_read_exceptions(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *rule)
{
    struct mln_model_rule *r = rule;

    if (!is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_exception *x =
            push(c, (void **)&r->exceptions, &r->n_exceptions, &r->cap_exceptions, sizeof(*x));
        if (!x)
            return;
        *x = (struct mln_model_exception){
            .protection = MLN_PROT_MAX, .location = MLN_LOC_MAX, .detector = MLN_DET_MAX};
        mln_schema_read(c, exception_fields, e, path, x);
        if (x->protection == MLN_PROT_MAX && x->detector == MLN_DET_MAX)
            mln_schema_error(
                c, e, path,
                "an exception names a protection or a sub-id; one for everything is mode: off");
    }
}

/* ---- access ---- */

static int find_list(const struct mln_policy *p, struct mln_sv name)
{
    for (uint32_t i = 0; i < p->n_lists; i++)
        if (mln_sv_eq(p->lists[i].name, name))
            return (int)i;
    return -1;
}

static bool add_prefix(struct mln_reader_ctx *c, struct mln_model_list *l,
                       const struct mln_prefix *prefix)
{
    struct mln_prefix *slot = push(c, (void **)&l->prefixes, &l->n, &l->cap, sizeof(*slot));

    if (slot)
        *slot = *prefix;
    return slot != NULL;
}

void mln_read_cidrs(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                    void *list)
{
    struct mln_model_list *l = list;

    if (!is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_prefix prefix;
        if (e->kind != MLN_NODE_SCALAR || mln_prefix_parse(e->text, &prefix) < 0)
            mln_schema_error(c, e, path,
                             "expected an address or a CIDR without host bits, like "
                             "198.51.100.0/24 or 2001:db8::/32");
        else if (!add_prefix(c, l, &prefix))
            return;
    }
}

/* Names of lists, and CIDRs that become an unnamed list of their own. */
static void read_networks(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          uint32_t **v, uint32_t *count, uint32_t *cap)
{
    struct mln_model_list own = {0};

    if (!is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_prefix prefix;
        struct mln_sv text;
        if (!mln_schema_text(c, e, path, &text))
            continue;
        int list = find_list(c->policy, text);
        if (list >= 0) {
            uint32_t *slot = push(c, (void **)v, count, cap, sizeof(*slot));
            if (slot)
                *slot = (uint32_t)list;
        } else if (mln_prefix_parse(text, &prefix) == 0) {
            (void)add_prefix(c, &own, &prefix);
        } else {
            mln_schema_error(c, e, path,
                             "\"%.*s\" is neither a NetworkList of this policy nor a CIDR",
                             MLN_SV_ARG(mln_sv_sub(text, 0, 64)));
        }
    }
    if (!own.n)
        return;
    struct mln_model_list *l =
        push(c, (void **)&c->policy->lists, &c->policy->n_lists, &c->policy->cap_lists, sizeof(*l));
    uint32_t *slot = l ? push(c, (void **)v, count, cap, sizeof(*slot)) : NULL;
    if (slot) {
        *l = own;
        l->name = MLN_SV("");
        *slot = c->policy->n_lists - 1;
    }
}

static void read_skip(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      struct mln_model_rule *r)
{
    if (!is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        int p = e->kind == MLN_NODE_SCALAR ? mln_protection_find(e->text) : -1;
        if (p < 0)
            mln_schema_error(c, e, path, "expected the name of a protection");
        else if (p == MLN_PROT_MALFORMED)
            mln_schema_error(
                c, e, path,
                "malformed cannot be skipped: a message that cannot be framed is never passed on");
        else
            r->allow_skip |= UINT32_C(1) << p;
    }
}

void mln_read_access(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule)
{
    static const char *const names[] = {"allow", "deny", "skip", "trusted_proxies"};
    struct mln_model_rule *r = rule;

    if (n->kind != MLN_NODE_MAP) {
        mln_schema_error(c, n, path, "expected a map {allow, deny, skip, trusted_proxies}");
        return;
    }
    for (const struct mln_node *e = n->first; e; e = e->next) {
        char sub[MLN_PATH_TEXT];
        (void)snprintf(sub, sizeof(sub), "%s.%.*s", path, MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)));
        if (mln_sv_eq(e->key, MLN_SV("allow")))
            read_networks(c, e, sub, &r->allow, &r->n_allow, &r->cap_allow);
        else if (mln_sv_eq(e->key, MLN_SV("deny")))
            read_networks(c, e, sub, &r->deny, &r->n_deny, &r->cap_deny);
        else if (mln_sv_eq(e->key, MLN_SV("trusted_proxies")))
            read_networks(c, e, sub, &r->trusted, &r->n_trusted, &r->cap_trusted);
        else if (mln_sv_eq(e->key, MLN_SV("skip")))
            read_skip(c, e, sub, r);
        else if (mln_sv_eq(e->key, MLN_SV("countries")))
            mln_schema_error(c, e, sub,
                             "country lists need a later version of Merlon; remove them");
        else {
            const char *near = mln_nearest(e->key, names, MLN_ARRAY_LEN(names));
            mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, e->key_line, e->key_column, path,
                         "unknown field \"%.*s\"%s%s%s", MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)),
                         near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        }
    }
}

/* ---- limits ---- */

/* clang-format off */
static const struct mln_schema_field limit_fields[] = {
#define SIZE MLN_T_SIZE
#define COUNT MLN_T_COUNT
#define DURATION MLN_T_DURATION
#define X(field, t, def, help) {.name = #field, .type = t, .offset = sizeof(uint64_t) * MLN_LIMIT_##field, .text = help},
    MLN_SNAP_LIMITS(X)
#undef X
#undef SIZE
#undef COUNT
#undef DURATION
    {.name = NULL},
};
/* clang-format on */

/* Values below which nothing would work, or above which a limit is none. */
static void check_limits(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         const uint64_t *v)
{
    static const struct {
        enum mln_limit limit;
        uint64_t min, max;
    } ranges[] = {
        {MLN_LIMIT_body_inspect, 0, 64u << 20},
        {MLN_LIMIT_field_hold, 1024, 1u << 20},
        {MLN_LIMIT_header_bytes, 1024, 1u << 20},
        {MLN_LIMIT_target_bytes, 256, 1u << 20},
        {MLN_LIMIT_headers, 10, 10000},
        {MLN_LIMIT_args, 1, 1000000},
        {MLN_LIMIT_depth, 2, 250},
        {MLN_LIMIT_codings, 1, 4},
        {MLN_LIMIT_inflate_ratio, 2, 10000},
        {MLN_LIMIT_trailer_bytes, 0, 65536},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(ranges); i++)
        if (v[ranges[i].limit] < ranges[i].min || v[ranges[i].limit] > ranges[i].max)
            mln_schema_error(c, n, path, "%s must be from %llu to %llu",
                             limit_fields[ranges[i].limit].name, (unsigned long long)ranges[i].min,
                             (unsigned long long)ranges[i].max);
    for (unsigned l = MLN_LIMIT_head_timeout; l <= MLN_LIMIT_response_timeout; l++)
        if (v[l] < 100 * MLN_NSEC_PER_MSEC || v[l] > 86400 * MLN_NSEC_PER_SEC)
            mln_schema_error(c, n, path, "%s must be from 100ms to 1d", limit_fields[l].name);
}

void mln_read_limits(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule)
{
    struct mln_model_rule *r = rule;

    mln_schema_read(c, limit_fields, n, path, r->limit);
    check_limits(c, n, path, r->limit);
}
