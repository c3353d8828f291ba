/* The lists of a rule: labels of its scope, endpoints and header rules. */
#include <errno.h>

#include "engine/regex.h"
#include "policy/schema.h"

/* ---- labels ---- */

static bool add_text(struct mln_reader_ctx *c, struct mln_strings *to, struct mln_sv text)
{
    struct mln_sv *slot = mln_schema_push(c, (void **)&to->v, &to->n, &to->cap, sizeof(*to->v));

    if (slot)
        *slot = text;
    return slot != NULL;
}

void mln_read_labels(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *out)
{
    struct mln_sv value;

    if (n->kind != MLN_NODE_MAP) {
        mln_schema_error(c, n, path, "expected a map of labels, like {tier: web}");
        return;
    }
    for (const struct mln_node *e = n->first; e; e = e->next)
        if (!mln_schema_text(c, e, path, &value) || !add_text(c, out, e->key) ||
            !add_text(c, out, value))
            return;
}

/* ---- endpoints ---- */

static void read_host(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *sv)
{
    struct mln_sv host;

    if (!mln_schema_text(c, n, path, &host))
        return;
    /* the request's host is compared without its port; an IPv6 address keeps its brackets */
    if (!host.len || (host.p[0] != '[' && mln_sv_chr(host, ':') != SIZE_MAX))
        mln_schema_error(c, n, path, "expected a host name like *.shop.example; a port is `port:`");
    else
        *(struct mln_sv *)sv = host;
}

static void read_path(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *sv)
{
    mln_read_path_glob(c, n, path, sv);
}

#define EP(f) offsetof(struct mln_model_endpoint, f)
/* clang-format off */
const struct mln_schema_field mln_schema_endpoint[] = {
    {.name = "port", .type = MLN_T_COUNT, .offset = EP(port), .min = 1, .max = 65535, .def = "any", .text = "port that the client connected to"},
    {.name = "host", .type = MLN_T_CUSTOM, .read = read_host, .offset = EP(host), .def = "*", .shape = "a host name, * stands for anything", .text = "host of the request, without its port"},
    {.name = "path", .type = MLN_T_CUSTOM, .read = read_path, .offset = EP(path), .def = "*", .shape = "a path, * stands for anything", .text = "path of the request, in any of its readings"},
    {.name = "tls", .type = MLN_T_CUSTOM, .read = mln_read_tls, .offset = EP(tls), .sub = mln_schema_tls, .def = "none", .shape = "a map: {certificate, min, upstream, ...}", .text = "TLS on that port, towards clients and the application"},
    {.name = "dialect", .type = MLN_T_LATER, .text = "how the application reads requests"},
    {.name = NULL},
};
/* clang-format on */

void mln_read_endpoints(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *rule)
{
    struct mln_model_rule *r = rule;

    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_endpoint *ep = mln_schema_push(c, (void **)&r->endpoints, &r->n_endpoints,
                                                        &r->cap_endpoints, sizeof(*ep));
        if (!ep)
            return;
        ep->host = ep->path = MLN_SV("*");
        mln_schema_read(c, mln_schema_endpoint, e, path, ep);
    }
}

/* ---- headers ---- */

static void read_name(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *sv)
{
    struct mln_sv name;

    if (!mln_schema_text(c, n, path, &name))
        return;
    for (size_t i = 0; i < name.len; i++) /* '*' is a token character, too */
        if (!mln_cc((unsigned char)name.p[i], MLN_CC_TCHAR)) {
            mln_schema_error(c, n, path, "expected the name of a header field, like X-Api-*");
            return;
        }
    *(struct mln_sv *)sv = name;
}

/* The whole value, whatever alternatives the expression has: what was compiled by itself, for its
 * faults, is compiled once more between ^(?: and )$. */
static int compile_match(struct mln_sv text, struct mln_buf *program, size_t *reterr_offset,
                         const char **reterr_why)
{
    struct mln_buf whole = {0};
    int r = mln_regex_compile(text, false, program, reterr_offset, reterr_why);

    if (r < 0)
        return r;
    mln_buf_clear(program);
    mln_buf_addf(&whole, "^(?:%.*s)$", MLN_SV_ARG(text));
    r = mln_buf_failed(&whole)
            ? -ENOMEM
            : mln_regex_compile(mln_buf_sv(&whole), false, program, reterr_offset, reterr_why);
    mln_buf_done(&whole);
    return r;
}

static void read_match(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       void *match)
{
    struct mln_sv *text = match;
    struct mln_buf program = {0};
    size_t offset = 0;
    const char *why = "";

    if (!mln_schema_text(c, n, path, text))
        return;
    int r = compile_match(*text, &program, &offset, &why);
    if (r == -EINVAL)
        mln_schema_error(c, n, path, "at character %zu of the pattern: %s",
                         MLN_MIN(offset, text->len) + 1, why);
    else if (r == 0)
        *text = mln_arena_dup(&c->policy->arena, mln_buf_sv(&program));
    c->no_memory = c->no_memory || r == -ENOMEM || !text->p;
    mln_buf_done(&program);
}

