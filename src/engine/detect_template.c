/* Server-side templates and expression languages (detection guide, sections 3.5 and 3.6). */
#include "engine/scan.h"

enum { LOOKUP_STEPS = 32, LOOKUP_TEXT = 512, PAIRS_MAX = 32 };

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

struct pair {
    const char *open, *close;
};
static const struct pair pairs[] = {{"{{", "}}"}, {"${", "}"}, {"#{", "}"},  {"<%", "%>"},
                                    {"{%", "%}"}, {"*{", "}"}, {"%{", "}"},  {"@(", ")"},
                                    {"[[", "]]"}, {"~{", "}"}, {"{#", "#}"}, {"{php}", "{/php}"}};

/* Constants with an operator between: 7*7, '7'*7, 3 + 4. */
static bool is_arithmetic(struct mln_sv in)
{
    size_t digits = 0, operators = 0;

    for (size_t i = 0; i < in.len; i++) {
        char c = in.p[i];
        if (mln_cc((unsigned char)c, MLN_CC_DIGIT))
            digits++;
        else if (c == '*' || c == '+' || c == '/' || (c == '-' && digits))
            operators++;
        else if (c != ' ' && c != '\'' && c != '"' && c != '=' && c != '(' && c != ')' &&
                 c != '{' && c != '.' && c != '@' && c != '$' && c != '#')
            return false;
    }
    return digits >= 2 && operators;
}

