#include "node/scopes.h"

#include <errno.h>

#include "node/answers.h"

static int set_list(struct mln_scopes *s, struct mln_snap_span span, struct mln_scope_list *ret)
{
    struct mln_sv *v = span.count ? mln_arena_array(&s->arena, span.count, sizeof(*v)) : NULL;

    if (span.count && !v)
        return -ENOMEM;
    for (uint32_t i = 0; i < span.count; i++)
        v[i] = mln_snap_str(s->snap, mln_snap_refs(s->snap, span.first + i));
    *ret = (struct mln_scope_list){v, span.count};
    return 0;
}

int mln_scopes_init(struct mln_scopes *s, const struct mln_snapshot *snap)
{
    mln_arena_init(&s->arena, 256 << 20);
    s->snap = snap;
    s->v = mln_arena_array(&s->arena, snap->n_rules, sizeof(*s->v));
    for (uint32_t i = 0; s->v && i < snap->n_rules; i++) {
        const struct mln_snap_rule *r = &snap->rules[i];
        if (set_list(s, r->scope_images, &s->v[i].images) < 0 ||
            set_list(s, r->scope_containers, &s->v[i].containers) < 0 ||
            set_list(s, r->scope_namespaces, &s->v[i].namespaces) < 0 ||
            set_list(s, r->scope_nodes, &s->v[i].nodes) < 0 ||
            set_list(s, r->scope_labels, &s->v[i].labels) < 0)
            s->v = NULL;
    }
    if (s->v)
        return 0;
    mln_scopes_done(s);
    return -ENOMEM;
}

void mln_scopes_done(struct mln_scopes *s)
{
    mln_arena_done(&s->arena);
    s->v = NULL;
}

/* ---- ports ---- */

static void add_port(struct mln_workload_msg *m, uint16_t port)
{
    for (uint32_t i = 0; i < m->n_ports; i++)
        if (m->ports[i] == port)
            return;
    if (m->n_ports < MLN_WORKLOAD_PORTS_MAX)
        m->ports[m->n_ports++] = port;
}

/* Those of the rule when each of its endpoints names one, else hints: what the image exposes. */
static void set_ports(const struct mln_snapshot *snap, const struct mln_snap_rule *r,
                      const struct mln_container *c, const struct mln_image *image,
                      struct mln_workload_msg *m)
{
    bool declared = r && r->endpoints.count > 0;

    m->n_ports = 0;
    for (uint32_t i = 0; declared && i < r->endpoints.count; i++)
        declared = mln_snap_endpoint(snap, r->endpoints.first + i)->port != 0;
    for (uint32_t i = 0; declared && i < r->endpoints.count; i++)
        add_port(m, mln_snap_endpoint(snap, r->endpoints.first + i)->port);
    for (uint32_t i = 0; !declared && i < c->n_ports; i++)
        add_port(m, c->ports[i]);
    for (uint32_t i = 0; !declared && image && i < image->n_ports; i++)
        add_port(m, image->ports[i]);
    if (declared)
        m->flags |= MLN_WORKLOAD_PORTS_DECLARED;
}

/* ---- the choice ---- */

static void set_flags(const struct mln_container *c, const struct mln_snap_rule *r,
                      struct mln_workload_msg *m)
{
    m->flags = (c->host_network ? (uint32_t)MLN_WORKLOAD_HOST_NETWORK : 0) |
               (c->paused ? (uint32_t)MLN_WORKLOAD_PAUSED : 0) |
               (c->net_admin ? (uint32_t)MLN_WORKLOAD_NET_ADMIN : 0);
    if (!r)
        return;
    m->flags |= (r->fail_closed ? (uint32_t)MLN_WORKLOAD_FAIL_CLOSED : 0) |
                (r->refuse_other ? (uint32_t)MLN_WORKLOAD_REFUSE_OTHER : 0) |
                (r->host_protect ? (uint32_t)MLN_WORKLOAD_HOST_PROTECT : 0) |
                (r->mode == MLN_MODE_OFF ? (uint32_t)MLN_WORKLOAD_MODE_OFF : 0);
}

static void say_why(const struct mln_scopes *s, uint32_t rule, enum mln_scope_result r,
                    struct mln_sv pattern, struct mln_buf *why)
{
    struct mln_sv name = mln_snap_str(s->snap, s->snap->rules[rule].name);

    if (r == MLN_SCOPE_MATCH && pattern.p)
        mln_buf_addf(why, "images: %.*s", MLN_SV_ARG(mln_sv_sub(pattern, 0, 256)));
    else if (r == MLN_SCOPE_MATCH)
        mln_buf_add_str(why, "the rule is for every image");
    else if (r == MLN_SCOPE_NO_IMAGE)
        mln_buf_add_str(why, "no rule is for this image");
    else
        mln_buf_addf(why, "the scope of rule \"%.*s\" has other %s",
                     MLN_SV_ARG(mln_sv_sub(name, 0, 128)), mln_scope_field(r));
}

void mln_scopes_choose(const struct mln_scopes *s, const struct mln_container *c,
                       const struct mln_image *image, struct mln_sv node,
                       struct mln_workload_msg *m, struct mln_buf *why)
{
    enum mln_scope_result best = MLN_SCOPE_NO_IMAGE;
    uint32_t nearest = 0;
    struct mln_sv pattern = MLN_SV_NULL;

    for (uint32_t i = 0; best != MLN_SCOPE_MATCH && i < s->snap->n_rules; i++) {
        struct mln_sv hit;
        enum mln_scope_result r = mln_scope_match(&s->v[i], c, image, node, &hit);
        if (r > best || (i == 0 && r == best)) {
            best = r;
            nearest = i;
            pattern = hit;
        }
    }
    const struct mln_snap_rule *rule = best == MLN_SCOPE_MATCH ? &s->snap->rules[nearest] : NULL;
    m->rule = rule ? nearest : MLN_WORKLOAD_NO_RULE;
    m->revision = s->snap->h->revision;
    m->answers = rule ? mln_answers(s->snap, rule, c, image, node) : 0;
    set_flags(c, rule, m);
    set_ports(s->snap, rule, c, image, m);
    say_why(s, nearest, best, pattern, why);
}

static bool is_of_node(const struct mln_scope *s, struct mln_sv node)
{
    for (uint32_t i = 0; i < s->nodes.n; i++)
        if (mln_sv_glob(s->nodes.v[i], node, true))
            return true;
    return s->nodes.n == 0;
}

bool mln_scopes_closed(const struct mln_scopes *s, struct mln_sv node, struct mln_buf *out)
{
    uint32_t last = 0; /* and one */

    for (uint32_t i = 0; i < s->snap->n_rules; i++)
        if (s->snap->rules[i].fail_closed && s->snap->rules[i].mode != MLN_MODE_OFF &&
            is_of_node(&s->v[i], node))
            last = i + 1;
    if (last)
        mln_closed_begin(out);
    for (uint32_t i = 0; i < last; i++)
        if (is_of_node(&s->v[i], node))
            mln_closed_add(out, &s->v[i],
                           s->snap->rules[i].fail_closed && s->snap->rules[i].mode != MLN_MODE_OFF);
    return last > 0;
}
