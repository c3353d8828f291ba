/* Documents → model. Two passes over all files: lists and pages first, so that rules may name them
 * wherever they stand. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "intel/prefix_set.h"
#include "policy/schema.h"

enum { FILE_MAX = 8 << 20, FILES_MAX = 256, ARENA_MAX = 256 << 20 };

static const char *const kinds[] = {"Rule", "NetworkList", "Page",   "Certificate",
                                    "Feed", "Exception",   "Dialect"};

struct source {
    const char *file; /* in the arena */
    struct mln_node *docs;
};

struct loader {
    struct mln_reader_ctx c;
    struct source src[FILES_MAX];
    size_t n;
};

struct mln_policy *mln_policy_free(struct mln_policy *p)
{
    if (p) {
        struct mln_arena a = p->arena; /* the policy itself is malloc'ed */
        mln_arena_done(&a);
        free(p);
    }
    return NULL;
}

static struct mln_policy *policy_new(void)
{
    struct mln_policy *p = calloc(1, sizeof(*p));

    if (p)
        mln_arena_init(&p->arena, ARENA_MAX);
    return p;
}

/* ---- one document ---- */

static struct mln_sv text_of(const struct mln_node *map, const char *key)
{
    const struct mln_node *n = mln_node_get(map, key);

    return n && n->kind == MLN_NODE_SCALAR ? n->text : MLN_SV_NULL;
}

/* Keys of the envelope, API version, kind. The kind, or absent with a diagnostic. */
static struct mln_sv check_envelope(struct mln_reader_ctx *c, const struct mln_node *doc)
{
    static const char *const keys[] = {"apiVersion", "kind", "metadata", "spec"};

    if (doc->kind != MLN_NODE_MAP) {
        mln_schema_error(c, doc, "",
                         "expected a document with apiVersion, kind, metadata and spec");
        return MLN_SV_NULL;
    }
    for (const struct mln_node *e = doc->first; e; e = e->next) {
        bool known = false;
        for (size_t i = 0; i < MLN_ARRAY_LEN(keys); i++)
            known = known || mln_sv_eq(e->key, mln_sv_str(keys[i]));
        const char *near = known ? NULL : mln_nearest(e->key, keys, MLN_ARRAY_LEN(keys));
        if (!known)
            mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, e->key_line, e->key_column, "",
                         "unknown field \"%.*s\"%s%s%s", MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)),
                         near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    struct mln_sv version = text_of(doc, "apiVersion"), kind = text_of(doc, "kind");
    if (!mln_sv_eq(version, MLN_SV("merlon.dev/v1")))
        mln_schema_error(c, doc, "apiVersion", "expected merlon.dev/v1");
    for (size_t i = 0; i < MLN_ARRAY_LEN(kinds); i++)
        if (mln_sv_eq(kind, mln_sv_str(kinds[i])))
            return kind;
    const char *near = kind.p ? mln_nearest(kind, kinds, MLN_ARRAY_LEN(kinds)) : NULL;
    mln_schema_error(c, doc, "kind", "expected Rule, NetworkList or Page%s%s%s",
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return MLN_SV_NULL;
}

static void read_list(struct mln_reader_ctx *c, const struct mln_node *doc)
{
    const struct mln_node *spec = mln_node_get(doc, "spec");
    struct mln_sv name = text_of(mln_node_get(doc, "metadata"), "name");
    struct mln_model_list *l =
        mln_model_push(&c->policy->arena, (void **)&c->policy->lists, &c->policy->n_lists,
                       &c->policy->cap_lists, sizeof(*l));

    if (!l) {
        c->no_memory = true;
        return;
    }
    l->name = name;
    if (!name.len)
        mln_schema_error(c, doc, "metadata.name", "a NetworkList needs a name");
    if (spec)
        mln_schema_read(c, mln_schema_list_spec, spec, "spec", l);
}

