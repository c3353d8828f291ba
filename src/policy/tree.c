#include "policy/tree.h"

#include <errno.h>
#include <yaml.h>

/* MAP_MAX bounds the search for duplicate keys: no map of a policy has that many. */
enum { DEPTH_MAX = 16, NODES_MAX = 200000, MAP_MAX = 1000 };

struct build {
    struct mln_arena *a;
    const char *file;
    struct mln_diags *diags;
    struct mln_node *stack[DEPTH_MAX];
    unsigned depth;
    bool have_key; /* a key waits for its value */
    struct mln_sv key;
    uint32_t key_line, key_column;
    struct mln_node *first_doc, *last_doc;
    unsigned nodes;
};

const char *mln_node_kind_name(enum mln_node_kind k)
{
    static const char *const names[] = {"a value", "a map (key: value)", "a list"};

    return names[k];
}

const struct mln_node *mln_node_get(const struct mln_node *map, const char *key)
{
    if (!map || map->kind != MLN_NODE_MAP)
        return NULL;
    for (const struct mln_node *c = map->first; c; c = c->next)
        if (mln_sv_eq(c->key, mln_sv_str(key)))
            return c;
    return NULL;
}

static int complain(struct build *b, const yaml_mark_t *m, const char *what)
{
    mln_diag_add(b->diags, MLN_DIAG_ERROR, b->file, (uint32_t)m->line + 1, (uint32_t)m->column + 1,
                 "", "%s", what);
    return -EINVAL;
}

static struct mln_node *new_node(struct build *b, enum mln_node_kind kind, const yaml_mark_t *m)
{
    struct mln_node *n = mln_arena_zalloc(b->a, sizeof(*n));

    if (n) {
        n->kind = kind;
        n->line = (uint32_t)m->line + 1;
        n->column = (uint32_t)m->column + 1;
    }
    return n;
}

/* Hangs a complete node where it belongs: under its parent, with the key that waits. */
static int attach(struct build *b, struct mln_node *n, const yaml_mark_t *m)
{
    if (b->nodes++ == NODES_MAX)
        return complain(b, m, "more than 200000 values in one file");
    if (b->depth == 0) {
        if (b->last_doc)
            b->last_doc->next = n;
        else
            b->first_doc = n;
        b->last_doc = n;
        return 0;
    }
    struct mln_node *parent = b->stack[b->depth - 1];
    if (parent->kind == MLN_NODE_MAP) {
        if (mln_sv_eq(b->key, MLN_SV("")) || !b->have_key)
            return complain(b, m, "a value without a key");
        if (parent->n == MAP_MAX)
            return complain(b, m, "more than 1000 keys in one map");
        yaml_mark_t key = {.line = b->key_line - 1, .column = b->key_column - 1};
        for (const struct mln_node *c = parent->first; c; c = c->next)
            if (mln_sv_eq(c->key, b->key))
                return complain(b, &key, "this key stands twice in the same map");
        n->key = b->key;
        n->key_line = b->key_line;
        n->key_column = b->key_column;
        b->have_key = false;
    }
    if (parent->last)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
    parent->n++;
    return 0;
}

static int on_scalar(struct build *b, const yaml_event_t *e)
{
    struct mln_sv text = mln_arena_dup(b->a, mln_sv(e->data.scalar.value, e->data.scalar.length));
    struct mln_node *parent = b->depth ? b->stack[b->depth - 1] : NULL;

    if (!text.p)
        return -ENOMEM;
    if (parent && parent->kind == MLN_NODE_MAP && !b->have_key) {
        b->key = text;
        b->key_line = (uint32_t)e->start_mark.line + 1;
        b->key_column = (uint32_t)e->start_mark.column + 1;
        b->have_key = true;
        return 0;
    }
    struct mln_node *n = new_node(b, MLN_NODE_SCALAR, &e->start_mark);
    if (!n)
        return -ENOMEM;
    n->text = text;
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(b, n, &e->start_mark);
}

static int on_open(struct build *b, const yaml_event_t *e, enum mln_node_kind kind)
{
    bool anchor =
        kind == MLN_NODE_MAP ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    struct mln_node *n = new_node(b, kind, &e->start_mark);
    int r;

    if (!n)
        return -ENOMEM;
    if (anchor)
        return complain(b, &e->start_mark, "anchors (&name) are not allowed in a policy");
    if (b->depth == DEPTH_MAX)
        return complain(b, &e->start_mark, "nested deeper than 16 levels");
    r = attach(b, n, &e->start_mark);
    if (r == 0) {
        b->stack[b->depth++] = n;
        b->have_key = false;
    }
    return r;
}

static bool has_anchor(const yaml_event_t *e)
{
    return (e->type == YAML_SCALAR_EVENT && e->data.scalar.anchor) ||
           (e->type == YAML_SEQUENCE_START_EVENT && e->data.sequence_start.anchor) ||
           (e->type == YAML_MAPPING_START_EVENT && e->data.mapping_start.anchor);
}

static int on_event(struct build *b, const yaml_event_t *e)
{
    if (has_anchor(e))
        return complain(b, &e->start_mark, "anchors (&name) are not allowed in a policy");
    switch (e->type) {
    case YAML_ALIAS_EVENT:
        return complain(b, &e->start_mark, "aliases (*name) are not allowed in a policy");
    case YAML_SCALAR_EVENT:
        return on_scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(b, e, MLN_NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return on_open(b, e, MLN_NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        b->depth--;
        return 0;
    default:
        return 0;
    }
}

/* The library's words, with what they are about: often a bracket or a quote that was not closed. */
static int not_yaml(struct build *b, const yaml_parser_t *p)
{
    char what[256];

    (void)snprintf(what, sizeof(what), "this is not YAML: %s%s%s", p->context ? p->context : "",
                   p->context ? ", " : "", p->problem ? p->problem : "unreadable bytes");
    return complain(b, &p->problem_mark, what);
}

int mln_tree_parse(struct mln_arena *a, const char *file, struct mln_sv text, struct mln_node **ret,
                   struct mln_diags *diags)
{
    struct build b = {.a = a, .file = file, .diags = diags};
    yaml_parser_t parser;
    bool done = false;
    int r = 0;

    if (!yaml_parser_initialize(&parser))
        return -ENOMEM;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
    while (!done && r == 0) {
        yaml_event_t e;
        if (!yaml_parser_parse(&parser, &e)) {
            r = not_yaml(&b, &parser);
            break;
        }
        done = e.type == YAML_STREAM_END_EVENT;
        r = on_event(&b, &e);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    *ret = r < 0 ? NULL : b.first_doc;
    return r;
}
