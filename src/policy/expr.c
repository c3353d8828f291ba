/* Recursive descent over a custom rule's expression; depth is bounded, and the text is the policy's
 * own. What is read becomes an operation at once: there is no tree. */
#include "policy/expr.h"

#include <errno.h>
#include <stdarg.h>

#include "engine/regex.h"

enum { DEPTH_MAX = 32, REGEX_MAX = 4096 };

struct parser {
    struct mln_reader_ctx *c;
    struct mln_model_custom *rule;
    struct mln_sv s;
    size_t i;
    unsigned depth;
    bool negated; /* under an odd number of `not` */
    struct mln_expr_error *error;
};

static int fail_at(struct parser *p, size_t offset, const char *fmt, ...) MLN_PRINTF(3, 4);

static int fail_at(struct parser *p, size_t offset, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(p->error->why, sizeof(p->error->why), fmt, ap);
    va_end(ap);
    p->error->offset = offset;
    return -EINVAL;
}

/* ---- words and signs ---- */

static void skip_space(struct parser *p)
{
    while (p->i < p->s.len && mln_cc((unsigned char)p->s.p[p->i], MLN_CC_SPACE))
        p->i++;
}

static bool is_word(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || c == '.' || c == '-';
}

/* The word at hand, without taking it; empty when there is none. */
static struct mln_sv peek_word(struct parser *p)
{
    skip_space(p);
    size_t i = p->i;
    while (i < p->s.len && is_word(p->s.p[i]))
        i++;
    return mln_sv_sub(p->s, p->i, i - p->i);
}

static bool take_word(struct parser *p, const char *word)
{
    struct mln_sv w = peek_word(p);

    if (!mln_sv_eq(w, mln_sv_str(word)))
        return false;
    p->i += w.len;
    return true;
}

static bool take_sign(struct parser *p, const char *sign)
{
    skip_space(p);
    struct mln_sv s = mln_sv_str(sign);
    if (!mln_sv_starts(mln_sv_sub(p->s, p->i, p->s.len), s))
        return false;
    p->i += s.len;
    return true;
}

static int expect_sign(struct parser *p, const char *sign, const char *behind)
{
    return take_sign(p, sign) ? 0 : fail_at(p, p->i, "expected %s %s", sign, behind);
}

/* ---- literals ---- */

static int unescape(struct parser *p, char *out)
{
    static const char from[] = "nrt\"\\", to[] = "\n\r\t\"\\";
    char c = p->i < p->s.len ? p->s.p[p->i++] : '\0';
    const char *at = c ? strchr(from, c) : NULL;

    if (at) {
        *out = to[at - from];
        return 0;
    }
    int high = c == 'x' && p->i + 1 < p->s.len ? mln_hexval((unsigned char)p->s.p[p->i]) : -1;
    int low = high >= 0 ? mln_hexval((unsigned char)p->s.p[p->i + 1]) : -1;
    if (low < 0)
        return fail_at(p, p->i - 1, "expected \\\" \\\\ \\n \\r \\t or \\xHH");
    *out = (char)(high << 4 | low);
    p->i += 2;
    return 0;
}

static int read_text(struct parser *p, struct mln_sv *ret)
{
    skip_space(p);
    size_t start = p->i, n = 0;
    if (p->i >= p->s.len || p->s.p[p->i] != '"')
        return fail_at(p, p->i, "expected a text in quotation marks");
    char *out = mln_arena_alloc(&p->c->policy->arena, p->s.len - p->i);
    if (!out)
        return -ENOMEM;
    for (p->i++; p->i < p->s.len && p->s.p[p->i] != '"';) {
        char c = p->s.p[p->i++];
        int r = c == '\\' ? unescape(p, &c) : 0;
        if (r < 0)
            return r;
        out[n++] = c;
    }
    if (p->i >= p->s.len)
        return fail_at(p, start, "a text without its closing quotation mark");
    p->i++;
    *ret = mln_sv(out, n);
    return 0;
}