static void read_page(struct mln_reader_ctx *c, const struct mln_node *doc)
{
    const struct mln_node *spec = mln_node_get(doc, "spec");
    struct mln_model_page *p =
        mln_model_push(&c->policy->arena, (void **)&c->policy->pages, &c->policy->n_pages,
                       &c->policy->cap_pages, sizeof(*p));

    if (!p) {
        c->no_memory = true;
        return;
    }
    p->name = text_of(mln_node_get(doc, "metadata"), "name");
    if (!p->name.len)
        mln_schema_error(c, doc, "metadata.name", "a Page needs a name");
    if (spec)
        mln_schema_read(c, mln_schema_page_spec, spec, "spec", p);
}

static void read_rule(struct mln_reader_ctx *c, const struct mln_node *doc)
{
    const struct mln_node *metadata = mln_node_get(doc, "metadata"),
                          *spec = mln_node_get(doc, "spec");
    struct mln_model_rule *r =
        mln_model_push(&c->policy->arena, (void **)&c->policy->rules, &c->policy->n_rules,
                       &c->policy->cap_rules, sizeof(*r));

    if (!r) {
        c->no_memory = true;
        return;
    }
    mln_model_rule_defaults(r);
    r->name = MLN_SV("");
    if (metadata)
        mln_schema_read(c, mln_schema_metadata, metadata, "metadata", r);
    if (!r->name.len)
        mln_schema_error(c, metadata ? metadata : doc, "metadata.name", "a Rule needs a name");
    if (spec)
        mln_schema_read(c, mln_schema_rule_spec, spec, "spec", r);
    const struct mln_node *page = mln_node_get(mln_node_get(spec, "block"), "page");
    bool known = !r->block_page.p || mln_sv_eq(r->block_page, MLN_SV("default"));
    for (uint32_t i = 0; i < c->policy->n_pages; i++)
        known = known || mln_sv_eq(c->policy->pages[i].name, r->block_page);
    if (!known)
        mln_schema_error(c, page, "spec.block.page",
                         "there is no Page named \"%.*s\" in this policy",
                         MLN_SV_ARG(mln_sv_sub(r->block_page, 0, 64)));
}

/* ---- all documents ---- */

static void read_pass(struct loader *l, bool rules)
{
    for (size_t i = 0; i < l->n; i++) {
        l->c.file = l->src[i].file;
        for (const struct mln_node *doc = l->src[i].docs; doc; doc = doc->next) {
            struct mln_sv kind = rules ? text_of(doc, "kind") : check_envelope(&l->c, doc);
            bool is_rule = mln_sv_eq(kind, MLN_SV("Rule"));
            if (is_rule && rules)
                read_rule(&l->c, doc);
            if (is_rule || rules || !kind.p)
                continue;
            if (mln_sv_eq(kind, MLN_SV("NetworkList")))
                read_list(&l->c, doc);
            else if (mln_sv_eq(kind, MLN_SV("Page")))
                read_page(&l->c, doc);
            else
                mln_schema_error(&l->c, doc, "kind",
                                 "%.*s needs a later version of Merlon; remove the document",
                                 MLN_SV_ARG(kind));
        }
    }
}

static int by_order(const void *x, const void *y)
{
    const struct mln_model_rule *a = x, *b = y;

    return a->order != b->order ? (a->order > b->order) - (a->order < b->order)
                                : mln_sv_cmp(a->name, b->name);
}

static void check_names(struct loader *l)
{
    struct mln_policy *p = l->c.policy;

    for (uint32_t i = 1; i < p->n_rules; i++)
        if (mln_sv_eq(p->rules[i].name, p->rules[i - 1].name) &&
            p->rules[i].order == p->rules[i - 1].order)
            mln_schema_error(&l->c, NULL, "metadata.name", "two rules are named \"%.*s\"",
                             MLN_SV_ARG(p->rules[i].name));
    for (uint32_t i = 0; i < p->n_lists; i++)
        p->lists[i].n = (uint32_t)mln_prefix_set_build(p->lists[i].prefixes, p->lists[i].n);
}

