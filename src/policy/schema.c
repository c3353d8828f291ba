/* Reading a tree by the table of fields. */
#include "policy/schema.h"

#include <stdarg.h>

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

void mln_schema_unknown(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        const char *what, const char *const *names, size_t n_names)
{
    const char *near = mln_nearest(n->key, names, n_names);

    mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, n->key_line, n->key_column, path,
                 "unknown %s \"%.*s\"%s%s%s", what, MLN_SV_ARG(mln_sv_sub(n->key, 0, 64)),
                 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

void mln_schema_format(enum mln_field_type type, int64_t v, char out[MLN_UNIT_TEXT])
{
    if (type == MLN_T_SIZE)
        mln_format_size((uint64_t)v, out);
    else if (type == MLN_T_DURATION)
        mln_format_duration((uint64_t)v, out);
    else
        (void)snprintf(out, MLN_UNIT_TEXT, "%lld", (long long)v);
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

bool mln_schema_is_list(struct mln_reader_ctx *c, const struct mln_node *n, const char *path)
{
    if (n->kind != MLN_NODE_LIST)
        mln_schema_error(c, n, path, "expected a list like [a, b], found %s",
                         mln_node_kind_name(n->kind));
    return n->kind == MLN_NODE_LIST;
}

void *mln_schema_push(struct mln_reader_ctx *c, void **v, uint32_t *n, uint32_t *cap, size_t size)
{
    void *e = mln_model_push(&c->policy->arena, v, n, cap, size);

    c->no_memory = c->no_memory || !e;
    return e;
}

void mln_read_path_glob(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        struct mln_sv *ret)
{
    struct mln_sv text;

    if (!mln_schema_text(c, n, path, &text))
        return;
    if (text.len == 0 || (text.p[0] != '/' && text.p[0] != '*'))
        mln_schema_error(c, n, path, "expected a path that starts with / (or with *), like /api/*");
    else
        *ret = text;
}

bool mln_schema_strings(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        struct mln_strings *ret)
{
    if (!mln_schema_is_list(c, n, path))
        return false;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_sv text;
        if (!mln_schema_text(c, e, path, &text))
            return false;
        struct mln_sv *slot =
            mln_schema_push(c, (void **)&ret->v, &ret->n, &ret->cap, sizeof(*ret->v));
        if (!slot)
            return false;
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
    return read_enum(c, mln_words_action, n, path, ret);
}

static bool in_range(struct mln_reader_ctx *c, const struct mln_schema_field *f,
                     const struct mln_node *n, const char *path, int64_t v)
{
    char min[MLN_UNIT_TEXT], max[MLN_UNIT_TEXT];

    if ((!f->min && !f->max) || (v >= f->min && v <= f->max))
        return true;
    mln_schema_format(f->type, f->min, min);
    mln_schema_format(f->type, f->max, max);
    mln_schema_error(c, n, path, "expected %s to %s, found %.*s", min, max,
                     MLN_SV_ARG(mln_sv_sub(n->text, 0, 64)));
    return false;
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
    _Alignas(16) char unused[64] = {0}; /* room for a value of any type */
    char *base = out;
    void *at = f->offset == MLN_NOT_KEPT ? unused : base + f->offset;

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
        mln_schema_read(c, f->sub, n, path, at);
        return true;
    case MLN_T_CUSTOM:
        f->read(c, n, path, at);
        return true;
    case MLN_T_LATER:
        if (n->kind == MLN_NODE_SCALAR && mln_sv_eq(n->text, MLN_SV("off")))
            return true;
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
            const char *names[64];
            size_t count = mln_schema_names(fields, names, MLN_ARRAY_LEN(names));
            mln_schema_unknown(c, n, path, "field", names, count);
            continue;
        }
        (void)snprintf(sub, sizeof(sub), "%s%s%s", path, *path ? "." : "", f->name);
        (void)mln_schema_value(c, f, n, sub, out);
    }
}
