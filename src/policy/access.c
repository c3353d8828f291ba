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

const char *mln_networks_nearest(const struct mln_policy *p, struct mln_sv text)
{
    const char *names[64];
    size_t count = 0;

    for (uint32_t i = 0; i < p->n_lists && count < MLN_ARRAY_LEN(names); i++)
        if (p->lists[i].name.len)
            names[count++] = p->lists[i].name.p; /* arena copies end in NUL */
    return mln_nearest(text, names, count);
}

static bool add_index(struct mln_reader_ctx *c, struct mln_networks *to, uint32_t list)
{
    uint32_t *slot = mln_schema_push(c, (void **)&to->v, &to->n, &to->cap, sizeof(*slot));

    if (slot)
        *slot = list;
    return slot != NULL;
}

bool mln_networks_add(struct mln_reader_ctx *c, struct mln_networks *to, struct mln_sv text)
{
    struct mln_prefix prefix;
    int list = find_list(c->policy, text);

    if (list >= 0)
        (void)add_index(c, to, (uint32_t)list);
    else if (mln_prefix_parse(text, &prefix) == 0)
        (void)add_prefix(c, &to->own, &prefix);
    else
        return false;
    return true;
}

void mln_networks_end(struct mln_reader_ctx *c, struct mln_networks *to)
{
    struct mln_policy *p = c->policy;

    if (!to->own.n)
        return;
    struct mln_model_list *l =
        mln_schema_push(c, (void **)&p->lists, &p->n_lists, &p->cap_lists, sizeof(*l));
    if (l && add_index(c, to, p->n_lists - 1))
        *l = to->own;
}

/* Names of lists, and CIDRs that become an unnamed list of their own. */
static void read_networks(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          struct mln_networks *to)
{
    struct mln_sv text;

    to->own = (struct mln_model_list){.name = MLN_SV("")};
    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        if (!mln_schema_text(c, e, path, &text) || mln_networks_add(c, to, text))
            continue;
        const char *near = mln_networks_nearest(c->policy, text);
        mln_schema_error(c, e, path,
                         "\"%.*s\" is neither a NetworkList of this policy nor a CIDR%s%s%s",
                         MLN_SV_ARG(mln_sv_sub(text, 0, 64)), near ? "; did you mean " : "",
                         near ? near : "", near ? "?" : "");
    }
    mln_networks_end(c, to);
}

static void read_allow(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->allow);
}

static void read_deny(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->deny);
}

static void read_trusted(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->trusted);
}

static void read_proxy_protocol(struct mln_reader_ctx *c, const struct mln_node *n,
                                const char *path, void *rule)
{
    struct mln_model_rule *r = rule;

    read_networks(c, n, path, &r->proxy_protocol);
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
    {.name = "proxy_protocol", .type = MLN_T_CUSTOM, .read = read_proxy_protocol, .def = "none", .shape = "a list of NetworkLists and CIDRs", .text = "peers whose connections begin with a header of PROXY protocol, version 1 or 2, that tells who the client is; from these it is required, from others it is not accepted"},
    {.name = "countries", .type = MLN_T_MAP, .sub = mln_schema_countries, .text = "clients by country; a Feed of format mmdb tells them"},
    {.name = NULL},
};
/* clang-format on */
