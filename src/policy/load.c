/* Documents → model. Two passes over all files: lists, pages and exceptions first, so that rules
 * may name them wherever they stand. */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "intel/prefix_set.h"
#include "policy/schema.h"

enum { FILE_MAX = 8 << 20, FILES_MAX = 256, ARENA_MAX = 256 << 20 };

static const char *const kinds[] = {"Rule",        "NetworkList", "Page",   "Exception",
                                    "Certificate", "Feed",        "Dialect"};

struct source {
    const char *file; /* in the arena */
    struct mln_node *docs;
};

/* A document that was read, to find names that two documents have. */
struct named {
    struct mln_sv kind, name;
    const char *file;
    const struct mln_node *at;
    uint32_t order; /* of reading */
};

/* An Exception document waits until all rules are known. */
struct exception {
    struct mln_model_exception_doc doc;
    const char *file;
    const struct mln_node *rules; /* its `rules:`; NULL when not given */
};

struct loader {
    struct mln_reader_ctx c;
    const char *path; /* file or folder, when it is one */
    struct source src[FILES_MAX];
    size_t n;
    struct named *names; /* in the arena */
    uint32_t n_names, cap_names;
    struct exception *exceptions; /* in the arena */
    uint32_t n_exceptions, cap_exceptions;
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
    if (p)
        mln_tags_init(p);
    return p;
}

/* ---- one document ---- */

static struct mln_sv text_of(const struct mln_node *map, const char *key)
{
    const struct mln_node *n = mln_node_get(map, key);

    return n && n->kind == MLN_NODE_SCALAR ? n->text : MLN_SV_NULL;
}

/* Where to point for what is wrong with a key: its value, or the map that lacks it. */
static const struct mln_node *place_of(const struct mln_node *map, const char *key)
{
    const struct mln_node *n = mln_node_get(map, key);

    return n ? n : map;
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
        if (!known)
            mln_schema_unknown(c, e, "", "field", keys, MLN_ARRAY_LEN(keys));
    }
    struct mln_sv version = text_of(doc, "apiVersion"), kind = text_of(doc, "kind");
    if (!mln_sv_eq(version, MLN_SV("merlon.dev/v1")))
        mln_schema_error(c, place_of(doc, "apiVersion"), "apiVersion", "expected merlon.dev/v1");
    for (size_t i = 0; i < MLN_ARRAY_LEN(kinds); i++)
        if (mln_sv_eq(kind, mln_sv_str(kinds[i])))
            return kind;
    const char *near = kind.p ? mln_nearest(kind, kinds, MLN_ARRAY_LEN(kinds)) : NULL;
    mln_schema_error(c, place_of(doc, "kind"), "kind",
                     "expected Rule, NetworkList, Feed, Page, Certificate or Exception%s%s%s",
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return MLN_SV_NULL;
}

/* Metadata and spec by their tables into `out`; the name must be there. */
static void read_doc(struct loader *l, const struct mln_node *doc,
                     const struct mln_schema_field *metadata, const struct mln_schema_field *spec,
                     void *out)
{
    const struct mln_node *m = mln_node_get(doc, "metadata"), *s = mln_node_get(doc, "spec");
    struct mln_prefix prefix;
    struct mln_sv kind = text_of(doc, "kind"), name = text_of(m, "name");
    struct mln_reader_ctx *c = &l->c;
    struct named *entry =
        mln_schema_push(c, (void **)&l->names, &l->n_names, &l->cap_names, sizeof(*entry));

    if (m)
        mln_schema_read(c, metadata, m, "metadata", out);
    if (!name.len)
        mln_schema_error(c, m ? m : doc, "metadata.name", "a %.*s needs a name", MLN_SV_ARG(kind));
    else if (mln_prefix_parse(name, &prefix) == 0)
        mln_schema_error(c, place_of(m, "name"), "metadata.name", "this name reads as an address");
    if (entry)
        *entry = (struct named){kind, name, c->file, place_of(m, "name"), l->n_names};
    if (s && spec)
        mln_schema_read(c, spec, s, "spec", out);
}

static void read_networks(struct loader *l, const struct mln_node *doc, bool feed)
{
    struct mln_policy *p = l->c.policy;
    struct mln_model_list *list =
        mln_schema_push(&l->c, (void **)&p->lists, &p->n_lists, &p->cap_lists, sizeof(*list));

    if (!list)
        return;
    mln_list_defaults(list);
    list->feed = feed;
    read_doc(l, doc, mln_schema_list_metadata, feed ? mln_schema_feed_spec : mln_schema_list_spec,
             list);
    mln_list_check(&l->c, doc, list);
}

static void read_list(struct loader *l, const struct mln_node *doc)
{
    read_networks(l, doc, false);
}

static void read_feed(struct loader *l, const struct mln_node *doc)
{
    read_networks(l, doc, true);
}