static void read_action(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *action)
{
    (void)mln_schema_action(c, n, path, action);
}

#define HD(f) offsetof(struct mln_model_header, f)
/* clang-format off */
const struct mln_schema_field mln_schema_header[] = {
    {.name = "name", .type = MLN_T_CUSTOM, .read = read_name, .offset = HD(name), .shape = "a field name, * stands for anything", .text = "which fields the rule looks at; must be given"},
    {.name = "require", .type = MLN_T_BOOL, .offset = HD(require), .def = "false", .text = "a request without the field breaks the rule"},
    {.name = "match", .type = MLN_T_CUSTOM, .read = read_match, .offset = HD(match), .def = "anything", .shape = "a regular expression (docs/user/expressions.md)", .text = "form of the whole value"},
    {.name = "allow", .type = MLN_T_TEXTS, .offset = HD(allow), .def = "anything", .text = "values that are good, * stands for anything; others break the rule"},
    {.name = "deny", .type = MLN_T_TEXTS, .offset = HD(deny), .def = "nothing", .text = "values that break the rule, * stands for anything"},
    {.name = "action", .type = MLN_T_CUSTOM, .read = read_action, .offset = HD(action), .def = "prevent", .shape = "off, alert, prevent or ban", .text = "what is done when the rule is broken"},
    {.name = NULL},
};
/* clang-format on */

void mln_read_headers(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule)
{
    struct mln_model_rule *r = rule;

    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_header *h =
            mln_schema_push(c, (void **)&r->headers, &r->n_headers, &r->cap_headers, sizeof(*h));
        if (!h)
            return;
        h->action = MLN_ACT_PREVENT;
        mln_schema_read(c, mln_schema_header, e, path, h);
        if (!h->name.len)
            mln_schema_error(c, e, path, "a header rule needs a name");
        else if (!h->require && !h->match.p && !h->allow.n && !h->deny.n)
            mln_schema_error(
                c, e, path,
                "this header rule asks for nothing: give require, match, allow or deny");
    }
}

/* ---- headers of answers ---- */

static const char *const words_edit[] = {"add", "set", "remove", NULL};

/* Visible bytes, spaces and tabs: what may stand in a field (RFC 9110 section 5.5). */
static void read_value(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       void *sv)
{
    struct mln_sv value;

    if (!mln_schema_text(c, n, path, &value))
        return;
    for (size_t i = 0; i < value.len; i++)
        if (mln_cc((unsigned char)value.p[i], MLN_CC_CTL) && value.p[i] != '\t') {
            mln_schema_error(c, n, path, "a header value has no line breaks or control bytes");
            return;
        }
    *(struct mln_sv *)sv = mln_sv_trim(value);
}

#define ED(f) offsetof(struct mln_model_edit, f)
/* clang-format off */
const struct mln_schema_field mln_schema_edit[] = {
    {.name = "name", .type = MLN_T_CUSTOM, .read = read_name, .offset = ED(name), .shape = "a field name; with remove, * stands for anything", .text = "which header; must be given"},
    {.name = "action", .type = MLN_T_ENUM, .offset = ED(action), .words = words_edit, .def = "add", .text = "add: beside those that the application sent; set: in their place; remove"},
    {.name = "value", .type = MLN_T_CUSTOM, .read = read_value, .offset = ED(value), .def = "", .shape = "a text without control bytes", .text = "of add and set"},
    {.name = NULL},
};
/* clang-format on */

/* The codec frames the message by these. */
static bool is_framing(struct mln_sv name)
{
    static const char *const own[] = {"connection",       "content-length", "transfer-encoding",
                                      "trailer",          "upgrade",        "te",
                                      "proxy-connection", "keep-alive"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(own); i++)
        if (mln_sv_glob(name, mln_sv_str(own[i]), true) && mln_sv_chr(name, '*') == SIZE_MAX)
            return true;
    return false;
}

static void check_edit(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       const struct mln_model_edit *e)
{
    bool star = mln_sv_chr(e->name, '*') != SIZE_MAX;

    if (!e->name.len)
        mln_schema_error(c, n, path, "a change to a header needs its name");
    else if (is_framing(e->name))
        mln_schema_error(c, n, path, "this header frames the message and is Merlon's to write");
    else if (e->action != MLN_EDIT_REMOVE && star)
        mln_schema_error(c, n, path, "only remove takes a name with *");
    else if (e->action != MLN_EDIT_REMOVE && !e->value.p)
        mln_schema_error(c, n, path, "add and set need a value");
    else if (e->action == MLN_EDIT_REMOVE && e->value.p)
        mln_schema_error(c, n, path, "remove takes no value");
}

void mln_read_edits(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                    void *rule)
{
    struct mln_model_rule *r = rule;

    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_edit *edit =
            mln_schema_push(c, (void **)&r->edits, &r->n_edits, &r->cap_edits, sizeof(*edit));
        if (!edit)
            return;
        mln_schema_read(c, mln_schema_edit, e, path, edit);
        check_edit(c, e, path, edit);
    }
}
