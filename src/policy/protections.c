/* spec.protections: an action, or {action, options} for each protection. */
#include "policy/schema.h"

static void set_all(struct mln_model_rule *r, enum mln_protection p, uint8_t action)
{
    for (unsigned d = 0; d < MLN_DET_MAX; d++)
        if (mln_detector_info((enum mln_detector_id)d)->protection == p)
            r->action[d] = action;
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
        if (hit < 0) {
            const char *near = mln_nearest(e->key, names, count);
            mln_schema_error(c, e, path, "%s has no sub-id \"%.*s\"%s%s%s",
                             mln_protection_info(p)->key, MLN_SV_ARG(e->key),
                             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
            continue;
        }
        (void)mln_schema_action(c, e, path, &r->action[hit]);
    }
}

#define RULE(f) offsetof(struct mln_model_rule, f)
static const char *const words_samesite[] = {"off", "lax", "strict", NULL};
static const char *const words_frame[] = {"DENY", "SAMEORIGIN", NULL};
/* clang-format off */
static const struct mln_schema_field csrf_options[] = {
    {.name = "origins", .type = MLN_T_TEXTS, .offset = RULE(csrf_origins)},
    {.name = "exempt", .type = MLN_T_TEXTS, .offset = RULE(csrf_exempt)},
    {.name = "samesite", .type = MLN_T_ENUM, .offset = RULE(csrf_samesite), .words = words_samesite},
    {.name = NULL},
};
static const struct mln_schema_field malformed_options[] = {
    {.name = "drop_underscore_names", .type = MLN_T_BOOL, .offset = RULE(drop_underscore_names)},
    {.name = NULL},
};
/* clang-format on */

static const struct mln_schema_field *options_of(enum mln_protection p)
{
    return p == MLN_PROT_CSRF ? csrf_options : p == MLN_PROT_MALFORMED ? malformed_options : NULL;
}

static void read_frame_value(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                             struct mln_model_rule *r)
{
    struct mln_sv v;

    if (!mln_schema_text(c, n, path, &v))
        return;
    for (size_t i = 0; words_frame[i]; i++)
        if (mln_sv_ieq(v, mln_sv_str(words_frame[i]))) {
            r->frame_value = mln_sv_str(words_frame[i]);
            return;
        }
    mln_schema_error(c, n, path, "expected DENY or SAMEORIGIN, found \"%.*s\"",
                     MLN_SV_ARG(mln_sv_sub(v, 0, 64)));
}

static const struct mln_schema_field *find_field(const struct mln_schema_field *f,
                                                 struct mln_sv name)
{
    for (; f && f->name; f++)
        if (mln_sv_eq(name, mln_sv_str(f->name)))
            return f;
    return NULL;
}

static void unknown_option(struct mln_reader_ctx *c, const struct mln_node *e, const char *path,
                           const struct mln_schema_field *fields)
{
    const char *names[16] = {"action", "subs"};
    size_t count = 2;

    count += mln_schema_names(fields, names + count, MLN_ARRAY_LEN(names) - count);
    const char *near = mln_nearest(e->key, names, count);
    mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, e->key_line, e->key_column, path,
                 "unknown option \"%.*s\"%s%s%s", MLN_SV_ARG(e->key), near ? "; did you mean " : "",
                 near ? near : "", near ? "?" : "");
}

/* {action: prevent, …}: the action first, whatever the order, so that subs refine it. */
static void read_options(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         struct mln_model_rule *r, enum mln_protection p)
{
    const struct mln_node *action = mln_node_get(n, "action");
    uint8_t a;

    if (action && mln_schema_action(c, action, path, &a))
        set_all(r, p, a);
    for (const struct mln_node *e = n->first; e; e = e->next) {
        char sub[MLN_PATH_TEXT];
        const struct mln_schema_field *f = find_field(options_of(p), e->key);
        (void)snprintf(sub, sizeof(sub), "%s.%.*s", path, MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)));
        if (mln_sv_eq(e->key, MLN_SV("action")))
            continue;
        if (mln_sv_eq(e->key, MLN_SV("subs")))
            read_subs(c, e, sub, r, p);
        else if (p == MLN_PROT_CLICKJACKING && mln_sv_eq(e->key, MLN_SV("value")))
            read_frame_value(c, e, sub, r);
        else if (f)
            (void)mln_schema_value(c, f, e, sub, r);
        else
            unknown_option(c, e, path, options_of(p));
    }
}

/* Protections of later versions are accepted switched off. */
static bool is_later(enum mln_protection p)
{
    return p == MLN_PROT_LEAKAGE || p == MLN_PROT_UPLOADS || p == MLN_PROT_REPUTATION ||
           p == MLN_PROT_CUSTOM || p == MLN_PROT_SCANNERS;
}

static void read_later(struct mln_reader_ctx *c, const struct mln_node *n, const char *path)
{
    const struct mln_node *action = n->kind == MLN_NODE_MAP ? mln_node_get(n, "action") : n;
    bool off = action && action->kind == MLN_NODE_SCALAR && mln_sv_eq(action->text, MLN_SV("off"));

    if (!off)
        mln_schema_error(c, n, path,
                         "this protection needs a later version of Merlon; set it to off");
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
            const char *near = mln_nearest(e->key, names, MLN_PROT_MAX);
            mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, e->key_line, e->key_column, path,
                         "unknown protection \"%.*s\"%s%s%s", MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)),
                         near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
            continue;
        }
        (void)snprintf(sub, sizeof(sub), "%s.%s", path,
                       mln_protection_info((enum mln_protection)p)->key);
        if (p == MLN_PROT_CSRF)
            r->csrf_given = true;
        if (is_later((enum mln_protection)p))
            read_later(c, e, sub);
        else if (e->kind == MLN_NODE_MAP)
            read_options(c, e, sub, r, (enum mln_protection)p);
        else if (mln_schema_action(c, e, sub, &action))
            set_all(r, (enum mln_protection)p, action);
    }
}