static void read_page(struct loader *l, const struct mln_node *doc)
{
    struct mln_policy *p = l->c.policy;
    struct mln_model_page *page =
        mln_schema_push(&l->c, (void **)&p->pages, &p->n_pages, &p->cap_pages, sizeof(*page));

    if (!page)
        return;
    size_t errors = l->c.diags->errors;
    read_doc(l, doc, mln_schema_page_metadata, mln_schema_page_spec, page);
    if (!page->html.p && !page->json.p && errors == l->c.diags->errors)
        mln_schema_error(&l->c, place_of(doc, "spec"), "spec", "a Page needs html or json");
}

static void read_certificate(struct loader *l, const struct mln_node *doc)
{
    struct mln_policy *p = l->c.policy;
    struct mln_model_certificate *cert = mln_schema_push(
        &l->c, (void **)&p->certificates, &p->n_certificates, &p->cap_certificates, sizeof(*cert));

    if (!cert)
        return;
    size_t errors = l->c.diags->errors;
    read_doc(l, doc, mln_schema_certificate_metadata, mln_schema_certificate_spec, cert);
    if ((!cert->chain.p || !cert->key.p) && errors == l->c.diags->errors)
        mln_schema_error(&l->c, place_of(doc, "spec"), "spec",
                         "a Certificate needs certificate and key");
}

static void read_exception(struct loader *l, const struct mln_node *doc)
{
    const struct mln_node *spec = mln_node_get(doc, "spec");
    struct mln_reader_ctx *c = &l->c;
    struct exception *x = mln_schema_push(c, (void **)&l->exceptions, &l->n_exceptions,
                                          &l->cap_exceptions, sizeof(*x));

    if (!x)
        return;
    x->file = c->file;
    x->rules = mln_node_get(spec, "rules");
    read_doc(l, doc, mln_schema_exception_metadata, NULL, &x->doc);
    if (spec)
        mln_read_exception_doc(c, spec, &x->doc);
    else
        mln_schema_error(c, doc, "spec", "an Exception needs a spec");
}

/* Everything on the node may listen in its network: only ports that somebody named. */
static void check_host_network(struct loader *l, const struct mln_node *doc,
                               const struct mln_model_rule *r)
{
    bool named = r->n_endpoints > 0;

    for (uint32_t i = 0; i < r->n_endpoints; i++)
        named = named && r->endpoints[i].port;
    if (r->host_protect && !named)
        mln_schema_error(&l->c, mln_node_get(mln_node_get(doc, "spec"), "host_network"),
                         "spec.host_network", "protect needs endpoints that all name a port");
}

static bool looks_at_body(const struct mln_model_custom *m)
{
    for (uint32_t i = 0; i < m->n_ops; i++)
        if (m->ops[i].op == MLN_OP_TEST && m->ops[i].field == MLN_FIELD_BODY)
            return true;
    return false;
}

static void check_hold(struct loader *l, const struct mln_node *doc, const struct mln_model_rule *r)
{
    const struct mln_node *n = mln_node_get(mln_node_get(doc, "spec"), "hold");

    for (uint32_t i = 0; r->hold == MLN_HOLD_MESSAGE && i < r->n_custom; i++)
        if (looks_at_body(&r->custom[i]))
            mln_diag_add(l->c.diags, MLN_DIAG_WARNING, l->c.file, n->line, n->column, "spec.hold",
                         "message has no effect: the custom rule %.*s looks at req.body, for which "
                         "bodies are held whole",
                         MLN_SV_ARG(r->custom[i].id));
}

static void read_rule(struct loader *l, const struct mln_node *doc)
{
    struct mln_policy *p = l->c.policy;
    struct mln_model_rule *r =
        mln_schema_push(&l->c, (void **)&p->rules, &p->n_rules, &p->cap_rules, sizeof(*r));

    if (!r)
        return;
    mln_model_rule_defaults(r);
    r->name = MLN_SV("");
    read_doc(l, doc, mln_schema_metadata, mln_schema_rule_spec, r);
    const struct mln_node *page =
        mln_node_get(mln_node_get(mln_node_get(doc, "spec"), "block"), "page");
    bool known = !r->block_page.p || mln_sv_eq(r->block_page, MLN_SV("default"));
    for (uint32_t i = 0; i < p->n_pages; i++)
        known = known || mln_sv_eq(p->pages[i].name, r->block_page);
    if (!known)
        mln_schema_error(&l->c, page, "spec.block.page",
                         "there is no Page named \"%.*s\" in this policy",
                         MLN_SV_ARG(mln_sv_sub(r->block_page, 0, 64)));
    check_host_network(l, doc, r);
    check_hold(l, doc, r);
}

/* ---- all documents ---- */

static const struct {
    const char *kind;
    bool second; /* read when all lists, pages and exceptions are known */
    void (*read)(struct loader *l, const struct mln_node *doc);
} readers[] = {
    {"Rule", true, read_rule},
    {"NetworkList", false, read_list},
    {"Feed", false, read_feed},
    {"Page", false, read_page},
    {"Certificate", false, read_certificate},
    {"Exception", false, read_exception},
};

