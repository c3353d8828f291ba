#include "policy/schema.h"

#include <stdarg.h>

#include "base/units.h"

const char *const mln_words_action[] = {"off", "alert", "prevent", "ban", NULL};
const char *const mln_words_mode[] = {"off", "shadow", "enforce", NULL};
static const char *const words_sensitivity[] = {"low", "normal", "high", NULL};
static const char *const words_on_error[] = {"block", "pass", NULL};
static const char *const words_fail[] = {"open", "closed", NULL};
static const char *const words_non_http[] = {"pass", "refuse", NULL};

#define RULE(f) offsetof(struct mln_model_rule, f)
/* clang-format off */
static const struct mln_schema_field scope[] = {
    {.name = "images", .type = MLN_T_TEXTS, .offset = RULE(images), .def = "every image", .text = "image names, * stands for anything"},
    {.name = "containers", .type = MLN_T_TEXTS, .offset = RULE(containers), .def = "every container", .text = "container names"},
    {.name = "namespaces", .type = MLN_T_TEXTS, .offset = RULE(namespaces), .def = "every namespace", .text = "Kubernetes namespaces"},
    {.name = "labels", .type = MLN_T_LATER, .text = "container labels, all must match"},
    {.name = "nodes", .type = MLN_T_TEXTS, .offset = RULE(nodes), .def = "every node", .text = "node names"},
    {.name = NULL},
};
static const struct mln_schema_field block[] = {
    {.name = "status", .type = MLN_T_COUNT, .offset = RULE(block_status), .def = "403", .min = 200, .max = 599, .text = "status of the refusal"},
    {.name = "page", .type = MLN_T_TEXT, .offset = RULE(block_page), .def = "default", .text = "name of a Page document, or default"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_rule_spec[] = {
    {.name = "scope", .type = MLN_T_MAP, .sub = scope, .text = "which containers the rule is for (merlon proxy ignores it)"},
    {.name = "mode", .type = MLN_T_ENUM, .offset = RULE(mode), .words = mln_words_mode, .def = "enforce", .text = "enforce; shadow: every action becomes alert; off"},
    {.name = "endpoints", .type = MLN_T_CUSTOM, .read = mln_read_endpoints, .def = "every request", .shape = "a list of {port, host, path}", .text = "which requests are protected: any of these"},
    {.name = "non_http", .type = MLN_T_ENUM, .offset = SIZE_MAX, .words = words_non_http, .def = "pass", .text = "what happens to other protocols (needs interception)"},
    {.name = "protections", .type = MLN_T_CUSTOM, .read = mln_read_protections, .def = "each protection's default", .shape = "a map: protection: action, or {action, options}", .text = "what is done about each kind of attack"},
    {.name = "sensitivity", .type = MLN_T_ENUM, .offset = RULE(sensitivity), .words = words_sensitivity, .def = "normal", .text = "aimed-at false alarms: low 0.01 %, normal 0.1 %, high 1 %"},
    {.name = "access", .type = MLN_T_CUSTOM, .read = mln_read_access, .def = "everybody", .shape = "a map {allow, deny, skip, trusted_proxies}", .text = "client addresses: named lists or CIDRs"},
    {.name = "headers", .type = MLN_T_CUSTOM, .read = mln_read_headers, .def = "none", .shape = "a list of {name, require, match, allow, deny, action}", .text = "rules on request headers"},
    {.name = "custom", .type = MLN_T_LATER, .text = "rules in the expression language"},
    {.name = "exceptions", .type = MLN_T_CUSTOM, .read = mln_read_exceptions, .def = "none", .shape = "a list of {protection, sub, location, name, path, host, max_score, reason, expires}", .text = "what is let through although a protection fires"},
    {.name = "limits", .type = MLN_T_CUSTOM, .read = mln_read_limits, .def = "each limit's default", .shape = "a map: limit: value", .text = "sizes, counts and time-outs"},
    {.name = "block", .type = MLN_T_MAP, .sub = block, .text = "what a refused client gets"},
    {.name = "on_error", .type = MLN_T_ENUM, .offset = RULE(on_error), .words = words_on_error, .def = "block", .text = "no memory or a bug within one request: block or pass it"},
    {.name = "fail", .type = MLN_T_ENUM, .offset = RULE(fail_closed), .words = words_fail, .def = "open", .text = "the defender is missing (needs interception): open or closed"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_metadata[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = RULE(name), .def = "", .text = "name, unique among documents of its kind"},
    {.name = "order", .type = MLN_T_INT, .offset = RULE(order), .def = "100", .min = -1000000, .max = 1000000, .text = "rules are tried in this order, ties by name"},
    {.name = "notes", .type = MLN_T_TEXT, .offset = RULE(notes), .def = "", .text = "for people"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_list_spec[] = {
    {.name = "cidrs", .type = MLN_T_CUSTOM, .read = mln_read_cidrs, .def = "none", .shape = "a list of addresses and CIDRs", .text = "IPv4 and IPv6 networks"},
    {.name = NULL},
};
#define PAGE(f) offsetof(struct mln_model_page, f)
const struct mln_schema_field mln_schema_page_spec[] = {
    {.name = "html", .type = MLN_T_TEXT, .offset = PAGE(html), .def = "", .text = "page for browsers; {{event_id}} is filled in"},
    {.name = "json", .type = MLN_T_TEXT, .offset = PAGE(json), .def = "", .text = "body for API clients; {{event_id}} is filled in"},
    {.name = NULL},
};
/* clang-format on */

void *mln_model_push(struct mln_arena *a, void **v, uint32_t *n, uint32_t *cap, size_t size)
{
    if (*n == *cap) {
        uint32_t more = *cap ? *cap * 2 : 4;
        void *p = mln_arena_grow(a, *v, *cap * size, more * size);
        if (!p)
            return NULL;
        *v = p;
        *cap = more;
    }
    void *e = (char *)*v + (*n)++ * size;
    memset(e, 0, size);
    return e;
}

void mln_model_rule_defaults(struct mln_model_rule *r)
{
    static const uint64_t limits[MLN_LIMIT_MAX] = {
#define X(field, type, def, text) [MLN_LIMIT_##field] = def,
        MLN_SNAP_LIMITS(X)
#undef X
    };

    *r = (struct mln_model_rule){
        .name = MLN_SV("default"),
        .order = 100,
        .mode = MLN_MODE_ENFORCE,
        .sensitivity = MLN_SENS_NORMAL,
        .drop_underscore_names = true,
        .block_status = 403,
        .frame_value = MLN_SV("SAMEORIGIN"),
    };
    memcpy(r->limit, limits, sizeof(limits));
    for (unsigned d = 0; d < MLN_DET_MAX; d++)
        r->action[d] =
            mln_protection_info(
                (enum mln_protection)mln_detector_info((enum mln_detector_id)d)->protection)
                ->action;
    /* odd bodies and overrides are common in honest traffic: reported, not refused */
    r->action[MLN_DET_MALFORMED_body] = MLN_ACT_ALERT;
    r->action[MLN_DET_MALFORMED_override] = MLN_ACT_ALERT;
}

void mln_schema_error(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, n ? n->line : 0, n ? n->column : 0, path, "%s",
                 text);
}

bool mln_schema_text(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     struct mln_sv *ret)
{
    if (n->kind != MLN_NODE_SCALAR) {
        mln_schema_error(c, n, path, "expected a text, found %s", mln_node_kind_name(n->kind));
        return false;
    }
    *ret = n->text;
    return true;
}

bool mln_schema_strings(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        struct mln_strings *ret)
{
    if (n->kind != MLN_NODE_LIST) {
        mln_schema_error(c, n, path, "expected a list like [\"a\", \"b\"], found %s",
                         mln_node_kind_name(n->kind));
        return false;
    }
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_sv text;
        if (!mln_schema_text(c, e, path, &text))
            return false;
        struct mln_sv *slot = mln_model_push(&c->policy->arena, (void **)&ret->v, &ret->n,
                                             &ret->cap, sizeof(*ret->v));
        if (!slot) {
            c->no_memory = true;
            return false;
        }
        *slot = text;
    }
    return true;
}

static size_t count_words(const char *const *words)
{
    size_t n = 0;

    while (words[n])
        n++;
    return n;
}

static bool read_enum(struct mln_reader_ctx *c, const char *const *words, const struct mln_node *n,
                      const char *path, uint8_t *ret)
{
    struct mln_sv text;
    struct mln_buf all = {0};

    if (!mln_schema_text(c, n, path, &text))
        return false;
    for (size_t i = 0; words[i]; i++) {
        if (mln_sv_eq(text, mln_sv_str(words[i]))) {
            *ret = (uint8_t)i;
            mln_buf_done(&all);
            return true;
        }
        mln_buf_addf(&all, "%s%s", i ? ", " : "", words[i]);
    }
    const char *near = mln_nearest(text, words, count_words(words));
    mln_schema_error(c, n, path, "expected one of %.*s; found \"%.*s\"%s%s%s",
                     MLN_SV_ARG(mln_buf_sv(&all)), MLN_SV_ARG(mln_sv_sub(text, 0, 64)),
                     near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
    mln_buf_done(&all);
    return false;
}

bool mln_schema_action(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       uint8_t *ret)
{
    if (!read_enum(c, mln_words_action, n, path, ret))
        return false;
    if (*ret == MLN_ACT_BAN) {
        mln_schema_error(c, n, path, "ban needs a later version of Merlon; use prevent");
        return false;
    }
    return true;
}

static bool in_range(struct mln_reader_ctx *c, const struct mln_schema_field *f,
                     const struct mln_node *n, const char *path, int64_t v)
{
    if ((f->min || f->max) && (v < f->min || v > f->max)) {
        mln_schema_error(c, n, path, "expected %lld to %lld, found %lld", (long long)f->min,
                         (long long)f->max, (long long)v);
        return false;
    }
    return true;
}

static bool read_number(struct mln_reader_ctx *c, const struct mln_schema_field *f,
                        const struct mln_node *n, const char *path, void *out)
{
    static const char *const forms[] = {[MLN_T_INT] = "a whole number",
                                        [MLN_T_COUNT] = "a whole number",
                                        [MLN_T_SIZE] = "a size like 128KiB, 10MiB or 65536",
                                        [MLN_T_DURATION] = "a duration like 150ms, 10s or 5m"};
    struct mln_sv text, digits;
    uint64_t v = 0;
    int r;

    if (!mln_schema_text(c, n, path, &text))
        return false;
    bool negative = f->type == MLN_T_INT && text.len && text.p[0] == '-';
    digits = mln_sv_sub(text, negative, text.len);
    if (f->type == MLN_T_SIZE)
        r = mln_parse_size(digits, &v);
    else if (f->type == MLN_T_DURATION)
        r = mln_parse_duration(digits, &v);
    else
        r = mln_sv_u64(digits, &v);
    if (r < 0 || v > INT64_MAX) {
        mln_schema_error(c, n, path, "expected %s, found \"%.*s\"", forms[f->type],
                         MLN_SV_ARG(mln_sv_sub(text, 0, 64)));
        return false;
    }
    if (!in_range(c, f, n, path, negative ? -(int64_t)v : (int64_t)v))
        return false;
    if (f->type == MLN_T_INT)
        *(int64_t *)out = negative ? -(int64_t)v : (int64_t)v;
    else
        *(uint64_t *)out = v;
    return true;
}

static bool read_bool(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      bool *ret)
{
    struct mln_sv text;

    if (!mln_schema_text(c, n, path, &text))
        return false;
    bool yes = mln_sv_eq(text, MLN_SV("true")), no = mln_sv_eq(text, MLN_SV("false"));
    if (!yes && !no) {
        mln_schema_error(c, n, path, "expected true or false, found \"%.*s\"",
                         MLN_SV_ARG(mln_sv_sub(text, 0, 64)));
        return false;
    }
    *ret = yes;
    return true;
}

bool mln_schema_value(struct mln_reader_ctx *c, const struct mln_schema_field *f,
                      const struct mln_node *n, const char *path, void *out)
{
    uint8_t unused;
    char *base = out;
    void *at = f->offset == SIZE_MAX ? (void *)&unused : base + f->offset;

    switch (f->type) {
    case MLN_T_TEXT:
        return mln_schema_text(c, n, path, at);
    case MLN_T_INT:
    case MLN_T_COUNT:
    case MLN_T_SIZE:
    case MLN_T_DURATION:
        return read_number(c, f, n, path, at);
    case MLN_T_BOOL:
        return read_bool(c, n, path, at);
    case MLN_T_ENUM:
        return read_enum(c, f->words, n, path, at);
    case MLN_T_TEXTS:
        return mln_schema_strings(c, n, path, at);
    case MLN_T_MAP:
        mln_schema_read(c, f->sub, n, path, out);
        return true;
    case MLN_T_CUSTOM:
        f->read(c, n, path, out);
        return true;
    case MLN_T_LATER:
        mln_schema_error(c, n, path, "this field needs a later version of Merlon; remove it");
        return false;
    }
    return false;
}

size_t mln_schema_names(const struct mln_schema_field *fields, const char **names, size_t cap)
{
    size_t n = 0;

    for (; fields && fields->name && n < cap; fields++)
        names[n++] = fields->name;
    return n;
}

static void unknown_key(struct mln_reader_ctx *c, const struct mln_schema_field *fields,
                        const struct mln_node *n, const char *path)
{
    const char *names[64];
    size_t count = mln_schema_names(fields, names, MLN_ARRAY_LEN(names));
    const char *near = mln_nearest(n->key, names, count);
    mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, n->key_line, n->key_column, path,
                 "unknown field \"%.*s\"%s%s%s", MLN_SV_ARG(mln_sv_sub(n->key, 0, 64)),
                 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

void mln_schema_read(struct mln_reader_ctx *c, const struct mln_schema_field *fields,
                     const struct mln_node *map, const char *path, void *out)
{
    if (map->kind != MLN_NODE_MAP) {
        mln_schema_error(c, map, path, "expected a map (key: value), found %s",
                         mln_node_kind_name(map->kind));
        return;
    }
    for (const struct mln_node *n = map->first; n; n = n->next) {
        char sub[MLN_PATH_TEXT];
        const struct mln_schema_field *f = fields;
        while (f->name && !mln_sv_eq(n->key, mln_sv_str(f->name)))
            f++;
        if (!f->name) {
            unknown_key(c, fields, n, path);
            continue;
        }
        (void)snprintf(sub, sizeof(sub), "%s%s%s", path, *path ? "." : "", f->name);
        (void)mln_schema_value(c, f, n, sub, out);
    }
}