static int read_number(struct parser *p, int64_t *ret)
{
    struct mln_sv w = peek_word(p);
    bool negative = w.len && w.p[0] == '-';
    uint64_t v;

    if (mln_sv_u64(mln_sv_sub(w, negative, w.len), &v) < 0 || v > INT64_MAX)
        return fail_at(p, p->i, "expected a whole number");
    p->i += w.len;
    *ret = negative ? -(int64_t)v : (int64_t)v;
    return 0;
}

/* /…/ or /…/i; a slash within is \/. */
static int read_regex(struct parser *p, struct mln_model_op *o)
{
    struct mln_buf pattern = {.limit_bytes = REGEX_MAX}, program = {0};
    struct mln_arena *a = &p->c->policy->arena;
    size_t offset = 0;
    const char *why = "";

    skip_space(p);
    size_t start = p->i;
    if (!take_sign(p, "/"))
        return fail_at(p, p->i, "expected a regular expression between slashes, like /^a+$/i");
    while (p->i < p->s.len && p->s.p[p->i] != '/') {
        bool escaped = p->s.p[p->i] == '\\' && p->i + 1 < p->s.len;
        if (escaped && p->s.p[p->i + 1] != '/')
            mln_buf_add_char(&pattern, '\\');
        mln_buf_add_char(&pattern, p->s.p[p->i + escaped]);
        p->i += 1 + escaped;
    }
    int r = mln_buf_failed(&pattern) ? fail_at(p, start, "a regular expression that is too long")
            : p->i >= p->s.len ? fail_at(p, start, "a regular expression without its closing /")
                               : 0;
    p->i++;
    bool fold = r == 0 && take_word(p, "i");
    if (r == 0)
        r = mln_regex_compile(mln_buf_sv(&pattern), fold, &program, &offset, &why);
    if (r == -EINVAL && *why)
        r = fail_at(p, start + 1 + offset, "%s", why);
    if (r == 0) {
        o->program = mln_arena_dup(a, mln_buf_sv(&program));
        r = o->program.p ? 0 : -ENOMEM;
    }
    mln_buf_done(&pattern);
    mln_buf_done(&program);
    return r;
}

/* ---- operations ---- */

static struct mln_model_op *emit(struct parser *p, enum mln_expr_op op)
{
    struct mln_model_custom *r = p->rule;
    struct mln_model_op *o =
        mln_schema_push(p->c, (void **)&r->ops, &r->n_ops, &r->cap_ops, sizeof(*o));

    if (o)
        o->op = (uint8_t)op;
    return o;
}

static int emit_jump(struct parser *p, enum mln_expr_op op, uint32_t *ret_at)
{
    *ret_at = p->rule->n_ops;
    return emit(p, op) ? 0 : -ENOMEM;
}

/* ---- fields ---- */

static const char *nearest_field(struct mln_sv word)
{
    const char *names[MLN_FIELD_MAX];

    for (unsigned f = 0; f < MLN_FIELD_MAX; f++)
        names[f] = mln_expr_field_info((enum mln_expr_field)f)->name;
    return mln_nearest(word, names, MLN_FIELD_MAX);
}

static int find_field(struct mln_sv word)
{
    for (unsigned f = 0; f < MLN_FIELD_MAX; f++)
        if (mln_sv_eq(word, mln_sv_str(mln_expr_field_info((enum mln_expr_field)f)->name)))
            return (int)f;
    return -1;
}

static int find_function(struct mln_sv word)
{
    for (unsigned f = 0; f < MLN_FUNCTION_MAX; f++)
        if (mln_sv_eq(word, mln_sv_str(mln_expr_function_info((enum mln_expr_function)f)->name)))
            return (int)f;
    return -1;
}

