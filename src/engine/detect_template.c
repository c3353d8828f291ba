/* Server-side templates and expression languages (detection guide, sections 3.5 and 3.6). */
#include "engine/template_priv.h"

enum { INSIDE_MAX = 512 };

struct pair {
    const char *open, *close;
    uint32_t classes; /* without one of these there is no opener */
};
static const struct pair pairs[] = {{"{{", "}}", MLN_BC_BRACE},
                                    {"${", "}", MLN_BC_DOLLAR | MLN_BC_BRACE},
                                    {"#{", "}", MLN_BC_HASH | MLN_BC_BRACE},
                                    {"<%", "%>", MLN_BC_LT | MLN_BC_PERCENT},
                                    {"{%", "%}", MLN_BC_BRACE | MLN_BC_PERCENT},
                                    {"*{", "}", MLN_BC_STAR | MLN_BC_BRACE},
                                    {"%{", "}", MLN_BC_PERCENT | MLN_BC_BRACE},
                                    {"@(", ")", MLN_BC_AT | MLN_BC_PAREN},
                                    {"[[", "]]", MLN_BC_BRACKET},
                                    {"@{", "}", MLN_BC_AT | MLN_BC_BRACE},
                                    {"!{", "}", MLN_BC_BANG | MLN_BC_BRACE},
                                    {"{!!", "!!}", MLN_BC_BANG | MLN_BC_BRACE},
                                    {"[=", "]", MLN_BC_BRACKET | MLN_BC_EQ},
                                    {"[%", "%]", MLN_BC_BRACKET | MLN_BC_PERCENT},
                                    {"~{", "}", MLN_BC_CARET | MLN_BC_BRACE},
                                    {"{#", "#}", MLN_BC_BRACE | MLN_BC_HASH},
                                    {"{php}", "{/php}", MLN_BC_BRACE}};

/* "[[at(document.type, \"post\")]]": data in two lists. Templates have another opener within. */
static bool is_list_in_list(const struct mln_template *p, size_t at, struct mln_sv in)
{
    struct mln_sv inner = mln_sv_trim(in);

    return p->s.p[at] == '[' && !(inner.len && memchr("$*#@~{", inner.p[0], 6));
}

static void check_inside(struct mln_template *p, size_t at, struct mln_sv in, bool directive)
{
    enum mln_arithmetic a = mln_template_constant(in, p->s.p[at], directive);
    bool whole = in.len + 8 >= p->s.len;

    if (a != MLN_ARITHMETIC_NONE)
        mln_template_add(p,
                         a == MLN_ARITHMETIC_SURE || whole ? MLN_SIG_TEMPLATE_ARITHMETIC
                                                           : MLN_SIG_TEMPLATE_ARITHMETIC_SOFT,
                         at, in.len + 2);
    if (mln_template_reaches_objects(p, in) || mln_template_runs_command(in))
        mln_template_add(p, MLN_SIG_TEMPLATE_OBJECT, at, in.len + 2);
    else if (mln_template_has_call(in) && !directive && !is_list_in_list(p, at, in))
        mln_template_add(p, MLN_SIG_TEMPLATE_CALL, at, in.len + 2);
    if (p->s.p[at] == '$' && mln_template_is_lookup(in, whole))
        mln_template_add(p, MLN_SIG_TEMPLATE_LOOKUP, at, in.len + 2);
    if (whole && mln_template_is_global(in))
        mln_template_add(p, MLN_SIG_TEMPLATE_GLOBAL, at, in.len + 2);
    mln_template_add(p, MLN_SIG_TEMPLATE_SOFT, at, 2);
}

/* All "open … close" of one kind; true when there was an opener. */
static bool check_pair(struct mln_template *p, const struct pair *pair)
{
    size_t at = (p->v->classes & pair->classes) == pair->classes
                    ? mln_view_find_str(p->v, pair->open)
                    : SIZE_MAX;

    if (at == SIZE_MAX)
        return false;
    struct mln_sv open = mln_sv_str(pair->open), close = mln_sv_str(pair->close);
    while (at != SIZE_MAX) {
        struct mln_sv rest = mln_sv_sub(p->s, at + open.len, INSIDE_MAX);
        size_t end = mln_sv_find(rest, close);
        size_t cost = MLN_MIN(end, rest.len);
        if (p->work < cost) {
            p->flooded = true;
            break;
        }
        p->work -= cost;
        if (end != SIZE_MAX)
            check_inside(p, at, mln_sv_sub(rest, 0, end), open.p[0] == '{' && open.p[1] == '%');
        size_t next = mln_sv_find(mln_sv_sub(p->s, at + open.len, p->s.len), open);
        at = next == SIZE_MAX ? SIZE_MAX : at + open.len + next;
    }
    return true;
}

/* Long text, most of it words: documentation and Markdown like to use delimiters. */
static bool is_prose(struct mln_sv s)
{
    enum { PROSE_MIN = 160, SPACES_MIN = 20 };
    size_t letters = 0, spaces = 0;

    if (s.len < PROSE_MIN)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        letters += mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA);
        spaces += s.p[i] == ' ';
    }
    return spaces >= SPACES_MIN && letters * 2 >= s.len;
}

static void check_pairs(struct mln_template *p)
{
    enum { PROBE_MAX = 64, KINDS_MIN = 3, SURE_KINDS = 4 }; /* "[[" is also data */
    unsigned kinds = 0;
    bool flood = false;

    for (size_t k = 0; k < MLN_ARRAY_LEN(pairs); k++) {
        kinds += check_pair(p, &pairs[k]);
        flood = flood || (p->flooded && k < SURE_KINDS);
    }
    if (flood || (kinds >= KINDS_MIN && p->s.len <= PROBE_MAX))
        mln_template_add(p, MLN_SIG_TEMPLATE_PROBE, 0, p->s.len);
    if (kinds && is_prose(p->s))
        mln_template_add(p, MLN_SIG_TEMPLATE_PROSE, 0, p->s.len);
}

void mln_detect_template(const struct mln_view *v, struct mln_detect_ctx *ctx,
                         struct mln_findings *out)
{
    const uint32_t any = MLN_BC_BRACE | MLN_BC_PERCENT | MLN_BC_AT | MLN_BC_BRACKET | MLN_BC_HASH;
    bool class_of = (v->classes & MLN_BC_PAREN) && mln_view_may_have(v, MLN_SV(".getclass("));

    if (v->n < 5 || !((v->classes & any) || class_of) ||
        !mln_budget_take(ctx->budget, (uint64_t)v->n * 6))
        return;
    struct mln_template p = {
        .v = v, .s = mln_view_sv(v), .out = out, .work = (size_t)v->n * 16 + INSIDE_MAX};
    if (v->classes & (MLN_BC_BRACE | MLN_BC_LT | MLN_BC_AT | MLN_BC_BRACKET))
        check_pairs(&p);
    mln_template_check_engines(&p);
    if (v->classes & MLN_BC_DOLLAR)
        mln_template_check_lookups(&p);
}
