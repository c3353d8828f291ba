/* Custom rules: the list under `custom:`. */
#include <errno.h>

#include "policy/expr.h"

enum { ALLOW = MLN_ACT_MAX }; /* among the words of an action, here only */

struct fields {
    struct mln_sv id, when, message;
    uint8_t action;
    const struct mln_node *when_node;
};

static void read_action(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *out)
{
    uint8_t *action = out;

    if (n->kind == MLN_NODE_SCALAR && mln_sv_eq(n->text, MLN_SV("allow")))
        *action = ALLOW;
    else
        (void)mln_schema_action(c, n, path, action);
}

static void read_when(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *out)
{
    struct fields *f = out;

    if (mln_schema_text(c, n, path, &f->when))
        f->when_node = n;
}

static void read_id(struct mln_reader_ctx *c, const struct mln_node *n, const char *path, void *out)
{
    struct mln_sv id;

    if (!mln_schema_text(c, n, path, &id))
        return;
    for (size_t i = 0; i < id.len; i++)
        if (!mln_cc((unsigned char)id.p[i], MLN_CC_WORD) && id.p[i] != '-' && id.p[i] != '.') {
            mln_schema_error(c, n, path, "expected a short name, like no-debug");
            return;
        }
    *(struct mln_sv *)out = id;
}

#define CUSTOM(f) offsetof(struct fields, f)
/* clang-format off */
const struct mln_schema_field mln_schema_custom[] = {
    {.name = "id", .type = MLN_T_CUSTOM, .read = read_id, .offset = CUSTOM(id), .shape = "a short name, unique within the rule", .text = "what audits and exceptions call it; must be given"},
    {.name = "when", .type = MLN_T_CUSTOM, .read = read_when, .shape = "an expression, like 'req.method == \"POST\" and not (req.ip in office)'", .text = "which requests it is for; must be given"},
    {.name = "action", .type = MLN_T_CUSTOM, .read = read_action, .offset = CUSTOM(action), .def = "prevent", .shape = "off, alert, prevent, ban, or allow", .text = "what is done; allow: the built-in protections do not look at the request, its framing is checked all the same"},
    {.name = "message", .type = MLN_T_TEXT, .offset = CUSTOM(message), .def = "", .text = "for people, in audits"},
    {.name = NULL},
};
/* clang-format on */

/* The place in the file: exact where the text stands on one line as it is. */
static void expression_error(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                             struct mln_sv when, const struct mln_expr_error *e)
{
    size_t shown = MLN_MIN(e->offset, when.len), from = shown > 24 ? shown - 24 : 0;

    mln_diag_add(c->diags, MLN_DIAG_ERROR, c->file, n->line,
                 n->column + n->quoted + (uint32_t)e->offset, path, "%s, at %s%.*s<here>%.*s",
                 e->why, from ? "…" : "", (int)(shown - from), when.p + from,
                 (int)MLN_MIN(when.len - shown, (size_t)24), when.p + shown);
}

/* "no-debug: admin from outside" */
static struct mln_sv full_message(struct mln_arena *a, const struct fields *f)
{
    struct mln_buf b = {0};

    mln_buf_addf(&b, "custom rule %.*s%s%.*s", MLN_SV_ARG(f->id), f->message.len ? ": " : "",
                 MLN_SV_ARG(f->message));
    struct mln_sv text = mln_arena_dup(a, mln_buf_sv(&b));
    mln_buf_done(&b);
    return text;
}

static bool is_taken(const struct mln_model_rule *r, struct mln_sv id)
{
    for (uint32_t i = 0; i + 1 < r->n_custom; i++)
        if (mln_sv_eq(r->custom[i].id, id))
            return true;
    return false;
}

static void compile(struct mln_reader_ctx *c, const struct fields *f, const char *path,
                    struct mln_model_custom *m)
{
    static const char *const moments[MLN_PHASE_MAX] = {
        [MLN_PHASE_HEAD] = "by the request's head, before its body",
        [MLN_PHASE_BODY] = "at the end of the request",
        [MLN_PHASE_ANSWER] = "by the head of the application's answer",
        [MLN_PHASE_ANSWER_BODY] = "by the first 16KiB of the application's answer, held until then",
    };
    struct mln_expr_error e = {0};
    int r = mln_expr_compile(c, m, &e);

    if (r == -EINVAL)
        expression_error(c, f->when_node, path, f->when, &e);
    else if (r < 0)
        c->no_memory = true;
    else if (m->allow && m->phase != MLN_PHASE_HEAD)
        mln_schema_error(c, f->when_node, path,
                         "an allow rule is decided by the request's head: by then its body, and "
                         "the score, are not there");
    else if (r == 0)
        mln_diag_add(c->diags, MLN_DIAG_NOTE, c->file, f->when_node->line, f->when_node->column,
                     path, "%.*s is decided %s", MLN_SV_ARG(m->id), moments[m->phase]);
}

static uint32_t count_workload(const struct mln_model_custom *m)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < m->n_ops; i++)
        n += m->ops[i].op == MLN_OP_TEST &&
             mln_expr_is_of_workload((enum mln_expr_field)m->ops[i].field);
    return n;
}

static void read_one(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     struct mln_model_rule *rule)
{
    struct mln_model_custom *m =
        mln_schema_push(c, (void **)&rule->custom, &rule->n_custom, &rule->cap_custom, sizeof(*m));
    struct fields f = {.action = MLN_ACT_PREVENT};

    if (!m)
        return;
    mln_schema_read(c, mln_schema_custom, n, path, &f);
    *m = (struct mln_model_custom){.id = f.id,
                                   .when = f.when,
                                   .allow = f.action == ALLOW,
                                   .action = f.action == ALLOW ? MLN_ACT_OFF : f.action,
                                   .message = full_message(&c->policy->arena, &f)};
    if (!f.id.len)
        mln_schema_error(c, n, path, "a custom rule needs an id");
    else if (is_taken(rule, f.id))
        mln_schema_error(c, n, path, "another custom rule of this rule has this id");
    else if (!f.when.len)
        mln_schema_error(c, n, path, "a custom rule needs a when");
    else
        compile(c, &f, path, m);
    rule->n_workload += count_workload(m);
    if (rule->n_workload > MLN_EXPR_WORKLOAD_MAX)
        mln_schema_error(c, n, path,
                         "the custom rules of one rule may look at workload fields %d times; what "
                         "is for some containers only can be a rule with a scope",
                         MLN_EXPR_WORKLOAD_MAX);
}

void mln_read_custom(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule)
{
    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next)
        read_one(c, e, path, rule);
}