/* "score.sqli": the field, and the protection as its key. */
static int read_score(struct parser *p, struct mln_sv word, struct mln_model_op *o)
{
    struct mln_sv protection = mln_sv_sub(word, strlen("score."), word.len);

    if (mln_protection_find(protection) < 0)
        return fail_at(p, p->i + strlen("score."), "\"%.*s\" is no protection",
                       MLN_SV_ARG(mln_sv_sub(protection, 0, 64)));
    o->field = MLN_FIELD_SCORE;
    p->rule->phase = MLN_MAX(p->rule->phase, (uint8_t)MLN_PHASE_BODY);
    o->key = protection;
    p->i += word.len;
    return 0;
}

static int unknown_field(struct parser *p, struct mln_sv word)
{
    const char *near = nearest_field(word);

    if (!word.len)
        return fail_at(p, p->i, "expected a field, like req.path");
    return fail_at(p, p->i, "there is no field \"%.*s\"%s%s%s", MLN_SV_ARG(mln_sv_sub(word, 0, 64)),
                   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int read_key(struct parser *p, const struct mln_expr_field_info *info,
                    struct mln_model_op *o)
{
    bool pointer = info->key == MLN_KEY_POINTER;

    if (info->key == MLN_KEY_NONE)
        return 0;
    if (!take_sign(p, pointer ? "(" : "["))
        return fail_at(p, p->i, "expected %s%s", info->name,
                       pointer ? "(\"/a/0/b\"), a JSON pointer" : "[\"name\"]");
    size_t start = p->i;
    int r = read_text(p, &o->key);
    if (r == 0 && pointer && o->key.len && o->key.p[0] != '/')
        r = fail_at(p, start, "a JSON pointer starts with /, like \"/user/name\"");
    return r ? r : expect_sign(p, pointer ? ")" : "]", "behind the name");
}

static int read_field(struct parser *p, struct mln_model_op *o)
{
    struct mln_sv word = peek_word(p);
    int f = find_field(word);

    if (f < 0)
        return mln_sv_starts(word, MLN_SV("score.")) ? read_score(p, word, o)
                                                     : unknown_field(p, word);
    const struct mln_expr_field_info *info = mln_expr_field_info((enum mln_expr_field)f);
    o->field = (uint8_t)f;
    p->i += word.len;
    p->rule->phase = MLN_MAX(p->rule->phase, info->phase);
    if (f == MLN_FIELD_COUNTRY && !p->c->policy->has_countries)
        return fail_at(p, p->i - word.len, "no Feed of this policy tells countries (format: mmdb)");
    return read_key(p, info, o);
}

static bool is_number(const struct mln_model_op *o)
{
    uint8_t last = o->n_functions ? o->function[o->n_functions - 1] : MLN_FUNCTION_MAX;

    return last == MLN_FUNCTION_LEN || last == MLN_FUNCTION_COUNT ||
           mln_expr_field_info((enum mln_expr_field)o->field)->type == MLN_EXPR_INT;
}

static int add_function(struct parser *p, size_t start, int function, struct mln_model_op *o)
{
    bool text = mln_expr_field_info((enum mln_expr_field)o->field)->type == MLN_EXPR_TEXT;

    if (is_number(o) || !text)
        return fail_at(p, start, "%s wants a text",
                       mln_expr_function_info((enum mln_expr_function)function)->name);
    if (o->n_functions == MLN_EXPR_FUNCTIONS_MAX)
        return fail_at(p, start, "more than %d functions around a field", MLN_EXPR_FUNCTIONS_MAX);
    o->function[o->n_functions++] = (uint8_t)function;
    return 0;
}

/* term := function "(" term ")" | field */
static int read_term(struct parser *p, struct mln_model_op *o)
{
    int function[MLN_EXPR_FUNCTIONS_MAX + 1];
    size_t start[MLN_EXPR_FUNCTIONS_MAX + 1];
    unsigned n = 0;
    struct mln_sv word;
    int f, r;

    while ((f = find_function(word = peek_word(p))) >= 0) {
        if (n == MLN_ARRAY_LEN(function))
            return fail_at(p, p->i, "more than %d functions around a field",
                           MLN_EXPR_FUNCTIONS_MAX);
        function[n] = f;
        start[n++] = p->i;
        p->i += word.len;
        r = expect_sign(p, "(", "behind the name of a function");
        if (r)
            return r;
    }
    r = read_field(p, o);
    while (r == 0 && n) {
        n--;
        r = expect_sign(p, ")", "behind what the function is given");
        if (r == 0)
            r = add_function(p, start[n], function[n], o);
    }
    return r;
}

/* ---- comparisons ---- */

static int add_network(struct parser *p, struct mln_model_op *o, struct mln_sv text, size_t at)
{
    if (mln_networks_add(p->c, &o->lists, text))
        return 0;
    const char *near = mln_networks_nearest(p->c->policy, text);
    return fail_at(p, at, "\"%.*s\" is neither a NetworkList of this policy nor a CIDR%s%s%s",
                   MLN_SV_ARG(mln_sv_sub(text, 0, 64)), near ? "; did you mean " : "",
                   near ? near : "", near ? "?" : "");
}

/* The name of a list, or an address or CIDR in quotation marks. */
static int read_network(struct parser *p, struct mln_model_op *o)
{
    struct mln_sv text = peek_word(p);
    size_t at = p->i;
    int r = 0;

    if (text.len)
        p->i += text.len;
    else
        r = read_text(p, &text);
    return r ? r : add_network(p, o, text, at);
}

static int read_member(struct parser *p, struct mln_model_op *o)
{
    struct mln_sv text;
    int r = read_text(p, &text);

    if (r)
        return r;
    struct mln_sv *slot =
        mln_schema_push(p->c, (void **)&o->set.v, &o->set.n, &o->set.cap, sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    *slot = text;
    return 0;
}

/* Behind `in`: one, or some in parentheses. */
static int read_set(struct parser *p, struct mln_model_op *o, bool networks)
{
    bool many = take_sign(p, "(");
    int r;

    o->compare = networks ? MLN_CMP_IN_LISTS : MLN_CMP_IN;
    if (!networks && !many)
        return fail_at(p, p->i, "expected (\"a\", \"b\"); lists by name are for addresses");
    do
        r = networks ? read_network(p, o) : read_member(p, o);
    while (r == 0 && many && take_sign(p, ","));
    if (r == 0 && many)
        r = expect_sign(p, ")", "behind the last of the values");
    if (r == 0 && networks)
        mln_networks_end(p->c, &o->lists);
    return r;
}

static const struct {
    const char *sign;
    uint8_t compare;
} signs[] = {{"==", MLN_CMP_EQ}, {"!=", MLN_CMP_NE}, {"<=", MLN_CMP_LE},
             {">=", MLN_CMP_GE}, {"<", MLN_CMP_LT},  {">", MLN_CMP_GT}};
static const struct {
    const char *word;
    uint8_t compare;
} words[] = {{"contains", MLN_CMP_CONTAINS},
             {"startswith", MLN_CMP_STARTS},
             {"endswith", MLN_CMP_ENDS},
             {"matches", MLN_CMP_MATCHES},
             {"in", MLN_CMP_IN}};

/* The comparison at hand, or EXISTS. */
static enum mln_expr_compare take_comparison(struct parser *p)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(signs); i++)
        if (take_sign(p, signs[i].sign))
            return (enum mln_expr_compare)signs[i].compare;
    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (take_word(p, words[i].word))
            return (enum mln_expr_compare)words[i].compare;
    return MLN_CMP_EXISTS;
}

static int compare_number(struct parser *p, struct mln_model_op *o, size_t at)
{
    if (o->compare < MLN_CMP_EQ || o->compare > MLN_CMP_GE)
        return fail_at(p, at, "a number wants == != < <= > or >=");
    return read_number(p, &o->number);
}

/* `ip == "198.51.100.7"` and `!=` are short for in and not in. */
static int compare_address(struct parser *p, struct mln_model_op *o, size_t at)
{
    if (o->compare == MLN_CMP_IN)
        return read_set(p, o, true);
    if (o->compare != MLN_CMP_EQ)
        return fail_at(p, at, "an address wants in or ==, like req.ip in office");
    o->compare = MLN_CMP_IN_LISTS;
    int r = read_network(p, o);
    if (r == 0)
        mln_networks_end(p->c, &o->lists);
    return r;
}

static int compare_text(struct parser *p, struct mln_model_op *o, size_t at)
{
    switch (o->compare) {
    case MLN_CMP_EXISTS:
        return 0;
    case MLN_CMP_IN:
        return read_set(p, o, false);
    case MLN_CMP_MATCHES:
        return read_regex(p, o);
    case MLN_CMP_LT:
    case MLN_CMP_LE:
    case MLN_CMP_GT:
    case MLN_CMP_GE:
        return fail_at(p, at, "a text cannot be less or more; len(…) is a number");
    default:
        return read_text(p, &o->text);
    }
}

static int read_comparison(struct parser *p)
{
    struct mln_model_op o = {.op = MLN_OP_TEST};
    int r = read_term(p, &o);

    if (r)
        return r;
    skip_space(p);
    size_t at = p->i;
    /* where a field has several values, the doubt goes against the client */
    o.all = p->negated != p->rule->allow;
    o.compare = (uint8_t)take_comparison(p);
    if (is_number(&o))
        r = compare_number(p, &o, at);
    else if (mln_expr_field_info((enum mln_expr_field)o.field)->type == MLN_EXPR_IP)
        r = compare_address(p, &o, at);
    else
        r = compare_text(p, &o, at);
    if (r)
        return r;
    struct mln_model_op *slot = emit(p, MLN_OP_TEST);
    if (!slot)
        return -ENOMEM;
    *slot = o;
    return 0;
}

/* ---- and, or, not ---- */

static int read_or(struct parser *p);

static int read_group(struct parser *p)
{
    int r = read_or(p);

    return r ? r : expect_sign(p, ")", "behind the group");
}

static int read_not(struct parser *p)
{
    unsigned nots = 0;
    int r;

    while (take_word(p, "not"))
        nots++;
    if (p->depth == DEPTH_MAX)
        return fail_at(p, p->i, "groups are nested too deeply");
    p->depth++;
    p->negated = p->negated != (nots % 2 != 0);
    r = take_sign(p, "(") ? read_group(p) : read_comparison(p);
    p->negated = p->negated != (nots % 2 != 0);
    p->depth--;
    if (r == 0 && nots % 2 && !emit(p, MLN_OP_NOT))
        r = -ENOMEM;
    return r;
}

/* Operands one after the other; behind each of them a jump to the end when it decides. */
static int read_chain(struct parser *p, const char *word, enum mln_expr_op jump,
                      int (*read)(struct parser *p))
{
    uint32_t first = UINT32_MAX, at;
    int r = read(p);

    while (r == 0 && take_word(p, word)) {
        r = emit_jump(p, jump, &at);
        if (r == 0) {
            p->rule->ops[at].number = first; /* until its target is known */
            first = at;
            r = read(p);
        }
    }
    while (first != UINT32_MAX) {
        struct mln_model_op *o = &p->rule->ops[first];
        first = (uint32_t)o->number;
        o->number = 0;
        o->target = p->rule->n_ops;
    }
    return r;
}

static int read_and(struct parser *p)
{
    return read_chain(p, "and", MLN_OP_JUMP_UNLESS, read_not);
}

static int read_or(struct parser *p)
{
    return read_chain(p, "or", MLN_OP_JUMP_IF, read_and);
}

int mln_expr_compile(struct mln_reader_ctx *c, struct mln_model_custom *rule,
                     struct mln_expr_error *reterr)
{
    struct parser p = {.c = c, .rule = rule, .s = rule->when, .error = reterr};
    int r = read_or(&p);

    skip_space(&p);
    if (r == 0 && p.i < p.s.len)
        r = fail_at(&p, p.i, "expected and, or, or the end");
    if (r == 0 && rule->n_ops > MLN_EXPR_CODE_MAX)
        r = fail_at(&p, 0, "the expression is too long; make it two rules");
    return r;
}
