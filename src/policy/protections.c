/* spec.protections: an action, or {action, options} for each protection. */
#include "policy/schema.h"

static void set_all(struct mln_model_rule *r, enum mln_protection p, uint8_t action)
{
    for (unsigned d = 0; d < MLN_DET_MAX; d++)
        if (mln_detector_info((enum mln_detector_id)d)->protection == p)
            r->action[d] = action;
    if (p == MLN_PROT_LEAKAGE) /* shops show card numbers to their owners: only when asked for */
        r->action[MLN_DET_LEAKAGE_card] = MLN_ACT_OFF;
}

static void read_subs(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      struct mln_model_rule *r, enum mln_protection p)
{
    if (n->kind != MLN_NODE_MAP) {
        mln_schema_error(c, n, path, "expected a map: sub-id: action");
        return;
    }
    for (const struct mln_node *e = n->first; e; e = e->next) {
        const char *names[MLN_DET_MAX];
        char sub[MLN_PATH_TEXT];
        size_t count = 0;
        int hit = -1;
        for (unsigned d = 0; d < MLN_DET_MAX; d++) {
            const struct mln_detector_info *info = mln_detector_info((enum mln_detector_id)d);
            if (info->protection != p)
                continue;
            names[count++] = info->sub;
            if (mln_sv_eq(e->key, mln_sv_str(info->sub)))
                hit = (int)d;
        }
        (void)snprintf(sub, sizeof(sub), "%s.%.*s", path, MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)));
        if (hit < 0)
            mln_schema_unknown(c, e, path, "sub-id", names, count);
        else
            (void)mln_schema_action(c, e, sub, &r->action[hit]);
    }
}

/* What browsers send as Origin: scheme and host, lower case, no path. The star may only stand for
 * labels in front: "https://shop.example*" would also be https://shop.example.attacker.example. */
static bool is_origin(struct mln_sv s)
{
    size_t scheme = mln_sv_find(s, MLN_SV("://"));
    struct mln_sv host = scheme == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(s, scheme + 3, s.len);

    if (!scheme || !host.len || mln_sv_chr(mln_sv_sub(s, 0, scheme), '*') != SIZE_MAX)
        return false;
    if (mln_sv_starts(host, MLN_SV("*.")))
        host = mln_sv_sub(host, 2, host.len);
    for (size_t i = 0; i < host.len; i++)
        if (mln_cc((unsigned char)host.p[i], MLN_CC_SPACE | MLN_CC_CTL) ||
            strchr("*/?#@\\", host.p[i]))
            return false;
    return host.len > 0;
}

static void read_origins(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *strings)
{
    (void)mln_schema_strings(c, n, path, strings);
    if (n->kind != MLN_NODE_LIST)
        return;
    for (const struct mln_node *e = n->first; e; e = e->next)
        if (e->kind == MLN_NODE_SCALAR && !is_origin(e->text))
            mln_schema_error(c, e, path,
                             "expected an origin without a path, like https://shop.example or "
                             "https://*.shop.example");
}

static void read_exempt(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *strings)
{
    struct mln_sv unused;

    (void)mln_schema_strings(c, n, path, strings);
    for (const struct mln_node *e = n->kind == MLN_NODE_LIST ? n->first : NULL; e; e = e->next)
        if (e->kind == MLN_NODE_SCALAR)
            mln_read_path_glob(c, e, path, &unused);
}

static void read_frame_value(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                             void *sv)
{
    static const struct mln_sv values[] = {{"DENY", 4}, {"SAMEORIGIN", 10}};
    struct mln_sv v, *ret = sv;

    if (!mln_schema_text(c, n, path, &v))
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(values); i++)
        if (mln_sv_ieq(v, values[i])) {
            *ret = values[i];
            return;
        }
    mln_schema_error(c, n, path, "expected DENY or SAMEORIGIN, found \"%.*s\"",
                     MLN_SV_ARG(mln_sv_sub(v, 0, 64)));
}

/* ---- leakage ---- */

static const struct {
    const char *name;
    uint8_t detector;
} leak_kinds[] = {
    {"private-keys", MLN_DET_LEAKAGE_private_key},
    {"passwd", MLN_DET_LEAKAGE_passwd},
    {"credentials", MLN_DET_LEAKAGE_credentials},
    {"php-info", MLN_DET_LEAKAGE_php_info},
    {"stack-traces", MLN_DET_LEAKAGE_stack_trace},
    {"directory-listing", MLN_DET_LEAKAGE_directory},
    {"database-errors", MLN_DET_LEAKAGE_database},
    {"source-code", MLN_DET_LEAKAGE_source},
    {"cards", MLN_DET_LEAKAGE_card},
};

