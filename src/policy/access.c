/* Networks: NetworkList documents, and who a rule lets in. */
#include "policy/schema.h"

static int find_list(const struct mln_policy *p, struct mln_sv name)
{
    for (uint32_t i = 0; i < p->n_lists; i++)
        if (name.len && mln_sv_eq(p->lists[i].name, name))
            return (int)i;
    return -1;
}

static bool add_prefix(struct mln_reader_ctx *c, struct mln_model_list *l,
                       const struct mln_prefix *prefix)
{
    struct mln_prefix *slot =
        mln_schema_push(c, (void **)&l->prefixes, &l->n, &l->cap, sizeof(*slot));

    if (slot)
        *slot = *prefix;
    return slot != NULL;
}

void mln_read_cidrs(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                    void *list)
{
    struct mln_model_list *l = list;

    if (!mln_schema_is_list(c, n, path))
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

/* A name that no list has and that is no CIDR. */
static void unknown_network(struct mln_reader_ctx *c, const struct mln_node *n, const char *path)
{
    const char *names[64];
    size_t count = 0;

    for (uint32_t i = 0; i < c->policy->n_lists && count < MLN_ARRAY_LEN(names); i++)
        if (c->policy->lists[i].name.len)
            names[count++] = c->policy->lists[i].name.p; /* arena copies end in NUL */
    const char *near = mln_nearest(n->text, names, count);
    mln_schema_error(c, n, path,
                     "\"%.*s\" is neither a NetworkList of this policy nor a CIDR%s%s%s",
                     MLN_SV_ARG(mln_sv_sub(n->text, 0, 64)), near ? "; did you mean " : "",
                     near ? near : "", near ? "?" : "");
}

/* Names of lists, and CIDRs that become an unnamed list of their own. */
static void read_networks(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          uint32_t **v, uint32_t *count, uint32_t *cap)
{
    struct mln_model_list own = {.name = MLN_SV("")};

    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_prefix prefix;
        struct mln_sv text;
        if (!mln_schema_text(c, e, path, &text))
            continue;
        int list = find_list(c->policy, text);
        if (list >= 0) {
            uint32_t *slot = mln_schema_push(c, (void **)v, count, cap, sizeof(*slot));
            if (slot)
                *slot = (uint32_t)list;
        } else if (mln_prefix_parse(text, &prefix) == 0) {
            (void)add_prefix(c, &own, &prefix);
        } else {
            unknown_network(c, e, path);
        }
    }
    if (!own.n)
        return;
    struct mln_policy *p = c->policy;
    struct mln_model_list *l =
        mln_schema_push(c, (void **)&p->lists, &p->n_lists, &p->cap_lists, sizeof(*l));
    uint32_t *slot = l ? mln_schema_push(c, (void **)v, count, cap, sizeof(*slot)) : NULL;
    if (slot) {
        *l = own;
        *slot = p->n_lists - 1;
    }
}

static void read_allow(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->allow, &r->n_allow, &r->cap_allow);
}

static void read_deny(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->deny, &r->n_deny, &r->cap_deny);
}

static void read_trusted(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->trusted, &r->n_trusted, &r->cap_trusted);
}

static void read_skip(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule)
{
    struct mln_model_rule *r = rule;

    if (!mln_schema_is_list(c, n, path))
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

/* clang-format off */
const struct mln_schema_field mln_schema_access[] = {
    {.name = "allow", .type = MLN_T_CUSTOM, .read = read_allow, .def = "nobody", .shape = "a list of NetworkLists and CIDRs", .text = "clients that deny does not concern"},
    {.name = "deny", .type = MLN_T_CUSTOM, .read = read_deny, .def = "nobody", .shape = "a list of NetworkLists and CIDRs", .text = "clients that are refused"},
    {.name = "skip", .type = MLN_T_CUSTOM, .read = read_skip, .def = "none", .shape = "a list of protections", .text = "protections that clients of allow do not meet"},
    {.name = "trusted_proxies", .type = MLN_T_CUSTOM, .read = read_trusted, .def = "none", .shape = "a list of NetworkLists and CIDRs", .text = "peers whose Forwarded or X-Forwarded-For tells who the client is"},
    {.name = "countries", .type = MLN_T_LATER, .text = "countries to allow or deny"},
    {.name = NULL},
};
/* clang-format on */