static void read_one(struct loader *l, const struct mln_node *doc, struct mln_sv kind, bool second)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(readers); i++)
        if (mln_sv_eq(kind, mln_sv_str(readers[i].kind))) {
            if (readers[i].second == second)
                readers[i].read(l, doc);
            return;
        }
    if (!second)
        mln_schema_error(&l->c, place_of(doc, "kind"), "kind",
                         "%.*s needs a later version of Merlon; remove the document",
                         MLN_SV_ARG(kind));
}

static void read_pass(struct loader *l, bool second)
{
    for (size_t i = 0; i < l->n; i++) {
        l->c.file = l->src[i].file;
        for (const struct mln_node *doc = l->src[i].docs; doc; doc = doc->next) {
            struct mln_sv kind = second ? text_of(doc, "kind") : check_envelope(&l->c, doc);
            if (kind.p)
                read_one(l, doc, kind, second);
        }
    }
}

static bool is_named(const struct mln_strings *globs, struct mln_sv name)
{
    for (uint32_t i = 0; i < globs->n; i++)
        if (mln_sv_glob(globs->v[i], name, false))
            return true;
    return globs->n == 0;
}

/* Exception documents → the rules that they name. */
static void hand_out_exceptions(struct loader *l)
{
    struct mln_policy *p = l->c.policy;

    for (uint32_t i = 0; i < l->n_exceptions; i++) {
        const struct exception *x = &l->exceptions[i];
        bool any = false;
        for (uint32_t k = 0; k < p->n_rules; k++) {
            struct mln_model_rule *r = &p->rules[k];
            if (!is_named(&x->doc.rules, r->name))
                continue;
            struct mln_model_exception *slot =
                mln_schema_push(&l->c, (void **)&r->exceptions, &r->n_exceptions,
                                &r->cap_exceptions, sizeof(*slot));
            if (!slot)
                return;
            *slot = x->doc.x;
            any = true;
        }
        l->c.file = x->file;
        if (!any && x->rules)
            mln_schema_error(&l->c, x->rules, "spec.rules",
                             "no Rule of this policy has such a name");
    }
}

static int by_order(const void *x, const void *y)
{
    const struct mln_model_rule *a = x, *b = y;

    return a->order != b->order ? (a->order > b->order) - (a->order < b->order)
                                : mln_sv_cmp(a->name, b->name);
}

static int by_name(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int c = mln_sv_cmp(a->kind, b->kind);

    c = c ? c : mln_sv_cmp(a->name, b->name);
    return c ? c : (a->order > b->order) - (a->order < b->order);
}

static void check_names(struct loader *l)
{
    if (l->n_names)
        qsort(l->names, l->n_names, sizeof(*l->names), by_name);
    for (uint32_t i = 1; i < l->n_names; i++) {
        const struct named *a = &l->names[i - 1], *b = &l->names[i];
        if (!b->name.len || !mln_sv_eq(a->kind, b->kind) || !mln_sv_eq(a->name, b->name))
            continue;
        l->c.file = b->file;
        mln_schema_error(&l->c, b->at, "metadata.name", "another %.*s has this name: %s, line %u",
                         MLN_SV_ARG(b->kind), a->file, a->at->line);
    }
}

static int finish(struct loader *l, struct mln_policy **ret)
{
    struct mln_policy *p = l->c.policy;
    bool parsed = l->c.diags->errors == 0; /* half a tree would only bring errors that are none */

    if (parsed) {
        read_pass(l, false);
        read_pass(l, true);
        check_names(l);
        hand_out_exceptions(l);
    }
    if (p->n_rules)
        qsort(p->rules, p->n_rules, sizeof(*p->rules), by_order);
    else if (!l->c.diags->errors)
        mln_diag_add(l->c.diags, MLN_DIAG_ERROR, l->n ? l->src[0].file : l->path, 0, 0, "",
                     l->n ? "there is no Rule in this policy"
                          : "there is no *.yaml or *.yml file in this folder");
    for (uint32_t i = 0; i < p->n_lists; i++)
        p->lists[i].n = (uint32_t)mln_prefix_set_build(p->lists[i].prefixes, p->lists[i].n);
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

    if (!name.p || !copy.p)
        return -ENOMEM;
    if (l->n == FILES_MAX || text.len > FILE_MAX) {
        mln_diag_add(l->c.diags, MLN_DIAG_ERROR, file, 0, 0, "", "%s",
                     l->n == FILES_MAX ? "more than 256 files" : "larger than 8 MiB");
        return 0;
    }
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
        mln_diag_add(l->c.diags, MLN_DIAG_ERROR, path, 0, 0, "", "cannot be read: %s",
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

    if (n < 0) {
        n = -errno;
        mln_diag_add(l->c.diags, MLN_DIAG_ERROR, path, 0, 0, "", "cannot be read: %s",
                     strerror(-n));
        return n;
    }
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
        l->path = path;
        l->c.may_read_files = true;
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