static int find_leak_kind(struct mln_sv name)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(leak_kinds); i++)
        if (mln_sv_eq(name, mln_sv_str(leak_kinds[i].name)))
            return (int)i;
    return -1;
}

/* What is listed gets the protection's action, the rest is off. */
static void read_sensitive(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           void *rule)
{
    struct mln_model_rule *r = rule;
    uint8_t action = r->action[MLN_DET_LEAKAGE_private_key];

    if (!mln_schema_is_list(c, n, path))
        return;
    set_all(r, MLN_PROT_LEAKAGE, MLN_ACT_OFF);
    for (const struct mln_node *e = n->first; e; e = e->next) {
        const char *names[MLN_ARRAY_LEN(leak_kinds)];
        int kind = e->kind == MLN_NODE_SCALAR ? find_leak_kind(e->text) : -1;
        for (size_t i = 0; i < MLN_ARRAY_LEN(leak_kinds); i++)
            names[i] = leak_kinds[i].name;
        const char *near =
            e->kind == MLN_NODE_SCALAR ? mln_nearest(e->text, names, MLN_ARRAY_LEN(names)) : NULL;
        if (kind < 0)
            mln_schema_error(c, e, path, "expected a kind of leak, like private-keys%s%s%s",
                             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
        else
            r->action[leak_kinds[kind].detector] = action;
    }
}

#define RULE(f) offsetof(struct mln_model_rule, f)
static const char *const words_samesite[] = {"off", "lax", "strict", NULL};
/* clang-format off */
static const struct mln_schema_field csrf_options[] = {
    {.name = "origins", .type = MLN_T_CUSTOM, .read = read_origins, .offset = RULE(csrf_origins), .def = "the site itself", .shape = "a list of origins, * for labels in front", .text = "other sites whose pages may send state-changing requests"},
    {.name = "exempt", .type = MLN_T_CUSTOM, .read = read_exempt, .offset = RULE(csrf_exempt), .def = "none", .shape = "a list of paths, * stands for anything", .text = "paths that authenticate their callers in another way"},
    {.name = "samesite", .type = MLN_T_ENUM, .offset = RULE(csrf_samesite), .words = words_samesite, .def = "off", .text = "SameSite added to the application's cookies that have none"},
    {.name = NULL},
};
static const struct mln_schema_field clickjacking_options[] = {
    {.name = "value", .type = MLN_T_CUSTOM, .read = read_frame_value, .offset = RULE(frame_value), .def = "SAMEORIGIN", .shape = "DENY or SAMEORIGIN", .text = "who may frame the application's pages"},
    {.name = NULL},
};
static const char *const words_on_match[] = {"block", "mask", NULL};
static const char *const words_fingerprints[] = {"keep", "strip", NULL};
static const struct mln_schema_field leakage_options[] = {
    {.name = "sensitive", .type = MLN_T_CUSTOM, .read = read_sensitive, .def = "all but cards", .shape = "a list of private-keys, passwd, credentials, php-info, stack-traces, directory-listing, database-errors, source-code, cards", .text = "what is looked for in answers"},
    {.name = "on_match", .type = MLN_T_ENUM, .offset = RULE(leak_mask), .words = words_on_match, .def = "block", .text = "block: the block page instead of the answer, or its end when part of it was sent; mask: what leaks is overwritten with *, as long as it is"},
    {.name = "fingerprints", .type = MLN_T_ENUM, .offset = RULE(leak_strip), .words = words_fingerprints, .def = "keep", .text = "strip: Server, X-Powered-By and their like are taken off answers"},
    {.name = NULL},
};
static const struct mln_schema_field malformed_options[] = {
    {.name = "drop_underscore_names", .type = MLN_T_BOOL, .offset = RULE(drop_underscore_names), .def = "true", .text = "header fields whose names have other signs than letters, digits and - do not reach the application"},
    {.name = NULL},
};
/* clang-format on */

const struct mln_schema_field *mln_protection_options(enum mln_protection p)
{
    return p == MLN_PROT_CSRF           ? csrf_options
           : p == MLN_PROT_CLICKJACKING ? clickjacking_options
           : p == MLN_PROT_MALFORMED    ? malformed_options
           : p == MLN_PROT_LEAKAGE      ? leakage_options
           : p == MLN_PROT_UPLOADS      ? mln_schema_uploads
           : p == MLN_PROT_REPUTATION   ? mln_schema_reputation
                                        : NULL;
}

static const struct mln_schema_field *find_field(const struct mln_schema_field *f,
                                                 struct mln_sv name)
{
    for (; f && f->name; f++)
        if (mln_sv_eq(name, mln_sv_str(f->name)))
            return f;
    return NULL;
}

/* {action: prevent, …}: the action first, whatever the order, so that subs refine it. */
static void read_options(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         struct mln_model_rule *r, enum mln_protection p)
{
    const struct mln_schema_field *options = mln_protection_options(p);
    const struct mln_node *action = mln_node_get(n, "action");
    char sub[MLN_PATH_TEXT];
    uint8_t a;

    (void)snprintf(sub, sizeof(sub), "%s.action", path);
    if (action && mln_schema_action(c, action, sub, &a))
        set_all(r, p, a);
    for (const struct mln_node *e = n->first; e; e = e->next) {
        const struct mln_schema_field *f = find_field(options, e->key);
        const char *names[16] = {"action", "subs"};
        if (e == action)
            continue;
        (void)snprintf(sub, sizeof(sub), "%s.%.*s", path, MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)));
        if (mln_sv_eq(e->key, MLN_SV("subs")))
            read_subs(c, e, sub, r, p);
        else if (f)
            (void)mln_schema_value(c, f, e, sub, r);
        else
            mln_schema_unknown(c, e, path, "option", names,
                               2 + mln_schema_names(options, names + 2, MLN_ARRAY_LEN(names) - 2));
    }
}

