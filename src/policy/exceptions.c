/* Exceptions: in a rule, or as documents of their own that name their rules. */
#include "http/field.h"
#include "policy/schema.h"

static void read_protection(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                            void *protection)
{
    const char *names[MLN_PROT_MAX];
    int p = n->kind == MLN_NODE_SCALAR ? mln_protection_find(n->text) : -1;

    if (p >= 0) {
        *(uint8_t *)protection = (uint8_t)p;
        return;
    }
    for (unsigned i = 0; i < MLN_PROT_MAX; i++)
        names[i] = mln_protection_info((enum mln_protection)i)->key;
    const char *near = mln_nearest(n->text, names, MLN_PROT_MAX);
    mln_schema_error(c, n, path, "expected the name of a protection%s%s%s",
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static void read_sub(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *detector)
{
    int d = n->kind == MLN_NODE_SCALAR ? mln_detector_find(n->text) : -1;

    if (d < 0)
        mln_schema_error(c, n, path, "expected a sub-id such as sqli.union");
    else
        *(uint16_t *)detector = (uint16_t)d;
}

static void read_expires(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *expires)
{
    if (n->kind != MLN_NODE_SCALAR || mln_rfc3339_parse(n->text, expires) < 0)
        mln_schema_error(c, n, path,
                         "expected a date like 2027-01-01, or a time like 2027-01-01T12:00:00Z");
}

static void read_path(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *sv)
{
    mln_read_path_glob(c, n, path, sv);
}

static const char *const words_location[] = {
#define X(sym, name) name,
    MLN_LOCATIONS(X)
#undef X
        NULL};

#define EX(f) offsetof(struct mln_model_exception, f)
/* clang-format off */
#define EXCEPTION_FIELDS \
    {.name = "protection", .type = MLN_T_CUSTOM, .read = read_protection, .offset = EX(protection), .shape = "the name of a protection", .text = "what is let through; this or sub must be given"}, \
    {.name = "sub", .type = MLN_T_CUSTOM, .read = read_sub, .offset = EX(detector), .shape = "a sub-id such as sqli.union", .text = "only this sub-id"}, \
    {.name = "location", .type = MLN_T_ENUM, .words = words_location, .offset = EX(location), .def = "any", .text = "only in this part of the request"}, \
    {.name = "name", .type = MLN_T_TEXT, .offset = EX(name), .def = "any", .text = "only in the parameter, header or cookie of this name, * stands for anything"}, \
    {.name = "path", .type = MLN_T_CUSTOM, .read = read_path, .offset = EX(path), .def = "any", .shape = "a path, * stands for anything", .text = "only on this path, in all of its readings"}, \
    {.name = "host", .type = MLN_T_TEXT, .offset = EX(host), .def = "any", .text = "only on this host, * stands for anything"}, \
    {.name = "max_score", .type = MLN_T_INT, .offset = EX(max_score), .min = 1, .max = 100, .def = "any", .text = "only up to this score"}, \
    {.name = "reason", .type = MLN_T_TEXT, .offset = MLN_NOT_KEPT, .text = "for people"}, \
    {.name = "expires", .type = MLN_T_CUSTOM, .read = read_expires, .offset = EX(expires), .def = "never", .shape = "a date or an RFC 3339 time in UTC", .text = "when the exception ends"}

const struct mln_schema_field mln_schema_exception[] = {EXCEPTION_FIELDS, {.name = NULL}};

#define DOC(f) offsetof(struct mln_model_exception_doc, f)
const struct mln_schema_field mln_schema_exception_spec[] = {
    {.name = "rules", .type = MLN_T_TEXTS, .offset = DOC(rules), .def = "every rule", .text = "names of the rules that it belongs to, * stands for anything"},
    EXCEPTION_FIELDS,
    {.name = NULL},
};
const struct mln_schema_field mln_schema_exception_metadata[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = DOC(name), .text = "name, unique among documents of its kind"},
    {.name = "notes", .type = MLN_T_TEXT, .offset = MLN_NOT_KEPT, .text = "for people"},
    {.name = NULL},
};
/* clang-format on */

static void read_one(struct mln_reader_ctx *c, const struct mln_schema_field *fields,
                     const struct mln_node *n, const char *path, struct mln_model_exception *x)
{
    x->protection = MLN_PROT_MAX;
    x->location = MLN_LOC_MAX;
    x->detector = MLN_DET_MAX;
    mln_schema_read(c, fields, n, path, x);
    if (n->kind == MLN_NODE_MAP && !mln_node_get(n, "protection") && !mln_node_get(n, "sub"))
        mln_schema_error(
            c, n, path,
            "an exception names a protection or a sub-id; one for everything is mode: off");
}

void mln_read_exceptions(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *rule)
{
    struct mln_model_rule *r = rule;

    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        struct mln_model_exception *x = mln_schema_push(
            c, (void **)&r->exceptions, &r->n_exceptions, &r->cap_exceptions, sizeof(*x));
        if (!x)
            return;
        read_one(c, mln_schema_exception, e, path, x);
    }
}

void mln_read_exception_doc(struct mln_reader_ctx *c, const struct mln_node *spec,
                            struct mln_model_exception_doc *out)
{
    read_one(c, mln_schema_exception_spec, spec, "spec", &out->x);
}
