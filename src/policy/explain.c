/* Documentation of the fields, from the schema table. */
#include <errno.h>

#include "policy/schema.h"

enum { NAMES_MAX = 512, DEPTH_MAX = 4 };

struct walk {
    const char *key; /* the field that is wanted, or NULL for all */
    struct mln_buf *out;
    unsigned found;
    const char *names[NAMES_MAX];
    char storage[NAMES_MAX][96];
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
        [MLN_T_LATER] = "of a later version",
    };
    return f->type == MLN_T_CUSTOM ? f->shape : texts[f->type];
}

static bool ends_in(const char *path, const char *key)
{
    size_t n = strlen(path), k = strlen(key);

    return k && k <= n && strcmp(path + n - k, key) == 0 && (k == n || path[n - k - 1] == '.');
}

/* All of path, or what stands behind one of its dots; "sqli.union", as an audit has it, too. */
static bool is_wanted(const char *key, const char *path)
{
    const char *subs = strstr(path, ".subs.");
    char as_audited[MLN_PATH_TEXT];

    if (!key || ends_in(path, key))
        return true;
    if (!subs)
        return false;
    (void)snprintf(as_audited, sizeof(as_audited), "%.*s%s", (int)(subs - path), path,
                   subs + strlen(".subs"));
    return ends_in(as_audited, key);
}

static void show(struct walk *w, const char *path, const struct mln_schema_field *f)
{
    char a[MLN_UNIT_TEXT], b[MLN_UNIT_TEXT];

    if (w->n < NAMES_MAX) {
        (void)snprintf(w->storage[w->n], sizeof(w->storage[0]), "%s", path);
        w->names[w->n] = w->storage[w->n];
        w->n++;
    }
    if (!is_wanted(w->key, path))
        return;
    w->found++;
    mln_buf_addf(w->out, "%s\n    %s\n    type: %s", path, f->text, type_text(f));
    for (size_t i = 0; f->words && f->words[i]; i++)
        mln_buf_addf(w->out, "%s %s", i ? "," : "", f->words[i]);
    mln_buf_addf(w->out, "\n");
    if (f->min || f->max) {
        mln_schema_format(f->type, f->min, a);
        mln_schema_format(f->type, f->max, b);
        mln_buf_addf(w->out, "    range: %s to %s\n", a, b);
    }
    if (f->def_number) {
        mln_schema_format(f->type, (int64_t)*f->def_number, a);
        mln_buf_addf(w->out, "    default: %s\n", a);
    } else if (f->def && *f->def) {
        mln_buf_addf(w->out, "    default: %s\n", f->def);
    }
}

/* A table and the tables below it, in the order of a file. */
static void walk_fields(struct walk *w, const char *prefix, const struct mln_schema_field *fields)
{
    struct {
        const struct mln_schema_field *f;
        size_t prefix_len;
    } stack[DEPTH_MAX] = {{fields, strlen(prefix)}};
    char path[MLN_PATH_TEXT];
    unsigned depth = fields ? 1 : 0;

    (void)snprintf(path, sizeof(path), "%s", prefix);
    while (depth) {
        const struct mln_schema_field *f = stack[depth - 1].f++;
        size_t at = stack[depth - 1].prefix_len;
        if (!f->name) {
            depth--;
            continue;
        }
        (void)snprintf(path + at, sizeof(path) - at, ".%s", f->name);
        show(w, path, f);
        if (f->sub && depth < DEPTH_MAX) {
            stack[depth].f = f->sub;
            stack[depth++].prefix_len = strlen(path);
        }
    }
}

static void walk_subs(struct walk *w, const char *path, enum mln_protection p)
{
    struct mln_schema_field f = {
        .type = MLN_T_ENUM, .words = mln_words_action, .def = "the protection's action"};

    for (unsigned d = 0; d < MLN_DET_MAX; d++) {
        const struct mln_detector_info *info = mln_detector_info((enum mln_detector_id)d);
        char sub[MLN_PATH_TEXT];
        if (info->protection != p)
            continue;
        f.text = info->text;
        (void)snprintf(sub, sizeof(sub), "%s.subs.%s", path, info->sub);
        show(w, sub, &f);
    }
}

static void walk_protections(struct walk *w)
{
    for (unsigned p = 0; p < MLN_PROT_MAX; p++) {
        const struct mln_protection_info *info = mln_protection_info((enum mln_protection)p);
        struct mln_schema_field f = {
            .type = MLN_T_CUSTOM,
            .shape = "action, or {action, subs: {sub-id: action}, options}; action:",
            .words = mln_words_action,
            .def = mln_action_name((enum mln_action)info->action),
            .text = info->text,
        };
        char path[MLN_PATH_TEXT];
        (void)snprintf(path, sizeof(path), "spec.protections.%s", info->key);
        if (mln_protection_is_later((enum mln_protection)p)) {
            f.type = MLN_T_LATER;
            f.words = NULL;
            f.def = "off, and nothing else is accepted";
            show(w, path, &f);
            continue;
        }
        show(w, path, &f);
        walk_fields(w, path, mln_protection_options((enum mln_protection)p));
        if (p != MLN_PROT_REPUTATION) /* its tags are its subs */
            walk_subs(w, path, (enum mln_protection)p);
    }
}

/* By whole path first, then by last word. */
static const char *nearest(struct walk *w, const char *key)
{
    const char *near = mln_nearest(mln_sv_str(key), w->names, w->n);

    if (near || strchr(key, '.'))
        return near;
    for (size_t i = 0; i < w->n; i++)
        w->names[i] = strrchr(w->names[i], '.') + 1;
    return mln_nearest(mln_sv_str(key), w->names, w->n);
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
    walk_fields(w, "NetworkList.spec", mln_schema_list_spec);
    walk_fields(w, "Feed.spec", mln_schema_feed_spec);
    walk_fields(w, "Page.spec", mln_schema_page_spec);
    walk_fields(w, "Certificate.spec", mln_schema_certificate_spec);
    walk_fields(w, "Exception.spec", mln_schema_exception_spec);
    int r = w->found ? 0 : -ENOENT;
    const char *near = r < 0 ? nearest(w, key) : NULL;
    if (r < 0)
        mln_buf_addf(out, "there is no field %s%s%s%s\n", key, near ? "; did you mean " : "",
                     near ? near : "", near ? "?" : "");
    free(w);
    return r;
}