/* Protections of later versions are accepted switched off. */
bool mln_protection_is_later(enum mln_protection p)
{
    return p == MLN_PROT_CUSTOM;
}

static bool is_off(const struct mln_node *n)
{
    return n->kind == MLN_NODE_SCALAR && mln_sv_eq(n->text, MLN_SV("off"));
}

/* "off", {action: off, …}, or a map of which everything is off. */
static bool is_all_off(const struct mln_node *n)
{
    const struct mln_node *action = mln_node_get(n, "action");

    if (n->kind != MLN_NODE_MAP)
        return is_off(n);
    if (action)
        return is_off(action);
    for (const struct mln_node *e = n->first; e; e = e->next)
        if (!is_off(e))
            return false;
    return true;
}

static void read_later(struct mln_reader_ctx *c, const struct mln_node *n, const char *path)
{
    if (!is_all_off(n))
        mln_schema_error(c, n, path,
                         "this protection needs a later version of Merlon; set it to off");
}

/* What an application answers is not the doing of who asked. */
static void refuse_ban_for_answers(struct mln_reader_ctx *c, const struct mln_node *n,
                                   const char *path, const struct mln_model_rule *r)
{
    for (unsigned d = 0; d < MLN_DET_MAX; d++) {
        uint8_t p = mln_detector_info((enum mln_detector_id)d)->protection;
        if (r->action[d] == MLN_ACT_BAN && (p == MLN_PROT_LEAKAGE || p == MLN_PROT_CLICKJACKING)) {
            mln_schema_error(c, n, path, "ban is not for what an application answers: use prevent");
            return;
        }
    }
}

void mln_read_protections(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          void *rule)
{
    struct mln_model_rule *r = rule;

    if (n->kind != MLN_NODE_MAP) {
        mln_schema_error(c, n, path, "expected a map: protection: action");
        return;
    }
    for (const struct mln_node *e = n->first; e; e = e->next) {
        char sub[MLN_PATH_TEXT];
        const char *names[MLN_PROT_MAX];
        uint8_t action;
        int p = mln_protection_find(e->key);
        for (unsigned i = 0; i < MLN_PROT_MAX; i++)
            names[i] = mln_protection_info((enum mln_protection)i)->key;
        if (p < 0) {
            mln_schema_unknown(c, e, path, "protection", names, MLN_PROT_MAX);
            continue;
        }
        (void)snprintf(sub, sizeof(sub), "%s.%s", path,
                       mln_protection_info((enum mln_protection)p)->key);
        if (p == MLN_PROT_CSRF)
            r->csrf_given = true;
        if (mln_protection_is_later((enum mln_protection)p))
            read_later(c, e, sub);
        else if (p == MLN_PROT_REPUTATION)
            mln_read_reputation(c, e, sub, r);
        else if (e->kind == MLN_NODE_MAP)
            read_options(c, e, sub, r, (enum mln_protection)p);
        else if (mln_schema_action(c, e, sub, &action))
            set_all(r, (enum mln_protection)p, action);
    }
    refuse_ban_for_answers(c, n, path, r);
}
