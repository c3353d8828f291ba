/* Documentation of the fields, from the schema table. */
#include <errno.h>

#include "base/units.h"
#include "policy/schema.h"

struct walk {
    const char *key; /* the field that is wanted, or NULL for all */
    struct mln_buf *out;
    unsigned found;
    const char *names[256];
    char storage[256][96];
    size_t n;
};

static const char *type_text(const struct mln_schema_field *f)
{
    static const char *const texts[] = {
        [MLN_T_TEXT] = "text",
        [MLN_T_INT] = "whole number",
        [MLN_T_COUNT] = "whole number",
        [MLN_T_SIZE] = "size (128KiB, 10MiB)",
        [MLN_T_DURATION] = "duration (150ms, 10s, 5m)",
        [MLN_T_BOOL] = "true or false",
        [MLN_T_ENUM] = "one of",
        [MLN_T_TEXTS] = "list of texts",
        [MLN_T_MAP] = "map",
        [MLN_T_CUSTOM] = "",
        [MLN_T_LATER] = "of a later version",
    };
    return f->type == MLN_T_CUSTOM ? f->shape : texts[f->type];
}

static void show(struct walk *w, const char *path, const char *type, const char *const *words,
                 const char *def, const char *text)
{
    if (w->n < MLN_ARRAY_LEN(w->names)) {
        (void)snprintf(w->storage[w->n], sizeof(w->storage[0]), "%s", path);
        w->names[w->n] = w->storage[w->n];
        w->n++;
    }
    if (w->key && strcmp(w->key, path) != 0)
        return;
    w->found++;
    mln_buf_addf(w->out, "%s\n    %s\n    type: %s", path, text ? text : "", type);
    for (size_t i = 0; words && words[i]; i++)
        mln_buf_addf(w->out, "%s %s", i ? "," : "", words[i]);
    mln_buf_addf(w->out, "\n");
    if (def && *def)
        mln_buf_addf(w->out, "    default: %s\n", def);
}

static void walk_fields(struct walk *w, const char *prefix, const struct mln_schema_field *fields)
{
    for (const struct mln_schema_field *f = fields; f->name; f++) {
        char path[MLN_PATH_TEXT];
        (void)snprintf(path, sizeof(path), "%s.%s", prefix, f->name);
        show(w, path, type_text(f), f->type == MLN_T_ENUM ? f->words : NULL, f->def, f->text);
        for (const struct mln_schema_field *g = f->type == MLN_T_MAP ? f->sub : NULL; g && g->name;
             g++) {
            char sub[MLN_PATH_TEXT + 64];
            (void)snprintf(sub, sizeof(sub), "%s.%s", path, g->name);
            show(w, sub, type_text(g), g->type == MLN_T_ENUM ? g->words : NULL, g->def, g->text);
        }
    }
}

static void walk_protections(struct walk *w)
{
    for (unsigned p = 0; p < MLN_PROT_MAX; p++) {
        const struct mln_protection_info *info = mln_protection_info((enum mln_protection)p);
        char path[MLN_PATH_TEXT];
        (void)snprintf(path, sizeof(path), "spec.protections.%s", info->key);
        show(w, path, "action, or {action, subs: {sub-id: action}}:", mln_words_action,
             mln_action_name((enum mln_action)info->action), info->text);
        for (unsigned d = 0; d < MLN_DET_MAX; d++) {
            const struct mln_detector_info *det = mln_detector_info((enum mln_detector_id)d);
            char sub[MLN_PATH_TEXT + 64];
            if (det->protection != p)
                continue;
            (void)snprintf(sub, sizeof(sub), "%s.subs.%s", path, det->sub);
            show(w, sub, "action:", mln_words_action, "", det->text);
        }
    }
}

enum kind { K_SIZE, K_COUNT, K_DURATION };

static void show_limit(struct walk *w, const char *name, enum kind kind, uint64_t def,
                       const char *text)
{
    static const char *const types[] = {"size (128KiB, 10MiB)", "whole number",
                                        "duration (150ms, 10s, 5m)"};
    char path[MLN_PATH_TEXT], value[MLN_UNIT_TEXT];

    (void)snprintf(path, sizeof(path), "spec.limits.%s", name);
    if (kind == K_SIZE)
        mln_format_size(def, value);
    else if (kind == K_DURATION)
        mln_format_duration(def, value);
    else
        (void)snprintf(value, sizeof(value), "%llu", (unsigned long long)def);
    show(w, path, types[kind], NULL, value, text);
}

int mln_policy_explain(const char *key, struct mln_buf *out)
{
    struct walk *w = calloc(1, sizeof(*w));

    if (!w)
        return -ENOMEM;
    w->key = key;
    w->out = out;
    walk_fields(w, "metadata", mln_schema_metadata);
    walk_fields(w, "spec", mln_schema_rule_spec);
    walk_protections(w);
#define X(field, type, def, text) show_limit(w, #field, K_##type, def, text);
    MLN_SNAP_LIMITS(X)
#undef X
    walk_fields(w, "NetworkList.spec", mln_schema_list_spec);
    walk_fields(w, "Page.spec", mln_schema_page_spec);
    int r = w->found ? 0 : -ENOENT;
    const char *near = r < 0 ? mln_nearest(mln_sv_str(key), w->names, w->n) : NULL;
    if (r < 0)
        mln_buf_addf(out, "there is no field %s%s%s%s\n", key, near ? "; did you mean " : "",
                     near ? near : "", near ? "?" : "");
    free(w);
    return r;
}