static int finish(struct loader *l, struct mln_policy **ret)
{
    struct mln_policy *p = l->c.policy;

    read_pass(l, false);
    read_pass(l, true);
    if (p->n_rules)
        qsort(p->rules, p->n_rules, sizeof(*p->rules), by_order);
    else if (!l->c.diags->errors)
        mln_diag_add(l->c.diags, MLN_DIAG_ERROR, l->n ? l->src[0].file : "policy", 0, 0, "",
                     "there is no Rule in this policy");
    check_names(l);
    if (l->c.no_memory || l->c.diags->errors) {
        (void)mln_policy_free(p);
        return l->c.no_memory ? -ENOMEM : -EINVAL;
    }
    *ret = p;
    return 0;
}

static int add_source(struct loader *l, const char *file, struct mln_sv text)
{
    struct mln_arena *a = &l->c.policy->arena;
    struct mln_sv name = mln_arena_dup(a, mln_sv_str(file)), copy = mln_arena_dup(a, text);

    if (!name.p || !copy.p || l->n == FILES_MAX)
        return -ENOMEM;
    struct source *s = &l->src[l->n++];
    s->file = name.p;
    s->docs = NULL;
    int r = mln_tree_parse(a, s->file, copy, &s->docs, l->c.diags);
    return r == -ENOMEM ? r : 0; /* faults of the text are in diags */
}

int mln_policy_load_text(const char *name, struct mln_sv text, struct mln_policy **ret,
                         struct mln_diags *diags)
{
    struct loader *l = calloc(1, sizeof(*l));
    int r = -ENOMEM;

    if (l && (l->c.policy = policy_new())) {
        l->c.diags = diags;
        r = add_source(l, name, text);
        r = r < 0 ? ((void)mln_policy_free(l->c.policy), r) : finish(l, ret);
    }
    free(l);
    return r;
}

static int add_file(struct loader *l, const char *path)
{
    struct mln_buf text = {0};
    int r = mln_file_read(path, FILE_MAX, &text);

    if (r == 0)
        r = add_source(l, path, mln_buf_sv(&text));
    else
        mln_diag_add(l->c.diags, MLN_DIAG_ERROR, NULL, 0, 0, "", "cannot read %s: %s", path,
                     strerror(-r));
    mln_buf_done(&text);
    return r;
}

static int is_yaml(const struct dirent *e)
{
    struct mln_sv name = mln_sv_str(e->d_name);

    return e->d_name[0] != '.' &&
           (mln_sv_ends(name, MLN_SV(".yaml")) || mln_sv_ends(name, MLN_SV(".yml")));
}

static int add_dir(struct loader *l, const char *path)
{
    struct dirent **entries;
    int n = scandir(path, &entries, is_yaml, alphasort), r = 0;

    if (n < 0)
        return -errno;
    for (int i = 0; i < n; i++) {
        char file[4096];
        (void)snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
        if (r == 0)
            r = add_file(l, file);
        free(entries[i]);
    }
    free(entries);
    return r;
}

int mln_policy_load_path(const char *path, struct mln_policy **ret, struct mln_diags *diags)
{
    struct loader *l = calloc(1, sizeof(*l));
    struct stat st;
    int r = -ENOMEM;

    if (l && (l->c.policy = policy_new())) {
        l->c.diags = diags;
        r = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? add_dir(l, path) : add_file(l, path);
        r = r < 0 ? ((void)mln_policy_free(l->c.policy), r) : finish(l, ret);
    }
    free(l);
    return r;
}

int mln_policy_default(struct mln_policy **ret)
{
    struct mln_policy *p = policy_new();
    struct mln_model_rule *r =
        p ? mln_model_push(&p->arena, (void **)&p->rules, &p->n_rules, &p->cap_rules, sizeof(*r))
          : NULL;

    if (!r) {
        (void)mln_policy_free(p);
        return -ENOMEM;
    }
    mln_model_rule_defaults(r);
    *ret = p;
    return 0;
}

size_t mln_policy_rule_count(const struct mln_policy *p)
{
    return p->n_rules;
}