static bool reaches_objects(struct mln_sv in)
{
    static const char *const words[] = {"__class__",
                                        "__globals__",
                                        "__mro__",
                                        "__subclasses__",
                                        "__builtins__",
                                        "__init__",
                                        "__import__",
                                        "getclass",
                                        "forname",
                                        "getruntime",
                                        "processbuilder",
                                        "java.lang",
                                        "t(java",
                                        ".exec(",
                                        "constructor",
                                        "_self.env",
                                        "registerundefinedfilter",
                                        "config.",
                                        "self.__dict__",
                                        "request.application",
                                        "lipsum",
                                        "cycler",
                                        "joiner",
                                        "namespace(",
                                        "freemarker",
                                        "?new()",
                                        "class.forname",
                                        "system.getenv",
                                        "file.open",
                                        "`",
                                        "io.popen",
                                        "system(",
                                        "passthru(",
                                        "phpinfo(",
                                        "scriptengine",
                                        "url_for.",
                                        "get_flashed_messages",
                                        "settings.secret",
                                        "#rt",
                                        "$class",
                                        "$x.class",
                                        "process.mainmodule",
                                        "require("};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_scan_find(in, mln_sv_str(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

/* name.name(…) within delimiters; "{{ user.name }}" and "{{ name | upper }}" are none. */
static bool has_call(struct mln_sv in)
{
    for (size_t i = 1; i < in.len; i++)
        if (in.p[i] == '(' && mln_cc((unsigned char)in.p[i - 1], MLN_CC_WORD))
            return true;
    return false;
}

static void check_inside(struct pass *p, size_t at, struct mln_sv in, bool directive)
{
    if (is_arithmetic(in))
        add(p, MLN_SIG_TEMPLATE_ARITHMETIC, at, in.len + 2);
    if (reaches_objects(in))
        add(p, MLN_SIG_TEMPLATE_OBJECT, at, in.len + 2);
    else if (has_call(in) && !directive)
        add(p, MLN_SIG_TEMPLATE_CALL, at, in.len + 2);
    add(p, MLN_SIG_TEMPLATE_SOFT, at, 2);
}

static void check_pairs(struct pass *p)
{
    for (size_t k = 0; k < MLN_ARRAY_LEN(pairs); k++) {
        struct mln_sv open = mln_sv_str(pairs[k].open), close = mln_sv_str(pairs[k].close);
        size_t at = mln_sv_find(p->s, open);
        for (unsigned n = 0; at != SIZE_MAX && n < PAIRS_MAX; n++) {
            struct mln_sv rest = mln_sv_sub(p->s, at + open.len, 1024);
            size_t end = mln_sv_find(rest, close);
            if (end != SIZE_MAX)
                check_inside(p, at, mln_sv_sub(rest, 0, end), open.p[0] == '{' && open.p[1] == '%');
            size_t next = mln_sv_find(mln_sv_sub(p->s, at + open.len, p->s.len), open);
            at = next == SIZE_MAX ? SIZE_MAX : at + open.len + next;
        }
    }
}

static void check_directives(struct pass *p)
{
    static const char *const words[] = {
        "<#assign", "#set($",   "#set ($",  "#include(",  "#parse(", "{% import", "{% include",
        "{%import", "{% debug", "<#import", "#evaluate(", "{{#with", "{php}",     "#exec"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        size_t at = mln_view_find(p->v, mln_sv_str(words[i]));
        if (at != SIZE_MAX)
            add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, strlen(words[i]));
    }
}

static void check_ognl(struct pass *p)
{
    static const char *const words[] = {
        "#_memberaccess",   "@java.lang",  "#context[", "#cmd=",
        "ognl.ognlcontext", "#a=@",        "@ognl",     "xwork.methodaccessor",
        "#application",     "redirect:${", "action:${", "t(java.lang"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        size_t at = mln_view_find(p->v, mln_sv_str(words[i]));
        if (at != SIZE_MAX)
            add(p, MLN_SIG_TEMPLATE_OGNL, at, strlen(words[i]));
    }
}

/* ---- Log4j: nested lookups are evaluated from the inside out, as Log4j does ---- */

/* What a lookup gives: the default behind ":-", the text behind lower:/upper:, else nothing. */
static struct mln_sv lookup_value(struct mln_sv in)
{
    size_t def = mln_sv_find(in, MLN_SV(":-"));

    if (def != SIZE_MAX)
        return mln_sv_sub(in, def + 2, in.len);
    if (mln_sv_istarts(in, MLN_SV("lower:")) || mln_sv_istarts(in, MLN_SV("upper:")))
        return mln_sv_sub(in, 6, in.len);
    if (mln_sv_istarts(in, MLN_SV("date:")) &&
        mln_sv_find(in, MLN_SV("'")) != SIZE_MAX) { /* ${date:'j'} */
        struct mln_sv t = mln_sv_sub(in, mln_sv_find(in, MLN_SV("'")) + 1, in.len);
        return mln_sv_sub(t, 0, mln_sv_chr(t, '\''));
    }
    return MLN_SV("");
}

static bool is_jndi(struct mln_sv s)
{
    size_t at = mln_scan_find(s, MLN_SV("${jndi"), 0);

    return at != SIZE_MAX && mln_sv_chr(mln_sv_sub(s, at, 64), ':') != SIZE_MAX;
}

/* The innermost "${…}" of b[0..n): replaced by its value. False when there is none. */
static bool reduce(char *b, size_t *n)
{
    size_t close = 0, open;

    while (close < *n && b[close] != '}')
        close++;
    if (close == *n)
        return false;
    for (open = close; open > 0; open--)
        if (b[open - 1] == '$' && b[open] == '{')
            break;
    if (open == 0)
        return false;
    struct mln_sv in = mln_sv(b + open + 1, close - open - 1);
    struct mln_sv value = lookup_value(in);
    size_t from = open - 1;
    memmove(b + from, value.p, value.len);
    memmove(b + from + value.len, b + close + 1, *n - close - 1);
    *n = *n - (close + 1 - from) + value.len;
    return true;
}

static void check_lookups(struct pass *p)
{
    size_t at = mln_sv_find(p->s, MLN_SV("${"));
    char b[LOOKUP_TEXT];

    if (at == SIZE_MAX)
        return;
    struct mln_sv rest = mln_sv_sub(p->s, at, sizeof(b));
    size_t n = rest.len, nested = 0;
    memcpy(b, rest.p, n);
    for (unsigned step = 0; step < LOOKUP_STEPS; step++) {
        if (is_jndi(mln_sv(b, n))) {
            add(p, MLN_SIG_CODE_LOG4J_LOOKUP, at, MLN_MIN(rest.len, (size_t)64));
            return;
        }
        nested += mln_sv_find(mln_sv(b, n), MLN_SV(":-")) != SIZE_MAX ||
                  mln_scan_find(mln_sv(b, n), MLN_SV("${lower:"), 0) != SIZE_MAX;
        if (!reduce(b, &n))
            break;
    }
    if (nested >= 3)
        add(p, MLN_SIG_CODE_LOG4J_NESTED, at, MLN_MIN(rest.len, (size_t)64));
}

void mln_detect_template(const struct mln_view *v, struct mln_detect_ctx *ctx,
                         struct mln_findings *out)
{
    const uint32_t any = MLN_BC_BRACE | MLN_BC_PERCENT | MLN_BC_AT | MLN_BC_BRACKET | MLN_BC_HASH;
    struct pass p = {.v = v, .s = mln_view_sv(v), .out = out};

    if (v->n < 5 || !(v->classes & any) || !mln_budget_take(ctx->budget, (uint64_t)v->n * 6))
        return;
    if (v->classes & (MLN_BC_BRACE | MLN_BC_LT | MLN_BC_AT | MLN_BC_BRACKET))
        check_pairs(&p);
    if (v->classes & (MLN_BC_HASH | MLN_BC_BRACE))
        check_directives(&p);
    if (v->classes & (MLN_BC_HASH | MLN_BC_AT | MLN_BC_DOLLAR))
        check_ognl(&p);
    if (v->classes & MLN_BC_DOLLAR)
        check_lookups(&p);
}
